/**
 * The header `Range`. Pure. RFC 9110, section 14.
 *
 * @module
 */
import type { ByteSpan } from "../base/byte-request.ts";

/** What to send of a value: all of it, some spans, or nothing because no span lies in it. */
export type WantedBytes =
  | { readonly kind: "whole" }
  | { readonly kind: "spans"; readonly spans: readonly ByteSpan[] }
  | { readonly kind: "unsatisfiable" };

/** More ranges than this are taken for an attack, and the header is ignored. */
const MAX_RANGES = 100;
const WHOLE: WantedBytes = { kind: "whole" };

/**
 * The spans that a `Range` header asks for, of a value of `size` bytes. Ranges that overlap or touch become one. A header
 * of another unit, or one that is malformed, is ignored, as the RFC wants.
 *
 * @example
 * ```ts
 * wantedBytes("bytes=0-1,-2", 10); // { kind: "spans", spans: [{ start: 0, end: 2 }, { start: 8, end: 10 }] }
 * wantedBytes("bytes=10-", 10); // { kind: "unsatisfiable" }
 * ```
 */
export function wantedBytes(header: string | null, size: number): WantedBytes {
  if (header === null) return WHOLE;
  const match = /^bytes\s*=(.*)$/i.exec(header.trim());
  if (match === null) return WHOLE;
  const parts = match[1]!.split(",", MAX_RANGES + 1);
  if (parts.length > MAX_RANGES) return WHOLE;
  const spans: ByteSpan[] = [];
  let asked = 0;
  for (const part of parts) {
    const text = part.trim();
    if (text === "") continue; // a list may have empty elements
    const bounds = /^(\d{0,16})-(\d{0,16})$/.exec(text);
    if (bounds === null || text === "-") return WHOLE;
    asked++;
    const [, first = "", last = ""] = bounds;
    if (first !== "" && last !== "" && Number(last) < Number(first)) {
      // On its own it says nothing that can be served; within a list it makes the whole header invalid.
      if (parts.length === 1) return { kind: "unsatisfiable" };
      return WHOLE;
    }
    const span = spanOf(first, last, size);
    if (span !== undefined) spans.push(span);
  }
  if (asked === 0) return WHOLE;
  return spans.length === 0 ? { kind: "unsatisfiable" } : { kind: "spans", spans: merged(spans) };
}

function spanOf(first: string, last: string, size: number): ByteSpan | undefined {
  const span =
    first === ""
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) };
  return span.start < span.end ? span : undefined;
}

/** The same spans in their order if none overlap or touch, else sorted and joined. */
function merged(spans: readonly ByteSpan[]): readonly ByteSpan[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const joined: ByteSpan[] = [];
  for (const span of sorted) {
    const previous = joined.at(-1);
    if (previous === undefined || span.start > previous.end) joined.push(span);
    else joined[joined.length - 1] = { start: previous.start, end: Math.max(previous.end, span.end) };
  }
  return joined.length === spans.length ? spans : joined;
}
