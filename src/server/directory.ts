/**
 * Listings of directories: HTML for people and for file systems that read links, JSON for programs.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";
import { notFound } from "./responses.ts";
import type { ListedEntry, Served } from "./served.ts";

/** So many entries are sorted; what comes after them is sent in the order in which the store gives it. */
const SORTED = 2000;

/** A page of another kind, which has the links of a listing in it. */
export interface ListingFrame {
  readonly before: string;
  readonly after: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers a GET or HEAD of a directory. */
export async function getDirectory(
  served: Served,
  path: string,
  request: Request,
  options: ResolvedHandlerOptions,
  frame?: ListingFrame,
): Promise<Response> {
  if (!options.listing) return notFound();
  const url = new URL(request.url);
  const isJson = url.searchParams.has("list") || prefersJson(request.headers.get("accept"));
  const entries = served.list(path, { signal: request.signal });
  if (entries === undefined) return notFound();
  const iterator = entries[Symbol.asyncIterator]();
  const first: ListedEntry[] = [];
  let canList = true;
  try {
    while (first.length < SORTED) {
      const next = await iterator.next();
      if (next.done === true) break;
      first.push(next.value);
    }
  } catch (error) {
    // The root is there for sure: its page says what there is to say.
    if (!(error instanceof UnsupportedError) || path !== "" || isJson) throw error;
    canList = false;
  }
  if (first.length === 0 && path !== "") return notFound();
  first.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const rest = first.length < SORTED ? emptyIterator : iterator;
  const root = new URL(options.basePath, url).href;
  const text = isJson
    ? jsonListing(path, first, rest)
    : htmlListing({ title: served.title, path, root, canList }, first, rest, frame);
  const headers = frame?.headers ?? {
    "content-type": isJson ? "application/json" : "text/html; charset=utf-8",
    "cache-control": "no-store",
    vary: "Accept",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  };
  if (request.method !== "GET") {
    await iterator.return?.();
    return new Response(null, { headers });
  }
  return new Response(textStream(text), { headers });
}

/** JSON is asked for by name, and a page is not. */
function prefersJson(accept: string | null): boolean {
  return accept !== null && /\bapplication\/json\b/i.test(accept) && !/\btext\/html\b/i.test(accept);
}

async function* jsonListing(
  path: string,
  first: readonly ListedEntry[],
  rest: AsyncIterator<ListedEntry>,
): AsyncGenerator<string> {
  yield `{"path":${JSON.stringify(path)},"entries":[`;
  let separator = "\n";
  for await (const { name, kind } of joined(first, rest)) {
    yield `${separator}${JSON.stringify({ name, kind })}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}

interface Page {
  readonly title: string;
  readonly path: string;
  readonly root: string;
  readonly canList: boolean;
}

async function* htmlListing(
  page: Page,
  first: readonly ListedEntry[],
  rest: AsyncIterator<ListedEntry>,
  frame: ListingFrame | undefined,
): AsyncGenerator<string> {
  yield frame?.before ?? headOf(page);
  if (!page.canList) yield "<p>The store behind this server cannot be listed.</p>\n";
  yield "<ul>\n";
  if (page.path !== "") yield '<li><a href="../">../</a></li>\n';
  for await (const entry of joined(first, rest)) {
    const slash = entry.kind === "key" ? "" : "/";
    // "./" keeps a name with a colon from being read as a scheme.
    const href = `./${encodeURIComponent(entry.name)}${slash}`;
    const kind = entry.kind === "array" || entry.kind === "group" ? ` <small>${entry.kind}</small>` : "";
    yield `<li><a href="${escaped(href)}">${escaped(entry.name)}${slash}</a>${kind}</li>\n`;
  }
  yield "</ul>\n";
  yield frame?.after ?? "</body></html>\n";
}

function headOf({ title, path, root }: Page): string {
  const name = path === "" ? title : `${title}/${path}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(name)}</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.75rem;border:1px solid;border-radius:.4rem}ul{list-style:none;padding:0}small{opacity:.7}</style>
</head><body><h1>${escaped(name)}</h1>\n${path === "" ? snippets(root) : ""}`;
}

function snippets(root: string): string {
  const url = JSON.stringify(root.replace(/\/$/, ""));
  return `<pre>import { open } from "zarrkit";
const node = await open(${escaped(url)});</pre>
<pre>import zarr  # with fsspec and aiohttp
node = zarr.open(${escaped(url)}, mode="r")</pre>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const emptyIterator: AsyncIterator<ListedEntry> = {
  next: () => Promise.resolve({ done: true, value: undefined }),
};

async function* joined(
  first: readonly ListedEntry[],
  rest: AsyncIterator<ListedEntry>,
): AsyncGenerator<ListedEntry> {
  yield* first;
  try {
    for (;;) {
      const next = await rest.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** A listing may be long: more is made when the client has taken what there is. */
function textStream(text: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let piece = "";
      while (piece.length < 16_384) {
        const next = await text.next();
        if (next.done === true) {
          if (piece !== "") controller.enqueue(encoder.encode(piece));
          controller.close();
          return;
        }
        piece += next.value;
      }
      controller.enqueue(encoder.encode(piece));
    },
    async cancel() {
      await text.return(undefined);
    },
  });
}
