// BloscLZ blocks, the same as the plain twin's.
import { HEADS_BYTES, headOf, matchLength } from "./search";

const MAX_LITERALS: usize = 32;
const NEAR_DISTANCE: usize = 8191;
const FAR_DISTANCE: isize = 65535 + 8191 - 1;
/** Matches end before the last bytes, which old decoders copy without a check. */
const MATCH_MARGIN: isize = 12;

/** Encodes `length` bytes to at most `room` at `target`; how many, or 0 where they do not fit. */
export function encodeBlosclz(
  source: usize,
  length: usize,
  target: usize,
  room: usize,
  level: u32,
  heads: usize,
): usize {
  memory.fill(heads, 0xff, HEADS_BYTES);
  const limit = target + room;
  const last = <isize>length - MATCH_MARGIN;
  const matchEnd = source + last + 4;
  const skipStart = max<u32>(1, 10 - level) << 5;
  let to = target;
  let anchor = source;
  // The first control byte is read as literals whatever its high bits are, so a match cannot come first.
  let at: isize = 1;
  let skip = skipStart;
  while (at < last) {
    const here = source + at;
    const first = load<u32>(here);
    const head = headOf(heads, first);
    const candidate = <isize>load<i32>(head);
    store<i32>(head, <i32>at);
    if (candidate < 0 || at - candidate > FAR_DISTANCE || load<u32>(source + candidate) != first) {
      at += <isize>(skip++ >> 5);
      continue;
    }
    const distance = <usize>(at - candidate);
    const count = matchLength(source + candidate, here, matchEnd);
    if (distance > NEAR_DISTANCE && count < 6) {
      at++;
      continue;
    }
    skip = skipStart;
    to = emitLiterals(anchor, here, to, limit);
    if (to == 0) return 0;
    to = emitMatch(distance, count, to, limit);
    if (to == 0) return 0;
    anchor = here + count;
    at += <isize>count;
  }
  to = emitLiterals(anchor, source + length, to, limit);
  return to == 0 ? 0 : to - target;
}

function emitLiterals(from: usize, end: usize, to: usize, limit: usize): usize {
  const count = end - from;
  if (count + (count + MAX_LITERALS - 1) / MAX_LITERALS > limit - to) return 0;
  while (from < end) {
    const run = min(MAX_LITERALS, end - from);
    store<u8>(to++, run - 1);
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += run;
    from += run;
  }
  return to;
}

function emitMatch(distance: usize, count: usize, to: usize, limit: usize): usize {
  if (count / 255 + 6 > limit - to) return 0;
  const far = distance > NEAR_DISTANCE;
  const stored = far ? NEAR_DISTANCE : distance - 1;
  const rest = count - 2;
  if (rest < 7) store<u8>(to++, (rest << 5) | (stored >> 8));
  else {
    store<u8>(to++, (7 << 5) | (stored >> 8));
    let more = rest - 7;
    for (; more >= 255; more -= 255) store<u8>(to++, 255);
    store<u8>(to++, more);
  }
  store<u8>(to++, stored);
  if (far) {
    const beyond = distance - NEAR_DISTANCE - 1;
    store<u8>(to++, beyond >> 8);
    store<u8>(to++, beyond);
  }
  return to;
}
