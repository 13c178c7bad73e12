/**
 * Encodes LZMA and LZMA2, greedily, with hash chains.
 *
 * @module
 */
import {
  LENGTH_CODER,
  LZMA_MODEL,
  lzmaProbabilities,
  stateAfterLiteral,
  writeLzmaProperties,
  type LzmaProperties,
} from "./lzma-model.ts";

const M = LZMA_MODEL;
const MIN_MATCH = 2;
const MAX_MATCH = 273;
const HASH_BITS = 16;
/** What an LZMA2 chunk holds at most, packed and unpacked. */
const CHUNK_PACKED = 65536;
const CHUNK_UNPACKED = 1 << 21;
/** No symbol takes more bytes than this, the flush of the range coder included. */
const SYMBOL_MARGIN = 64;
const STORED_CHUNK = 65536;

/** The most bytes that LZMA takes for `size` bytes, in any of its containers and by any encoder. */
export function lzmaMaxEncodedSize(size: number): number {
  return size + Math.ceil(size / 3) + 1024;
}

/**
 * Encodes one LZMA stream, with an end mark where `endMark`.
 *
 * @param depth Earlier occurrences tried for each match.
 */
export function lzmaEncode(
  bytes: Uint8Array,
  properties: LzmaProperties,
  dictionarySize: number,
  depth: number,
  endMark: boolean,
): Uint8Array {
  const encoder = new LzmaEncoder(bytes, properties, dictionarySize, depth);
  while (encoder.position < bytes.length) encoder.symbol(bytes.length);
  if (endMark) encoder.endMark();
  return encoder.flush();
}

/** Encodes one LZMA2 stream. */
export function lzma2Encode(
  bytes: Uint8Array,
  properties: LzmaProperties,
  dictionarySize: number,
  depth: number,
): Uint8Array {
  const encoder = new LzmaEncoder(bytes, properties, dictionarySize, depth);
  const chunks: Uint8Array[] = [];
  let first = true;
  let stateReset = true;
  let hasProperties = false;
  for (let start = 0; start < bytes.length; start = encoder.position) {
    const limit = Math.min(bytes.length, start + CHUNK_UNPACKED - MAX_MATCH);
    while (encoder.position < limit && encoder.packedSize < CHUNK_PACKED - SYMBOL_MARGIN)
      encoder.symbol(limit);
    const packed = encoder.flush();
    const size = encoder.position - start;
    if (packed.length >= size) {
      for (let at = start; at < encoder.position; at += STORED_CHUNK) {
        const end = Math.min(encoder.position, at + STORED_CHUNK);
        const rest = end - at - 1;
        chunks.push(Uint8Array.of(first ? 1 : 2, rest >> 8, rest & 0xff), bytes.subarray(at, end));
        first = false;
      }
      // The decoder has not seen what the model learned.
      encoder.resetState();
      stateReset = true;
      continue;
    }
    const reset = first ? 3 : !hasProperties ? 2 : stateReset ? 1 : 0;
    const rest = size - 1;
    const stored = packed.length - 1;
    const control = 0x80 | (reset << 5) | (rest >> 16);
    const header = [control, (rest >> 8) & 0xff, rest & 0xff, stored >> 8, stored & 0xff];
    if (reset >= 2) header.push(writeLzmaProperties(properties));
    chunks.push(Uint8Array.from(header), packed);
    first = false;
    stateReset = false;
    hasProperties = true;
  }
  chunks.push(Uint8Array.of(0));
  return concatenate(chunks);
}

/** Joins arrays. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const result = new Uint8Array(size);
  let to = 0;
  for (const part of parts) {
    result.set(part, to);
    to += part.length;
  }
  return result;
}

class LzmaEncoder {
  readonly #bytes: Uint8Array;
  readonly #properties: LzmaProperties;
  readonly #window: number;
  readonly #depth: number;
  readonly #heads = new Int32Array(1 << HASH_BITS).fill(-1);
  readonly #chain: Int32Array;
  #probabilities: Uint16Array;
  #state = 0;
  #rep0 = 0;
  #out = new Uint8Array(4096);
  #length = 0;
  #low = 0;
  #range = 0xffffffff;
  #cache = 0;
  #pending = 1;
  #foundDistance = 0;
  /** Bytes of the input that have been encoded. */
  position = 0;

  constructor(bytes: Uint8Array, properties: LzmaProperties, window: number, depth: number) {
    this.#bytes = bytes;
    this.#properties = properties;
    this.#window = window;
    this.#depth = depth;
    this.#chain = new Int32Array(bytes.length);
    this.#probabilities = lzmaProbabilities(properties);
  }

  /** Bytes made since the last flush, those held back for a carry included. */
  get packedSize(): number {
    return this.#length + this.#pending + 4;
  }

  resetState(): void {
    this.#probabilities = lzmaProbabilities(this.#properties);
    this.#state = 0;
    this.#rep0 = 0;
  }

  /** Encodes a literal or a match that ends before `limit`. */
  symbol(limit: number): void {
    const at = this.position;
    const context = at & ((1 << this.#properties.pb) - 1);
    const most = Math.min(MAX_MATCH, limit - at);
    const length = this.#find(at, most);
    const repLength = this.#repLength(at, most);
    if (repLength >= MIN_MATCH && repLength + 1 >= length) {
      this.#bit(M.isMatch + this.#state * 16 + context, 1);
      this.#bit(M.isRep + this.#state, 1);
      this.#bit(M.isRepG0 + this.#state, 0);
      this.#bit(M.isRep0Long + this.#state * 16 + context, 1);
      this.#putLength(M.repLength, repLength, context);
      this.#state = this.#state < 7 ? 8 : 11;
      this.#advance(repLength);
    } else if (length >= 3) {
      this.#match(this.#foundDistance, length, context);
      this.#advance(length);
    } else {
      this.#bit(M.isMatch + this.#state * 16 + context, 0);
      this.#literal(at);
      this.#advance(1);
    }
  }

  endMark(): void {
    this.#match(0xffffffff, MIN_MATCH, this.position & ((1 << this.#properties.pb) - 1));
  }

  /** Ends the range coder's output, returns it and begins anew. */
  flush(): Uint8Array {
    for (let index = 0; index < 5; index++) this.#shiftLow();
    const result = this.#out.slice(0, this.#length);
    this.#length = 0;
    this.#low = 0;
    this.#range = 0xffffffff;
    this.#cache = 0;
    this.#pending = 1;
    return result;
  }

  #match(distance: number, length: number, context: number): void {
    this.#bit(M.isMatch + this.#state * 16 + context, 1);
    this.#bit(M.isRep + this.#state, 0);
    this.#putLength(M.matchLength, length, context);
    this.#putDistance(distance, length);
    this.#state = this.#state < 7 ? 7 : 10;
    this.#rep0 = distance;
  }

  #literal(at: number): void {
    const bytes = this.#bytes;
    const { lc, lp } = this.#properties;
    const previous = at > 0 ? bytes[at - 1]! : 0;
    const base = M.literal + 0x300 * (((at & ((1 << lp) - 1)) << lc) + (previous >> (8 - lc)));
    const byte = bytes[at]!;
    let symbol = 1;
    let bit = 7;
    if (this.#state >= 7) {
      const matched = bytes[at - this.#rep0 - 1]!;
      for (; bit >= 0; bit--) {
        const expected = (matched >> bit) & 1;
        const actual = (byte >> bit) & 1;
        this.#bit(base + ((1 + expected) << 8) + symbol, actual);
        symbol = (symbol << 1) | actual;
        if (expected !== actual) {
          bit--;
          break;
        }
      }
    }
    for (; bit >= 0; bit--) {
      const actual = (byte >> bit) & 1;
      this.#bit(base + symbol, actual);
      symbol = (symbol << 1) | actual;
    }
    this.#state = stateAfterLiteral(this.#state);
  }

  #putLength(coder: number, length: number, context: number): void {
    if (length < 10) {
      this.#bit(coder + LENGTH_CODER.choice, 0);
      this.#tree(coder + LENGTH_CODER.low + 8 * context, 3, length - 2);
      return;
    }
    this.#bit(coder + LENGTH_CODER.choice, 1);
    if (length < 18) {
      this.#bit(coder + LENGTH_CODER.choice2, 0);
      this.#tree(coder + LENGTH_CODER.mid + 8 * context, 3, length - 10);
    } else {
      this.#bit(coder + LENGTH_CODER.choice2, 1);
      this.#tree(coder + LENGTH_CODER.high, 8, length - 18);
    }
  }

  #putDistance(distance: number, length: number): void {
    const top = 31 - Math.clz32(distance);
    const slot = distance < 4 ? distance : 2 * top + ((distance >>> (top - 1)) & 1);
    this.#tree(M.posSlot + 64 * Math.min(length - 2, 3), 6, slot);
    if (slot < 4) return;
    const bits = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << bits) >>> 0;
    const rest = distance - base;
    if (slot < 14) {
      this.#reverseTree(M.posSpecial + base - slot, bits, rest);
    } else {
      for (let bit = bits - 1; bit >= 4; bit--) this.#direct((rest >>> bit) & 1);
      this.#reverseTree(M.align, 4, rest & 15);
    }
  }

  #tree(base: number, bits: number, value: number): void {
    let node = 1;
    for (let bit = bits - 1; bit >= 0; bit--) {
      const actual = (value >> bit) & 1;
      this.#bit(base + node, actual);
      node = (node << 1) | actual;
    }
  }

  #reverseTree(base: number, bits: number, value: number): void {
    let node = 1;
    for (let bit = 0; bit < bits; bit++) {
      const actual = (value >> bit) & 1;
      this.#bit(base + node, actual);
      node = (node << 1) | actual;
    }
  }

  #bit(index: number, bit: number): void {
    const probability = this.#probabilities[index]!;
    const bound = (this.#range >>> 11) * probability;
    if (bit === 0) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#low += bound;
      this.#range -= bound;
      this.#probabilities[index] = probability - (probability >> 5);
    }
    this.#normalize();
  }

  #direct(bit: number): void {
    this.#range >>>= 1;
    if (bit === 1) this.#low += this.#range;
    this.#normalize();
  }

  #normalize(): void {
    while (this.#range < 0x1000000) {
      this.#range = (this.#range << 8) >>> 0;
      this.#shiftLow();
    }
  }

  /** Moves the top byte of `low` out; bytes of 255 wait until no carry can reach them. */
  #shiftLow(): void {
    if (this.#low < 0xff000000 || this.#low > 0xffffffff) {
      const carry = this.#low > 0xffffffff ? 1 : 0;
      let byte = this.#cache;
      for (; this.#pending > 0; this.#pending--) {
        this.#put(byte + carry);
        byte = 0xff;
      }
      this.#cache = Math.floor(this.#low / 0x1000000) & 0xff;
    }
    this.#pending++;
    this.#low = (this.#low % 0x1000000) * 256;
  }

  #put(byte: number): void {
    if (this.#length === this.#out.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#out);
      this.#out = grown;
    }
    this.#out[this.#length++] = byte;
  }

  #advance(count: number): void {
    for (let at = this.position, end = at + count; at < end; at++) this.#insert(at);
    this.position += count;
  }

  #insert(at: number): void {
    const bytes = this.#bytes;
    if (at + 3 > bytes.length) return;
    const hash = hashOf(bytes, at);
    this.#chain[at] = this.#heads[hash]!;
    this.#heads[hash] = at;
  }

  #repLength(at: number, most: number): number {
    const bytes = this.#bytes;
    let from = at - this.#rep0 - 1;
    if (from < 0) return 0;
    let length = 0;
    while (length < most && bytes[from] === bytes[at + length]) {
      from++;
      length++;
    }
    return length;
  }

  /** The longest match of three bytes and more; its distance less one goes to `foundDistance`. */
  #find(at: number, most: number): number {
    const bytes = this.#bytes;
    if (most < 3 || at + 3 > bytes.length) return 0;
    let best = 2;
    let from = this.#heads[hashOf(bytes, at)]!;
    for (let tries = this.#depth; tries > 0 && from >= 0 && at - from <= this.#window; tries--) {
      if (bytes[from + best] === bytes[at + best]) {
        let length = 0;
        while (length < most && bytes[from + length] === bytes[at + length]) length++;
        // A far match of three bytes costs more than its literals.
        if (length > best && (length > 3 || at - from < 4096)) {
          best = length;
          this.#foundDistance = at - from - 1;
          if (length === most) break;
        }
      }
      from = this.#chain[from]!;
    }
    return best < 3 ? 0 : best;
  }
}

function hashOf(bytes: Uint8Array, at: number): number {
  const value = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  return Math.imul(value, 0x9e3779b1) >>> (32 - HASH_BITS);
}
