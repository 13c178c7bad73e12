// The web server of the test pages: the published files as they are, a bundle of them, and a place for reports.
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, root } from "./bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
};
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Everything that the pages load, read once: a build that runs meanwhile changes nothing.
 *
 * `/native.html` loads `dist` as it is published, by an import map; `/bundled.html` a bundle. With `?float16=none`
 * the runtime's `Float16Array` is removed first.
 */
export async function readSite() {
  const files = new Map();
  const addFolder = (folder, prefix) => {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.m?js$/.test(entry.name)) continue;
      const file = join(entry.parentPath ?? entry.path, entry.name);
      files.set(`${prefix}/${relative(folder, file).split(sep).join("/")}`, readFileSync(file));
    }
  };
  addFolder(join(root, "dist"), "/dist");
  addFolder(join(here, "page"), "/page");
  const imports = {};
  for (const [entry, target] of Object.entries(manifest.exports))
    if (typeof target === "object") imports[entry.replace(/^\./, manifest.name)] = target.default.slice(1);
  for (const name of Object.keys(manifest.dependencies)) {
    const folder = join(root, "node_modules", name);
    addFolder(folder, `/node_modules/${name}`);
    imports[name] = `/node_modules/${name}/${browserEntry(folder)}`;
  }
  for (const [folder, file] of [
    ["bundle", "main.mjs"],
    ["worker", "worker.mjs"], // import maps do not reach workers
  ]) {
    const { chunks } = await bundle({ file: join(here, "page", file) });
    for (const [name, { code }] of chunks) files.set(`/${folder}/${name}`, Buffer.from(code));
  }
  // What a bundler makes of `new Worker(new URL("./worker.js", import.meta.url))` in the library.
  const { chunks } = await bundle({ file: join(root, "dist", "worker.js"), entry: "worker.js" });
  for (const [name, { code }] of chunks) files.set(`/bundle/${name}`, Buffer.from(code));
  const importMap = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  files.set("/native.html", Buffer.from(page(importMap, "/page/main.mjs")));
  files.set("/bundled.html", Buffer.from(page("", "/bundle/entry.js")));
  return files;
}

/** Serves them. A report is what a page posts; `facts` is what it may ask. */
export async function startSite({ files, facts, isolated, services, onReport }) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const send = (status, type, body = "") => {
      response.writeHead(status, {
        "content-type": type,
        "cache-control": "no-store",
        ...(isolated ? ISOLATION : {}),
      });
      response.end(body);
    };
    try {
      const parts = [];
      for await (const part of request) parts.push(part);
      const body = Buffer.concat(parts);
      if (pathname === "/report") {
        onReport(JSON.parse(body.toString()));
        return send(200, "text/plain");
      }
      if (pathname === "/facts.json") return send(200, TYPES[".json"], JSON.stringify(facts));
      if (pathname.startsWith("/control/"))
        return control(request.method, decodeURIComponent(pathname), body, services, send);
      const file = files.get(pathname);
      if (file === undefined) return send(404, "text/plain", "not here");
      return send(200, TYPES[extname(pathname)] ?? "application/octet-stream", file);
    } catch (error) {
      send(500, "text/plain", String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * The servers from behind, past the library: `/control/web/<path>` and `/control/strict/<path>` set, get and delete a
 * file; `/control/s3/<bucket>/<key>` gets an object or replaces it; `/control/hold` makes the next answer of `web` wait for good,
 * `/control/aborted` says which requests their clients gave up.
 */
function control(method, path, body, { web, strict, s3 }, send) {
  const [, place, file] = /^\/control\/([a-z0-9]+)(\/.*)?$/s.exec(path) ?? [];
  const bytes = (value) =>
    value === undefined ? send(404, "text/plain") : send(200, "application/octet-stream", value);
  if (place === "web" || place === "strict") {
    const { files } = place === "web" ? web : strict;
    if (method === "GET") return bytes(files.get(file));
    if (method === "PUT") files.set(file, new Uint8Array(body));
    else files.delete(file);
    return send(200, "text/plain");
  }
  if (place === "s3") {
    const [, bucket, key] = /^\/([^/]+)\/(.*)$/s.exec(file);
    const object = s3.objects(bucket).get(key);
    if (method === "GET") return bytes(object?.body);
    // Another value, so old that caches take it for lasting.
    Object.assign(object, { body, etag: `"${body.length}-${body[0]}"`, modified: new Date(2020, 0, 1) });
    return send(200, "text/plain");
  }
  if (place === "hold") {
    const wanted = body.toString();
    web.inject({ when: ({ key }) => key === wanted, until: new Promise(() => {}) });
    return send(200, "text/plain");
  }
  const aborted = web.requests.filter((request) => request.aborted).map((request) => request.key);
  return send(200, TYPES[".json"], JSON.stringify(aborted));
}

function page(importMap, main) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>zarrkit</title>
<link rel="icon" href="data:,">
<script src="/page/guard.js"></script>
${importMap}
<script type="module" src="${main}"></script>
</html>
`;
}

/** The file that a browser's bundler takes of a package. */
function browserEntry(folder) {
  const {
    exports,
    module,
    main = "index.js",
  } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const pick = (target) => {
    if (typeof target === "string") return target;
    for (const [condition, inner] of Object.entries(target ?? {})) {
      const found = ["browser", "import", "default", "."].includes(condition) ? pick(inner) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return (pick(exports) ?? module ?? main).replace(/^\.\//, "");
}
