// Huffman-coded literals of zstd (RFC 8878, 4.2). Streams are read from their end; a window of 64 bits holds what comes
// next at its top, and a one at its end that tells how much of it has been read.
import { HUFFMAN, HUFFMAN_LOG, WEIGHTS, work } from "./layout";
import { WEIGHT_CODES, readTable, tableAt } from "./zstd-fse";

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
  let state = readBits(origin, (left -= log), log);
  let other = readBits(origin, (left -= log), log);
  let count: u32 = 0;
  while (true) {
    if (count > 253) return 0;
    const entry = load<u64>(table + (state << 3));
    store<u8>(weights + count++, <u8>entry);
    const bits = <u32>(entry >> 40) & 0xff;
    if (<i32>bits > left) {
      store<u8>(weights + count++, load<u8>(table + (other << 3)));
      return count;
    }
    left -= bits;
    state = other;
    other = <u32>(entry >> 48) + readBits(origin, left, bits);
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
  const table = work + HUFFMAN;
  while (true) {
    // Rounds that neither read before a stream's start nor write past its part.
    let rounds = <isize>((limit - o3) / ROUND);
    rounds = min(rounds, <isize>(p0 - s0) / 8);
    rounds = min(rounds, <isize>(p1 - s1) / 8);
    rounds = min(rounds, <isize>(p2 - s2) / 8);
    rounds = min(rounds, <isize>(p3 - s3) / 8);
    if (rounds <= 0) break;
    for (; rounds; rounds--) {
      let entry: u32;
      entry = load<u16>(table + (<usize>(w0 >> SHIFT) << 1));
      w0 <<= <u64>(entry & 63);
      store<u8>(o0, entry >> 8, 0);
      entry = load<u16>(table + (<usize>(w1 >> SHIFT) << 1));
      w1 <<= <u64>(entry & 63);
      store<u8>(o1, entry >> 8, 0);
      entry = load<u16>(table + (<usize>(w2 >> SHIFT) << 1));
      w2 <<= <u64>(entry & 63);
      store<u8>(o2, entry >> 8, 0);
      entry = load<u16>(table + (<usize>(w3 >> SHIFT) << 1));
      w3 <<= <u64>(entry & 63);
      store<u8>(o3, entry >> 8, 0);
      entry = load<u16>(table + (<usize>(w0 >> SHIFT) << 1));
      w0 <<= <u64>(entry & 63);
      store<u8>(o0, entry >> 8, 1);
      entry = load<u16>(table + (<usize>(w1 >> SHIFT) << 1));
      w1 <<= <u64>(entry & 63);
      store<u8>(o1, entry >> 8, 1);
      entry = load<u16>(table + (<usize>(w2 >> SHIFT) << 1));
      w2 <<= <u64>(entry & 63);
      store<u8>(o2, entry >> 8, 1);
      entry = load<u16>(table + (<usize>(w3 >> SHIFT) << 1));
      w3 <<= <u64>(entry & 63);
      store<u8>(o3, entry >> 8, 1);
      entry = load<u16>(table + (<usize>(w0 >> SHIFT) << 1));
      w0 <<= <u64>(entry & 63);
      store<u8>(o0, entry >> 8, 2);
      entry = load<u16>(table + (<usize>(w1 >> SHIFT) << 1));
      w1 <<= <u64>(entry & 63);
      store<u8>(o1, entry >> 8, 2);
      entry = load<u16>(table + (<usize>(w2 >> SHIFT) << 1));
      w2 <<= <u64>(entry & 63);
      store<u8>(o2, entry >> 8, 2);
      entry = load<u16>(table + (<usize>(w3 >> SHIFT) << 1));
      w3 <<= <u64>(entry & 63);
      store<u8>(o3, entry >> 8, 2);
      entry = load<u16>(table + (<usize>(w0 >> SHIFT) << 1));
      w0 <<= <u64>(entry & 63);
      store<u8>(o0, entry >> 8, 3);
      entry = load<u16>(table + (<usize>(w1 >> SHIFT) << 1));
      w1 <<= <u64>(entry & 63);
      store<u8>(o1, entry >> 8, 3);
      entry = load<u16>(table + (<usize>(w2 >> SHIFT) << 1));
      w2 <<= <u64>(entry & 63);
      store<u8>(o2, entry >> 8, 3);
      entry = load<u16>(table + (<usize>(w3 >> SHIFT) << 1));
      w3 <<= <u64>(entry & 63);
      store<u8>(o3, entry >> 8, 3);
      entry = load<u16>(table + (<usize>(w0 >> SHIFT) << 1));
      w0 <<= <u64>(entry & 63);
      store<u8>(o0, entry >> 8, 4);
      entry = load<u16>(table + (<usize>(w1 >> SHIFT) << 1));
      w1 <<= <u64>(entry & 63);
      store<u8>(o1, entry >> 8, 4);
      entry = load<u16>(table + (<usize>(w2 >> SHIFT) << 1));
      w2 <<= <u64>(entry & 63);
      store<u8>(o2, entry >> 8, 4);
      entry = load<u16>(table + (<usize>(w3 >> SHIFT) << 1));
      w3 <<= <u64>(entry & 63);
      store<u8>(o3, entry >> 8, 4);
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
    decodeRest(s0, restOf(s0, p0, w0), o0, to + part) &&
    decodeRest(s1, restOf(s1, p1, w1), o1, to + part * 2) &&
    decodeRest(s2, restOf(s2, p2, w2), o2, to + part * 3) &&
    decodeRest(s3, restOf(s3, p3, w3), o3, limit)
  );
}

/** Bits of a stream that its window has not read. */
// @ts-expect-error AssemblyScript's decorator
@inline
function restOf(start: usize, at: usize, window: u64): i32 {
  return <i32>((<isize>(at - start) << 3) + 64) - <i32>ctz<u64>(window);
}
