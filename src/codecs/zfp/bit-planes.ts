/**
 * The embedded coding of zfp: integers, bit plane by bit plane from the highest, with groups of zeros coded as one bit.
 *
 * Integers are `Uint32Array`s of one or two words each, the lower word first.
 *
 * @module
 */
import type { BitReader, BitWriter } from "../bit-stream.ts";

/** Writes the upper `precision` bits of every integer in at most `maxBits` bits. Returns how many were written. */
export function encodePlanes(
  output: BitWriter,
  words: Uint32Array,
  wordsEach: 1 | 2,
  maxBits: number,
  precision: number,
): number {
  const size = words.length / wordsEach;
  const width = 32 * wordsEach;
  const lowest = Math.max(0, width - precision);
  let bits = maxBits;
  let n = 0;
  for (let plane = width - 1; bits > 0 && plane >= lowest; plane--) {
    const word = plane >> 5;
    const shift = plane & 31;
    // Coefficients that were significant in a higher plane come as they are.
    const plain = Math.min(n, bits);
    bits -= plain;
    for (let i = 0; i < plain; i++) output.bit((words[i * wordsEach + word]! >>> shift) & 1);
    let last = size - 1;
    while (last >= n && ((words[last * wordsEach + word]! >>> shift) & 1) === 0) last--;
    for (; bits > 0 && n < size; n++) {
      bits--;
      if (last < n) {
        output.bit(0);
        break;
      }
      output.bit(1);
      for (; bits > 0 && n < size - 1; n++) {
        const bit = (words[n * wordsEach + word]! >>> shift) & 1;
        bits--;
        output.bit(bit);
        if (bit === 1) break;
      }
    }
  }
  return maxBits - bits;
}

/** The reverse of `encodePlanes`; `words` is overwritten. Returns how many bits were read. */
export function decodePlanes(
  input: BitReader,
  words: Uint32Array,
  wordsEach: 1 | 2,
  maxBits: number,
  precision: number,
): number {
  words.fill(0);
  const size = words.length / wordsEach;
  const width = 32 * wordsEach;
  const lowest = Math.max(0, width - precision);
  let bits = maxBits;
  let n = 0;
  for (let plane = width - 1; bits > 0 && plane >= lowest; plane--) {
    const word = plane >> 5;
    const mask = 1 << (plane & 31);
    const plain = Math.min(n, bits);
    bits -= plain;
    for (let i = 0; i < plain; i++) if (input.bit() === 1) words[i * wordsEach + word]! |= mask;
    for (; bits > 0 && n < size; n++) {
      bits--;
      if (input.bit() === 0) break;
      for (; bits > 0 && n < size - 1; n++) {
        bits--;
        if (input.bit() === 1) break;
      }
      words[n * wordsEach + word]! |= mask;
    }
  }
  return maxBits - bits;
}
