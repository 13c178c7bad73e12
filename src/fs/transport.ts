/**
 * How requests reach a server: one function, which can be replaced.
 *
 * @module
 */
import { unsharedBytes } from "../base/unshared-bytes.ts";

/** What a browser's cache may do: as the server says, ask whether its copy is current, stay out, be renewed, or answer whatever its age. */
export type CacheMode = "default" | "no-cache" | "no-store" | "reload" | "force-cache";

/** One HTTP request, complete and encoded. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /** What to do with a redirect: `"manual"` hands it back, as signed requests need. */
  readonly redirect: "follow" | "manual";
  /** Whether cookies go along, in browsers. */
  readonly credentials?: "omit" | "same-origin" | "include" | undefined;
  /** How a browser's cache takes part. Default: as the server says; with an `authorization` header `"no-store"`. */
  readonly cache?: CacheMode | undefined;
  /** Aborts the request down to its socket. */
  readonly signal: AbortSignal;
}

/** The answer; a `Response` is one. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  /** Where redirects led; empty or absent when unknown. */
  readonly url?: string | undefined;
  /** True when the platform may hide headers from us, as a browser does across origins. */
  readonly hidesHeaders?: boolean | undefined;
}

/**
 * Sends a request. It rejects when no answer comes, honours `signal`, and decodes a
 * `Content-Encoding` as `fetch` does, leaving the header in place.
 */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * The default transport: the runtime's `fetch`, looked up at each request. Signed requests go past a
 * browser's cache: it would keep old values for a while, and join parts of an old value and a new one.
 */
export const fetchTransport: Transport = async (request) => {
  const cache = request.headers["authorization"] === undefined ? request.cache : "no-store";
  const response = await globalThis.fetch(request.url, {
    method: request.method,
    headers: request.headers,
    redirect: request.redirect,
    signal: request.signal,
    ...(request.body === undefined ? {} : { body: unsharedBytes(request.body) }),
    ...(request.credentials === undefined ? {} : { credentials: request.credentials }),
    ...(cache === undefined ? {} : { cache }),
  });
  const { status, headers, body, url } = response;
  return { status, headers, body, url, hidesHeaders: response.type === "cors" };
};
