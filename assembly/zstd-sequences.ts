// Sequences of zstd (RFC 8878, 3.1.1.3.2): literals and matches that take turns. Some are decoded, then these are run: each
// of the two loops keeps in registers what it needs.
import { FRAME, SEQUENCES, SEQUENCES_BYTES, work } from "./layout";
import { copyMatch } from "./match";
import { EXTRA_BITS, EXTRA_MASK, LITERAL_LENGTHS, MATCH_LENGTHS, NEXT, NEXT_BITS, NEXT_MASK, OFFSETS } from "./zstd-fse";
import { tableAt } from "./zstd-fse";
import { streamBits } from "./zstd-huffman";

/** Accuracy of the table of a kind and one, 0 for none (u32). */
// @ts-expect-error AssemblyScript's decorator
@inline
export function tableSlot(kind: u32): usize {
  return work + FRAME + (kind << 2);
}
/** The repeated offsets (u32 each). */
// @ts-expect-error AssemblyScript's decorator
@inline
export function repeatSlot(): usize {
  return work + FRAME + 24;
}

/** Bytes of a decoded sequence. */
const SEQUENCE: usize = 16;

// The stream at hand. Its position is eight times the address of the window whose last byte holds the last of the bits
// that are left, and how many bits of that byte these are, 0 to 7.
let position: u64 = 0;
let firstPosition: u64 = 0;
/** Where it was before it was read which states follow. */
let lastPosition: u64 = 0;
let literalState: usize = 0;
let offsetState: usize = 0;
let matchState: usize = 0;

// @ts-expect-error AssemblyScript's decorator
@inline
function windowAt(at: u64): u64 {
  return load<u64>(<usize>(at >> 3));
}

/** How many bits of that window are left, modulo 64. */
// @ts-expect-error AssemblyScript's decorator
@inline
function bitsAt(at: u64): u64 {
  return at | 56;
}

/** Reads the first state of a kind. */
function firstState(kind: u32): usize {
  const log = <u64>load<u32>(tableSlot(kind)) - 1;
  const number = <usize>(windowAt(position) >> (bitsAt(position) - log)) & ((1 << <usize>log) - 1);
  position -= log;
  return tableAt(kind) + (number << 3);
}

/** The next state, by bits that lie so far up in a window. */
// @ts-expect-error AssemblyScript's decorator
@inline
function nextOf(state: usize, window: u64, shift: u64): usize {
  return <usize>load<u32>(state, NEXT) + ((<usize>(window >> shift) & load<u16>(state, NEXT_MASK)) << 3);
}

/** The value of a state, by bits that lie so far up in a window. */
// @ts-expect-error AssemblyScript's decorator
@inline
function valueOf(state: usize, window: u64, shift: u64): u32 {
  return load<u32>(state) + (<u32>(window >> shift) & load<u32>(state, EXTRA_MASK));
}

/** Decodes some of `count` sequences; the end of them, or 0 where the stream ends before. */
function decodeSequences(count: usize): usize {
  let to = work + SEQUENCES;
  const end = to + min(count * SEQUENCE, SEQUENCES_BYTES);
  const first = firstPosition;
  let at = position;
  let literal = literalState;
  let offset = offsetState;
  let match = matchState;
  let ended: u64;
  do {
    if (at < first) return 0;
    let window = windowAt(at);
    const offsetExtra = <u64>load<u8>(offset, EXTRA_BITS);
    let shift = bitsAt(at) - offsetExtra;
    at -= offsetExtra;
    store<u32>(to, valueOf(offset, window, shift), 8);
    const matchExtra = <u64>load<u8>(match, EXTRA_BITS);
    const literalExtra = <u64>load<u8>(literal, EXTRA_BITS);
    if (matchExtra + literalExtra) {
      // One window may not hold all of it. (An offset of 31 extra bits, with which it may not either, reaches too far.)
      window = windowAt(at);
      shift = bitsAt(at) - matchExtra;
      store<u32>(to, valueOf(match, window, shift), 4);
      shift -= literalExtra;
      store<u32>(to, valueOf(literal, window, shift));
      at -= matchExtra + literalExtra;
      window = windowAt(at);
      shift = bitsAt(at);
    } else {
      store<u32>(to, load<u32>(literal));
      store<u32>(to, load<u32>(match), 4);
    }
    ended = at;
    const literalBits = <u64>load<u8>(literal, NEXT_BITS);
    const matchBits = <u64>load<u8>(match, NEXT_BITS);
    const offsetBits = <u64>load<u8>(offset, NEXT_BITS);
    shift -= literalBits;
    literal = nextOf(literal, window, shift);
    shift -= matchBits;
    match = nextOf(match, window, shift);
    shift -= offsetBits;
    offset = nextOf(offset, window, shift);
    at -= literalBits + matchBits + offsetBits;
    to += SEQUENCE;
  } while (to < end);
  lastPosition = ended;
  position = at;
  literalState = literal;
  offsetState = offset;
  matchState = match;
  return end;
}

/**
 * Runs `count` sequences of `[start, end)` with the literals `[literal, literalEnd)`, and appends the rest of those.
 * Returns where the output ends, or 0 where the block is damaged. Copies write up to 32 bytes past what they mean to.
 *
 * @param target Where to go on; matches reach back to `origin`, and nothing may be behind `limit`.
 */
export function runSequences(
  count: u32,
  start: usize,
  end: usize,
  literal: usize,
  literalEnd: usize,
  target: usize,
  limit: usize,
  origin: usize,
): usize {
  const bits = streamBits(start, end);
  if (bits < 0) return 0;
  firstPosition = (<u64>start - 7) << 3;
  position = firstPosition + <u64>bits;
  literalState = firstState(LITERAL_LENGTHS);
  offsetState = firstState(OFFSETS);
  matchState = firstState(MATCH_LENGTHS);
  const repeats = repeatSlot();
  let repeat1 = <usize>load<u32>(repeats);
  let repeat2 = <usize>load<u32>(repeats, 4);
  let repeat3 = <usize>load<u32>(repeats, 8);
  let op = target;
  const records = work + SEQUENCES;
  let stop = decodeSequences(count);
  while (true) {
    if (stop == 0) return 0;
    let sums = v128.load(records);
    for (let record = records + SEQUENCE; record < stop; record += SEQUENCE)
      sums = i32x4.add(sums, v128.load(record));
    const literals = <usize>i32x4.extract_lane(sums, 0);
    const matches = <usize>i32x4.extract_lane(sums, 1);
    if (literals > literalEnd - literal || literals + matches > limit - op) return 0;
    for (let record = records; record < stop; record += SEQUENCE) {
      const literalLength = <usize>load<u32>(record);
      const matchLength = <usize>load<u32>(record, 4);
      let offset = <usize>load<u32>(record, 8);
      if (offset > 3) {
        offset -= 3;
        repeat3 = repeat2;
        repeat2 = repeat1;
        repeat1 = offset;
      } else {
        const which = offset + <usize>(literalLength == 0);
        if (which == 1) offset = repeat1;
        else {
          offset = which == 2 ? repeat2 : which == 3 ? repeat3 : repeat1 - 1;
          if (which != 2) repeat3 = repeat2;
          repeat2 = repeat1;
          repeat1 = offset;
        }
      }
      v128.store(op, v128.load(literal));
      if (literalLength > 16) {
        let to = op + 16;
        let from = literal + 16;
        const literalStop = op + literalLength;
        do {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
          to += 32;
          from += 32;
        } while (to < literalStop);
      }
      op += literalLength;
      literal += literalLength;
      if (offset - 1 >= op - origin) return 0;
      if (offset >= 16 && matchLength <= 16) v128.store(op, v128.load(op - offset));
      else copyMatch(op, op + matchLength, offset);
      op += matchLength;
    }
    const done = <u32>((stop - records) / SEQUENCE);
    if (count == done) break;
    count -= done;
    stop = decodeSequences(count);
  }
  // All of the stream must have been read, and no more.
  if (lastPosition != firstPosition) return 0;
  store<u32>(repeats, <u32>repeat1);
  store<u32>(repeats, <u32>repeat2, 4);
  store<u32>(repeats, <u32>repeat3, 8);
  const rest = literalEnd - literal;
  if (rest > limit - op) return 0;
  memory.copy(op, literal, rest);
  return op + rest;
}
