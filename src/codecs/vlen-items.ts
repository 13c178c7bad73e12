/**
 * Items of any length as bytes: a count, then each item's length and bytes. All numbers are
 * little-endian `uint32`. Several codecs of numcodecs share this frame.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

const WORD = 4;
const MAX_LENGTH = 2 ** 32 - 1;

/** Writes items into one frame. Throws CodecError where a length does not fit. */
export function writeItems(items: readonly Uint8Array[]): Uint8Array {
  let size = WORD;
  for (const item of items) size += WORD + item.length;
  if (items.length > MAX_LENGTH || items.some((item) => item.length > MAX_LENGTH)) {
    throw new CodecError("A chunk of variable-length items is too large: counts and lengths have 32 bits.", {
      expected: MAX_LENGTH,
    });
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, items.length, true);
  let at = WORD;
  for (const item of items) {
    view.setUint32(at, item.length, true);
    bytes.set(item, at + WORD);
    at += WORD + item.length;
  }
  return bytes;
}

/**
 * Reads a frame and calls `take` for each item, with where it starts and ends in `bytes`.
 *
 * @param count - how many items there must be, which the shape of the chunk tells.
 * @throws CodecError when the count is another, an item reaches beyond the end, or bytes are left over.
 */
export function readItems(
  bytes: Uint8Array,
  count: number,
  take: (start: number, end: number, index: number) => void,
): void {
  if (bytes.length < WORD) throw broken("is too short to hold its count of items", WORD, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stored = view.getUint32(0, true);
  if (stored !== count) throw broken("does not hold as many items as its shape says", count, stored);
  let at = WORD;
  for (let index = 0; index < count; index++) {
    if (at + WORD > bytes.length) throw broken(`ends before item ${index}`, at + WORD, bytes.length);
    const start = at + WORD;
    const end = start + view.getUint32(at, true);
    if (end > bytes.length) throw broken(`ends within item ${index}`, end, bytes.length);
    take(start, end, index);
    at = end;
  }
  if (at !== bytes.length) throw broken("has bytes after its last item", at, bytes.length);
}

function broken(what: string, expected: number, actual: number): CodecError {
  return new CodecError(`A chunk of variable-length items ${what}.`, { expected, actual });
}
