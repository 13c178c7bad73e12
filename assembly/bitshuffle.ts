// Blosc's bit shuffle of one plane: bit `k` of every byte lies together with bit `k` of all the others, in a row of a
// bit for each, the first byte in the lowest bit.
import { high16, high32, high8, low16, low32, low8 } from "./interleave";

/** Eight bytes as an 8 x 8 matrix of bits, transposed: twice in a vector. */
// @ts-expect-error AssemblyScript's decorator
@inline
function transposeBits(x: v128): v128 {
  let swap = v128.and(v128.xor(x, i64x2.shr_u(x, 7)), i64x2.splat(0x00aa00aa00aa00aa));
  x = v128.xor(v128.xor(x, swap), i64x2.shl(swap, 7));
  swap = v128.and(v128.xor(x, i64x2.shr_u(x, 14)), i64x2.splat(0x0000cccc0000cccc));
  x = v128.xor(v128.xor(x, swap), i64x2.shl(swap, 14));
  swap = v128.and(v128.xor(x, i64x2.shr_u(x, 28)), i64x2.splat(0x00000000f0f0f0f0));
  return v128.xor(v128.xor(x, swap), i64x2.shl(swap, 28));
}

function transposeBits64(x: u64): u64 {
  let swap = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa;
  x ^= swap ^ (swap << 7);
  swap = (x ^ (x >> 14)) & 0x0000cccc0000cccc;
  x ^= swap ^ (swap << 14);
  swap = (x ^ (x >> 28)) & 0x00000000f0f0f0f0;
  return x ^ swap ^ (swap << 28);
}

/** `count` bytes, a multiple of 8, from their rows of bits. */
export function joinBits(source: usize, count: usize, target: usize): void {
  const row = count >> 3;
  let at: usize = 0;
  for (; at + 16 <= row; at += 16) {
    let from = source + at;
    const r0 = v128.load(from);
    from += row;
    const r1 = v128.load(from);
    from += row;
    const r2 = v128.load(from);
    from += row;
    const r3 = v128.load(from);
    from += row;
    const r4 = v128.load(from);
    from += row;
    const r5 = v128.load(from);
    from += row;
    const r6 = v128.load(from);
    from += row;
    const r7 = v128.load(from);
    const l01 = low8(r0, r1);
    const h01 = high8(r0, r1);
    const l23 = low8(r2, r3);
    const h23 = high8(r2, r3);
    const l45 = low8(r4, r5);
    const h45 = high8(r4, r5);
    const l67 = low8(r6, r7);
    const h67 = high8(r6, r7);
    const a0 = low16(l01, l23);
    const a1 = high16(l01, l23);
    const a2 = low16(h01, h23);
    const a3 = high16(h01, h23);
    const b0 = low16(l45, l67);
    const b1 = high16(l45, l67);
    const b2 = low16(h45, h67);
    const b3 = high16(h45, h67);
    v128.store(target, transposeBits(low32(a0, b0)));
    v128.store(target, transposeBits(high32(a0, b0)), 16);
    v128.store(target, transposeBits(low32(a1, b1)), 32);
    v128.store(target, transposeBits(high32(a1, b1)), 48);
    v128.store(target, transposeBits(low32(a2, b2)), 64);
    v128.store(target, transposeBits(high32(a2, b2)), 80);
    v128.store(target, transposeBits(low32(a3, b3)), 96);
    v128.store(target, transposeBits(high32(a3, b3)), 112);
    target += 128;
  }
  for (; at < row; at++) {
    let bits: u64 = 0;
    let from = source + at;
    for (let bit: u64 = 0; bit < 64; bit += 8) {
      bits |= (<u64>load<u8>(from)) << bit;
      from += row;
    }
    store<u64>(target, transposeBits64(bits));
    target += 8;
  }
}

/** The rows of bits of `count` bytes, a multiple of 8. */
export function splitBits(source: usize, count: usize, target: usize): void {
  const row = count >> 3;
  let at: usize = 0;
  for (; at + 2 <= row; at += 2) {
    let bytes = v128.load(source);
    source += 16;
    let to = target + at + 7 * row;
    for (let bit = 0; bit < 8; bit++) {
      store<u16>(to, <u16>i8x16.bitmask(bytes));
      bytes = i8x16.add(bytes, bytes);
      to -= row;
    }
  }
  if (at < row) {
    let bits = transposeBits64(load<u64>(source));
    for (let to = target + at; to < target + count; to += row) {
      store<u8>(to, <u8>bits);
      bits >>= 8;
    }
  }
}
