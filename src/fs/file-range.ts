/**
 * From fsspec's `start` and `end` to a byte request.
 *
 * @module
 */
import type { ByteRequest } from "../base/byte-request.ts";

/** What `start` and `end` mean: a request, or a range that only the size of the file settles. */
export type FileRange =
  | { readonly kind: "request"; readonly request: ByteRequest | undefined }
  | { readonly kind: "relative"; readonly resolve: (size: number) => ByteRequest };

/**
 * Reads `start` and `end` as Python slices do: negative numbers count from the end.
 * A negative `start` alone is a suffix, which needs no size.
 *
 * @throws RangeError when a bound is no integer.
 */
export function parseFileRange(start: number | null | undefined, end: number | null | undefined): FileRange {
  checkBound("start", start);
  checkBound("end", end);
  const from = start ?? 0;
  if (end === undefined || end === null) {
    if (from < 0) return { kind: "request", request: { suffix: -from } };
    return { kind: "request", request: from === 0 ? undefined : { offset: from } };
  }
  if (from >= 0 && end >= 0) return { kind: "request", request: { start: from, end: Math.max(from, end) } };
  return {
    kind: "relative",
    resolve: (size) => {
      const first = from < 0 ? Math.max(0, size + from) : from;
      return { start: first, end: Math.max(first, end < 0 ? size + end : end) };
    },
  };
}

function checkBound(name: string, value: number | null | undefined): void {
  if (value !== undefined && value !== null && !Number.isSafeInteger(value))
    throw new RangeError(`${name} must be an integer, got ${String(value)}.`);
}
