/**
 * Finite state entropy: reading a distribution and making its decoding table (RFC 8878, 4.1).
 *
 * @module
 */
import { zstdDamaged, type PaddedBytes } from "./zstd-bits.ts";

/** A decoding table. State `s` stands for `symbol[s]`; the next is `base[s]` plus the next `bits[s]` bits. */
export interface FseTable {
  /** The first state is read with this many bits. */
  readonly log: number;
  readonly symbol: Uint8Array;
  readonly bits: Uint8Array;
  readonly base: Uint16Array;
}

/** A table of a distribution; a probability of -1 is "less than one". */
export function fseTable(probabilities: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const symbol = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const base = new Uint16Array(size);
  const next = new Uint16Array(probabilities.length);
  let high = size - 1;
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index]!;
    if (probability === -1) {
      symbol[high--] = index;
      next[index] = 1;
    } else {
      next[index] = probability;
    }
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  for (let index = 0; index < probabilities.length; index++) {
    for (let times = probabilities[index]!; times > 0; times--) {
      symbol[position] = index;
      do position = (position + step) & (size - 1);
      while (position > high);
    }
  }
  for (let state = 0; state < size; state++) {
    const value = next[symbol[state]!]!++;
    const count = log - (31 - Math.clz32(value));
    bits[state] = count;
    base[state] = (value << count) - size;
  }
  return { log, symbol, bits, base };
}

/** The table of a stream that has one symbol only. */
export function rleTable(symbol: number): FseTable {
  return { log: 0, symbol: Uint8Array.of(symbol), bits: new Uint8Array(1), base: new Uint16Array(1) };
}

/**
 * Reads a distribution from `data[start..end)`.
 *
 * @returns The table, and the position after the distribution.
 */
export function readFseTable(
  data: PaddedBytes,
  start: number,
  end: number,
  maxLog: number,
  maxSymbol: number,
): { table: FseTable; end: number } {
  const origin = start * 8;
  const bitEnd = (end - start) * 8;
  let position = 0;
  const peek = (count: number): number => {
    if (position > bitEnd) throw zstdDamaged("a distribution is cut off");
    const at = origin + position;
    return (data.view.getInt32(at >>> 3, true) >>> (at & 7)) & ((1 << count) - 1);
  };
  const log = peek(4) + 5;
  position = 4;
  if (log > maxLog) throw zstdDamaged("a distribution is finer than it may be");
  const probabilities = new Int16Array(maxSymbol + 1);
  let remaining = (1 << log) + 1;
  let threshold = 1 << log;
  let bits = log + 1;
  let symbol = 0;
  while (remaining > 1) {
    if (symbol > maxSymbol) throw zstdDamaged("a distribution has too many symbols");
    const short = 2 * threshold - 1 - remaining;
    let value = peek(bits - 1);
    if (value < short) {
      position += bits - 1;
    } else {
      value = peek(bits);
      if (value >= threshold) value -= short;
      position += bits;
    }
    const probability = value - 1;
    remaining -= Math.abs(probability);
    if (remaining < 1) throw zstdDamaged("a distribution adds up to too much");
    probabilities[symbol++] = probability;
    if (probability === 0) {
      for (let repeat = 3; repeat === 3;) {
        repeat = peek(2);
        position += 2;
        symbol += repeat;
        if (symbol > maxSymbol + 1) throw zstdDamaged("a distribution has too many symbols");
      }
    }
    while (remaining < threshold) {
      bits--;
      threshold >>= 1;
    }
  }
  if (position > bitEnd) throw zstdDamaged("a distribution is cut off");
  return {
    table: fseTable(probabilities.subarray(0, Math.min(symbol, maxSymbol + 1)), log),
    end: start + ((position + 7) >> 3),
  };
}
