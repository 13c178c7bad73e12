// Huffman-coded literals of zstd (RFC 8878, 4.2). Streams are read from their end; a window of 64 bits holds what comes
// next at its top, and a one at its end that tells how much of it has been read.
import { FRAME, HUFFMAN, HUFFMAN_LOG, PAIRS, WEIGHTS, work } from "./layout";
import { NEXT, NEXT_BITS, WEIGHT_CODES, readTable, tableAt } from "./zstd-fse";

/** Is there a table of pairs of the code at hand: not yet (0), yes (1), it would not pay (2). */
// @ts-expect-error AssemblyScript's decorator
@inline
function pairsSlot(): usize {
  return work + FRAME + 40;
}

/** Reads the description of a code from `[start, end)`: `position << 4 | bits`, or 0 where it is damaged. */
export function readHuffman(start: usize, end: usize): u64 {
  if (start >= end) return 0;
  const header = <u32>load<u8>(start);
  const weights = work + WEIGHTS;
  memory.fill(weights, 0, 256);
  let count: u32;
  let after: usize;
  if (header >= 128) {
    count = header - 127;
    after = start + 1 + ((count + 1) >> 1);
    if (after > end) return 0;
    for (let i: u32 = 0; i < count; i++) {
      const pair = load<u8>(start + 1 + (i >> 1));
      store<u8>(weights + i, i & 1 ? pair & 15 : pair >> 4);
    }
  } else {
    after = start + 1 + header;
    if (after > end) return 0;
    count = readWeights(start + 1, after);
    if (count == 0) return 0;
  }
  const bits = makeCode(count);
  store<u32>(pairsSlot(), 0);
  return bits == 0 ? 0 : (<u64>after << 4) | bits;
}

/** Bits of a stream that are not its end mark, -1 where it has none. */
export function streamBits(start: usize, end: usize): i32 {
  const last = end > start ? <u32>load<u8>(end - 1) : 0;
  return last == 0 ? -1 : (<i32>(end - start) << 3) - <i32>(clz<u32>(last) - 23);
}

/** Weights packed by FSE: two states take turns until the bits run out. */
function readWeights(start: usize, end: usize): u32 {
  const table = tableAt(WEIGHT_CODES);
  const read = readTable(WEIGHT_CODES, start, end, table);
  if (read == 0) return 0;
  const log = <u32>read & 15;
  const origin = <usize>(read >> 4);
  let left = streamBits(origin, end);
  if (left < 2 * <i32>log) return 0;
  const weights = work + WEIGHTS;
  let state = table + (readBits(origin, (left -= log), log) << 3);
  let other = table + (readBits(origin, (left -= log), log) << 3);
  let count: u32 = 0;
  while (true) {
    if (count > 253) return 0;
    store<u8>(weights + count++, load<u8>(state));
    const bits = <u32>load<u8>(state, NEXT_BITS);
    if (<i32>bits > left) {
      store<u8>(weights + count++, load<u8>(other));
      return count;
    }
    left -= bits;
    const next = <usize>load<u32>(state, NEXT) + (readBits(origin, left, bits) << 3);
    state = other;
    other = next;
  }
}

/** `count` bits, at most 25, of a stream from its bit `at` on. */
function readBits(start: usize, at: i32, count: u32): u32 {
  return (load<u32>(start + (at >> 3)) >> (at & 7)) & ((1 << count) - 1);
}

/** Makes the table, always of 2^11 entries, of `count` weights, and of the last one, which they imply; its bits, or 0. */
function makeCode(count: u32): u32 {
  const weights = work + WEIGHTS;
  let total: u32 = 0;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const weight = <u32>load<u8>(weights + symbol);
    if (weight > <u32>HUFFMAN_LOG) return 0;
    if (weight) total += 1 << (weight - 1);
  }
  if (total == 0) return 0;
  const bits: u32 = 32 - clz<u32>(total);
  if (bits > <u32>HUFFMAN_LOG) return 0;
  const left: u32 = (1 << bits) - total;
  if (left & (left - 1)) return 0;
  store<u8>(weights + count++, 32 - clz<u32>(left));
  // Where the symbols of each weight begin: the lightest first.
  const starts = weights + 256;
  memory.fill(starts, 0, 64);
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const at = starts + (<usize>load<u8>(weights + symbol) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let next: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const at = starts + (weight << 2);
    const symbols = load<u32>(at);
    store<u32>(at, next);
    next += symbols << (weight - 1 + <u32>HUFFMAN_LOG - bits);
  }
  const table = work + HUFFMAN;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const weight = <u32>load<u8>(weights + symbol);
    if (weight == 0) continue;
    const at = starts + (weight << 2);
    const first = load<u32>(at);
    const width: u32 = 1 << (weight - 1 + <u32>HUFFMAN_LOG - bits);
    store<u32>(at, first + width);
    const entry = (symbol << 8) | (bits + 1 - weight);
    let to = table + (first << 1);
    if (width < 4) {
      store<u16>(to, entry);
      if (width == 2) store<u16>(to, entry, 2);
    } else {
      const four = <u64>entry * 0x0001000100010001;
      for (const end = to + (width << 1); to < end; to += 8) store<u64>(to, four);
    }
  }
  return bits;
}

/** From a window to the index of the code at its top. */
const SHIFT: u64 = 64 - HUFFMAN_LOG;
/** So many literals pay for a table of pairs. */
const PAIRS_MIN: usize = 16384;
/** Symbols that a window always holds: 5 times 11 bits, and 7 of the byte. */
const ROUND: usize = 5;

/** Decodes the stream `[start, end)` to exactly `[to, limit)`; false where it does not say so. */
export function decodeStream(start: usize, end: usize, to: usize, limit: usize): bool {
  const left = streamBits(start, end);
  if (left < 0) return false;
  return decodeRest(start, left, to, limit);
}

/** Decodes what `left` bits of a stream say. */
function decodeRest(start: usize, left: i32, to: usize, limit: usize): bool {
  const table = work + HUFFMAN;
  while (left >= 64 && limit - to >= ROUND) {
    const at = (left + 7) >> 3;
    let window = load<u64>(start + at - 8) << ((at << 3) - left);
    for (let i: usize = 0; i < ROUND; i++) {
      const entry = <u32>load<u16>(table + (<usize>(window >> SHIFT) << 1));
      window <<= entry & 63;
      left -= entry & 63;
      store<u8>(to + i, entry >> 8);
    }
    to += ROUND;
  }
  const most = <i32>HUFFMAN_LOG;
  while (to < limit) {
    // Near the start of the stream the code is looked up with zeros below its last bits.
    const index =
      left >= most
        ? readBits(start, left - most, most)
        : readBits(start, 0, max(0, left)) << (most - max(0, left));
    const entry = <u32>load<u16>(table + (index << 1));
    left -= entry & 63;
    if (left < 0) return false;
    store<u8>(to++, entry >> 8);
  }
  return left == 0;
}

/** Where the window lies whose last byte holds the last of the bits that are left. */
export function windowStart(start: usize, left: i32): usize {
  return start + ((left + 7) >> 3) - 8;
}

/** The window at an address, of which so many bits (modulo 8) have been read. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function refilled(at: usize, read: u64): u64 {
  return (load<u64>(at) | 1) << (read & 7);
}

/** Decodes the symbol at the top of a window to `to`; by how many bits the window moves on. */
// @ts-expect-error AssemblyScript's decorator
@inline
function putSymbol(table: usize, window: u64, to: usize): u64 {
  const entry = <u64>load<u16>(table + (<usize>(window >> SHIFT) << 1));
  store<u8>(to, entry >> 8);
  return entry; // its low 6 bits count
}

/** Decodes the one or two symbols at the top of a window to two bytes at `to`; their entry. */
// @ts-expect-error AssemblyScript's decorator
@inline
function putPair(pairs: usize, window: u64, to: usize): u64 {
  const entry = <u64>load<u32>(pairs + (<usize>(window >> SHIFT) << 2));
  store<u16>(to, entry >> 8);
  return entry; // its low 6 bits count
}

/** How many rounds may be read of a stream without a look before its start. */
// @ts-expect-error AssemblyScript's decorator
@inline
function roundsOf(start: usize, at: usize): usize {
  return at < start ? 0 : (at - start) >> 3;
}

/** The table of pairs for so many literals of so many bytes, or 0 where it would not pay (7 bits a literal are too many). */
function pairsFor(size: usize, stored: usize): usize {
  if (size < PAIRS_MIN || stored * 8 > size * 7) return 0;
  const pairs = work + PAIRS;
  let state = load<u32>(pairsSlot());
  if (state == 0) {
    state = makePairs(pairs) ? 1 : 2;
    store<u32>(pairsSlot(), state);
  }
  return state == 1 ? pairs : 0;
}

/** Makes the table of pairs of the code at hand; does a quarter of it, at least, hold two symbols? */
function makePairs(pairs: usize): bool {
  const table = work + HUFFMAN;
  const mask: usize = (1 << HUFFMAN_LOG) - 1;
  let doubles: usize = 0;
  for (let index: usize = 0; index <= mask; index++) {
    const first = <u32>load<u16>(table + (index << 1));
    const second = <u32>load<u16>(table + (((index << (first & 63)) & mask) << 1));
    const bits = (first & 63) + (second & 63);
    const both = bits <= <u32>HUFFMAN_LOG;
    const one = first | (1 << 24);
    const two = ((second >> 8) << 16) | (first & 0xff00) | bits | (2 << 24);
    store<u32>(pairs + (index << 2), both ? two : one);
    doubles += <usize>both;
  }
  return doubles > <usize>1 << (HUFFMAN_LOG - 2);
}

/** Decodes four streams, whose sizes but the last are in the first 6 bytes of `[at, end)`, to `size` bytes. */
export function decodeFour(at: usize, end: usize, to: usize, size: usize): bool {
  if (end - at < 6) return false;
  const part = (size + 3) >> 2;
  if (part * 3 > size) return false;
  const s0 = at + 6;
  const s1 = s0 + load<u16>(at);
  const s2 = s1 + load<u16>(at, 2);
  const s3 = s2 + load<u16>(at, 4);
  if (s3 > end) return false;
  const left0 = streamBits(s0, s1);
  const left1 = streamBits(s1, s2);
  const left2 = streamBits(s2, s3);
  const left3 = streamBits(s3, end);
  if (left0 < 0 || left1 < 0 || left2 < 0 || left3 < 0) return false;
  let o0 = to;
  let o1 = to + part;
  let o2 = to + part * 2;
  let o3 = to + part * 3;
  const limit = to + size;
  let p0 = windowStart(s0, left0);
  let p1 = windowStart(s1, left1);
  let p2 = windowStart(s2, left2);
  let p3 = windowStart(s3, left3);
  let w0 = refilled(p0, -left0);
  let w1 = refilled(p1, -left1);
  let w2 = refilled(p2, -left2);
  let w3 = refilled(p3, -left3);
  const end0 = to + part;
  const end1 = to + part * 2;
  const end2 = to + part * 3;
  const pairs = pairsFor(size, end - at);
  while (pairs) {
    // Rounds that neither read before a stream's start nor write past its part.
    let rounds = min(min(end0 - o0, end1 - o1), min(end2 - o2, limit - o3)) / (2 * ROUND);
    rounds = min(rounds, roundsOf(s0, p0));
    rounds = min(rounds, roundsOf(s1, p1));
    rounds = min(rounds, roundsOf(s2, p2));
    rounds = min(rounds, roundsOf(s3, p3));
    if (rounds == 0) break;
    for (; rounds; rounds--) {
      let e0: u64, e1: u64, e2: u64, e3: u64;
      e0 = putPair(pairs, w0, o0);
      w0 <<= e0;
      o0 += <usize>(e0 >> 24);
      e1 = putPair(pairs, w1, o1);
      w1 <<= e1;
      o1 += <usize>(e1 >> 24);
      e2 = putPair(pairs, w2, o2);
      w2 <<= e2;
      o2 += <usize>(e2 >> 24);
      e3 = putPair(pairs, w3, o3);
      w3 <<= e3;
      o3 += <usize>(e3 >> 24);
      e0 = putPair(pairs, w0, o0);
      w0 <<= e0;
      o0 += <usize>(e0 >> 24);
      e1 = putPair(pairs, w1, o1);
      w1 <<= e1;
      o1 += <usize>(e1 >> 24);
      e2 = putPair(pairs, w2, o2);
      w2 <<= e2;
      o2 += <usize>(e2 >> 24);
      e3 = putPair(pairs, w3, o3);
      w3 <<= e3;
      o3 += <usize>(e3 >> 24);
      e0 = putPair(pairs, w0, o0);
      w0 <<= e0;
      o0 += <usize>(e0 >> 24);
      e1 = putPair(pairs, w1, o1);
      w1 <<= e1;
      o1 += <usize>(e1 >> 24);
      e2 = putPair(pairs, w2, o2);
      w2 <<= e2;
      o2 += <usize>(e2 >> 24);
      e3 = putPair(pairs, w3, o3);
      w3 <<= e3;
      o3 += <usize>(e3 >> 24);
      e0 = putPair(pairs, w0, o0);
      w0 <<= e0;
      o0 += <usize>(e0 >> 24);
      e1 = putPair(pairs, w1, o1);
      w1 <<= e1;
      o1 += <usize>(e1 >> 24);
      e2 = putPair(pairs, w2, o2);
      w2 <<= e2;
      o2 += <usize>(e2 >> 24);
      e3 = putPair(pairs, w3, o3);
      w3 <<= e3;
      o3 += <usize>(e3 >> 24);
      e0 = putPair(pairs, w0, o0);
      w0 <<= e0;
      o0 += <usize>(e0 >> 24);
      e1 = putPair(pairs, w1, o1);
      w1 <<= e1;
      o1 += <usize>(e1 >> 24);
      e2 = putPair(pairs, w2, o2);
      w2 <<= e2;
      o2 += <usize>(e2 >> 24);
      e3 = putPair(pairs, w3, o3);
      w3 <<= e3;
      o3 += <usize>(e3 >> 24);
      const r0 = ctz<u64>(w0);
      const r1 = ctz<u64>(w1);
      const r2 = ctz<u64>(w2);
      const r3 = ctz<u64>(w3);
      p0 -= <usize>(r0 >> 3);
      p1 -= <usize>(r1 >> 3);
      p2 -= <usize>(r2 >> 3);
      p3 -= <usize>(r3 >> 3);
      w0 = refilled(p0, r0);
      w1 = refilled(p1, r1);
      w2 = refilled(p2, r2);
      w3 = refilled(p3, r3);
    }
  }
  const table = work + HUFFMAN;
  while (true) {
    // Rounds that neither read before a stream's start nor write past its part.
    let rounds = min(min(end0 - o0, end1 - o1), min(end2 - o2, limit - o3)) / ROUND;
    rounds = min(rounds, roundsOf(s0, p0));
    rounds = min(rounds, roundsOf(s1, p1));
    rounds = min(rounds, roundsOf(s2, p2));
    rounds = min(rounds, roundsOf(s3, p3));
    if (rounds == 0) break;
    for (; rounds; rounds--) {
      w0 <<= putSymbol(table, w0, o0);
      w1 <<= putSymbol(table, w1, o1);
      w2 <<= putSymbol(table, w2, o2);
      w3 <<= putSymbol(table, w3, o3);
      w0 <<= putSymbol(table, w0, o0 + 1);
      w1 <<= putSymbol(table, w1, o1 + 1);
      w2 <<= putSymbol(table, w2, o2 + 1);
      w3 <<= putSymbol(table, w3, o3 + 1);
      w0 <<= putSymbol(table, w0, o0 + 2);
      w1 <<= putSymbol(table, w1, o1 + 2);
      w2 <<= putSymbol(table, w2, o2 + 2);
      w3 <<= putSymbol(table, w3, o3 + 2);
      w0 <<= putSymbol(table, w0, o0 + 3);
      w1 <<= putSymbol(table, w1, o1 + 3);
      w2 <<= putSymbol(table, w2, o2 + 3);
      w3 <<= putSymbol(table, w3, o3 + 3);
      w0 <<= putSymbol(table, w0, o0 + 4);
      w1 <<= putSymbol(table, w1, o1 + 4);
      w2 <<= putSymbol(table, w2, o2 + 4);
      w3 <<= putSymbol(table, w3, o3 + 4);
      o0 += ROUND;
      o1 += ROUND;
      o2 += ROUND;
      o3 += ROUND;
      const r0 = ctz<u64>(w0);
      const r1 = ctz<u64>(w1);
      const r2 = ctz<u64>(w2);
      const r3 = ctz<u64>(w3);
      p0 -= <usize>(r0 >> 3);
      p1 -= <usize>(r1 >> 3);
      p2 -= <usize>(r2 >> 3);
      p3 -= <usize>(r3 >> 3);
      w0 = refilled(p0, r0);
      w1 = refilled(p1, r1);
      w2 = refilled(p2, r2);
      w3 = refilled(p3, r3);
    }
  }
  return (
    decodeRest(s0, restOf(s0, p0, w0), o0, end0) &&
    decodeRest(s1, restOf(s1, p1, w1), o1, end1) &&
    decodeRest(s2, restOf(s2, p2, w2), o2, end2) &&
    decodeRest(s3, restOf(s3, p3, w3), o3, limit)
  );
}

/** Bits of a stream that its window has not read. */
// @ts-expect-error AssemblyScript's decorator
@inline
function restOf(start: usize, at: usize, window: u64): i32 {
  return <i32>((<isize>(at - start) << 3) + 64) - <i32>ctz<u64>(window);
}
