// Is every element equal to one? Each byte is compared with that one element before it.

/** Are all of `length` bytes elements equal to the one of `size` bytes at `element`? `length` is a multiple of `size`. */
export function isFilled(at: usize, length: usize, element: usize, size: usize): bool {
  if (length == 0) return true;
  if (memory.compare(at, element, size) != 0) return false;
  let next = at + size;
  const end = at + length;
  while (end - next >= 64) {
    const before = next - size;
    const first = v128.xor(v128.load(next), v128.load(before));
    const second = v128.xor(v128.load(next, 16), v128.load(before, 16));
    const third = v128.xor(v128.load(next, 32), v128.load(before, 32));
    const fourth = v128.xor(v128.load(next, 48), v128.load(before, 48));
    if (v128.any_true(v128.or(v128.or(first, second), v128.or(third, fourth)))) return false;
    next += 64;
  }
  for (; next < end; next++) if (load<u8>(next) != load<u8>(next - size)) return false;
  return true;
}
