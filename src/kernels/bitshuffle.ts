/**
 * Bit shuffle, as c-blosc does it: bit `k` of byte `j` of every element lies together with
 * those of all the others, eight elements to a byte, the first in the lowest bit. A block whose
 * number of elements is not a multiple of eight is copied as it is; so are the bytes after the
 * last whole element.
 *
 * @module
 */

/** Shuffles the bits of `source[from..from + length)` into `target` at `to`. The arrays must not overlap. */
export function bitshuffle(
  source: Uint8Array,
  from: number,
  length: number,
  itemSize: number,
  target: Uint8Array,
  to: number,
): void {
  const count = Math.floor(length / itemSize);
  if (count % 8 !== 0) return copyAll(source, from, length, target, to);
  const row = count >> 3;
  for (let byte = 0; byte < itemSize; byte++) {
    const plane = to + byte * count;
    let at = from + byte;
    for (let group = 0; group < row; group++) {
      // Eight bytes as an 8 x 8 matrix of bits, in two halves, transposed by three exchanges.
      let low =
        source[at]! |
        (source[at + itemSize]! << 8) |
        (source[at + 2 * itemSize]! << 16) |
        (source[at + 3 * itemSize]! << 24);
      at += 4 * itemSize;
      let high =
        source[at]! |
        (source[at + itemSize]! << 8) |
        (source[at + 2 * itemSize]! << 16) |
        (source[at + 3 * itemSize]! << 24);
      at += 4 * itemSize;
      let swap = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= swap ^ (swap << 7);
      swap = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= swap ^ (swap << 7);
      swap = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= swap ^ (swap << 14);
      swap = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= swap ^ (swap << 14);
      swap = ((low >>> 4) ^ high) & 0x0f0f0f0f;
      high ^= swap;
      low ^= swap << 4;
      const out = plane + group;
      target[out] = low;
      target[out + row] = low >>> 8;
      target[out + 2 * row] = low >>> 16;
      target[out + 3 * row] = low >>> 24;
      target[out + 4 * row] = high;
      target[out + 5 * row] = high >>> 8;
      target[out + 6 * row] = high >>> 16;
      target[out + 7 * row] = high >>> 24;
    }
  }
  const done = count * itemSize;
  copyAll(source, from + done, length - done, target, to + done);
}

/** Undoes `bitshuffle`. */
export function bitunshuffle(
  source: Uint8Array,
  from: number,
  length: number,
  itemSize: number,
  target: Uint8Array,
  to: number,
): void {
  const count = Math.floor(length / itemSize);
  if (count % 8 !== 0) return copyAll(source, from, length, target, to);
  const row = count >> 3;
  for (let byte = 0; byte < itemSize; byte++) {
    const plane = from + byte * count;
    let out = to + byte;
    for (let group = 0; group < row; group++) {
      const at = plane + group;
      let low =
        source[at]! |
        (source[at + row]! << 8) |
        (source[at + 2 * row]! << 16) |
        (source[at + 3 * row]! << 24);
      let high =
        source[at + 4 * row]! |
        (source[at + 5 * row]! << 8) |
        (source[at + 6 * row]! << 16) |
        (source[at + 7 * row]! << 24);
      let swap = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= swap ^ (swap << 7);
      swap = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= swap ^ (swap << 7);
      swap = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= swap ^ (swap << 14);
      swap = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= swap ^ (swap << 14);
      swap = ((low >>> 4) ^ high) & 0x0f0f0f0f;
      high ^= swap;
      low ^= swap << 4;
      target[out] = low;
      target[out + itemSize] = low >>> 8;
      target[out + 2 * itemSize] = low >>> 16;
      target[out + 3 * itemSize] = low >>> 24;
      out += 4 * itemSize;
      target[out] = high;
      target[out + itemSize] = high >>> 8;
      target[out + 2 * itemSize] = high >>> 16;
      target[out + 3 * itemSize] = high >>> 24;
      out += 4 * itemSize;
    }
  }
  const done = count * itemSize;
  copyAll(source, from + done, length - done, target, to + done);
}

function copyAll(source: Uint8Array, from: number, length: number, target: Uint8Array, to: number): void {
  if (length > 0) target.set(source.subarray(from, from + length), to);
}
