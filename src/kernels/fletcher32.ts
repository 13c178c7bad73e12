/** Pairs of bytes that can be summed before the sums must be folded to stay exact in 32 bits. */
const RUN = 360;

/**
 * Fletcher's checksum of 32 bits as HDF5 computes it: over big-endian words of 16 bits, a last
 * odd byte being the high half of one.
 *
 * @example
 * ```ts
 * fletcher32(Uint8Array.of(1, 2, 3, 4)); // 0x05080406
 * ```
 */
export function fletcher32(bytes: Uint8Array): number {
  let sum1 = 0;
  let sum2 = 0;
  const pairs = bytes.length >> 1;
  for (let start = 0; start < pairs; start += RUN) {
    const end = Math.min(pairs, start + RUN);
    for (let pair = start; pair < end; pair++) {
      sum1 += (bytes[2 * pair]! << 8) | bytes[2 * pair + 1]!;
      sum2 += sum1;
    }
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  if (bytes.length % 2 === 1) {
    sum1 += bytes[bytes.length - 1]! << 8;
    sum2 += sum1;
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  return ((fold(sum2) << 16) | fold(sum1)) >>> 0;
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}
