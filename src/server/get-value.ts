/**
 * GET and HEAD of a value.
 *
 * @module
 */
import { isMissingKeyError } from "../storage/missing-key.ts";
import type { ByteSpan } from "../base/byte-request.ts";
import type { Store } from "../storage/store.ts";
import { wantedBytes } from "./byte-ranges.ts";
import { allowsRange, checkConditions, tagOfGzip } from "./conditions.ts";
import { acceptsGzip, gzipped } from "./gzip.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";
import { multipartBody } from "./multipart.ts";
import { empty, notFound, refusal } from "./responses.ts";
import type { Served } from "./served.ts";
import { isDocumentKey } from "./served.ts";
import type { ValueFacts } from "./stored-value.ts";
import { readSpans, valueFacts, ValueChanged } from "./stored-value.ts";
import { streamSpan } from "./stream-span.ts";

/** Longer spans are sent piece by piece, so that a slow client does not hold them in memory. */
const STREAMED_BYTES = 16 * 2 ** 20;
/** Several ranges are put together in memory; more than this and the header is ignored. */
const MAX_MULTIPART_BYTES = 64 * 2 ** 20;
/** Smaller documents do not get smaller on the wire. */
const MIN_GZIP_BYTES = 1024;
const ATTEMPTS = 3;

/** Answers a GET or HEAD of a key. */
export async function getValue(
  served: Served,
  key: string,
  request: Request,
  options: ResolvedHandlerOptions,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptGet(served, key, request, options);
    } catch (error) {
      const changed = error instanceof ValueChanged || isMissingKeyError(error);
      if (!changed) throw error;
      if (attempt === ATTEMPTS)
        return refusal(503, "The value changes faster than it can be read.", { "retry-after": "1" });
    }
  }
}

async function attemptGet(
  { store, isInMemory }: Served,
  key: string,
  request: Request,
  { cacheControl }: ResolvedHandlerOptions,
): Promise<Response> {
  const { signal, headers } = request;
  const isDocument = isDocumentKey(key);
  const facts = await valueFacts(store, key, isDocument || isInMemory, { signal });
  if (facts === undefined) return notFound();
  const { tag, size } = facts;
  const common: Record<string, string> = {
    "content-type": isDocument ? "application/json" : "application/octet-stream",
    "accept-ranges": "bytes",
    "cache-control": cacheControl,
    ...(tag === undefined ? {} : { etag: tag }),
    ...(isDocument ? { vary: "Accept-Encoding" } : {}),
  };
  const condition = checkConditions(headers, tag, true);
  if (condition === "not-modified") return empty(304, withoutEntity(common));
  if (condition === "failed") return refusal(412, "The value is not the one that was asked for.");

  // RFC 9110 defines ranges for GET alone.
  const isGet = request.method === "GET";
  const range = isGet && allowsRange(headers, tag) ? headers.get("range") : null;
  const wanted = wantedBytes(range, size);
  if (wanted.kind === "unsatisfiable")
    return refusal(416, "The value has no such bytes.", { "content-range": `bytes */${size}` });
  if (wanted.kind === "spans") {
    const { spans } = wanted;
    if (spans.length === 1) return await oneSpan(store, key, facts, spans[0]!, common, signal);
    if (spans.reduce((sum, { start, end }) => sum + end - start, 0) <= MAX_MULTIPART_BYTES) {
      const parts = await readSpans(store, key, facts, spans, { signal });
      const { body, boundary } = multipartBody(spans, parts, size, common["content-type"]!);
      return new Response(plain(body), {
        status: 206,
        headers: {
          ...common,
          "content-type": `multipart/byteranges; boundary=${boundary}`,
          "content-length": String(body.byteLength),
        },
      });
    }
  }
  const { bytes } = facts;
  if (isDocument && bytes !== undefined && size >= MIN_GZIP_BYTES && acceptsGzip(headers)) {
    const packed = await gzipped(bytes);
    if (packed !== undefined) {
      return new Response(isGet ? packed : null, {
        headers: {
          ...common,
          "content-encoding": "gzip",
          "content-length": String(packed.byteLength),
          ...(tag === undefined ? {} : { etag: tagOfGzip(tag) }),
        },
      });
    }
  }
  const whole = { start: 0, end: size };
  return new Response(isGet ? await bodyOf(store, key, facts, whole, signal) : null, {
    headers: { ...common, "content-length": String(size) },
  });
}

async function oneSpan(
  store: Store,
  key: string,
  facts: ValueFacts,
  span: ByteSpan,
  common: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  return new Response(await bodyOf(store, key, facts, span, signal), {
    status: 206,
    headers: {
      ...common,
      "content-length": String(span.end - span.start),
      "content-range": `bytes ${span.start}-${span.end - 1}/${facts.size}`,
    },
  });
}

async function bodyOf(
  store: Store,
  key: string,
  facts: ValueFacts,
  span: ByteSpan,
  signal: AbortSignal,
): Promise<BodyInit | null> {
  const length = span.end - span.start;
  if (length === 0) return null;
  // Without a version, pieces of two values could be put together.
  const isStreamed = length > STREAMED_BYTES && facts.bytes === undefined && facts.tag !== undefined;
  if (isStreamed) return streamSpan(store, key, facts, span, signal);
  const [bytes] = await readSpans(store, key, facts, [span], { signal });
  return plain(bytes!);
}

/** Bytes as a body: `fetch` takes none in shared memory. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function withoutEntity(headers: Record<string, string>): Record<string, string> {
  const { "content-type": _type, ...rest } = headers;
  return rest;
}
