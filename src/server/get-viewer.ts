/**
 * The viewer: a page for people at the root of what is served.
 *
 * @module
 */
import { getDirectory } from "./directory.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";
import type { RequestPath } from "./request-path.ts";
import { tagOfBytes } from "./entity-tag.ts";
import { checkConditions } from "./conditions.ts";
import { empty } from "./responses.ts";
import type { Served } from "./served.ts";

/** Names that begin with two underscores are reserved in Zarr: no node has this one. */
const FOLDER = "__zarrkit__";

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Everything from here, but data from anywhere: the page opens what its user names. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
  "img-src 'self' data: blob:; connect-src * data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** Answers a GET or HEAD of the page or of a file of it; `undefined` when something else was asked for. */
export async function getViewer(
  served: Served,
  { path, isDirectory }: RequestPath,
  request: Request,
  options: ResolvedHandlerOptions,
): Promise<Response | undefined> {
  const { viewer } = options;
  if (viewer === undefined) return undefined;
  if (path.startsWith(`${FOLDER}/`)) return await asset(path.slice(FOLDER.length + 1), request, options);
  if (path !== "" || !isDirectory || !wantsPage(request)) return undefined;
  const html = await viewer("index.html");
  if (html === undefined) return undefined;
  const [before, after] = pageParts(new TextDecoder().decode(html), request);
  // A program that reads pages for their links finds them here, too; people need not wait for them.
  const isNavigation = request.headers.get("sec-fetch-mode") === "navigate";
  if (!isNavigation && options.listing)
    return await getDirectory(served, path, request, options, { before, after, headers: headers() });
  return new Response(request.method === "GET" ? before + after : null, { headers: headers() });
}

function headers(): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    vary: "Accept, Sec-Fetch-Mode, Sec-Fetch-Dest",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
  };
}

/** A browser that opens the address asks for HTML; a script of a page, which may ask for it to list, is told by its headers. */
function wantsPage({ headers, url }: Request): boolean {
  if (new URL(url).searchParams.has("list")) return false;
  if (!/\btext\/html\b/i.test(headers.get("accept") ?? "")) return false;
  return headers.get("sec-fetch-dest") !== "empty";
}

/** The page with its own place filled in, split where a listing fits. */
function pageParts(html: string, request: Request): readonly [before: string, after: string] {
  // Relative, so that it holds behind a proxy that serves it below another path.
  const { pathname } = new URL(request.url);
  const here = pathname.endsWith("/") ? "./" : `./${pathname.slice(pathname.lastIndexOf("/") + 1)}/`;
  const placed = html
    .replaceAll('"./assets/', `"${here}${FOLDER}/`)
    .replace('name="zarrkit-root" content=""', `name="zarrkit-root" content="${here}"`);
  const at = placed.indexOf("</noscript>");
  return at === -1 ? [placed, ""] : [placed.slice(0, at), placed.slice(at)];
}

async function asset(
  name: string,
  request: Request,
  { viewer }: ResolvedHandlerOptions,
): Promise<Response | undefined> {
  const bytes = name.includes("/") ? undefined : await viewer?.(`assets/${name}`);
  if (bytes === undefined) return undefined;
  const tag = await tagOfBytes(bytes);
  // The names of scripts and styles change with their contents.
  const isLasting = /-[\w-]{8}\.(?:js|css)$/.test(name);
  const common = {
    etag: tag,
    "cache-control": isLasting ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": POLICY,
  };
  if (checkConditions(request.headers, tag, true) === "not-modified") return empty(304, common);
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  // Response takes no view whose buffer may be shared; a file's bytes never are, and the copy makes sure.
  return new Response(request.method === "GET" ? new Uint8Array(bytes) : null, {
    headers: { ...common, "content-type": type, "content-length": String(bytes.byteLength) },
  });
}
