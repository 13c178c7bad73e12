// Undoes Blosc's byte shuffle: byte `j` of every element lies together with byte `j` of all the others, in a plane.
// The planes may lie anywhere: those that are stored as they are are read where they are stored.
import { high16, high32, high8, low16, low32, low8 } from "./interleave";
import { PLANES, work } from "./layout";

/** Where plane `byte` begins. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function plane(byte: usize): usize {
  return load<u32>(work + PLANES + (byte << 2));
}
// @ts-expect-error AssemblyScript's decorator
@inline
export function setPlane(byte: usize, at: usize): void {
  store<u32>(work + PLANES + (byte << 2), <u32>at);
}

/** Planes that lie one after another. */
export function setPlanes(source: usize, count: usize, itemSize: usize): void {
  for (let byte: usize = 0; byte < itemSize; byte++) setPlane(byte, source + byte * count);
}

/** `length` bytes of elements of `itemSize` bytes, from `source` to `target`; bytes after the last whole element stay. */
export function undoShuffle(source: usize, length: usize, itemSize: usize, target: usize): void {
  const count = length / itemSize;
  if (count < 2) {
    memory.copy(target, source, length);
    return;
  }
  setPlanes(source, count, itemSize);
  joinPlanes(count, itemSize, target);
  const whole = count * itemSize;
  memory.copy(target + whole, source + whole, length - whole);
}

/** Puts `count` elements together from their planes. */
export function joinPlanes(count: usize, itemSize: usize, target: usize): void {
  let done: usize = 0;
  if (itemSize == 2) done = join2(plane(0), plane(1), count, target);
  else if (itemSize == 4) done = join4(plane(0), plane(1), plane(2), plane(3), count, target);
  else if (itemSize == 8) done = join8(count, target);
  else if (itemSize == 16) done = join16(count, target);
  if (done == count) return;
  for (let byte: usize = 0; byte < itemSize; byte++) {
    let to = target + done * itemSize + byte;
    const start = plane(byte);
    for (let from = start + done; from < start + count; from++) {
      store<u8>(to, load<u8>(from));
      to += itemSize;
    }
  }
}

/** 16 elements at a time; returns how many were done. */
export function join2(p0: usize, p1: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(p0 + i);
    const b = v128.load(p1 + i);
    v128.store(target, low8(a, b));
    v128.store(target, high8(a, b), 16);
    target += 32;
  }
  return end;
}

export function join4(p0: usize, p1: usize, p2: usize, p3: usize, count: usize, target: usize): usize {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(p0 + i);
    const b = v128.load(p1 + i);
    const c = v128.load(p2 + i);
    const d = v128.load(p3 + i);
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

function join8(count: usize, target: usize): usize {
  const end = count & ~15;
  const p0 = plane(0);
  const p1 = plane(1);
  const p2 = plane(2);
  const p3 = plane(3);
  const p4 = plane(4);
  const p5 = plane(5);
  const p6 = plane(6);
  const p7 = plane(7);
  for (let i: usize = 0; i < end; i += 16) {
    join8At(p0 + i, p1 + i, p2 + i, p3 + i, p4 + i, p5 + i, p6 + i, p7 + i, target, 8);
    target += 128;
  }
  return end;
}

function join16(count: usize, target: usize): usize {
  const end = count & ~15;
  // Halves of 8 bytes, each in a pass of its own.
  for (let half: usize = 0; half < 16; half += 8) {
    const p0 = plane(half);
    const p1 = plane(half + 1);
    const p2 = plane(half + 2);
    const p3 = plane(half + 3);
    const p4 = plane(half + 4);
    const p5 = plane(half + 5);
    const p6 = plane(half + 6);
    const p7 = plane(half + 7);
    let to = target + half;
    for (let i: usize = 0; i < end; i += 16) {
      join8At(p0 + i, p1 + i, p2 + i, p3 + i, p4 + i, p5 + i, p6 + i, p7 + i, to, 16);
      to += 256;
    }
  }
  return end;
}

/** 16 elements of 8 bytes from eight planes, `step` bytes apart. */
// @ts-expect-error AssemblyScript's decorator
@inline
function join8At(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  p6: usize,
  p7: usize,
  target: usize,
  step: usize,
): void {
  const s0 = v128.load(p0);
  const s1 = v128.load(p1);
  const s2 = v128.load(p2);
  const s3 = v128.load(p3);
  const s4 = v128.load(p4);
  const s5 = v128.load(p5);
  const s6 = v128.load(p6);
  const s7 = v128.load(p7);
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
  storePair(low32(a0, b0), target, step);
  storePair(high32(a0, b0), target + 2 * step, step);
  storePair(low32(a1, b1), target + 4 * step, step);
  storePair(high32(a1, b1), target + 6 * step, step);
  storePair(low32(a2, b2), target + 8 * step, step);
  storePair(high32(a2, b2), target + 10 * step, step);
  storePair(low32(a3, b3), target + 12 * step, step);
  storePair(high32(a3, b3), target + 14 * step, step);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function storePair(pair: v128, target: usize, step: usize): void {
  if (step == 8) v128.store(target, pair);
  else {
    v128.store64_lane(target, pair, 0);
    v128.store64_lane(target + step, pair, 1);
  }
}
