/**
 * What answers to range requests are worth.
 *
 * @module
 */
import type { ByteSpan } from "../base/byte-request.ts";
import { parseContentRange } from "./content-range.ts";
import type { HttpResponse } from "./transport.ts";

/** Bytes, the answer that they come from, and the length of the value where that is known. */
export interface Found {
  readonly bytes: Uint8Array;
  readonly answer: HttpResponse;
  readonly total: number | undefined;
}

/** What an answer to a range request is worth. */
export type Verdict =
  | { readonly kind: "bytes"; readonly found: Found }
  /** Said to lie past the end. */
  | { readonly kind: "past"; readonly found: Found }
  /** Shorter than asked for, which only the size of the value can explain. */
  | { readonly kind: "short" }
  | {
      readonly kind: "distrust";
      readonly reason: string;
      readonly total: number | undefined;
      /** Is it the way of this origin, not of this value alone? */
      readonly lasting: boolean;
    };

/** The span from `start` to `end` of a value of `size` bytes. */
export function clamp(start: number, end: number, size: number): ByteSpan {
  const first = Math.min(start, size);
  return { start: first, end: Math.max(first, Math.min(end, size)) };
}

/** The bytes that were asked for. */
export function given(found: Found): Verdict {
  return { kind: "bytes", found };
}

/** No bytes, since there are none there. */
export function past(answer: HttpResponse, total: number | undefined): Verdict {
  return { kind: "past", found: { bytes: new Uint8Array(0), answer, total } };
}

/** An answer that cannot be believed, and whether the origin is like that. */
export function distrust(reason: string, total?: number, lasting: boolean = true): Verdict {
  return { kind: "distrust", reason, total, lasting };
}

/** A 416 means "past the end", unless the server says itself that it is not. */
export function pastEnd(response: HttpResponse, start: number): Verdict {
  const total = parseContentRange(response.headers.get("content-range"))?.total;
  if (total !== undefined && start < total)
    return distrust(`416 for a range within its ${total} bytes`, total, false);
  return past(response, total);
}
