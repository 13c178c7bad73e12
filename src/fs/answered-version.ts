/**
 * Which version of a value an answer comes from, for readers of parts that belong together.
 *
 * @module
 */
import type { HttpResponse } from "./transport.ts";

/** How much older than an answer a time of change is, at least, to tell versions apart: it counts whole seconds. */
const STRONG_MS = 1000;
/** The same, where only our own clock tells when the answer was made. */
const STRONG_BY_OUR_CLOCK_MS = 60_000;

/**
 * The strong ETag of an answer. Without one its time of change, where that is old enough to be strong
 * (RFC 9110, section 8.8.2.2): a value that changed within the last second may change again unseen.
 *
 * @example
 * ```ts
 * answeredVersion(new Response("", { headers: { etag: '"5d41402a"' } })); // "5d41402a"
 * ```
 */
export function answeredVersion({ headers }: Pick<HttpResponse, "headers">): string | undefined {
  const etag = headers.get("etag");
  if (etag !== null && etag !== "" && !etag.startsWith("W/")) return etag;
  const modified = Date.parse(headers.get("last-modified") ?? "");
  if (Number.isNaN(modified)) return undefined;
  const answered = Date.parse(headers.get("date") ?? "");
  const strong = Number.isNaN(answered)
    ? Date.now() - modified >= STRONG_BY_OUR_CLOCK_MS
    : answered - modified >= STRONG_MS;
  return strong ? `modified ${modified}` : undefined;
}
