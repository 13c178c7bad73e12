// @ts-check
/**
 * A static web server in this process, over a Map of paths, that can be told to misbehave
 * in the ways that real servers do.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { applyFault, collectBody, parseRange, takeFault } from "./serving.mjs";

/** @typedef {import("./embedded-http.d.mts").Behaviour} Behaviour */

/**
 * Starts the server.
 *
 * @param {import("./embedded-http.d.mts").HttpServerOptions} [options]
 * @returns {Promise<import("./embedded-http.d.mts").HttpServer>}
 */
export async function startHttp(options = {}) {
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  for (const [path, body] of options.files instanceof Map
    ? options.files
    : Object.entries(options.files ?? {}))
    files.set(path, typeof body === "string" ? new TextEncoder().encode(body) : body);
  /** @type {Behaviour} */
  const behaviour = { ...options.behaviour };
  /** @type {import("./embedded-s3.d.mts").SeenRequest[]} */
  const requests = [];
  /** @type {import("./embedded-s3.d.mts").Fault[]} */
  const faults = [];

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://local");
    const path = decodeURIComponent(url.pathname);
    /** @type {import("./embedded-s3.d.mts").SeenRequest} */
    const seen = {
      method: request.method ?? "",
      url: request.url ?? "",
      bucket: "",
      key: path,
      query: new Map(url.searchParams),
      headers: request.headers,
      status: undefined,
      aborted: false,
    };
    requests.push(seen);
    response.on("close", () => {
      seen.status = response.headersSent ? response.statusCode : undefined;
      seen.aborted = !response.writableFinished;
    });
    const fault = takeFault(faults, seen);
    try {
      await collectBody(request);
    } catch {
      return; // the client has gone
    }
    if (fault !== undefined && (await applyFault(fault, request, response))) return;
    const answer = respond(request, path, files, behaviour);
    answer.headers = { date: new Date().toUTCString(), ...answer.headers };
    const truncate = fault?.truncate ?? behaviour.truncate;
    response.writeHead(answer.status, {
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "*",
      ...answer.headers,
      ...(behaviour.chunked !== true ? { "content-length": answer.length } : {}),
    });
    if (request.method === "HEAD") response.end();
    else if (truncate !== undefined && truncate < answer.body.byteLength)
      response.write(answer.body.subarray(0, truncate), () => response.destroy());
    else response.end(answer.body);
  });
  await new Promise((resolve) => server.listen(options.port ?? 0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    files,
    behaviour,
    requests,
    inject: (fault) => void faults.push(fault),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * What tells the versions of a file apart.
 *
 * @param {Uint8Array} file
 * @param {Behaviour} behaviour
 * @returns {Record<string, string>}
 */
function versionHeaders(file, { versions = "etag", modified }) {
  if (versions === "none") return {};
  const date = { "last-modified": (modified ?? new Date(0)).toUTCString() };
  const etag = `"${createHash("md5").update(file).digest("hex")}"`;
  return versions === "etag" ? { etag } : versions === "weak" ? { ...date, etag: `W/${etag}` } : date;
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {string} path
 * @param {ReadonlyMap<string, Uint8Array>} files
 * @param {Behaviour} behaviour
 * @returns {{ status: number, headers: Record<string, string>, body: Uint8Array, length: number }}
 */
function respond(request, path, files, behaviour) {
  if (request.method === "OPTIONS" && behaviour.preflight === true)
    return plain(204, {
      "access-control-allow-methods": "GET, HEAD",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    });
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405);
  if (request.method === "HEAD" && behaviour.refuseHead !== undefined) return plain(behaviour.refuseHead);
  if (behaviour.redirect !== undefined && path.startsWith(behaviour.redirect.from))
    return plain(302, { location: behaviour.redirect.to + path.slice(behaviour.redirect.from.length) });
  const file = files.get(path);
  if (file === undefined) return directory(path, files, behaviour);
  const headers = {
    "content-type": "application/octet-stream",
    ...versionHeaders(file, behaviour),
    "accept-ranges": "bytes",
  };
  const size = file.byteLength;
  const asked = request.headers.range;
  const range = behaviour.ignoreRanges === true ? undefined : parseRange(asked, size);
  const suffix = /^bytes=-(\d+)$/.exec(asked ?? "");
  if (suffix !== null && behaviour.suffix !== undefined && behaviour.ignoreRanges !== true) {
    if (behaviour.suffix === "501") return plain(501);
    if (behaviour.suffix === "416") return plain(416);
    if (behaviour.suffix === "long416" && Number(suffix[1]) > size)
      return plain(416, { "content-range": `bytes */${size}` });
    if (behaviour.suffix === "first") {
      // Read as a range from the start to the number that follows the dash.
      const end = Math.min(Number(suffix[1]) + 1, size);
      return part(headers, file, 0, end, size);
    }
  }
  if (range === "unsatisfiable") return plain(416, { "content-range": `bytes */${size}` });
  if (range === undefined) {
    if (asked !== undefined && behaviour.gzipWhole === true) return compressed(200, headers, file);
    return { status: 200, headers, body: file, length: size };
  }
  if (behaviour.gzipRanges === true)
    return compressed(
      206,
      { ...headers, "content-range": `bytes ${range.start}-${range.end - 1}/${size}` },
      file.subarray(range.start, range.end),
    );
  if (behaviour.contentRange === "shifted")
    return part(headers, file, Math.min(range.start + 1, size - 1), Math.min(range.end + 1, size), size);
  const answer = part(headers, file, range.start, range.end, size);
  if (behaviour.contentRange === "missing") delete answer.headers["content-range"];
  if (behaviour.contentRange === "starred")
    answer.headers["content-range"] = `bytes ${range.start}-${range.end - 1}/*`;
  if (behaviour.contentRange === "shortBody") {
    answer.body = answer.body.subarray(0, -1);
    answer.length = answer.body.byteLength;
  }
  if (behaviour.contentRange === "longBody") {
    answer.body = new Uint8Array([...answer.body, 0]);
    answer.length = answer.body.byteLength;
  }
  return answer;
}

/** @param {Record<string, string>} headers @param {Uint8Array} file @param {number} start @param {number} end @param {number} size */
function part(headers, file, start, end, size) {
  const body = file.subarray(start, end);
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end - 1}/${size}` },
    body,
    length: body.byteLength,
  };
}

/** @param {number} status @param {Record<string, string>} headers @param {Uint8Array} body */
function compressed(status, headers, body) {
  const zipped = gzipSync(body);
  return {
    status,
    headers: { ...headers, "content-encoding": "gzip" },
    body: zipped,
    length: zipped.byteLength,
  };
}

/** @param {number} status @param {Record<string, string>} [headers] */
function plain(status, headers = {}) {
  return { status, headers, body: new Uint8Array(0), length: 0 };
}

/** A listing, as web servers make them, or a redirect to it. @param {string} path @param {ReadonlyMap<string, Uint8Array>} files @param {Behaviour} behaviour */
function directory(path, files, behaviour) {
  if (behaviour.listings !== true) return plain(404);
  const prefix = path.endsWith("/") ? path : `${path}/`;
  const names = new Set();
  for (const name of files.keys()) {
    if (!name.startsWith(prefix)) continue;
    const rest = name.slice(prefix.length);
    names.add(rest.includes("/") ? rest.slice(0, rest.indexOf("/") + 1) : rest);
  }
  if (names.size === 0 && prefix !== "/") return plain(404);
  if (!path.endsWith("/")) return plain(301, { location: encodeURI(prefix) });
  const links = [...names].map(
    (name) => `<li><a href="${encodeURIComponent(name).replace(/%2F$/, "/")}">x</a>`,
  );
  const page = `<html><a href="?C=N;O=D">Name</a> <a href="../">Up</a><a href="#top">top</a><ul>${links.join("\n")}</ul></html>`;
  const body = new TextEncoder().encode(page);
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8" },
    body,
    length: body.byteLength,
  };
}
