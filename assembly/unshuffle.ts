// Undoes Blosc's byte shuffle: byte `j` of every element lies together with byte `j` of all the others.

/** `length` bytes of elements of `itemSize` bytes, from `source` to `target`; bytes after the last whole element stay. */
export function undoShuffle(source: usize, length: usize, itemSize: usize, target: usize): void {
  const count = length / itemSize;
  if (count < 2) {
    memory.copy(target, source, length);
    return;
  }
  let done: usize = 0;
  if (itemSize == 2) done = wide2(source, count, target);
  else if (itemSize == 4) done = wide4(source, count, target);
  else if (itemSize == 8) done = wide8(source, count, target);
  for (let byte: usize = 0; byte < itemSize; byte++) {
    let to = target + done * itemSize + byte;
    const end = source + byte * count + count;
    for (let from = source + byte * count + done; from < end; from++) {
      store<u8>(to, load<u8>(from));
      to += itemSize;
    }
  }
  const whole = count * itemSize;
  memory.copy(target + whole, source + whole, length - whole);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function low8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
// @ts-expect-error AssemblyScript's decorator
@inline
function high8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
// @ts-expect-error AssemblyScript's decorator
@inline
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
// @ts-expect-error AssemblyScript's decorator
@inline
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
// @ts-expect-error AssemblyScript's decorator
@inline
function low32(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}
// @ts-expect-error AssemblyScript's decorator
@inline
function high32(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

/** 16 elements at a time; returns how many were done. */
function wide2(source: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(source + i);
    const b = v128.load(source + count + i);
    v128.store(target, low8(a, b));
    v128.store(target, high8(a, b), 16);
    target += 32;
  }
  return end;
}

function wide4(source: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(source + i);
    const b = v128.load(source + count + i);
    const c = v128.load(source + 2 * count + i);
    const d = v128.load(source + 3 * count + i);
    const ab = low8(a, b);
    const AB = high8(a, b);
    const cd = low8(c, d);
    const CD = high8(c, d);
    v128.store(target, low16(ab, cd));
    v128.store(target, high16(ab, cd), 16);
    v128.store(target, low16(AB, CD), 32);
    v128.store(target, high16(AB, CD), 48);
    target += 64;
  }
  return end;
}

function wide8(source: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const from = source + i;
    const s0 = v128.load(from);
    const s1 = v128.load(from + count);
    const s2 = v128.load(from + 2 * count);
    const s3 = v128.load(from + 3 * count);
    const s4 = v128.load(from + 4 * count);
    const s5 = v128.load(from + 5 * count);
    const s6 = v128.load(from + 6 * count);
    const s7 = v128.load(from + 7 * count);
    const l01 = low8(s0, s1);
    const h01 = high8(s0, s1);
    const l23 = low8(s2, s3);
    const h23 = high8(s2, s3);
    const l45 = low8(s4, s5);
    const h45 = high8(s4, s5);
    const l67 = low8(s6, s7);
    const h67 = high8(s6, s7);
    const a0 = low16(l01, l23);
    const a1 = high16(l01, l23);
    const a2 = low16(h01, h23);
    const a3 = high16(h01, h23);
    const b0 = low16(l45, l67);
    const b1 = high16(l45, l67);
    const b2 = low16(h45, h67);
    const b3 = high16(h45, h67);
    v128.store(target, low32(a0, b0));
    v128.store(target, high32(a0, b0), 16);
    v128.store(target, low32(a1, b1), 32);
    v128.store(target, high32(a1, b1), 48);
    v128.store(target, low32(a2, b2), 64);
    v128.store(target, high32(a2, b2), 80);
    v128.store(target, low32(a3, b3), 96);
    v128.store(target, high32(a3, b3), 112);
    target += 128;
  }
  return end;
}
