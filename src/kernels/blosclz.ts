/**
 * BloscLZ, Blosc's own LZ77 format: a control byte below 32 begins a run of literals, any other
 * a match.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

const MAX_LITERALS = 32;
/** Distances from here on take two further bytes. */
const NEAR_DISTANCE = 8191;
const FAR_DISTANCE = 65535 + NEAR_DISTANCE - 1;
const MIN_MATCH = 4;
const HASH_BITS = 14;
/** Matches end before the last bytes, which old decoders copy without a check. */
const MATCH_MARGIN = 12;

/**
 * Decodes `source[start..end)` into `target[to..limit)`.
 *
 * @returns The position after the last byte written.
 * @throws CodecError when the data are damaged or hold more than fits.
 */
export function blosclzDecode(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  if (start >= end) return to;
  const origin = to;
  let at = start;
  let control = source[at++]! & 31;
  for (;;) {
    if (control < 32) {
      const count = control + 1;
      if (count > end - at) throw damaged("literals run past its end");
      if (count > limit - to) throw damaged("it holds more bytes than it should");
      for (const stop = at + count; at < stop;) target[to++] = source[at++]!;
    } else {
      let length = (control >> 5) + 2;
      let distance = (control & 31) << 8;
      if (length === 9) {
        let more = 255;
        while (more === 255) {
          if (at >= end) throw damaged("a match length is cut off");
          more = source[at++]!;
          length += more;
        }
      }
      if (at >= end) throw damaged("a match is cut off");
      const low = source[at++]!;
      distance += low + 1;
      if (low === 255 && distance === NEAR_DISTANCE + 1) {
        if (end - at < 2) throw damaged("a match is cut off");
        distance += (source[at]! << 8) | source[at + 1]!;
        at += 2;
      }
      if (distance > to - origin) throw damaged("a match begins before the data");
      if (length > limit - to) throw damaged("it holds more bytes than it should");
      const stop = to + length;
      if (distance >= length && length > 32) {
        target.copyWithin(to, to - distance, stop - distance);
      } else {
        for (let from = to - distance, out = to; out < stop;) target[out++] = target[from++]!;
      }
      to = stop;
    }
    if (at >= end) return to;
    control = source[at++]!;
  }
}

/** Encodes BloscLZ; it keeps its table from one block to the next. */
export class BlosclzEncoder {
  readonly #heads = new Int32Array(1 << HASH_BITS);
  readonly #skipStart: number;

  /** @param level 1 (fast) to 9 (thorough). */
  constructor(level: number) {
    this.#skipStart = Math.max(1, 10 - level) << 5;
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
    const last = end - MATCH_MARGIN;
    let anchor = start;
    // The first control byte is read as literals whatever its high bits are, so a match cannot come first.
    let at = start + 1;
    let skip = this.#skipStart;
    while (at < last) {
      const first = read32(source, at);
      const hash = Math.imul(first, 0x9e3779b1) >>> (32 - HASH_BITS);
      const from = heads[hash]!;
      heads[hash] = at;
      if (from < start || at - from > FAR_DISTANCE || read32(source, from) !== first) {
        at += skip++ >> 5;
        continue;
      }
      const length = matchLength(source, from, at, last + 4);
      const far = at - from > NEAR_DISTANCE;
      if (far && length < MIN_MATCH + 2) {
        at++;
        continue;
      }
      skip = this.#skipStart;
      to = emitLiterals(source, anchor, at, target, to, limit);
      if (to < 0) return -1;
      to = emitMatch(at - from, length, target, to, limit);
      if (to < 0) return -1;
      at += length;
      anchor = at;
    }
    return emitLiterals(source, anchor, end, target, to, limit);
  }
}

function read32(source: Uint8Array, at: number): number {
  return source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
}

function matchLength(source: Uint8Array, from: number, at: number, end: number): number {
  const start = at;
  at += MIN_MATCH;
  from += MIN_MATCH;
  while (at < end && source[from] === source[at]) {
    from++;
    at++;
  }
  return at - start;
}

function emitLiterals(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  const count = end - start;
  if (to + count + Math.ceil(count / MAX_LITERALS) > limit) return -1;
  for (let at = start; at < end;) {
    const run = Math.min(MAX_LITERALS, end - at);
    target[to++] = run - 1;
    for (const stop = at + run; at < stop;) target[to++] = source[at++]!;
  }
  return to;
}

function emitMatch(distance: number, length: number, target: Uint8Array, to: number, limit: number): number {
  if (to + 6 + Math.floor(length / 255) > limit) return -1;
  const far = distance > NEAR_DISTANCE;
  const stored = far ? NEAR_DISTANCE : distance - 1;
  const rest = length - 2;
  if (rest < 7) {
    target[to++] = (rest << 5) | (stored >> 8);
  } else {
    target[to++] = (7 << 5) | (stored >> 8);
    let more = rest - 7;
    for (; more >= 255; more -= 255) target[to++] = 255;
    target[to++] = more;
  }
  target[to++] = stored & 0xff;
  if (far) {
    const beyond = distance - NEAR_DISTANCE - 1;
    target[to++] = beyond >> 8;
    target[to++] = beyond & 0xff;
  }
  return to;
}

function damaged(what: string): CodecError {
  return new CodecError(`The BloscLZ block is damaged: ${what}.`);
}
