/**
 * Byte order of elements: reverses the words of every element.
 *
 * @module
 */
import { wasmSwapBytes } from "./wasm-steps.ts";

/** A word within an element: `size` bytes at `offset`. */
export interface Word {
  readonly offset: number;
  readonly size: number;
}

/** Below this the plain loops are as fast as a call of the kernels. */
const MIN_BYTES = 512;

/**
 * A copy of `bytes` in which the given words of every element of `itemSize` bytes are
 * reversed. The input is never changed.
 *
 * @param transient May the copy lie in the memory of the kernels? Default: no.
 */
export function swapWords(
  bytes: Uint8Array,
  itemSize: number,
  words: readonly Word[],
  transient = false,
): Uint8Array {
  const first = words[0];
  if (first !== undefined && bytes.length >= MIN_BYTES && isUniform(itemSize, words)) {
    const swapped = wasmSwapBytes(bytes, first.size, transient);
    if (swapped !== undefined) return swapped;
  }
  return swapWordsPlainly(bytes, itemSize, words);
}

/** The plain twin of `swapWords`. */
export function swapWordsPlainly(bytes: Uint8Array, itemSize: number, words: readonly Word[]): Uint8Array {
  const swapped = new Uint8Array(bytes);
  const first = words[0];
  if (first !== undefined && isUniform(itemSize, words)) {
    swapUniform(swapped, first.size);
    return swapped;
  }
  for (const { offset, size } of words) {
    for (let at = offset; at + size <= swapped.length; at += itemSize) reverse(swapped, at, size);
  }
  return swapped;
}

/** Do words of one size tile the element, so that the bytes are one run of words? */
function isUniform(itemSize: number, words: readonly Word[]): boolean {
  const size = words[0]!.size;
  return (
    words.length * size === itemSize &&
    words.every((word, i) => word.size === size && word.offset === i * size)
  );
}

function swapUniform(bytes: Uint8Array, size: number): void {
  const { length } = bytes;
  if (size === 2) {
    for (let i = 0; i + 1 < length; i += 2) {
      const low = bytes[i]!;
      bytes[i] = bytes[i + 1]!;
      bytes[i + 1] = low;
    }
  } else {
    for (let i = 0; i + size <= length; i += size) reverse(bytes, i, size);
  }
}

function reverse(bytes: Uint8Array, start: number, size: number): void {
  for (let low = start, high = start + size - 1; low < high; low++, high--) {
    const byte = bytes[low]!;
    bytes[low] = bytes[high]!;
    bytes[high] = byte;
  }
}
