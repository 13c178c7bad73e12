// Copies within what has been decoded. They write up to 32 bytes past their end.

/** Repeats what lies `offset` bytes before `to`, up to `end`. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function copyMatch(to: usize, end: usize, offset: usize): void {
  let from = to - offset;
  if (offset >= 16) {
    do {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += 32;
      from += 32;
    } while (to < end);
  } else repeatShort(to, end, offset);
}

/** A pattern shorter than a vector. */
function repeatShort(to: usize, end: usize, offset: usize): void {
  let from = to - offset;
  let pattern: v128;
  if (offset == 1) pattern = i8x16.splat(load<i8>(from));
  else if (offset == 2) pattern = i16x8.splat(load<i16>(from));
  else if (offset == 4) pattern = i32x4.splat(load<i32>(from));
  else if (offset == 8) pattern = i64x2.splat(load<i64>(from));
  else {
    // The first bytes one by one; from then on the pattern repeats at a distance of 8 or more.
    if (offset < 8) {
      const short = min(end, to + 16);
      while (to < short) store<u8>(to++, load<u8>(from++));
      if (to >= end) return;
      from = to - offset * ((7 + offset) / offset);
    }
    do {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    } while (to < end);
    return;
  }
  do {
    v128.store(to, pattern);
    v128.store(to, pattern, 16);
    to += 32;
  } while (to < end);
}
