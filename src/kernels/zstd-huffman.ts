/**
 * Huffman-coded literals of zstd (RFC 8878, 4.2).
 *
 * @module
 */
import { BackwardBits, zstdDamaged, type PaddedBytes } from "./zstd-bits.ts";
import { readFseTable } from "./zstd-fse.ts";

const MAX_BITS = 11;

/** A prefix code: `table[next bits]` is `symbol << 4 | bits`. */
export interface HuffmanTable {
  readonly bits: number;
  readonly table: Uint16Array;
}

/**
 * Reads the description of a code from `data[start..end)`.
 *
 * @returns The table, and the position after the description.
 */
export function readHuffmanTable(
  data: PaddedBytes,
  start: number,
  end: number,
): { table: HuffmanTable; end: number } {
  if (start >= end) throw zstdDamaged("a literals section is cut off");
  const header = data.bytes[start]!;
  const weights = new Uint8Array(256);
  let count: number;
  let after: number;
  if (header >= 128) {
    count = header - 127;
    after = start + 1 + ((count + 1) >> 1);
    if (after > end) throw zstdDamaged("a Huffman code is cut off");
    for (let index = 0; index < count; index++) {
      const pair = data.bytes[start + 1 + (index >> 1)]!;
      weights[index] = index % 2 === 0 ? pair >> 4 : pair & 15;
    }
  } else {
    after = start + 1 + header;
    if (after > end) throw zstdDamaged("a Huffman code is cut off");
    count = readWeights(data, start + 1, after, weights);
  }
  return { table: makeTable(weights, count), end: after };
}

/** Weights packed by FSE: two states take turns until the bits run out. */
function readWeights(data: PaddedBytes, start: number, end: number, weights: Uint8Array): number {
  const { table, end: streamStart } = readFseTable(data, start, end, 6, MAX_BITS + 1);
  const stream = new BackwardBits(data, streamStart, end);
  const states = [stream.read(table.log), stream.read(table.log)];
  if (stream.left < 0) throw zstdDamaged("a Huffman code is cut off");
  let count = 0;
  for (let turn = 0; ; turn ^= 1) {
    // 255 weights are written at most: the last is implied.
    if (count > 253) throw zstdDamaged("a Huffman code has too many symbols");
    const state = states[turn]!;
    weights[count++] = table.symbol[state]!;
    const bits = table.bits[state]!;
    if (bits > stream.left) {
      weights[count++] = table.symbol[states[turn ^ 1]!]!;
      return count;
    }
    states[turn] = table.base[state]! + stream.read(bits);
  }
}

function makeTable(weights: Uint8Array, count: number): HuffmanTable {
  let total = 0;
  for (let symbol = 0; symbol < count; symbol++) {
    const weight = weights[symbol]!;
    if (weight > MAX_BITS) throw zstdDamaged("a Huffman code is too long");
    if (weight > 0) total += 1 << (weight - 1);
  }
  if (total === 0) throw zstdDamaged("a Huffman code has no symbols");
  const bits = 32 - Math.clz32(total);
  if (bits > MAX_BITS) throw zstdDamaged("a Huffman code is too long");
  const left = (1 << bits) - total;
  if ((left & (left - 1)) !== 0) throw zstdDamaged("a Huffman code is incomplete");
  weights[count++] = 32 - Math.clz32(left);
  const table = new Uint16Array(1 << bits);
  let at = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (let symbol = 0; symbol < count; symbol++) {
      if (weights[symbol] !== weight) continue;
      const width = 1 << (weight - 1);
      table.fill((symbol << 4) | (bits + 1 - weight), at, at + width);
      at += width;
    }
  }
  return { bits, table };
}

/** Decodes the stream `data[start..end)` into all of `target[to..limit)`. */
export function decodeHuffman(
  data: PaddedBytes,
  start: number,
  end: number,
  code: HuffmanTable,
  target: Uint8Array,
  to: number,
  limit: number,
): void {
  const { bits, table } = code;
  const { view } = data;
  const mask = (1 << bits) - 1;
  const origin = start * 8;
  let left = new BackwardBits(data, start, end).left;
  // Two symbols a load: 2 x 11 bits and 7 of the byte fit in 32.
  while (left >= 22 && to + 2 <= limit) {
    const at = origin + left - 22;
    const loaded = view.getInt32(at >>> 3, true) >>> (at & 7);
    const first = table[(loaded >>> (22 - bits)) & mask]!;
    const used = first & 15;
    const second = table[(loaded >>> (22 - bits - used)) & mask]!;
    target[to] = first >> 4;
    target[to + 1] = second >> 4;
    to += 2;
    left -= used + (second & 15);
  }
  while (to < limit) {
    // Near the start of the stream the code is looked up with zeros below its last bits.
    const at = origin + left - bits;
    const index =
      left >= bits
        ? (view.getInt32(at >>> 3, true) >>> (at & 7)) & mask
        : ((view.getInt32(start, true) & ((1 << Math.max(0, left)) - 1)) << (bits - Math.max(0, left))) &
          mask;
    const entry = table[index]!;
    left -= entry & 15;
    if (left < 0) throw zstdDamaged("a stream of literals is cut off");
    target[to++] = entry >> 4;
  }
  if (left !== 0) throw zstdDamaged("a stream of literals has bits left over");
}
