import { isInMemory, kernelMemory } from "./memory.ts";

const MODULUS = 65521;
/** How many bytes can be summed before the sums must be reduced to stay exact in 32 bits. */
const RUN = 5552;
/** Below this a loop is as fast. */
const MIN_VECTORS = 256;

/**
 * Adler-32 of bytes (RFC 1950), as an unsigned integer.
 *
 * @example
 * ```ts
 * adler32(new TextEncoder().encode("Wikipedia")); // 0x11e60398
 * ```
 */
export function adler32(bytes: Uint8Array): number {
  const memory = bytes.length < MIN_VECTORS ? undefined : kernelMemory();
  // Other bytes would have to be copied there first.
  if (memory === undefined || !isInMemory(memory, bytes)) return adler32Plainly(bytes);
  return memory.exports.adler32(bytes.byteOffset, bytes.length) >>> 0;
}

/** The plain twin of `adler32`. */
export function adler32Plainly(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  const { length } = bytes;
  for (let start = 0; start < length; start += RUN) {
    const end = Math.min(length, start + RUN);
    for (let at = start; at < end; at++) {
      a += bytes[at]!;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}
