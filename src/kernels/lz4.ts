/**
 * LZ4 blocks (the bare block format, without a frame): decoding within bounds, and encoding by
 * a hash table (fast) or by hash chains (lz4hc).
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

const MIN_MATCH = 4;
const MAX_DISTANCE = 65535;
/** The format wants the last five bytes as literals, and no match that begins in the last twelve. */
const LAST_LITERALS = 5;
const MATCH_MARGIN = 12;
const HASH_BITS = 14;
/** The fast encoder looks up five bytes, in a table that stays in the nearest cache. */
const FAST_HASH_BITS = 12;

/** The most bytes an LZ4 block of `size` bytes takes. */
export function lz4MaxEncodedSize(size: number): number {
  return size + Math.floor(size / 255) + 16;
}

/**
 * Decodes the block `source[start..end)` into `target[to..limit)`.
 *
 * @returns The position after the last byte written.
 * @throws CodecError when the block is damaged or holds more than fits.
 */
export function lz4Decode(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  const origin = to;
  let at = start;
  while (at < end) {
    const token = source[at++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (at >= end) throw damaged("a literal length is cut off");
        more = source[at++]!;
        literals += more;
      }
    }
    if (literals > end - at) throw damaged("literals run past its end");
    if (literals > limit - to) throw damaged("it holds more bytes than it should");
    if (literals > 24) {
      target.set(source.subarray(at, at + literals), to);
      at += literals;
      to += literals;
    } else {
      for (const stop = at + literals; at < stop;) target[to++] = source[at++]!;
    }
    if (at === end) return to;
    if (end - at < 2) throw damaged("a match is cut off");
    const distance = source[at]! | (source[at + 1]! << 8);
    at += 2;
    if (distance === 0 || distance > to - origin) throw damaged("a match begins before the data");
    let length = (token & 15) + MIN_MATCH;
    if (length === 15 + MIN_MATCH) {
      let more = 255;
      while (more === 255) {
        if (at >= end) throw damaged("a match length is cut off");
        more = source[at++]!;
        length += more;
      }
    }
    if (length > limit - to) throw damaged("it holds more bytes than it should");
    const stop = to + length;
    if (length > 32 && distance >= length) {
      target.copyWithin(to, to - distance, stop - distance);
    } else if (distance === 1 && length > 16) {
      target.fill(target[to - 1]!, to, stop);
    } else {
      for (let from = to - distance, out = to; out < stop;) target[out++] = target[from++]!;
    }
    to = stop;
  }
  throw damaged("it ends after a match");
}

/** Encodes LZ4 blocks; it keeps its tables from one block to the next. */
export class Lz4Encoder {
  readonly #heads: Int32Array;
  readonly #acceleration: number;
  /** How many earlier positions with the same hash are tried; 1 needs no chains. */
  readonly #depth: number;
  readonly #chain: Int32Array | undefined;

  /**
   * @param acceleration Bytes skipped where nothing matches grow with it; 1 is the most thorough.
   * @param depth Earlier occurrences tried for each match; above 1 the encoder also looks one byte ahead.
   */
  constructor(acceleration: number, depth = 1) {
    this.#acceleration = Math.max(1, acceleration);
    this.#depth = depth;
    this.#heads = new Int32Array(1 << (depth > 1 ? HASH_BITS : FAST_HASH_BITS));
    if (depth > 1) this.#chain = new Int32Array(MAX_DISTANCE + 1);
  }

  /**
   * Encodes `source[start..end)` into `target` from `to` on.
   *
   * @returns The position after the last byte written, or -1 where it would pass `limit`.
   */
  encode(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    to: number,
    limit: number,
  ): number {
    const heads = this.#heads;
    heads.fill(-1);
    const lastMatch = end - MATCH_MARGIN;
    const matchEnd = end - LAST_LITERALS;
    const skipStart = this.#acceleration << 6;
    const lookAhead = this.#depth > 1;
    let anchor = start;
    let at = start;
    let skip = skipStart;
    while (at <= lastMatch) {
      let from = this.#find(source, start, at, matchEnd);
      if (from < 0) {
        at += lookAhead ? 1 : skip++ >> 6;
        continue;
      }
      skip = skipStart;
      let length = matchLength(source, from, at, matchEnd);
      while (lookAhead && at + 1 <= lastMatch) {
        const next = this.#find(source, start, at + 1, matchEnd);
        if (next < 0) break;
        const nextLength = matchLength(source, next, at + 1, matchEnd);
        if (nextLength <= length + 1) break;
        at++;
        from = next;
        length = nextLength;
      }
      while (at > anchor && from > start && source[at - 1] === source[from - 1]) {
        at--;
        from--;
        length++;
      }
      to = emit(source, anchor, at, at - from, length, target, to, limit);
      if (to < 0) return -1;
      const stop = at + length;
      if (lookAhead)
        for (let seen = at + 1; seen < stop && seen <= lastMatch; seen++) this.#insert(source, start, seen);
      else if (stop - 2 <= lastMatch) this.#insert(source, start, stop - 2);
      at = stop;
      anchor = stop;
    }
    return emitLast(source, anchor, end, target, to, limit);
  }

  /** The best earlier occurrence of what is at `at`, or -1; enters `at` into the tables. */
  #find(source: Uint8Array, start: number, at: number, matchEnd: number): number {
    const first = read32(source, at);
    const chain = this.#chain;
    const hash = chain === undefined ? fastHashOf(first, source[at + 4]!) : hashOf(first);
    let from = this.#heads[hash]!;
    if (chain === undefined) {
      this.#heads[hash] = at;
      return from >= start && at - from <= MAX_DISTANCE && read32(source, from) === first ? from : -1;
    }
    if (from !== at) {
      chain[at & MAX_DISTANCE] = from;
      this.#heads[hash] = at;
    } else {
      from = chain[at & MAX_DISTANCE]!;
    }
    let best = -1;
    let bestLength = MIN_MATCH - 1;
    for (let tries = this.#depth; tries > 0 && from >= start && at - from <= MAX_DISTANCE; tries--) {
      if (source[from + bestLength] === source[at + bestLength] && read32(source, from) === first) {
        const length = matchLength(source, from, at, matchEnd);
        if (length > bestLength) {
          best = from;
          bestLength = length;
          if (at + length >= matchEnd) break;
        }
      }
      const earlier = chain[from & MAX_DISTANCE]!;
      if (earlier >= from) break; // the entry was overwritten by a later position
      from = earlier;
    }
    return best;
  }

  #insert(source: Uint8Array, start: number, at: number): void {
    if (at < start) return;
    const first = read32(source, at);
    if (this.#chain === undefined) {
      this.#heads[fastHashOf(first, source[at + 4]!)] = at;
      return;
    }
    const hash = hashOf(first);
    const head = this.#heads[hash]!;
    if (head === at) return;
    this.#chain[at & MAX_DISTANCE] = head;
    this.#heads[hash] = at;
  }
}

function read32(source: Uint8Array, at: number): number {
  return source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
}

function hashOf(value: number): number {
  return Math.imul(value, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function fastHashOf(value: number, next: number): number {
  return Math.imul(value + Math.imul(next, 0x85ebca6b), 0x9e3779b1) >>> (32 - FAST_HASH_BITS);
}

/** Equal bytes from `from` and `at` on, of which the first four are known to be equal. */
function matchLength(source: Uint8Array, from: number, at: number, matchEnd: number): number {
  const start = at;
  at += MIN_MATCH;
  from += MIN_MATCH;
  while (at < matchEnd && source[from] === source[at]) {
    from++;
    at++;
  }
  return at - start;
}

function emit(
  source: Uint8Array,
  anchor: number,
  at: number,
  distance: number,
  length: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  const literals = at - anchor;
  const rest = length - MIN_MATCH;
  // Token, both lengths, literals, distance: an upper bound of what this sequence takes.
  if (to + literals + Math.floor(literals / 255) + Math.floor(rest / 255) + 5 > limit) return -1;
  target[to++] = (Math.min(literals, 15) << 4) | Math.min(rest, 15);
  if (literals >= 15) to = emitLength(target, to, literals - 15);
  to = copy(source, anchor, at, target, to);
  target[to++] = distance & 0xff;
  target[to++] = distance >> 8;
  if (rest >= 15) to = emitLength(target, to, rest - 15);
  return to;
}

function emitLast(
  source: Uint8Array,
  anchor: number,
  end: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  const literals = end - anchor;
  if (to + literals + (literals >= 15 ? Math.floor((literals - 15) / 255) + 2 : 1) > limit) return -1;
  target[to++] = Math.min(literals, 15) << 4;
  if (literals >= 15) to = emitLength(target, to, literals - 15);
  return copy(source, anchor, end, target, to);
}

function emitLength(target: Uint8Array, to: number, rest: number): number {
  for (; rest >= 255; rest -= 255) target[to++] = 255;
  target[to++] = rest;
  return to;
}

function copy(source: Uint8Array, start: number, end: number, target: Uint8Array, to: number): number {
  if (end - start > 24) {
    target.set(source.subarray(start, end), to);
    return to + end - start;
  }
  for (let at = start; at < end;) target[to++] = source[at++]!;
  return to;
}

function damaged(what: string): CodecError {
  return new CodecError(`The LZ4 block is damaged: ${what}.`);
}
