const MODULUS = 65521;
/** How many bytes can be summed before the sums must be reduced to stay exact in 32 bits. */
const RUN = 5552;

/**
 * Adler-32 of bytes (RFC 1950), as an unsigned integer.
 *
 * @example
 * ```ts
 * adler32(new TextEncoder().encode("Wikipedia")); // 0x11e60398
 * ```
 */
export function adler32(bytes: Uint8Array): number {
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
