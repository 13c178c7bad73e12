/**
 * Byte requests: which part of a value is wanted.
 *
 * @module
 */

/** From `start` to `end` (exclusive), in bytes. */
export interface RangeByteRequest {
  readonly start: number;
  readonly end: number;
}
/** Everything from `offset` on, in bytes. */
export interface OffsetByteRequest {
  readonly offset: number;
}
/** The last `suffix` bytes; the whole value if it is shorter. */
export interface SuffixByteRequest {
  readonly suffix: number;
}
/** A part of a value. A range past the end is clamped, an empty one gives zero bytes. */
export type ByteRequest = RangeByteRequest | OffsetByteRequest | SuffixByteRequest;

/** A half-open range of bytes, `start <= end`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Resolves a request against a value of `size` bytes: clamped, never inverted.
 *
 * @throws TypeError when the request is none of the three forms.
 * @example
 * ```ts
 * resolveByteRequest({ suffix: 3 }, 10); // { start: 7, end: 10 }
 * ```
 */
export function resolveByteRequest(request: ByteRequest | undefined | null, size: number): ByteSpan {
  if (request === undefined || request === null) return { start: 0, end: size };
  validateByteRequest(request);
  if ("start" in request) {
    const start = Math.min(request.start, size);
    return { start, end: Math.max(start, Math.min(request.end, size)) };
  }
  if ("offset" in request) return { start: Math.min(request.offset, size), end: size };
  return { start: size - Math.min(request.suffix, size), end: size };
}

/** Checks that a byte request is one of the three forms with non-negative integers. */
export function validateByteRequest(request: unknown): asserts request is ByteRequest | undefined | null {
  if (request === undefined || request === null) return;
  if (typeof request === "object" && !Array.isArray(request)) {
    const { start, end, offset, suffix } = request as Partial<
      Record<"start" | "end" | "offset" | "suffix", unknown>
    >;
    if (isCount(start) && isCount(end)) return;
    if (isCount(offset) || isCount(suffix)) return;
  }
  throw new TypeError(`Unexpected byte_range, got ${describe(request)}.`);
}

/** Takes the requested part of bytes at hand. The result aliases `bytes`. */
export function sliceBytes(bytes: Uint8Array, request: ByteRequest | undefined | null): Uint8Array {
  if (request === undefined || request === null) return bytes;
  const { start, end } = resolveByteRequest(request, bytes.byteLength);
  return bytes.subarray(start, end);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
