// Sequences of zstd (RFC 8878, 3.1.1.3.2): literals and matches that take turns.
import { FRAME, work } from "./layout";
import { copyMatch } from "./match";
import { LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS } from "./zstd-fse";
import { refilled, streamBits, windowStart } from "./zstd-huffman";

/** Accuracy and place of the table of a kind (u32 each), and the repeated offsets. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function tableSlot(kind: u32): usize {
  return work + FRAME + (kind << 3);
}
// @ts-expect-error AssemblyScript's decorator
@inline
export function repeatSlot(): usize {
  return work + FRAME + 24;
}

/** Windows hold 56 bits at least; codes of more than so many extra bits leave too few for the next states. */
const FEW_BITS: u32 = 30;

// @ts-expect-error AssemblyScript's decorator
@inline
function top(window: u64, count: u64): u64 {
  return (window >> 1) >> (63 - count);
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
  const left = streamBits(start, end);
  if (left < 0) return 0;
  let at = windowStart(start, left);
  let window = refilled(at, -left);
  // One load before the start may still be part of it; from the next on there is nothing.
  const floor = start - 8;
  const literalTable = <usize>load<u32>(tableSlot(LITERAL_LENGTHS), 4);
  const offsetTable = <usize>load<u32>(tableSlot(OFFSETS), 4);
  const matchTable = <usize>load<u32>(tableSlot(MATCH_LENGTHS), 4);
  const literalLog = <u64>load<u32>(tableSlot(LITERAL_LENGTHS));
  let literalState = <usize>top(window, literalLog);
  window <<= literalLog;
  const offsetLog = <u64>load<u32>(tableSlot(OFFSETS));
  let offsetState = <usize>top(window, offsetLog);
  window <<= offsetLog;
  const matchLog = <u64>load<u32>(tableSlot(MATCH_LENGTHS));
  let matchState = <usize>top(window, matchLog);
  window <<= matchLog;
  const repeats = repeatSlot();
  let repeat1 = <usize>load<u32>(repeats);
  let repeat2 = <usize>load<u32>(repeats, 4);
  let repeat3 = <usize>load<u32>(repeats, 8);
  let op = target;
  while (true) {
    let read = ctz<u64>(window);
    at -= <usize>(read >> 3);
    if (at < floor) return 0;
    window = refilled(at, read);
    const offsetEntry = load<u64>(offsetTable + (offsetState << 3));
    const matchEntry = load<u64>(matchTable + (matchState << 3));
    const literalEntry = load<u64>(literalTable + (literalState << 3));
    const offsetBits = (offsetEntry >> 32) & 0xff;
    const matchBits = (matchEntry >> 32) & 0xff;
    const literalBits = (literalEntry >> 32) & 0xff;
    const extra = <u32>(offsetBits + matchBits + literalBits);
    let offset = <usize>offsetEntry + <usize>top(window, offsetBits);
    window <<= offsetBits;
    if (extra > FEW_BITS) {
      read = ctz<u64>(window);
      at -= <usize>(read >> 3);
      window = refilled(at, read);
    }
    const matchLength = <usize>matchEntry + <usize>top(window, matchBits);
    window <<= matchBits;
    const literalLength = <usize>literalEntry + <usize>top(window, literalBits);
    window <<= literalBits;
    if (extra > FEW_BITS) {
      read = ctz<u64>(window);
      at -= <usize>(read >> 3);
      window = refilled(at, read);
    }
    if (--count) {
      let bits = (literalEntry >> 40) & 0xff;
      literalState = <usize>(literalEntry >> 48) + <usize>top(window, bits);
      window <<= bits;
      bits = (matchEntry >> 40) & 0xff;
      matchState = <usize>(matchEntry >> 48) + <usize>top(window, bits);
      window <<= bits;
      bits = (offsetEntry >> 40) & 0xff;
      offsetState = <usize>(offsetEntry >> 48) + <usize>top(window, bits);
      window <<= bits;
    }
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
    if (literalLength > literalEnd - literal || literalLength + matchLength > limit - op) return 0;
    v128.store(op, v128.load(literal));
    if (literalLength > 16) {
      let to = op + 16;
      let from = literal + 16;
      const stop = op + literalLength;
      do {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += 32;
        from += 32;
      } while (to < stop);
    }
    op += literalLength;
    literal += literalLength;
    if (offset - 1 >= op - origin) return 0;
    if (offset >= 16 && matchLength <= 16) v128.store(op, v128.load(op - offset));
    else copyMatch(op, op + matchLength, offset);
    op += matchLength;
    if (count == 0) break;
  }
  // All of the stream must have been read, and no more.
  if (<i64>(<isize>(at - start) << 3) + 64 != <i64>ctz<u64>(window)) return 0;
  store<u32>(repeats, <u32>repeat1);
  store<u32>(repeats, <u32>repeat2, 4);
  store<u32>(repeats, <u32>repeat3, 8);
  const rest = literalEnd - literal;
  if (rest > limit - op) return 0;
  memory.copy(op, literal, rest);
  return op + rest;
}
