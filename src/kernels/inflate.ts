/**
 * Decodes DEFLATE (RFC 1951) within bounds: by the kernel, else by its plain twin here.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { DEFLATE_MAX_CODE_BITS, deflatePrefixCode, type DeflatePrefixCode } from "./deflate-prefix-code.ts";
import { codeBases, extraBits } from "./extra-bits.ts";
import { outputTooLong, type OutputBuffer } from "./output-buffer.ts";
import { wasmInflate } from "./wasm-steps.ts";

const END_OF_BLOCK = 256;
/** A byte of DEFLATE makes at most this many. */
const MAX_RATIO = 1032;
const LENGTH_BITS = /* @__PURE__ */ extraBits("00000000111122223333444455550");
const LENGTH_BASE = /* @__PURE__ */ lengthBases();
const DISTANCE_BITS = /* @__PURE__ */ extraBits("0000112233445566778899aabbccdd");
const DISTANCE_BASE = /* @__PURE__ */ codeBases(1, DISTANCE_BITS);
/** Codes of code lengths, in the order in which their own lengths are stored. */
const CODE_LENGTH_ORDER = /* @__PURE__ */ extraBits("ghi08796a5b4c3d2e1f");

let fixedLiterals: DeflatePrefixCode | undefined;
let fixedDistances: DeflatePrefixCode | undefined;

/**
 * Decodes one DEFLATE stream that begins at `start` and appends what it holds to `output`.
 *
 * @returns The position after the stream's last byte.
 * @throws CodecError when the stream is damaged, ends early, or holds more than `output` may.
 */
export function inflate(source: Uint8Array, start: number, output: OutputBuffer): number {
  const room = Math.min(output.max - output.length, (source.length - start) * MAX_RATIO);
  const inflated = wasmInflate(source.subarray(start), room);
  if (inflated === undefined) return inflatePlainly(source, start, output);
  output.append(inflated.content);
  return start + inflated.taken;
}

/** The plain twin of `inflate`. */
export function inflatePlainly(source: Uint8Array, start: number, output: OutputBuffer): number {
  const inflater = new Inflater(source, start, output);
  while (!inflater.block());
  return inflater.position;
}

class Inflater {
  readonly #source: Uint8Array;
  readonly #output: OutputBuffer;
  /** Where the history begins: what was in the buffer before belongs to another stream. */
  readonly #origin: number;
  #at: number;
  /** Bits read from the source and not used, lowest first. */
  #held = 0;
  #heldBits = 0;

  constructor(source: Uint8Array, start: number, output: OutputBuffer) {
    this.#source = source;
    this.#at = start;
    this.#output = output;
    this.#origin = output.length;
  }

  /** The first byte of which no bit has been used. */
  get position(): number {
    return this.#at - (this.#heldBits >> 3);
  }

  /** Decodes a block; true after the last. */
  block(): boolean {
    const last = this.#bits(1) === 1;
    const type = this.#bits(2);
    if (type === 0) this.#stored();
    else if (type === 1)
      this.#coded((fixedLiterals ??= fixedLiteralCode()), (fixedDistances ??= fixedDistanceCode()));
    else if (type === 2) this.#dynamic();
    else throw damaged("a block has the reserved type 3");
    return last;
  }

  /** Takes up to 16 bits. */
  #bits(count: number): number {
    while (this.#heldBits < count) {
      if (this.#at >= this.#source.length) throw truncated();
      this.#held |= this.#source[this.#at++]! << this.#heldBits;
      this.#heldBits += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#heldBits -= count;
    return value;
  }

  #stored(): void {
    let at = this.position;
    this.#held = 0;
    this.#heldBits = 0;
    const source = this.#source;
    if (at + 4 > source.length) throw truncated();
    const length = source[at]! | (source[at + 1]! << 8);
    const complement = source[at + 2]! | (source[at + 3]! << 8);
    if ((length ^ complement) !== 0xffff) throw damaged("the length of a stored block is inconsistent");
    at += 4;
    if (at + length > source.length) throw truncated();
    this.#output.append(source.subarray(at, at + length));
    this.#at = at + length;
  }

  #dynamic(): void {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const lengths = this.#bits(4) + 4;
    if (literals > 286 || distances > 30) throw damaged("a block has too many codes");
    const codeLengths = new Uint8Array(19);
    for (let index = 0; index < lengths; index++) codeLengths[CODE_LENGTH_ORDER[index]!] = this.#bits(3);
    const lengthCode = deflatePrefixCode(codeLengths, false);
    const all = new Uint8Array(literals + distances);
    for (let index = 0; index < all.length;) {
      const symbol = this.#symbol(lengthCode);
      if (symbol < 16) {
        all[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) throw damaged("a repeat has nothing to repeat");
      const value = symbol === 16 ? all[index - 1]! : 0;
      const count =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (index + count > all.length) throw damaged("code lengths run past their number");
      all.fill(value, index, index + count);
      index += count;
    }
    if (all[END_OF_BLOCK] === 0) throw damaged("a block has no code for its end");
    this.#coded(
      deflatePrefixCode(all.subarray(0, literals), true),
      deflatePrefixCode(all.subarray(literals), true),
    );
  }

  #symbol(code: DeflatePrefixCode): number {
    while (this.#heldBits < DEFLATE_MAX_CODE_BITS && this.#at < this.#source.length) {
      this.#held |= this.#source[this.#at++]! << this.#heldBits;
      this.#heldBits += 8;
    }
    const entry = code.table[this.#held & code.mask]!;
    const bits = entry & 15;
    if (bits === 0) throw damaged("a code is not in the table");
    if (bits > this.#heldBits) throw truncated();
    this.#held >>>= bits;
    this.#heldBits -= bits;
    return entry >> 4;
  }

  /** The hot loop: literals and matches until the end of the block. */
  #coded(literals: DeflatePrefixCode, distances: DeflatePrefixCode): void {
    const source = this.#source;
    const end = source.length;
    const output = this.#output;
    const origin = this.#origin;
    const literalTable = literals.table;
    const literalMask = literals.mask;
    const distanceTable = distances.table;
    const distanceMask = distances.mask;
    let out = output.bytes;
    let to = output.length;
    let at = this.#at;
    let held = this.#held;
    let heldBits = this.#heldBits;
    for (;;) {
      while (heldBits <= 24 && at < end) {
        held |= source[at++]! << heldBits;
        heldBits += 8;
      }
      const literal = literalTable[held & literalMask]!;
      const literalBits = literal & 15;
      if (literalBits === 0) throw damaged("a code is not in the table");
      if (literalBits > heldBits) throw truncated();
      held >>>= literalBits;
      heldBits -= literalBits;
      const symbol = literal >> 4;
      if (symbol < END_OF_BLOCK) {
        if (to === out.length) {
          output.length = to;
          out = output.reserve(1);
        }
        out[to++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) break;
      if (symbol > 285) throw damaged("a length code is reserved");
      const lengthBits = LENGTH_BITS[symbol - 257]!;
      if (lengthBits > heldBits) throw truncated();
      const length = LENGTH_BASE[symbol - 257]! + (held & ((1 << lengthBits) - 1));
      held >>>= lengthBits;
      heldBits -= lengthBits;
      while (heldBits <= 24 && at < end) {
        held |= source[at++]! << heldBits;
        heldBits += 8;
      }
      const distanceEntry = distanceTable[held & distanceMask]!;
      const distanceCodeBits = distanceEntry & 15;
      if (distanceCodeBits === 0) throw damaged("a code is not in the table");
      if (distanceCodeBits > heldBits) throw truncated();
      held >>>= distanceCodeBits;
      heldBits -= distanceCodeBits;
      const distanceSymbol = distanceEntry >> 4;
      if (distanceSymbol > 29) throw damaged("a distance code is reserved");
      const distanceBits = DISTANCE_BITS[distanceSymbol]!;
      while (heldBits < distanceBits) {
        if (at >= end) throw truncated();
        held |= source[at++]! << heldBits;
        heldBits += 8;
      }
      const distance = DISTANCE_BASE[distanceSymbol]! + (held & ((1 << distanceBits) - 1));
      held >>>= distanceBits;
      heldBits -= distanceBits;
      if (distance > to - origin) throw damaged("a match begins before the data");
      if (to + length > out.length) {
        if (to + length > output.max) throw outputTooLong(output.max);
        output.length = to;
        out = output.reserve(length);
      }
      if (distance >= length && length > 32) {
        out.copyWithin(to, to - distance, to - distance + length);
        to += length;
      } else {
        const stop = to + length;
        for (let from = to - distance; to < stop;) out[to++] = out[from++]!;
      }
    }
    output.length = to;
    this.#at = at;
    this.#held = held;
    this.#heldBits = heldBits;
  }
}

function fixedLiteralCode(): DeflatePrefixCode {
  return deflatePrefixCode(
    new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280),
    false,
  );
}

function fixedDistanceCode(): DeflatePrefixCode {
  return deflatePrefixCode(new Uint8Array(32).fill(5), false);
}

/** The last code is for 258 bytes alone, which the one before could tell too. */
function lengthBases(): Uint32Array {
  const bases = codeBases(3, LENGTH_BITS);
  bases[28] = 258;
  return bases;
}

function damaged(what: string): CodecError {
  return new CodecError(`The DEFLATE stream is damaged: ${what}.`);
}

function truncated(): CodecError {
  return new CodecError("The DEFLATE stream ends before its last block does.");
}
