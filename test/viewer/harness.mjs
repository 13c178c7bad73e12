// What the tests of the viewer have in common: a browser, servers that count requests, and a list of tests.
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeHandler, serve, viewerFiles } from "../../dist/server.js";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const viewerFolder = join(root, "dist", "viewer");

/** The tests in their order. */
export const tests = [];

/** Adds a test: `run({ page, open, … })` of `world.mjs`. */
export function test(name, run) {
  tests.push({ name, run });
}

/** A test that cannot be run here, and why. */
export class Skip extends Error {}

const started = [];

/** Serves a node with the viewer, and remembers what was asked for. `change` may answer in place of the handler. */
export async function startServer(node, { latency = 0, change, viewer = true } = {}) {
  const requests = [];
  const handler = nodeHandler(node, viewer ? { viewer: viewerFiles() } : {});
  const server = await serve(
    async (request) => {
      const { pathname } = new URL(request.url);
      requests.push({ method: request.method, path: pathname, at: performance.now() });
      if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
      return (await change?.(pathname, request)) ?? (await handler(request));
    },
    { port: 0, shutdownSeconds: 0 },
  );
  started.push(() => server.close());
  return {
    url: server.url,
    requests,
    /** Chunks below a path that were read since the last call. */
    takeChunks(below = "/") {
      const isChunk = ({ method, path }) => method === "GET" && /\/c\/[\d/]+$/.test(path);
      const taken = requests.splice(0).filter(isChunk);
      return taken.map(({ path }) => path).filter((path) => path.startsWith(below));
    },
  };
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** A static host that knows nothing of Zarr: the files of `dist/viewer`, and no more. */
export async function startStatic() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    try {
      const body = await readFile(join(viewerFolder, ...name.split("/").filter((part) => part !== "..")));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  started.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}` };
}

/** A folder that is removed at the end. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), "zarrkit-viewer-"));
  started.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ends everything that was started. */
export async function stopAll() {
  for (const stop of started.splice(0).reverse()) await stop();
}

export function equal(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

export function near(actual, expected, tolerance, what) {
  if (!(Math.abs(actual - expected) <= tolerance))
    throw new Error(`${what}: expected ${expected} ± ${tolerance}, got ${actual}`);
}
