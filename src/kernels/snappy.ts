/**
 * Snappy's raw format: a length, then literals and copies.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

/** Matches never leave their fragment, as in the reference encoder, so distances fit 16 bits. */
const FRAGMENT = 65536;
const HASH_BITS = 14;
const MIN_MATCH = 4;
const MATCH_MARGIN = 15;

/**
 * Decodes `source[start..end)` into `target[to..limit)`.
 *
 * @returns The position after the last byte written.
 * @throws CodecError when the data are damaged, or hold more than fits or other than they say.
 */
export function snappyDecode(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  const origin = to;
  let at = start;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 28) throw damaged("its length is cut off");
    const byte = source[at++]!;
    size += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (size > limit - to) throw damaged("it holds more bytes than it should");
  while (at < end) {
    const tag = source[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const bytes = length - 60;
        if (bytes > end - at) throw damaged("a literal length is cut off");
        length = 1;
        for (let index = 0; index < bytes; index++) length += source[at++]! * 2 ** (8 * index);
      }
      if (length > end - at) throw damaged("literals run past its end");
      if (length > limit - to) throw damaged("it holds more bytes than it should");
      target.set(source.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const bytes = kind === 3 ? 4 : kind;
    if (bytes > end - at) throw damaged("a copy is cut off");
    let length: number;
    let distance: number;
    if (kind === 1) {
      length = ((tag >> 2) & 7) + 4;
      distance = ((tag >> 5) << 8) | source[at]!;
    } else {
      length = (tag >> 2) + 1;
      distance = source[at]! | (source[at + 1]! << 8);
      if (kind === 3) distance += source[at + 2]! * 0x10000 + source[at + 3]! * 0x1000000;
    }
    at += bytes;
    if (distance === 0 || distance > to - origin) throw damaged("a copy begins before the data");
    if (length > limit - to) throw damaged("it holds more bytes than it should");
    for (let from = to - distance, stop = to + length; to < stop;) target[to++] = target[from++]!;
  }
  if (to - origin !== size) throw damaged("it holds other than the number of bytes it says");
  return to;
}

/** Encodes Snappy; it keeps its table from one block to the next. */
export class SnappyEncoder {
  readonly #heads = new Int32Array(1 << HASH_BITS);

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
    if (to + 5 > limit) return -1;
    let size = end - start;
    for (; size >= 128; size = Math.floor(size / 128)) target[to++] = (size & 127) | 128;
    target[to++] = size;
    for (let at = start; at < end && to >= 0; at += FRAGMENT) {
      to = this.#fragment(source, at, Math.min(end, at + FRAGMENT), target, to, limit);
    }
    return to;
  }

  #fragment(
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
    let at = start;
    let skip = 32;
    while (at < last) {
      const first = read32(source, at);
      const hash = Math.imul(first, 0x1e35a7bd) >>> (32 - HASH_BITS);
      const from = heads[hash]!;
      heads[hash] = at;
      if (from < start || read32(source, from) !== first) {
        at += skip++ >> 5;
        continue;
      }
      skip = 32;
      let stop = at + MIN_MATCH;
      for (let other = from + MIN_MATCH; stop < end && source[other] === source[stop]; other++) stop++;
      to = emitLiteral(source, anchor, at, target, to, limit);
      if (to < 0) return -1;
      to = emitCopies(at - from, stop - at, target, to, limit);
      if (to < 0) return -1;
      at = stop;
      anchor = stop;
    }
    return emitLiteral(source, anchor, end, target, to, limit);
  }
}

function read32(source: Uint8Array, at: number): number {
  return source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
}

function emitLiteral(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
  limit: number,
): number {
  const count = end - start;
  if (count === 0) return to;
  if (to + count + 3 > limit) return -1;
  const rest = count - 1; // at most 65535: a fragment
  if (rest < 60) {
    target[to++] = rest << 2;
  } else if (rest < 256) {
    target[to++] = 60 << 2;
    target[to++] = rest;
  } else {
    target[to++] = 61 << 2;
    target[to++] = rest & 0xff;
    target[to++] = rest >> 8;
  }
  target.set(source.subarray(start, end), to);
  return to + count;
}

function emitCopies(distance: number, length: number, target: Uint8Array, to: number, limit: number): number {
  if (to + 3 * Math.ceil(length / 60) + 3 > limit) return -1;
  while (length >= 68) {
    to = emitCopy(distance, 64, target, to);
    length -= 64;
  }
  if (length > 64) {
    to = emitCopy(distance, 60, target, to);
    length -= 60;
  }
  return emitCopy(distance, length, target, to);
}

function emitCopy(distance: number, length: number, target: Uint8Array, to: number): number {
  if (length >= 4 && length < 12 && distance < 2048) {
    target[to++] = 1 | ((length - 4) << 2) | ((distance >> 8) << 5);
    target[to++] = distance & 0xff;
    return to;
  }
  target[to++] = 2 | ((length - 1) << 2);
  target[to++] = distance & 0xff;
  target[to++] = distance >> 8;
  return to;
}

function damaged(what: string): CodecError {
  return new CodecError(`The Snappy block is damaged: ${what}.`);
}
