/**
 * The listener for Node, which Deno and Bun have, too. It is looked up when it is called, so that the entry can be
 * imported everywhere.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AbortOptions } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import { UnsupportedError } from "../base/errors.ts";
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import { tryNodeBuiltin } from "../base/platform.ts";
import type { Handler } from "./handler.ts";
import { requestOf } from "./node-request.ts";
import { sendResponse } from "./node-response.ts";
import { hasDotSegment } from "./request-path.ts";
import { notFound } from "./responses.ts";

/** Options of `serve`. */
export interface ServeOptions extends AbortOptions {
  /** Address to listen at. Default `127.0.0.1`: this machine alone. */
  readonly host?: string | undefined;
  /** Default `"auto"`: 8000, or any free one where that is taken. 0: any free one. A number must be free. */
  readonly port?: number | "auto" | undefined;
  /** How long requests under way may take when the server closes. Default 5. */
  readonly shutdownSeconds?: number | undefined;
}

/** A server that listens. `await using` closes it, where the runtime has that. */
export interface RunningServer {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, lets requests under way finish, cuts off those that take too long, and resolves. */
  close(): Promise<void>;
  /** Settles when the server has closed, by `close()` or by the signal. */
  readonly closed: Promise<void>;
}

const NAMES = optionNames({ host: 0, port: 0, shutdownSeconds: 0, signal: 0 });
const AUTO_PORT = 8000;

/**
 * Listens for HTTP, and closes when the signal aborts.
 *
 * @throws UnsupportedError where the runtime cannot listen; RangeError for a port that is none; an `EADDRINUSE` error
 * when a port that was asked for is taken.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { nodeHandler, serve } from "zarrkit/server";
 *
 * const z = await createArray({}, { shape: [2], dtype: "int32" });
 * const server = await serve(nodeHandler(z), { port: 0 });
 * (await fetch(`${server.url}/zarr.json`)).status; // 200
 * await server.close();
 * ```
 */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<RunningServer> {
  checkOptionNames(options, NAMES, "serve");
  const { host = "127.0.0.1", port = "auto", shutdownSeconds = 5, signal } = options;
  throwIfAborted(signal);
  if (port !== "auto" && !(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw new RangeError(`port is a whole number up to 65535, or "auto"; got ${String(port)}.`);
  const http = tryNodeBuiltin("http");
  if (http === undefined)
    throw new UnsupportedError(
      "This runtime cannot listen; pass the handler to what it has in place of a server.",
    );
  const server: Server = http.createServer((message, response) => {
    response.once("close", () => {
      // A connection that was busy when the server closed is not kept for another request.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    void respond(handler, message, response);
  });
  // Slow requests are cut off by Node's own limits; an idle connection is kept a little longer than most proxies do.
  server.keepAliveTimeout = 65_000;
  await listen(server, host, port);

  const address = server.address();
  // A server that listens on a host and port has an address of that form.
  const bound = typeof address === "object" && address !== null ? address.port : 0;
  const closed = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const onAbort = (): void => void close();
  const close = async (): Promise<void> => {
    signal?.removeEventListener("abort", onAbort);
    if (server.listening) {
      server.close();
      server.closeIdleConnections();
    }
    const timer = setTimeout(() => server.closeAllConnections(), shutdownSeconds * 1000);
    await closed;
    clearTimeout(timer);
  };
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  const running: RunningServer = {
    url: `http://${urlHost(host)}:${bound}`,
    host,
    port: bound,
    close,
    closed,
  };
  const { asyncDispose } = Symbol as { asyncDispose?: symbol }; // older runtimes and lib ES2022 lack it
  if (asyncDispose !== undefined) Object.defineProperty(running, asyncDispose, { value: close });
  return running;
}

async function respond(handler: Handler, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new DOMException("The client has left.", "AbortError"));
  });
  try {
    const isStrange = hasDotSegment(message.url ?? "");
    const request = isStrange ? undefined : requestOf(message, gone.signal);
    // A path that a parser would move elsewhere names nothing.
    const answer = request === undefined ? notFound() : await handler(request);
    await sendResponse(answer, response, message.method === "HEAD");
  } catch {
    // The handler answers failures itself: this one happened while sending. The client sees the connection cut.
    response.destroy();
  }
}

async function listen(server: Server, host: string, port: number | "auto"): Promise<void> {
  if (port !== "auto") {
    await listenAt(server, host, port);
    return;
  }
  try {
    await listenAt(server, host, AUTO_PORT);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    await listenAt(server, host, 0);
  }
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(error);
    server.once("error", onError);
    server.listen(port, host, () => {
      server.removeListener("error", onError);
      resolve();
    });
  });
}

/** A host as it is written in a URL; where the server listens on all addresses, the one of this machine. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
