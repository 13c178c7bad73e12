/**
 * Decodes LZMA and LZMA2 within bounds. The output is the dictionary, so nothing is allocated by
 * what a header says of its size.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import {
  LENGTH_CODER,
  LZMA_MODEL,
  lzmaProbabilities,
  readLzmaProperties,
  stateAfterLiteral,
  type LzmaProperties,
} from "./lzma-model.ts";
import type { OutputBuffer } from "./output-buffer.ts";

const M = LZMA_MODEL;

/**
 * Decodes one LZMA stream from `source[start..)`.
 *
 * @param size Bytes it holds; `undefined` where an end mark says so.
 * @returns The position after the stream.
 * @throws CodecError when the stream is damaged or cut off, or holds more than `output` may.
 */
export function lzmaDecode(
  source: Uint8Array,
  start: number,
  properties: LzmaProperties,
  size: number | undefined,
  output: OutputBuffer,
): number {
  const decoder = new LzmaDecoder(source, output);
  decoder.setProperties(properties);
  decoder.startRange(start);
  const ended = decoder.run(size ?? Number.POSITIVE_INFINITY);
  // A stream of known size may have an end mark besides.
  if (!ended && size === undefined) throw damaged("it has no end mark");
  return decoder.position;
}

/**
 * Decodes one LZMA2 stream from `source[start..)`.
 *
 * @returns The position after the stream.
 */
export function lzma2Decode(source: Uint8Array, start: number, output: OutputBuffer): number {
  const decoder = new LzmaDecoder(source, output);
  let at = start;
  let needsDictionary = true;
  let needsProperties = true;
  for (;;) {
    const control = byteAt(source, at++);
    if (control === 0) return at;
    if (control === 1 || control >= 0xe0) {
      decoder.resetDictionary();
      needsDictionary = false;
    } else if (needsDictionary) throw damaged("it does not begin with a new dictionary");
    if (control < 0x80) {
      if (control > 2) throw damaged("a chunk is of a reserved kind");
      const size = (byteAt(source, at) << 8) + byteAt(source, at + 1) + 1;
      at += 2;
      if (at + size > source.length) throw damaged("it is cut off");
      output.append(source.subarray(at, at + size));
      at += size;
      continue;
    }
    const size = ((control & 31) << 16) + (byteAt(source, at) << 8) + byteAt(source, at + 1) + 1;
    const packed = (byteAt(source, at + 2) << 8) + byteAt(source, at + 3) + 1;
    at += 4;
    const reset = (control >> 5) & 3;
    if (reset >= 2) {
      const properties = readLzmaProperties(byteAt(source, at++));
      if (properties === undefined) throw damaged("its properties are impossible");
      decoder.setProperties(properties);
      needsProperties = false;
    } else if (needsProperties) throw damaged("a chunk has no properties");
    else if (reset === 1) decoder.resetState();
    decoder.startRange(at);
    const ended = decoder.run(size);
    if (ended || decoder.position !== at + packed) throw damaged("a chunk holds other than it says");
    at += packed;
  }
}

class LzmaDecoder {
  readonly #source: Uint8Array;
  readonly #output: OutputBuffer;
  #properties: LzmaProperties = { lc: 0, lp: 0, pb: 0 };
  #probabilities: Uint16Array = new Uint16Array(0);
  /** Where the dictionary begins in the output. */
  #origin: number;
  #at = 0;
  #range = 0;
  #code = 0;
  #state = 0;
  #reps: [number, number, number, number] = [0, 0, 0, 0];

  constructor(source: Uint8Array, output: OutputBuffer) {
    this.#source = source;
    this.#output = output;
    this.#origin = output.length;
  }

  get position(): number {
    return this.#at;
  }

  resetDictionary(): void {
    this.#origin = this.#output.length;
  }

  setProperties(properties: LzmaProperties): void {
    this.#properties = properties;
    this.resetState();
  }

  resetState(): void {
    this.#probabilities = lzmaProbabilities(this.#properties);
    this.#state = 0;
    this.#reps = [0, 0, 0, 0];
  }

  startRange(at: number): void {
    if (byteAt(this.#source, at) !== 0) throw damaged("a range coder does not begin with a zero");
    byteAt(this.#source, at + 4);
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let index = 1; index < 5; index++)
      this.#code = ((this.#code << 8) | this.#source[at + index]!) >>> 0;
    this.#at = at + 5;
  }

  /** Decodes up to `size` bytes; true where an end mark came first. */
  run(size: number): boolean {
    const output = this.#output;
    const positionMask = (1 << this.#properties.pb) - 1;
    const end = output.length + size;
    while (output.length < end) {
      const position = output.length - this.#origin;
      const context = position & positionMask;
      if (this.#bit(M.isMatch + this.#state * 16 + context) === 0) {
        this.#literal(position);
        continue;
      }
      let length: number;
      if (this.#bit(M.isRep + this.#state) === 0) {
        const [rep0, rep1, rep2] = this.#reps;
        length = this.#length(M.matchLength, context);
        const distance = this.#distance(length);
        this.#state = this.#state < 7 ? 7 : 10;
        if (distance === 0xffffffff) {
          this.#normalize();
          return true;
        }
        this.#reps = [distance, rep0, rep1, rep2];
      } else {
        if (this.#bit(M.isRepG0 + this.#state) === 0) {
          if (this.#bit(M.isRep0Long + this.#state * 16 + context) === 0) {
            this.#state = this.#state < 7 ? 9 : 11;
            this.#copy(1, end);
            continue;
          }
        } else this.#rotateReps();
        length = this.#length(M.repLength, context);
        this.#state = this.#state < 7 ? 8 : 11;
      }
      this.#copy(length, end);
    }
    this.#normalize();
    return false;
  }

  #rotateReps(): void {
    const [rep0, rep1, rep2, rep3] = this.#reps;
    if (this.#bit(M.isRepG1 + this.#state) === 0) this.#reps = [rep1, rep0, rep2, rep3];
    else if (this.#bit(M.isRepG2 + this.#state) === 0) this.#reps = [rep2, rep0, rep1, rep3];
    else this.#reps = [rep3, rep0, rep1, rep2];
  }

  #copy(length: number, end: number): void {
    const output = this.#output;
    const distance = this.#reps[0] + 1;
    if (distance > output.length - this.#origin) throw damaged("a match begins before the data");
    if (output.length + length > end) throw damaged("a match runs past the end");
    const out = output.reserve(length);
    let to = output.length;
    for (let from = to - distance, stop = to + length; to < stop;) out[to++] = out[from++]!;
    output.length = to;
  }

  #literal(position: number): void {
    const output = this.#output;
    const { lc, lp } = this.#properties;
    const out = output.reserve(1);
    const to = output.length;
    const previous = position > 0 ? out[to - 1]! : 0;
    const context = ((position & ((1 << lp) - 1)) << lc) + (previous >> (8 - lc));
    const base = M.literal + 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      const distance = this.#reps[0] + 1;
      if (distance > position) throw damaged("a match begins before the data");
      let matched = out[to - distance]!;
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    out[to] = symbol;
    output.length = to + 1;
    this.#state = stateAfterLiteral(this.#state);
  }

  #length(coder: number, context: number): number {
    if (this.#bit(coder + LENGTH_CODER.choice) === 0)
      return 2 + this.#tree(coder + LENGTH_CODER.low + 8 * context, 3);
    if (this.#bit(coder + LENGTH_CODER.choice2) === 0)
      return 10 + this.#tree(coder + LENGTH_CODER.mid + 8 * context, 3);
    return 18 + this.#tree(coder + LENGTH_CODER.high, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(M.posSlot + 64 * Math.min(length - 2, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < 14) return base + this.#reverseTree(M.posSpecial + base - slot, bits);
    const high = this.#direct(bits - 4);
    return (base + high * 16 + this.#reverseTree(M.align, 4)) >>> 0;
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let index = 0; index < bits; index++) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(base + node);
      node = (node << 1) | bit;
      value |= bit << index;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let index = 0; index < bits; index++) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }

  #bit(index: number): 0 | 1 {
    this.#normalize();
    const probability = this.#probabilities[index]!;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    this.#probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  #normalize(): void {
    if (this.#range >= 0x1000000) return;
    if (this.#at >= this.#source.length) throw damaged("it is cut off");
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#source[this.#at++]!) >>> 0;
  }
}

function byteAt(source: Uint8Array, at: number): number {
  const byte = source[at];
  if (byte === undefined) throw damaged("it is cut off");
  return byte;
}

function damaged(what: string): CodecError {
  return new CodecError(`The LZMA data are damaged: ${what}.`);
}
