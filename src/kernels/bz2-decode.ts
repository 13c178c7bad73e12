/**
 * Decodes bzip2 within bounds. Streams may follow each other.
 *
 * @module
 */
import { ChecksumError, CodecError } from "../base/errors.ts";
import { inverseBurrowsWheeler } from "./burrows-wheeler.ts";
import { bz2Crc, combineBz2Crc } from "./bz2-crc.ts";
import { OutputBuffer } from "./output-buffer.ts";

const BLOCK_UNIT = 100_000;
const MAX_CODE_BITS = 20;
const GROUP = 50;

/**
 * Decodes all streams of a value.
 *
 * @param expected Bytes to allocate at once.
 * @throws CodecError when a stream is damaged or cut off, other bytes follow, or there are more than `max`.
 * @throws ChecksumError when a checksum does not match.
 */
export function bz2Decode(bytes: Uint8Array, max: number, expected?: number): Uint8Array {
  const output = new OutputBuffer(max, expected);
  const bits = new ForwardBits(bytes);
  if (bytes.length === 0) throw damaged("it is empty");
  while (bits.position < bytes.length) decodeStream(bits, output);
  return output.take();
}

/** Reads bits, highest first. */
class ForwardBits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The first byte of which no bit has been used. */
  get position(): number {
    return this.#at - (this.#count >> 3);
  }

  /** Up to 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw damaged("it is cut off");
      this.#held = (this.#held << 8) | this.#bytes[this.#at++]!;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  read32(): number {
    return this.read(16) * 65536 + this.read(16);
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.#count -= this.#count & 7;
  }
}

function decodeStream(bits: ForwardBits, output: OutputBuffer): void {
  if (bits.read(24) !== 0x425a68) throw damaged("it is not a bzip2 stream");
  const level = bits.read(8) - 48;
  if (level < 1 || level > 9) throw damaged("its block size is impossible");
  const block: Block = {
    capacity: level * BLOCK_UNIT,
    // These grow with the blocks that are really there, not with what the header allows.
    last: new Uint8Array(0),
    scratch: new Uint32Array(0),
    text: new Uint8Array(0),
  };
  let combined = 0;
  for (;;) {
    const high = bits.read(24);
    const low = bits.read(24);
    if (high === 0x177245 && low === 0x385090) break;
    if (high !== 0x314159 || low !== 0x265359) throw damaged("a block has the wrong mark");
    const stored = bits.read32();
    const start = output.length;
    decodeBlock(bits, block, output);
    compare(stored, bz2Crc(output.bytes.subarray(start, output.length)));
    combined = combineBz2Crc(combined, stored);
  }
  compare(bits.read32(), combined);
  bits.align();
}

interface Block {
  readonly capacity: number;
  last: Uint8Array;
  scratch: Uint32Array;
  text: Uint8Array;
}

function decodeBlock(bits: ForwardBits, block: Block, output: OutputBuffer): void {
  if (bits.read(1) === 1)
    throw new CodecError("The bzip2 data have randomised blocks, which nothing has written for decades.");
  const row = bits.read(24);
  const symbols = readSymbols(bits);
  const codes = bits.read(3);
  if (codes < 2 || codes > 6) throw damaged("it has too many or too few codes");
  const selectors = readSelectors(bits, codes);
  const tables: PrefixCode[] = [];
  for (let index = 0; index < codes; index++) tables.push(readCode(bits, symbols.length + 2));
  const length = readText(bits, block, symbols, selectors, tables);
  if (row >= length) throw damaged("a block begins outside itself");
  if (block.text.length < length) {
    block.text = new Uint8Array(length);
    block.scratch = new Uint32Array(length);
  }
  inverseBurrowsWheeler(block.last, length, row, block.text, block.scratch);
  expandRuns(block.text, length, output);
}

function readSymbols(bits: ForwardBits): Uint8Array {
  const ranges = bits.read(16);
  const symbols = new Uint8Array(256);
  let count = 0;
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const used = bits.read(16);
    for (let index = 0; index < 16; index++)
      if (used & (0x8000 >> index)) symbols[count++] = range * 16 + index;
  }
  if (count === 0) throw damaged("a block has no symbols");
  return symbols.subarray(0, count);
}

function readSelectors(bits: ForwardBits, codes: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw damaged("a block has no groups");
  const selectors = new Uint8Array(count);
  const recent = [0, 1, 2, 3, 4, 5];
  for (let index = 0; index < count; index++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= codes) throw damaged("a group has no code");
    const code = recent[place]!;
    recent.splice(place, 1);
    recent.unshift(code);
    selectors[index] = code;
  }
  return selectors;
}

/** A canonical prefix code: codes of each length are consecutive. */
interface PrefixCode {
  readonly least: number;
  /** The largest code of each length, -1 where there is none. */
  readonly limit: Int32Array;
  /** What to add to a code of each length for its place in `symbols`. */
  readonly offset: Int32Array;
  readonly symbols: Uint16Array;
}

function readCode(bits: ForwardBits, count: number): PrefixCode {
  const lengths = new Uint8Array(count);
  let length = bits.read(5);
  for (let symbol = 0; symbol < count; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_BITS) throw damaged("a code is too long");
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const limit = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const offset = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = new Uint16Array(count);
  let code = 0;
  let place = 0;
  let least = 0;
  for (let size = 1; size <= MAX_CODE_BITS; size++) {
    code <<= 1;
    offset[size] = place - code;
    for (let symbol = 0; symbol < count; symbol++) {
      if (lengths[symbol] !== size) continue;
      if (least === 0) least = size;
      symbols[place++] = symbol;
      limit[size] = code++;
    }
    if (code > 1 << size) throw damaged("a code is over-subscribed");
  }
  return { least, limit, offset, symbols };
}

/** Undoes the prefix codes, the runs of zeros and the moves to front; returns the number of bytes. */
function readText(
  bits: ForwardBits,
  block: Block,
  symbols: Uint8Array,
  selectors: Uint8Array,
  tables: readonly PrefixCode[],
): number {
  const end = symbols.length + 1;
  const recent = Uint8Array.from(symbols);
  let length = 0;
  let run = 0;
  let runUnit = 1;
  let left = 0;
  let group = 0;
  let table = tables[0]!;
  for (;;) {
    if (left === 0) {
      const selector = selectors[group++];
      if (selector === undefined) throw damaged("a block has more symbols than groups for them");
      table = tables[selector]!;
      left = GROUP;
    }
    left--;
    const symbol = readCoded(bits, table);
    if (symbol < 2) {
      run += runUnit << symbol;
      runUnit *= 2;
      if (run > block.capacity) throw damaged("a block is larger than it may be");
      continue;
    }
    if (length + run + 1 > block.last.length) growBlock(block, length, run + 1);
    if (run > 0) {
      block.last.fill(recent[0]!, length, length + run);
      length += run;
      run = 0;
      runUnit = 1;
    }
    if (symbol === end) return length;
    if (length >= block.capacity) throw damaged("a block is larger than it may be");
    const place = symbol - 1;
    const byte = recent[place]!;
    recent.copyWithin(1, 0, place);
    recent[0] = byte;
    block.last[length++] = byte;
  }
}

function growBlock(block: Block, length: number, more: number): void {
  if (length + more > block.capacity + 1) throw damaged("a block is larger than it may be");
  const grown = new Uint8Array(
    Math.min(block.capacity + 1, Math.max(4096, length + more, 2 * block.last.length)),
  );
  grown.set(block.last.subarray(0, length));
  block.last = grown;
}

function readCoded(bits: ForwardBits, { least, limit, offset, symbols }: PrefixCode): number {
  let code = bits.read(least);
  for (let size = least; ;) {
    if (code <= limit[size]!) {
      const place = code + offset[size]!;
      // Below the first code of this length lies the prefix of a shorter one, which would have ended before.
      return symbols[place]!;
    }
    if (++size > MAX_CODE_BITS) throw damaged("a code is not in the table");
    code = (code << 1) | bits.read(1);
  }
}

/** Four equal bytes are followed by how many more of them there are. */
function expandRuns(text: Uint8Array, length: number, output: OutputBuffer): void {
  let same = 0;
  let previous = -1;
  let out = output.bytes;
  let to = output.length;
  for (let at = 0; at < length; at++) {
    const byte = text[at]!;
    if (same === 4) {
      output.length = to;
      out = output.reserve(byte);
      out.fill(previous, to, to + byte);
      to += byte;
      same = 0;
      previous = -1;
      continue;
    }
    same = byte === previous ? same + 1 : 1;
    previous = byte;
    if (to === out.length) {
      output.length = to;
      out = output.reserve(1);
    }
    out[to++] = byte;
  }
  output.length = to;
}

function compare(stored: number, computed: number): void {
  if (stored === computed) return;
  throw new ChecksumError("The checksum of a bzip2 block is not the one that is stored.", {
    expected: `0x${stored.toString(16).padStart(8, "0")}`,
    actual: `0x${computed.toString(16).padStart(8, "0")}`,
  });
}

function damaged(what: string): CodecError {
  return new CodecError(`The bzip2 data are damaged: ${what}.`);
}
