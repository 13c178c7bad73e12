// Blosc's shuffles: byte `j` of every element goes to plane `j`; planes lie one after another.
import { splitBits } from "./bitshuffle";

// @ts-expect-error AssemblyScript's decorator
@inline
function even(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
// @ts-expect-error AssemblyScript's decorator
@inline
function odd(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

/** `length` bytes of elements of `itemSize` bytes; bytes after the last whole element stay. */
export function shuffle(source: usize, length: usize, itemSize: usize, target: usize): void {
  const count = length / itemSize;
  if (count < 2) {
    memory.copy(target, source, length);
    return;
  }
  splitPlanes(source, count, itemSize, target);
  const whole = count * itemSize;
  memory.copy(target + whole, source + whole, length - whole);
}

/** The same by bits; `scratch` has room for as many bytes. */
export function bitshuffle(
  source: usize,
  length: usize,
  itemSize: usize,
  target: usize,
  scratch: usize,
): void {
  const count = length / itemSize;
  if (count & 7) {
    memory.copy(target, source, length);
    return;
  }
  let planes = source;
  if (itemSize > 1) {
    planes = scratch;
    splitPlanes(source, count, itemSize, planes);
  }
  for (let byte: usize = 0; byte < itemSize; byte++) splitBits(planes + byte * count, count, target + byte * count);
  const whole = count * itemSize;
  memory.copy(target + whole, source + whole, length - whole);
}

function splitPlanes(source: usize, count: usize, itemSize: usize, target: usize): void {
  let done: usize = 0;
  if (itemSize == 2) done = split2(source, count, target);
  else if (itemSize == 4) done = split4(source, count, target);
  else if (itemSize == 8) done = split8(source, count, target, 8);
  else if (itemSize == 16) {
    done = split8(source, count, target, 16);
    split8(source + 8, count, target + 8 * count, 16);
  }
  if (done == count) return;
  for (let byte: usize = 0; byte < itemSize; byte++) {
    const end = target + byte * count + count;
    let from = source + done * itemSize + byte;
    for (let to = target + byte * count + done; to < end; to++) {
      store<u8>(to, load<u8>(from));
      from += itemSize;
    }
  }
}

/** 16 elements at a time; returns how many were done. */
function split2(source: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(source);
    const b = v128.load(source, 16);
    v128.store(target + i, even(a, b));
    v128.store(target + count + i, odd(a, b));
    source += 32;
  }
  return end;
}

function split4(source: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(source);
    const b = v128.load(source, 16);
    const c = v128.load(source, 32);
    const d = v128.load(source, 48);
    const e0 = even(a, b);
    const o0 = odd(a, b);
    const e1 = even(c, d);
    const o1 = odd(c, d);
    let to = target + i;
    v128.store(to, even(e0, e1));
    v128.store((to += count), even(o0, o1));
    v128.store((to += count), odd(e0, e1));
    v128.store(to + count, odd(o0, o1));
    source += 64;
  }
  return end;
}

/** Two elements, or the first halves of two. */
// @ts-expect-error AssemblyScript's decorator
@inline
function pair(source: usize, step: usize): v128 {
  return step == 8 ? v128.load(source) : v128.load64_lane(source + step, v128.load64_zero(source), 1);
}

/** Eight bytes of each of the elements, which lie `step` bytes apart. */
function split8(source: usize, count: usize, target: usize, step: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = pair(source, step);
    const b = pair(source + 2 * step, step);
    const c = pair(source + 4 * step, step);
    const d = pair(source + 6 * step, step);
    const e = pair(source + 8 * step, step);
    const f = pair(source + 10 * step, step);
    const g = pair(source + 12 * step, step);
    const h = pair(source + 14 * step, step);
    const ab0 = even(a, b);
    const ab1 = odd(a, b);
    const cd0 = even(c, d);
    const cd1 = odd(c, d);
    const ef0 = even(e, f);
    const ef1 = odd(e, f);
    const gh0 = even(g, h);
    const gh1 = odd(g, h);
    const p00 = even(ab0, cd0);
    const p01 = even(ef0, gh0);
    const p20 = odd(ab0, cd0);
    const p21 = odd(ef0, gh0);
    const p10 = even(ab1, cd1);
    const p11 = even(ef1, gh1);
    const p30 = odd(ab1, cd1);
    const p31 = odd(ef1, gh1);
    let to = target + i;
    v128.store(to, even(p00, p01));
    v128.store((to += count), even(p10, p11));
    v128.store((to += count), even(p20, p21));
    v128.store((to += count), even(p30, p31));
    v128.store((to += count), odd(p00, p01));
    v128.store((to += count), odd(p10, p11));
    v128.store((to += count), odd(p20, p21));
    v128.store(to + count, odd(p30, p31));
    source += 16 * step;
  }
  return end;
}
