// Finite state entropy of zstd (RFC 8878, 4.1): distributions, and the tables that they make.
import {
  CODES,
  DEFAULTS,
  DEFAULT_BYTES,
  NEXT_STATES,
  PROBABILITIES,
  SYMBOLS,
  TABLES,
  TABLE_BYTES,
  TO_REST,
  work,
} from "./layout";

/** Kinds of tables: codes of literal lengths, offsets, match lengths; weights of a Huffman code. */
export const LITERAL_LENGTHS: u32 = 0;
export const OFFSETS: u32 = 1;
export const MATCH_LENGTHS: u32 = 2;
export const WEIGHT_CODES: u32 = 3;

/** A state: first value (u32), address of the first next state (u32); and elsewhere, with masks of bits at the bottom, */
export const NEXT: usize = 4;
/** the mask of the extra bits (u32), the mask of the bits to the next state (u16), */
export const EXTRA_MASK: usize = TO_REST;
export const NEXT_MASK: usize = TO_REST + 4;
/** and how many these are (u8 each). */
export const EXTRA_BITS: usize = TO_REST + 6;
export const NEXT_BITS: usize = TO_REST + 7;

/** Sets a state. */
// @ts-expect-error AssemblyScript's decorator
@inline
function setState(at: usize, value: u32, extra: u32, bits: u32, next: usize): void {
  const rest = ((1 << bits) - 1) | (extra << 16) | (bits << 24);
  store<u64>(at, <u64>value | ((<u64>next) << 32));
  store<u64>(at, <u64>((1 << extra) - 1) | ((<u64>rest) << 32), TO_REST);
}

/** Largest accuracy of a kind of table. */
export function maxLogOf(kind: u32): u32 {
  return kind == OFFSETS ? 8 : kind == WEIGHT_CODES ? 6 : 9;
}

/** Largest symbol of a kind of table. */
export function maxSymbolOf(kind: u32): u32 {
  return kind == LITERAL_LENGTHS ? 35 : kind == OFFSETS ? 31 : kind == MATCH_LENGTHS ? 52 : 12;
}

/** First value and extra bits of a symbol. */
function valueOf(kind: u32, symbol: u32): u64 {
  if (kind == OFFSETS) return (<u64>1 << symbol) | ((<u64>symbol) << 32);
  if (kind == WEIGHT_CODES) return symbol;
  return load<u64>(work + CODES + (kind == LITERAL_LENGTHS ? 0 : 512) + (symbol << 3));
}

/** The table of a stream that has one symbol only. */
export function makeSingle(kind: u32, symbol: u32): void {
  const table = tableAt(kind);
  const value = valueOf(kind, symbol);
  setState(table, <u32>value, <u32>(value >> 32), 0, table);
}

/**
 * Makes a table of the `symbolCount` probabilities (i16) that lie at `PROBABILITIES`; -1 is "less than one". Its states
 * lead to those of the table that the kind has in a frame.
 */
export function makeTable(kind: u32, log: u32, symbolCount: u32, table: usize): void {
  const size: u32 = 1 << log;
  const mask = size - 1;
  const symbols = work + SYMBOLS;
  const next = work + NEXT_STATES;
  const probabilities = work + PROBABILITIES;
  let high = size - 1;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const probability = load<i16>(probabilities + (symbol << 1));
    if (probability == -1) {
      store<u8>(symbols + high--, symbol);
      store<u16>(next + (symbol << 1), 1);
    } else store<u16>(next + (symbol << 1), probability);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let position: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    for (let times = <i32>load<i16>(probabilities + (symbol << 1)); times > 0; times--) {
      store<u8>(symbols + position, symbol);
      do position = (position + step) & mask;
      while (position > high);
    }
  }
  const origin = tableAt(kind);
  for (let at: u32 = 0; at < size; at++) {
    const symbol = <u32>load<u8>(symbols + at);
    const count = <u32>load<u16>(next + (symbol << 1));
    store<u16>(next + (symbol << 1), count + 1);
    const bits = log - (31 - clz<u32>(count));
    const value = valueOf(kind, symbol);
    setState(table + (at << 3), <u32>value, <u32>(value >> 32), bits, origin + (((count << bits) - size) << 3));
  }
}

/**
 * Reads a distribution from `[start, end)` and makes its table; `end` may be overrun by the loads, not by what they
 * mean. Returns the position after it and its accuracy (`position << 4 | log`), or 0 where it is damaged.
 */
export function readTable(kind: u32, start: usize, end: usize, table: usize): u64 {
  const maxSymbol = maxSymbolOf(kind);
  const probabilities = work + PROBABILITIES;
  const bitEnd = <u32>(end - start) << 3;
  if (bitEnd < 4) return 0;
  const log = (<u32>load<u8>(start) & 15) + 5;
  if (log > maxLogOf(kind)) return 0;
  memory.fill(probabilities, 0, 512);
  let position: u32 = 4;
  let remaining: i32 = (1 << log) + 1;
  let threshold: i32 = 1 << log;
  let bits = log + 1;
  let symbol: u32 = 0;
  while (remaining > 1) {
    if (symbol > maxSymbol || position > bitEnd) return 0;
    const loaded = load<u32>(start + (position >> 3)) >> (position & 7);
    const short = 2 * threshold - 1 - remaining;
    let value = <i32>(loaded & ((1 << (bits - 1)) - 1));
    if (value < short) position += bits - 1;
    else {
      value = <i32>(loaded & ((1 << bits) - 1));
      if (value >= threshold) value -= short;
      position += bits;
    }
    const probability = value - 1;
    remaining -= abs(probability);
    if (remaining < 1) return 0;
    store<i16>(probabilities + (symbol++ << 1), <i16>probability);
    if (probability == 0) {
      let repeat: u32;
      do {
        if (position > bitEnd) return 0;
        repeat = (<u32>load<u16>(start + (position >> 3)) >> (position & 7)) & 3;
        position += 2;
        symbol += repeat;
        if (symbol > maxSymbol + 1) return 0;
      } while (repeat == 3);
    }
    while (remaining < threshold) {
      bits--;
      threshold >>= 1;
    }
  }
  if (position > bitEnd) return 0;
  makeTable(kind, log, min(symbol, maxSymbol + 1), table);
  return (<u64>(start + ((position + 7) >> 3)) << 4) | log;
}

/** A table of this frame. */
// @ts-expect-error AssemblyScript's decorator
@inline
export function tableAt(kind: u32): usize {
  return work + TABLES + <usize>kind * TABLE_BYTES;
}

/** A table that the format has. */
// @ts-expect-error AssemblyScript's decorator
@inline
function defaultTableAt(kind: u32): usize {
  return work + DEFAULTS + <usize>kind * DEFAULT_BYTES;
}

/** Takes the table that the format has; its accuracy. */
export function takeDefault(kind: u32): u32 {
  const to = tableAt(kind);
  const from = defaultTableAt(kind);
  for (let at: usize = 0; at < DEFAULT_BYTES; at += 16) {
    v128.store(to + at, v128.load(from + at));
    v128.store(to + at, v128.load(from + at, TO_REST), TO_REST);
  }
  return kind == OFFSETS ? 5 : 6;
}

let prepared: bool = false;

/** Makes what all frames share, once. */
export function prepareCodes(): void {
  if (prepared) return;
  prepared = true;
  const codes = work + CODES;
  // Extra bits of the last codes, a byte for each; those before have none.
  const bytes = work + SYMBOLS;
  store<u64>(bytes, 0x303020201010101);
  store<u64>(bytes, 0xc0b0a0908070604, 8);
  store<u64>(bytes, 0x100f0e0d, 16);
  setCodes(codes, 16, 36, 0, bytes);
  store<u64>(bytes, 0x303020201010101);
  store<u64>(bytes, 0xb0a090807050404, 8);
  store<u64>(bytes, 0x100f0e0d0c, 16);
  setCodes(codes + 512, 32, 53, 3, bytes);
  makeDefault(LITERAL_LENGTHS, 0x1112222222222234, 0x1111123222222222, 0xffff, 0, 6, 36);
  makeDefault(OFFSETS, 0x1111111222111111, 0xfffff11111111, 0, 0, 5, 29);
  makeDefault(MATCH_LENGTHS, 0x1111111222222341, 0x1111111111111111, 0xff11111111111111, 0xfffff, 6, 53);
}

function setCodes(codes: usize, plain: u32, count: u32, first: u32, bytes: usize): void {
  let value = first;
  for (let code: u32 = 0; code < count; code++) {
    const extra: u32 = code < plain ? 0 : <u32>load<u8>(bytes + code - plain);
    store<u32>(codes + (code << 3), value);
    store<u32>(codes + (code << 3), extra, 4);
    value += 1 << extra;
  }
}

/** Makes the table of a distribution of nibbles, the first in the lowest; 15 is "less than one". */
function makeDefault(kind: u32, a: u64, b: u64, c: u64, d: u64, log: u32, count: u32): void {
  const probabilities = work + PROBABILITIES;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const word = symbol < 16 ? a : symbol < 32 ? b : symbol < 48 ? c : d;
    const nibble = <i32>(word >> ((symbol & 15) << 2)) & 15;
    store<i16>(probabilities + (symbol << 1), <i16>(nibble == 15 ? -1 : nibble));
  }
  makeTable(kind, log, count, defaultTableAt(kind));
}
