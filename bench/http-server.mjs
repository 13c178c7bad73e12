// Serves a folder over HTTP on the loopback, with ranges and a delay before each answer, and counts.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { join, normalize, sep } from "node:path";

/** Starts a server: `{ url, requests, bytes, reset(), close() }`; `bytes` are those of bodies. */
export async function serveFolder(folder, latency) {
  const counter = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    counter.requests++;
    setTimeout(() => {
      const { status, headers, body } = answer(folder, request);
      response.writeHead(status, { "content-length": body.length, "accept-ranges": "bytes", ...headers });
      if (request.method === "HEAD") response.end();
      else {
        counter.bytes += body.length;
        response.end(body);
      }
    }, latency);
  });
  await new Promise((settle) => server.listen(0, "127.0.0.1", settle));
  return Object.assign(counter, {
    url: `http://127.0.0.1:${server.address().port}`,
    reset() {
      counter.requests = 0;
      counter.bytes = 0;
    },
    close() {
      server.closeAllConnections();
      return new Promise((settle) => server.close(settle));
    },
  });
}

function answer(folder, { url, headers }) {
  const none = (status) => ({ status, headers: {}, body: Buffer.alloc(0) });
  const path = normalize(join(folder, decodeURIComponent(new URL(url, "http://host").pathname)));
  if (!path.startsWith(folder + sep)) return none(404);
  let body;
  try {
    body = readFileSync(path);
  } catch {
    return none(404);
  }
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (first === undefined || first + last === "") return { status: 200, headers: {}, body };
  const start = first === "" ? Math.max(0, body.length - Number(last)) : Number(first);
  const end = first === "" || last === "" ? body.length : Math.min(Number(last) + 1, body.length);
  if (start >= end) return none(416);
  return {
    status: 206,
    headers: { "content-range": `bytes ${start}-${end - 1}/${body.length}` },
    body: body.subarray(start, end),
  };
}
