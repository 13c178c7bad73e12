/**
 * A transport over undici's own connections, for Node: less work for each request than `fetch`.
 *
 * @module
 */
import { MissingDependencyError } from "../base/errors.ts";
import { nodeBuiltin } from "../base/platform.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** Options of `undiciTransport`. */
export interface UndiciTransportOptions {
  /** Connections to one origin. Default 64, as many as the request policy lets run. */
  readonly connections?: number | undefined;
}

/** The part of undici that is used; the package is an optional peer, so that its types are not here. */
interface Undici {
  readonly Agent: new (options: object) => Dispatcher;
  readonly interceptors: { redirect(options: object): unknown };
  request(url: string, options: object): Promise<UndiciAnswer>;
}

interface Dispatcher {
  compose(interceptor: unknown): Dispatcher;
}

interface Body extends AsyncIterable<Uint8Array> {
  destroy(error?: Error): unknown;
  on(event: "error", listener: () => void): unknown;
}

interface UndiciAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Body & { dump(): Promise<unknown> };
  readonly context?: { readonly history?: readonly URL[] } | undefined;
}

const MAX_REDIRECTS = 10;

/**
 * Sends requests by the package `undici` (7 or later, an optional peer), which is loaded at the
 * first request. On runtimes other than Node use the default transport.
 *
 * @throws MissingDependencyError, at the first request, when the package is not installed.
 * @example
 * ```ts no-run
 * const fs = new S3FileSystem({ anon: true, transport: undiciTransport({ connections: 32 }) });
 * ```
 */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  const { connections = 64 } = options;
  if (!Number.isInteger(connections) || connections < 1)
    throw new RangeError(`connections must be a positive integer, got ${String(connections)}.`);
  let client: Promise<Client> | undefined;
  return async (request) => {
    client ??= makeClient(connections).catch((error: unknown) => {
      client = undefined; // it may be installed by the next request
      throw error;
    });
    return send(await client, request);
  };
}

interface Client {
  readonly undici: Undici;
  readonly direct: Dispatcher;
  readonly following: Dispatcher;
}

async function makeClient(connections: number): Promise<Client> {
  const undici = await loadUndici();
  // Timeouts are the request policy's.
  const direct = new undici.Agent({ connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  return {
    undici,
    direct,
    following: direct.compose(undici.interceptors.redirect({ maxRedirections: MAX_REDIRECTS })),
  };
}

async function loadUndici(): Promise<Undici> {
  const name = "undici"; // not a literal: a bundler need not find an optional package
  try {
    // The package's exports have these members since version 7.
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Undici;
  } catch (cause) {
    throw new MissingDependencyError("undiciTransport needs the package undici: npm install undici", {
      cause,
    });
  }
}

async function send({ undici, direct, following }: Client, request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, redirect, signal } = request;
  const answer = await undici.request(url, {
    dispatcher: redirect === "follow" ? following : direct,
    method,
    headers,
    body,
    signal,
  });
  const history = answer.context?.history;
  return {
    status: answer.statusCode,
    headers: { get: (name) => headerOf(answer.headers[name.toLowerCase()]) },
    body: method === "HEAD" ? await withoutBody(answer) : decoded(answer),
    url: history?.at(-1)?.href ?? url,
  };
}

function headerOf(value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : value.join(", ");
}

/** Ends an answer that has no body, so that its connection is free again. */
async function withoutBody(answer: UndiciAnswer): Promise<null> {
  await answer.body.dump();
  return null;
}

/** The body, with its content encoding undone, as `fetch` does. */
function decoded(answer: UndiciAnswer): ReadableStream<Uint8Array> {
  const stream = streamOf(answer.body);
  const encoding = headerOf(answer.headers["content-encoding"])?.trim().toLowerCase();
  if (encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate") {
    const format = encoding === "deflate" ? "deflate" : "gzip";
    // Bytes over any buffer that is not shared are taken, which those of a socket are.
    const decoder = new DecompressionStream(format) as unknown as ReadableWritablePair<
      Uint8Array,
      Uint8Array
    >;
    return stream.pipeThrough(decoder);
  }
  if (encoding !== "br") return stream;
  const decoder = nodeBuiltin("zlib", "undiciTransport").createBrotliDecompress();
  void feed(stream, decoder);
  return streamOf(decoder);
}

async function feed(
  stream: ReadableStream<Uint8Array>,
  decoder: { write(chunk: Uint8Array): unknown; end(): unknown; destroy(error?: Error): unknown },
): Promise<void> {
  try {
    for await (const piece of stream) decoder.write(piece);
    decoder.end();
  } catch (error) {
    decoder.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function streamOf(body: Body): ReadableStream<Uint8Array> {
  body.on("error", () => {}); // whoever reads gets the error; when nobody does, nobody wants it
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
