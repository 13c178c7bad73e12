// Reverses the bytes of words.

/** `length` bytes of words of 2, 4, 8 or 16 bytes, from `source` to `target`, which may be the same. */
export function swapBytes(source: usize, length: usize, size: usize, target: usize): void {
  const order =
    size == 2
      ? i8x16(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
      : size == 4
        ? i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
        : size == 8
          ? i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
          : i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const end = source + length;
  for (; end - source >= 16; source += 16, target += 16)
    v128.store(target, i8x16.swizzle(v128.load(source), order));
  for (; end - source >= size; source += size, target += size)
    for (let byte: usize = 0; byte < size >> 1; byte++) {
      const low = load<u8>(source + byte);
      store<u8>(target + byte, load<u8>(source + size - 1 - byte));
      store<u8>(target + size - 1 - byte, low);
    }
}
