/**
 * Encodes bzip2.
 *
 * @module
 */
import { burrowsWheeler } from "./burrows-wheeler.ts";
import { bz2Crc, combineBz2Crc } from "./bz2-crc.ts";

const BLOCK_UNIT = 100_000;
/** What the reference encoder leaves free in a block. */
const BLOCK_MARGIN = 19;
const MAX_CODE_BITS = 17;
const GROUP = 50;
const ROUNDS = 4;

/** The most bytes that bzip2 takes for `size` bytes. */
export function bz2MaxEncodedSize(size: number): number {
  return size + Math.ceil(size / 50) + 1024;
}

/** Encodes one stream, with blocks of `level` times 100,000 bytes; `level` is 1 to 9. */
export function bz2Encode(bytes: Uint8Array, level: number): Uint8Array {
  const bits = new BitWriter(bz2MaxEncodedSize(bytes.length));
  bits.write(24, 0x425a68);
  bits.write(8, 48 + level);
  const block = new Uint8Array(level * BLOCK_UNIT - BLOCK_MARGIN);
  let combined = 0;
  for (let at = 0; at < bytes.length;) {
    const packed = packRuns(bytes, at, block);
    const crc = bz2Crc(bytes.subarray(at, packed.end));
    combined = combineBz2Crc(combined, crc);
    writeBlock(bits, block.subarray(0, packed.length), crc);
    at = packed.end;
  }
  bits.write(24, 0x177245);
  bits.write(24, 0x385090);
  bits.write32(combined);
  return bits.finish();
}

/** Writes bits, highest first. */
class BitWriter {
  #bytes: Uint8Array;
  #length = 0;
  #held = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Writes up to 24 bits. */
  write(count: number, value: number): void {
    this.#held = (this.#held << count) | value;
    this.#count += count;
    while (this.#count >= 8) {
      this.#count -= 8;
      this.#byte(this.#held >>> this.#count);
    }
  }

  write32(value: number): void {
    this.write(16, value >>> 16);
    this.write(16, value & 0xffff);
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#byte(this.#held << (8 - this.#count));
    return this.#bytes.slice(0, this.#length);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = value;
  }
}

/** Fills a block from `start` on: four equal bytes are followed by how many more there are. */
function packRuns(bytes: Uint8Array, start: number, block: Uint8Array): { end: number; length: number } {
  let length = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    let run = 1;
    while (run < 259 && at + run < bytes.length && bytes[at + run] === byte) run++;
    if (length + (run < 4 ? run : 5) > block.length) break;
    block.fill(byte, length, length + Math.min(run, 4));
    length += Math.min(run, 4);
    if (run >= 4) block[length++] = run - 4;
    at += run;
  }
  return { end: at, length };
}

function writeBlock(bits: BitWriter, text: Uint8Array, crc: number): void {
  const { last, row } = burrowsWheeler(text);
  bits.write(24, 0x314159);
  bits.write(24, 0x265359);
  bits.write32(crc);
  bits.write(1, 0);
  bits.write(24, row);
  const used = new Uint8Array(256);
  for (let at = 0; at < last.length; at++) used[last[at]!] = 1;
  writeSymbols(bits, used);
  const { symbols, alphabet } = moveToFront(last, used);
  const { selectors, lengths } = chooseCodes(symbols, alphabet);
  bits.write(3, lengths.length);
  bits.write(15, selectors.length);
  const recent = lengths.map((_, index) => index);
  for (const selector of selectors) {
    const place = recent.indexOf(selector);
    bits.write(place + 1, ((1 << place) - 1) << 1);
    recent.splice(place, 1);
    recent.unshift(selector);
  }
  for (const code of lengths) writeLengths(bits, code);
  const codes = lengths.map(canonicalCodes);
  for (let group = 0; group < selectors.length; group++) {
    const which = selectors[group]!;
    const code = codes[which]!;
    const length = lengths[which]!;
    const end = Math.min(symbols.length, (group + 1) * GROUP);
    for (let at = group * GROUP; at < end; at++) bits.write(length[symbols[at]!]!, code[symbols[at]!]!);
  }
}

function writeSymbols(bits: BitWriter, used: Uint8Array): void {
  let ranges = 0;
  const masks: number[] = [];
  for (let range = 0; range < 16; range++) {
    let mask = 0;
    for (let index = 0; index < 16; index++) if (used[range * 16 + index]) mask |= 0x8000 >> index;
    if (mask === 0) continue;
    ranges |= 0x8000 >> range;
    masks.push(mask);
  }
  bits.write(16, ranges);
  for (const mask of masks) bits.write(16, mask);
}

/** Bytes become their place among the recent ones; runs of zeros are written in two digits. */
function moveToFront(last: Uint8Array, used: Uint8Array): { symbols: Uint16Array; alphabet: number } {
  const recent: number[] = [];
  for (let byte = 0; byte < 256; byte++) if (used[byte]) recent.push(byte);
  const alphabet = recent.length + 2;
  const order = Uint8Array.from(recent);
  const symbols = new Uint16Array(last.length + 1);
  let count = 0;
  let run = 0;
  for (let at = 0; at <= last.length; at++) {
    const byte = at < last.length ? last[at]! : -1;
    if (byte === order[0]) {
      run++;
      continue;
    }
    for (; run > 0; run = (run - 1) >> 1) symbols[count++] = (run - 1) & 1;
    if (byte < 0) break;
    const place = order.indexOf(byte);
    order.copyWithin(1, 0, place);
    order[0] = byte;
    symbols[count++] = place + 1;
  }
  symbols[count++] = alphabet - 1;
  return { symbols: symbols.subarray(0, count), alphabet };
}

/** Chooses two to six codes, and one of them for each group of 50 symbols, by a few rounds of refinement. */
function chooseCodes(
  symbols: Uint16Array,
  alphabet: number,
): { selectors: Uint8Array; lengths: Uint8Array[] } {
  const { length } = symbols;
  const count = length < 200 ? 2 : length < 600 ? 3 : length < 1200 ? 4 : length < 2400 ? 5 : 6;
  const lengths = firstLengths(symbols, alphabet, count);
  const selectors = new Uint8Array(Math.ceil(length / GROUP));
  for (let round = 0; round < ROUNDS; round++) {
    const frequencies = lengths.map(() => new Uint32Array(alphabet));
    for (let group = 0; group < selectors.length; group++) {
      const end = Math.min(length, (group + 1) * GROUP);
      let best = 0;
      let bestCost = Number.POSITIVE_INFINITY;
      for (let which = 0; which < count; which++) {
        const code = lengths[which]!;
        let cost = 0;
        for (let at = group * GROUP; at < end; at++) cost += code[symbols[at]!]!;
        if (cost < bestCost) {
          bestCost = cost;
          best = which;
        }
      }
      selectors[group] = best;
      const frequency = frequencies[best]!;
      for (let at = group * GROUP; at < end; at++) frequency[symbols[at]!]!++;
    }
    for (let which = 0; which < count; which++) lengths[which] = codeLengths(frequencies[which]!);
  }
  return { selectors, lengths };
}

/** Each code is first made for a part of the alphabet with an equal share of the symbols. */
function firstLengths(symbols: Uint16Array, alphabet: number, count: number): Uint8Array[] {
  const frequency = new Uint32Array(alphabet);
  for (let at = 0; at < symbols.length; at++) frequency[symbols[at]!]!++;
  const lengths: Uint8Array[] = [];
  let start = 0;
  let left = symbols.length;
  for (let which = 0; which < count; which++) {
    const share = left / (count - which);
    let end = start;
    let sum = 0;
    while (end < alphabet && (sum < share || end === start)) sum += frequency[end++]!;
    if (which === count - 1) end = alphabet;
    lengths.push(Uint8Array.from(frequency, (_, symbol) => (symbol >= start && symbol < end ? 1 : 15)));
    left -= sum;
    start = end;
  }
  return lengths;
}

/** Huffman's code lengths, none above 17: frequencies are halved until that holds. */
function codeLengths(frequencies: Uint32Array): Uint8Array {
  const count = frequencies.length;
  for (let shift = 0; ; shift++) {
    const nodes = Array.from(frequencies, (frequency, symbol) => ({
      weight: Math.max(1, frequency >>> shift),
      symbol,
    })).sort((a, b) => a.weight - b.weight || a.symbol - b.symbol);
    const lengths = huffmanDepths(nodes.map((node) => node.weight));
    if (lengths[0]! > MAX_CODE_BITS) continue;
    const result = new Uint8Array(count);
    for (let index = 0; index < count; index++) result[nodes[index]!.symbol] = lengths[index]!;
    return result;
  }
}

/** Depths of the leaves of Huffman's tree over weights in ascending order; the first is the deepest. */
function huffmanDepths(weights: readonly number[]): number[] {
  const count = weights.length;
  const total = 2 * count - 1;
  const weight = [...weights, ...new Array<number>(count - 1).fill(0)];
  const parent = new Array<number>(total).fill(0);
  let leaf = 0;
  let inner = count;
  const take = (made: number): number =>
    leaf < count && (inner >= made || weight[leaf]! <= weight[inner]!) ? leaf++ : inner++;
  for (let made = count; made < total; made++) {
    const first = take(made);
    const second = take(made);
    weight[made] = weight[first]! + weight[second]!;
    parent[first] = made;
    parent[second] = made;
  }
  const depth = new Array<number>(total).fill(0);
  for (let node = total - 2; node >= 0; node--) depth[node] = depth[parent[node]!]! + 1;
  return depth.slice(0, count);
}

function canonicalCodes(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  let code = 0;
  for (let size = 1; size <= MAX_CODE_BITS; size++) {
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] === size) codes[symbol] = code++;
    code <<= 1;
  }
  return codes;
}

/** Code lengths are written as steps up and down from the one before. */
function writeLengths(bits: BitWriter, lengths: Uint8Array): void {
  let current = lengths[0]!;
  bits.write(5, current);
  for (const length of lengths) {
    for (; current < length; current++) bits.write(2, 2);
    for (; current > length; current--) bits.write(2, 3);
    bits.write(1, 0);
  }
}
