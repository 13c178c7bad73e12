// Adler-32 (RFC 1950).

const MODULUS: u32 = 65521;
/** So many bytes can be summed before the sums must be reduced to stay exact in 32 bits; whole vectors. */
const RUN: usize = 5552;

/** The checksum of `length` bytes. */
export function adler32(at: usize, length: usize): u32 {
  const high = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const low = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  const end = at + length;
  let a: u32 = 1;
  let b: u32 = 0;
  while (at < end) {
    const stop = min(end, at + RUN);
    const vectors = (stop - at) & ~15;
    const whole = at + vectors;
    b += a * <u32>vectors;
    // By lane: the sum of bytes, that of all sums before a vector, and of bytes by how often they count within one.
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let within = i32x4.splat(0);
    for (; at < whole; at += 16) {
      const bytes = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      within = i32x4.add(within, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), high));
      within = i32x4.add(within, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), low));
    }
    a += total(sums);
    b += total(before) * 16 + total(within);
    for (; at < stop; at++) {
      a += load<u8>(at);
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return (b << 16) | a;
}

function total(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
