// What the encoders share: hashes of four bytes, and how far two places agree.

/** Entries of a table of heads: positions (i32), -1 for none. */
const HASH_BITS: u32 = 14;
export const HEADS_BYTES: usize = 4 << HASH_BITS;
/** A table that stays in the nearest cache, for hashes of five bytes. */
const FAST_BITS: u32 = 12;
export const FAST_BYTES: usize = 4 << FAST_BITS;

/** The entry of the four bytes at an address. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function headOf(heads: usize, first: u32): usize {
  return heads + (<usize>((first * 0x9e3779b1) >> (32 - HASH_BITS)) << 2);
}

/** The entry of five bytes, the fifth of which is `next`; as the twin's, its products side by side. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function fastHeadOf(heads: usize, first: u32, next: u32): usize {
  return heads + (<usize>((first * 0x9e3779b1 + next * 0x91b086fb) >> (32 - FAST_BITS)) << 2);
}

/** Equal bytes from `from` and `at` on, of which the first four are known to be equal, up to `end`. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function matchLength(from: usize, at: usize, end: usize): usize {
  const start = at;
  at += 4;
  from += 4;
  if (at + 8 <= end) {
    const difference = load<u64>(at) ^ load<u64>(from);
    if (difference) return 4 + <usize>(ctz<u64>(difference) >> 3);
    at += 8;
    from += 8;
    while (at + 16 <= end) {
      const equal = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(from)));
      if (equal != 0xffff) return at - start + <usize>ctz<u32>(~equal);
      at += 16;
      from += 16;
    }
  }
  while (at < end && load<u8>(at) == load<u8>(from)) {
    at++;
    from++;
  }
  return at - start;
}
