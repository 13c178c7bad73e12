// LZ4 blocks, the same as the plain twin's. Copies read and write up to 32 bytes past what they mean to.
import { FAST_BYTES, HEADS_BYTES, fastHeadOf, headOf, matchLength } from "./search";

const MAX_DISTANCE: isize = 65535;
/** The format wants the last five bytes as literals, and no match that begins in the last twelve. */
const LAST_LITERALS: usize = 5;
const MATCH_MARGIN: isize = 12;
/** Bytes of the chains: for each position (modulo 2^16) the one before with the same hash (i32). */
export const CHAIN_BYTES: usize = 4 << 16;

/** Encodes `length` bytes to at most `room` at `target`; how many, or 0 where they do not fit. */
export function encodeLz4(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  acceleration: u32,
  heads: usize,
): usize {
  memory.fill(heads, 0xff, FAST_BYTES);
  const limit = target + room;
  const lastMatch = <isize>length - MATCH_MARGIN;
  const matchEnd = source + length - LAST_LITERALS;
  const skipStart = acceleration << 6;
  let to = target;
  let anchor = source;
  let at: isize = 0;
  let skip = skipStart;
  while (at <= lastMatch) {
    const first = load<u32>(source + at);
    const head = fastHeadOf(heads, first, load<u8>(source + at, 4));
    const candidate = <isize>load<i32>(head);
    store<i32>(head, <i32>at);
    if (candidate < 0 || at - candidate > MAX_DISTANCE || load<u32>(source + candidate) != first) {
      at += <isize>(skip++ >> 6);
      continue;
    }
    skip = skipStart;
    let here = source + at;
    let from = source + candidate;
    let count = matchLength(from, here, matchEnd);
    while (here > anchor && from > source && load<u8>(here - 1) == load<u8>(from - 1)) {
      here--;
      from--;
      count++;
    }
    to = emit(anchor, here, here - from, count, to, limit);
    if (to == 0) return 0;
    anchor = here + count;
    at = <isize>(anchor - source);
    if (at - 2 <= lastMatch)
      store<i32>(fastHeadOf(heads, load<u32>(anchor - 2), load<u8>(anchor, 2)), <i32>(at - 2));
  }
  to = emitLast(anchor, source + length, to, limit);
  return to == 0 ? 0 : to - target;
}

/** The same thoroughly: `depth` earlier places are tried, and one byte further on. `chain` is kept from call to call. */
export function encodeLz4hc(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  depth: u32,
  heads: usize,
  chain: usize,
): usize {
  memory.fill(heads, 0xff, HEADS_BYTES);
  const limit = target + room;
  const lastMatch = <isize>length - MATCH_MARGIN;
  const matchEnd = source + length - LAST_LITERALS;
  let to = target;
  let anchor = source;
  let at: isize = 0;
  while (at <= lastMatch) {
    let candidate = find(source, at, matchEnd, depth, heads, chain);
    if (candidate < 0) {
      at++;
      continue;
    }
    let count = matchLength(source + candidate, source + at, matchEnd);
    while (at + 1 <= lastMatch) {
      const next = find(source, at + 1, matchEnd, depth, heads, chain);
      if (next < 0) break;
      const nextCount = matchLength(source + next, source + at + 1, matchEnd);
      if (nextCount <= count + 1) break;
      at++;
      candidate = next;
      count = nextCount;
    }
    let here = source + at;
    let from = source + candidate;
    while (here > anchor && from > source && load<u8>(here - 1) == load<u8>(from - 1)) {
      here--;
      from--;
      count++;
    }
    to = emit(anchor, here, here - from, count, to, limit);
    if (to == 0) return 0;
    anchor = here + count;
    const stop = <isize>(anchor - source);
    for (let seen = <isize>(here - source) + 1; seen < stop && seen <= lastMatch; seen++) {
      const head = headOf(heads, load<u32>(source + seen));
      const earlier = load<i32>(head);
      if (earlier == <i32>seen) continue;
      store<i32>(chain + ((seen & MAX_DISTANCE) << 2), earlier);
      store<i32>(head, <i32>seen);
    }
    at = stop;
  }
  to = emitLast(anchor, source + length, to, limit);
  return to == 0 ? 0 : to - target;
}

/** The best earlier occurrence of what is at `at`, or -1; enters `at` into the tables. */
function find(source: usize, at: isize, matchEnd: usize, depth: u32, heads: usize, chain: usize): isize {
  const here = source + at;
  const first = load<u32>(here);
  const head = headOf(heads, first);
  let from = <isize>load<i32>(head);
  const slot = chain + ((at & MAX_DISTANCE) << 2);
  if (from != at) {
    store<i32>(slot, <i32>from);
    store<i32>(head, <i32>at);
  } else from = <isize>load<i32>(slot);
  let best: isize = -1;
  let bestCount: usize = 3;
  for (let tries = depth; tries > 0 && from >= 0 && at - from <= MAX_DISTANCE; tries--) {
    const there = source + from;
    if (load<u8>(there + bestCount) == load<u8>(here + bestCount) && load<u32>(there) == first) {
      const count = matchLength(there, here, matchEnd);
      if (count > bestCount) {
        best = from;
        bestCount = count;
        if (here + count >= matchEnd) break;
      }
    }
    const earlier = <isize>load<i32>(chain + ((from & MAX_DISTANCE) << 2));
    if (earlier >= from) break; // the entry was overwritten by a later position
    from = earlier;
  }
  return best;
}

// @ts-expect-error AssemblyScript's decorator
@inline
function emitLength(to: usize, rest: usize): usize {
  for (; rest >= 255; rest -= 255) store<u8>(to++, 255);
  store<u8>(to++, rest);
  return to;
}

// @ts-expect-error AssemblyScript's decorator
@inline
function copyLiterals(from: usize, to: usize, count: usize): void {
  const end = to + count;
  do {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
    from += 32;
  } while (to < end);
}

/** Literals from `anchor` to `here` and a match; where the output ends, or 0 where it would pass `limit`. */
function emit(anchor: usize, here: usize, distance: usize, count: usize, to: usize, limit: usize): usize {
  const literals = here - anchor;
  const rest = count - 4;
  if (literals + literals / 255 + rest / 255 + 5 > limit - to) return 0;
  store<u8>(to++, (min(literals, 15) << 4) | min(rest, 15));
  if (literals >= 15) to = emitLength(to, literals - 15);
  copyLiterals(anchor, to, literals);
  to += literals;
  store<u16>(to, distance);
  to += 2;
  if (rest >= 15) to = emitLength(to, rest - 15);
  return to;
}

function emitLast(anchor: usize, end: usize, to: usize, limit: usize): usize {
  const literals = end - anchor;
  if (literals + (literals >= 15 ? (literals - 15) / 255 + 2 : 1) > limit - to) return 0;
  store<u8>(to++, min(literals, 15) << 4);
  if (literals >= 15) to = emitLength(to, literals - 15);
  memory.copy(to, anchor, literals);
  return to + literals;
}
