// DEFLATE (RFC 1951) with a buffer of 64 bits. What is refused here is explained by the plain twin.
import { LITERALS, work } from "./layout";
import { copyMatch } from "./match";

/** In the place of zstd's literals: tables of literals and lengths, of distances, of code lengths; lengths of codes. */
const LITERAL_TABLE: usize = LITERALS;
const DISTANCE_TABLE: usize = LITERALS + 32768;
const ORDER_TABLE: usize = LITERALS + 49152;
const LENGTHS: usize = LITERALS + 57344;
const COUNTS: usize = LITERALS + 58368;

const LITERAL_BITS: u32 = 12;
const DISTANCE_BITS: u32 = 9;
const ORDER_BITS: u32 = 7;
const MAX_BITS: u32 = 15;

/**
 * An entry: bits of its literals (6), how many there are (2), then these. Where it is none, these are 0, and all of its bits
 * follow (5), those of the code alone (4), and the value to which extra bits are added (15): 0 at the end of a block.
 * Without bits it is a link to another table, or 0 where no code begins so.
 */
const COUNT_AT: u32 = 6;
const COUNT: u32 = 3 << COUNT_AT;
const ONE: u32 = 1 << COUNT_AT;
const FIRST_AT: u32 = 8;
const ALL_AT: u32 = 8;
const CODE_AT: u32 = 13;
const VALUE_AT: u32 = 17;
const LINK: u32 = 1 << CODE_AT;

const LITERAL_KIND: u32 = 0;
const DISTANCE_KIND: u32 = 1;
const ORDER_KIND: u32 = 2;

// The stream at hand: its next byte and end, bits read and not used, where output goes, begins and ends.
let ip: usize = 0;
let iend: usize = 0;
let held: u64 = 0;
let heldBits: u32 = 0;
let op: usize = 0;
let origin: usize = 0;
let oend: usize = 0;

/** Bytes that the last stream took. */
let taken: usize = 0;
export function inflateTaken(): usize {
  return taken;
}

/** Decodes one stream to at most `room` bytes at `target`, behind which 64 may be overwritten; how many, or -1. */
export function inflate(source: usize, length: usize, target: usize, room: usize): i32 {
  ip = source;
  iend = source + length;
  held = 0;
  heldBits = 0;
  op = target;
  origin = target;
  oend = target + room;
  let last = false;
  while (!last) {
    refill();
    last = (take(1) & 1) != 0;
    const kind = take(2);
    let whole = false;
    if (kind == 0) whole = stored();
    else if (kind == 1) whole = fixed() && coded();
    else if (kind == 2) whole = dynamic() && coded();
    if (!whole || position() > iend) return -1;
  }
  taken = position() - source;
  return <i32>(op - target);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function refill(): void {
  held |= load<u64>(ip) << heldBits;
  ip += (63 - heldBits) >> 3;
  heldBits |= 56;
}

// @ts-expect-error AssemblyScript's decorator
@inline
function take(count: u32): u32 {
  const value = <u32>held & ((1 << count) - 1);
  held >>= count;
  heldBits -= count;
  return value;
}

/** The first byte of which no bit has been used. */
function position(): usize {
  return ip - (heldBits >> 3);
}

function stored(): bool {
  const at = position();
  if (at > iend || iend - at < 4) return false;
  const size = <usize>load<u16>(at);
  if ((size ^ <usize>load<u16>(at, 2)) != 0xffff) return false;
  if (size > iend - at - 4 || size > oend - op) return false;
  memory.copy(op, at + 4, size);
  op += size;
  ip = at + 4 + size;
  held = 0;
  heldBits = 0;
  return true;
}

function fixed(): bool {
  const lengths = work + LENGTHS;
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  memory.fill(lengths + 288, 5, 32);
  return (
    makeTable(LITERAL_KIND, lengths, 288, work + LITERAL_TABLE, LITERAL_BITS, false) &&
    makeTable(DISTANCE_KIND, lengths + 288, 32, work + DISTANCE_TABLE, DISTANCE_BITS, false)
  );
}

function dynamic(): bool {
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const orders = take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  const lengths = work + LENGTHS;
  memory.fill(lengths, 0, 19);
  for (let i: u32 = 0; i < orders; i++) {
    if (heldBits < 3) refill();
    store<u8>(lengths + orderOf(i), take(3));
  }
  if (!makeTable(ORDER_KIND, lengths, 19, work + ORDER_TABLE, ORDER_BITS, false)) return false;
  const count = literals + distances;
  for (let i: u32 = 0; i < count; ) {
    refill();
    if (ip > iend + 8) return false;
    const entry = load<u32>(work + ORDER_TABLE + ((<usize>held & 127) << 2));
    if (entry == 0) return false;
    take((entry >> ALL_AT) & 31);
    const symbol = entry >> VALUE_AT;
    if (symbol < 16) {
      store<u8>(lengths + i++, symbol);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    const value: u32 = symbol == 16 ? load<u8>(lengths + i - 1) : 0;
    const times: u32 = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (times > count - i) return false;
    memory.fill(lengths + i, <u8>value, times);
    i += times;
  }
  if (load<u8>(lengths + 256) == 0) return false;
  return (
    makeTable(LITERAL_KIND, lengths, literals, work + LITERAL_TABLE, LITERAL_BITS, true) &&
    makeTable(DISTANCE_KIND, lengths + literals, distances, work + DISTANCE_TABLE, DISTANCE_BITS, true)
  );
}

/** In which order the lengths of codes of code lengths are stored: 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, … */
function orderOf(i: u32): u32 {
  if (i < 3) return 16 + i;
  if (i == 3) return 0;
  return i & 1 ? 8 - ((i - 3) >> 1) : 8 + ((i - 4) >> 1);
}

/** The entry of a symbol whose code has so many bits; 0 for one that is reserved. */
function entryOf(kind: u32, symbol: u32, length: u32): u32 {
  if (kind == ORDER_KIND) return entryWith(symbol, length, 0);
  if (kind == DISTANCE_KIND) {
    if (symbol > 29) return 0;
    if (symbol < 4) return entryWith(symbol + 1, length, 0);
    const extra = (symbol >> 1) - 1;
    return entryWith(((2 + (symbol & 1)) << extra) + 1, length, extra);
  }
  if (symbol < 256) return (symbol << FIRST_AT) | ONE | length;
  if (symbol == 256) return entryWith(0, length, 0);
  if (symbol > 285) return 0;
  if (symbol == 285) return entryWith(258, length, 0);
  const code = symbol - 257;
  if (code < 8) return entryWith(code + 3, length, 0);
  const extra = (code >> 2) - 1;
  return entryWith(((4 + (code & 3)) << extra) + 3, length, extra);
}

function entryWith(value: u32, length: u32, extra: u32): u32 {
  return (value << VALUE_AT) | (length << CODE_AT) | ((length + extra) << ALL_AT);
}

/** Makes entries of two literals where the codes of both are in the bits that are looked at. */
function joinLiterals(table: usize, bits: u32): void {
  // From the end on: what is looked up below has not been joined yet.
  for (let index: u32 = (1 << bits) - 1; index > 0; index--) {
    const first = load<u32>(table + (<usize>index << 2));
    if (!(first & COUNT)) continue;
    const length = first & 63;
    const second = load<u32>(table + (<usize>(index >> length) << 2));
    if (!(second & COUNT) || length + (second & 63) > bits) continue;
    // The count becomes 2, and the bits add up.
    store<u32>(table + (<usize>index << 2), first + (second & 127) + ((second >> FIRST_AT) << (FIRST_AT + 8)));
  }
}

/** Makes the table of `count` codes, whose lengths are bytes; codes longer than `bits` are in tables it links to. */
function makeTable(kind: u32, lengths: usize, count: u32, table: usize, bits: u32, mayBeEmpty: bool): bool {
  const counts = work + COUNTS;
  const next = counts + 64;
  memory.fill(counts, 0, 128);
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const at = counts + (<usize>load<u8>(lengths + symbol) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  const used = count - load<u32>(counts);
  store<u32>(counts, 0);
  const size: u32 = 1 << bits;
  memory.fill(table, 0, <usize>size << 2);
  if (used == 0) return mayBeEmpty;
  let code: u32 = 0;
  let free: i32 = 1;
  for (let length: u32 = 1; length <= MAX_BITS; length++) {
    code = (code + load<u32>(counts + ((length - 1) << 2))) << 1;
    store<u32>(next + (length << 2), code);
    free = free * 2 - <i32>load<u32>(counts + (length << 2));
    if (free < 0) return false;
  }
  if (free > 0 && !(used == 1 && load<u32>(counts, 4) == 1)) return false;
  let end = size;
  const mask = size - 1;
  const linkSize: u32 = 1 << (MAX_BITS - min(bits, MAX_BITS));
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const length = <u32>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const at = next + (length << 2);
    const value = load<u32>(at);
    store<u32>(at, value + 1);
    const reversed = reverse(value, length);
    const entry = entryOf(kind, symbol, length);
    if (length <= bits) {
      for (let index = reversed; index < size; index += 1 << length) store<u32>(table + (index << 2), entry);
      continue;
    }
    const slot = table + ((reversed & mask) << 2);
    let link = load<u32>(slot);
    if (link == 0) {
      link = (end << VALUE_AT) | LINK;
      store<u32>(slot, link);
      memory.fill(table + (<usize>end << 2), 0, <usize>linkSize << 2);
      end += linkSize;
    }
    const linked = table + (<usize>(link >> VALUE_AT) << 2);
    for (let index = reversed >> bits; index < linkSize; index += 1 << (length - bits))
      store<u32>(linked + (index << 2), entry);
  }
  if (kind == LITERAL_KIND) joinLiterals(table, bits);
  return true;
}

function reverse(value: u32, count: u32): u32 {
  value = ((value >> 1) & 0x5555) | ((value & 0x5555) << 1);
  value = ((value >> 2) & 0x3333) | ((value & 0x3333) << 2);
  value = ((value >> 4) & 0x0f0f) | ((value & 0x0f0f) << 4);
  return ((value >> 8) | ((value & 0xff) << 8)) >> (16 - count);
}

/** The hot loop: literals and matches until the end of the block. Of counts of bits only the lowest six mean something. */
function coded(): bool {
  const literals = work + LITERAL_TABLE;
  const distances = work + DISTANCE_TABLE;
  const limit = iend + 8;
  const room = oend;
  let at = ip;
  let window = held;
  let left: u64 = heldBits;
  let to = op;
  while (true) {
    // 56 bits: three looks of 12, and a code of 15 with 5 extra bits; the distance has bits of its own.
    window |= load<u64>(at) << left;
    at += (<usize>(left ^ 63) & 63) >> 3;
    left |= 56;
    if (at > limit || to > room) return false;
    // Up to two literals without a branch: where there is none, nothing is taken.
    let entry = look(literals, window, LITERAL_BITS);
    to = put(to, entry);
    window >>= entry;
    left -= entry;
    entry = look(literals, window, LITERAL_BITS);
    if (entry & COUNT) {
      to = put(to, entry);
      window >>= entry;
      left -= entry;
      entry = look(literals, window, LITERAL_BITS);
      if (entry & COUNT) {
        to = put(to, entry);
        window >>= entry;
        left -= entry;
        continue;
      }
    }
    let bits = (entry >> ALL_AT) & 31;
    if (bits == 0) {
      if (entry == 0) return false;
      entry = linked(literals, entry, window, LITERAL_BITS);
      if (entry & COUNT) {
        to = put(to, entry);
        window >>= entry;
        left -= entry;
        continue;
      }
      bits = (entry >> ALL_AT) & 31;
      if (bits == 0) return false;
    }
    const count = <usize>((entry >> VALUE_AT) + extraBits(entry, bits, window));
    window >>= bits;
    left -= bits;
    if (count == 0) break;
    window |= load<u64>(at) << left;
    at += (<usize>(left ^ 63) & 63) >> 3;
    left |= 56;
    entry = look(distances, window, DISTANCE_BITS);
    bits = (entry >> ALL_AT) & 31;
    if (bits == 0) {
      if (entry == 0) return false;
      entry = linked(distances, entry, window, DISTANCE_BITS);
      bits = (entry >> ALL_AT) & 31;
      if (bits == 0) return false;
    }
    const distance = <usize>((entry >> VALUE_AT) + extraBits(entry, bits, window));
    window >>= bits;
    left -= bits;
    if (distance > to - origin || to + count > room) return false;
    copyMatch(to, to + count, distance);
    to += count;
  }
  if (to > room) return false;
  ip = at;
  held = window;
  heldBits = <u32>left & 63;
  op = to;
  return true;
}

/** Writes one literal or two. Of those after the end of the room, which are few, the loop hears at its next turn. */
// @ts-expect-error AssemblyScript's decorator
@inline
function put(to: usize, entry: u32): usize {
  store<u16>(to, entry >> FIRST_AT);
  return to + ((entry >> COUNT_AT) & 3);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function look(table: usize, window: u64, bits: u32): u32 {
  return load<u32>(table + (<usize>(<u32>window & ((1 << bits) - 1)) << 2));
}

// @ts-expect-error AssemblyScript's decorator
@inline
function linked(table: usize, link: u32, window: u64, bits: u32): u32 {
  const index = (link >> VALUE_AT) + (<u32>(window >> bits) & ((1 << (MAX_BITS - bits)) - 1));
  return load<u32>(table + (<usize>index << 2));
}

/** Those of its bits that are not of the code. */
// @ts-expect-error AssemblyScript's decorator
@inline
function extraBits(entry: u32, bits: u32, window: u64): u32 {
  return (<u32>window & ((1 << bits) - 1)) >> ((entry >> CODE_AT) & 15);
}
