/**
 * Coding of single zfp blocks: 4^d values of one type.
 *
 * @module
 */
import type { BitReader, BitWriter } from "../bit-stream.ts";
import { decodePlanes, encodePlanes } from "./bit-planes.ts";
import { coefficientOrder } from "./coefficient-order.ts";
import type { ZfpParameters, ZfpType } from "./parameters.ts";
import { isReversible } from "./parameters.ts";
import type { BlockTransform } from "./transform.ts";
import { TRANSFORMS_32, TRANSFORMS_64 } from "./transform.ts";

/** Values of a block: the typed array of its type. */
export type BlockValues = Int32Array | BigInt64Array | Float32Array | Float64Array;

/** Codes the block in `values`. */
export interface BlockCoder {
  /** What is coded next, or was decoded last: 4^d values, the first axis fastest. */
  readonly values: BlockValues;
  /** Throws RangeError for NaN and infinities unless lossless. */
  encode(output: BitWriter): void;
  decode(input: BitReader): void;
}

/** The coder of a type. */
export function blockCoder(type: ZfpType, dimensions: number, parameters: ZfpParameters): BlockCoder {
  const integers = type.endsWith("64") ? new WideIntegers(dimensions) : new NarrowIntegers(dimensions);
  if (type === "int32" || type === "int64") return new IntegerCoder(integers, parameters);
  return new FloatCoder(integers, dimensions, parameters);
}

/** Integers of a block and their coefficients, of 32 or 64 bits. */
interface Integers {
  /** The integers of a block. */
  readonly block: Int32Array | BigInt64Array;
  /** The coefficients, as words. */
  readonly words: Uint32Array;
  readonly wordsEach: 1 | 2;
  toCoefficients(reversible: boolean): void;
  fromCoefficients(reversible: boolean): void;
  /** Turns sign and magnitude into two's complement, or back. */
  flipNegatives(): void;
}

class NarrowIntegers implements Integers {
  readonly wordsEach = 1;
  readonly block: Int32Array;
  readonly words: Uint32Array;
  readonly #order: Uint8Array;
  readonly #strides: readonly number[];

  constructor(dimensions: number) {
    this.block = new Int32Array(4 ** dimensions);
    this.words = new Uint32Array(4 ** dimensions);
    this.#order = coefficientOrder(dimensions);
    this.#strides = STRIDES.slice(0, dimensions);
  }

  toCoefficients(reversible: boolean): void {
    const { block, words } = this;
    transform(reversible ? TRANSFORMS_32.reversibleForward : TRANSFORMS_32.forward, block, this.#strides);
    for (let i = 0; i < words.length; i++)
      words[i] = (block[this.#order[i]!]! + NEGABINARY_32) ^ NEGABINARY_32;
  }

  fromCoefficients(reversible: boolean): void {
    const { block, words } = this;
    for (let i = 0; i < words.length; i++)
      block[this.#order[i]!] = (words[i]! ^ NEGABINARY_32) - NEGABINARY_32;
    transform(reversible ? TRANSFORMS_32.reversibleInverse : TRANSFORMS_32.inverse, block, this.#strides);
  }

  flipNegatives(): void {
    const { block } = this;
    for (let i = 0; i < block.length; i++) if (block[i]! < 0) block[i]! ^= 0x7fffffff;
  }
}

class WideIntegers implements Integers {
  readonly wordsEach = 2;
  readonly block: BigInt64Array;
  readonly words: Uint32Array;
  readonly #coefficients: BigUint64Array;
  readonly #order: Uint8Array;
  readonly #strides: readonly number[];

  constructor(dimensions: number) {
    this.block = new BigInt64Array(4 ** dimensions);
    this.#coefficients = new BigUint64Array(4 ** dimensions);
    this.words = new Uint32Array(this.#coefficients.buffer);
    this.#order = coefficientOrder(dimensions);
    this.#strides = STRIDES.slice(0, dimensions);
  }

  toCoefficients(reversible: boolean): void {
    const { block } = this;
    transform(reversible ? TRANSFORMS_64.reversibleForward : TRANSFORMS_64.forward, block, this.#strides);
    for (let i = 0; i < block.length; i++) {
      this.#coefficients[i] = BigInt.asUintN(64, block[this.#order[i]!]! + NEGABINARY_64) ^ NEGABINARY_64;
    }
  }

  fromCoefficients(reversible: boolean): void {
    const { block } = this;
    for (let i = 0; i < block.length; i++) {
      block[this.#order[i]!] = (this.#coefficients[i]! ^ NEGABINARY_64) - NEGABINARY_64;
    }
    transform(reversible ? TRANSFORMS_64.reversibleInverse : TRANSFORMS_64.inverse, block, this.#strides);
  }

  flipNegatives(): void {
    const { block } = this;
    for (let i = 0; i < block.length; i++) if (block[i]! < 0n) block[i]! ^= 0x7fffffffffffffffn;
  }
}

const STRIDES = [1, 4, 16, 64];
const NEGABINARY_32 = 0xaaaaaaaa;
const NEGABINARY_64 = 0xaaaaaaaaaaaaaaaan;

function transform<A>(step: BlockTransform<A>, block: A, strides: readonly number[]): void {
  step(block, strides);
}

/** Writes the integers of a block, `used` bits of which are spent already. */
function encodeIntegers(
  output: BitWriter,
  integers: Integers,
  parameters: ZfpParameters,
  used: number,
  precision: number,
): void {
  const reversible = isReversible(parameters);
  const { words, wordsEach } = integers;
  integers.toCoefficients(reversible);
  let bits = used;
  let planes = precision;
  if (reversible) {
    planes = Math.max(1, Math.min(significantPlanes(words, wordsEach), precision));
    output.bits(planes - 1, planeCountBits(wordsEach));
    bits += planeCountBits(wordsEach);
  }
  bits += encodePlanes(output, words, wordsEach, parameters.maxBits - bits, planes);
  if (bits < parameters.minBits) output.skip(parameters.minBits - bits);
}

function decodeIntegers(
  input: BitReader,
  integers: Integers,
  parameters: ZfpParameters,
  used: number,
  precision: number,
): void {
  const reversible = isReversible(parameters);
  const { words, wordsEach } = integers;
  let bits = used;
  let planes = precision;
  if (reversible) {
    planes = input.bits(planeCountBits(wordsEach)) + 1;
    bits += planeCountBits(wordsEach);
  }
  bits += decodePlanes(input, words, wordsEach, Math.max(0, parameters.maxBits - bits), planes);
  if (bits < parameters.minBits) input.skip(parameters.minBits - bits);
  integers.fromCoefficients(reversible);
}

/** Bits in which the lossless mode writes how many planes a block has. */
function planeCountBits(wordsEach: 1 | 2): number {
  return wordsEach === 1 ? 5 : 6;
}

/** Planes from the highest to the lowest that has a bit set. */
function significantPlanes(words: Uint32Array, wordsEach: 1 | 2): number {
  let [low, high] = [0, 0];
  for (let i = 0; i < words.length; i += wordsEach) {
    low |= words[i]!;
    high |= words[i + wordsEach - 1]!;
  }
  if (low !== 0) return 32 * wordsEach - trailingZeros(low);
  return wordsEach === 2 && high !== 0 ? 32 - trailingZeros(high) : 0;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

class IntegerCoder implements BlockCoder {
  readonly values: BlockValues;
  readonly #integers: Integers;
  readonly #parameters: ZfpParameters;

  constructor(integers: Integers, parameters: ZfpParameters) {
    this.values = integers.block;
    this.#integers = integers;
    this.#parameters = parameters;
  }

  encode(output: BitWriter): void {
    encodeIntegers(output, this.#integers, this.#parameters, 0, this.#parameters.maxPrecision);
  }
  decode(input: BitReader): void {
    decodeIntegers(input, this.#integers, this.#parameters, 0, this.#parameters.maxPrecision);
  }
}

class FloatCoder implements BlockCoder {
  readonly values: Float32Array | Float64Array;
  readonly #integers: Integers;
  readonly #dimensions: number;
  readonly #parameters: ZfpParameters;
  readonly #exponentBits: number;
  readonly #bias: number;
  /** Bits of an integer after the sign and one for headroom. */
  readonly #fraction: number;

  constructor(integers: Integers, dimensions: number, parameters: ZfpParameters) {
    const isWide = integers.wordsEach === 2;
    this.values = isWide ? new Float64Array(integers.block.length) : new Float32Array(integers.block.length);
    this.#integers = integers;
    this.#dimensions = dimensions;
    this.#parameters = parameters;
    this.#exponentBits = isWide ? 11 : 8;
    this.#bias = isWide ? 1023 : 127;
    this.#fraction = isWide ? 62 : 30;
  }

  encode(output: BitWriter): void {
    if (isReversible(this.#parameters)) {
      this.#encodeReversible(output);
      return;
    }
    const exponent = this.#exponent();
    if (exponent === undefined)
      throw new RangeError("zfp cannot store NaN and infinities unless its mode is reversible.");
    const precision = this.#precision(exponent);
    const biased = precision === 0 ? 0 : exponent + this.#bias;
    if (biased === 0) {
      output.bit(0);
      if (this.#parameters.minBits > 1) output.skip(this.#parameters.minBits - 1);
      return;
    }
    output.bit(1);
    output.bits(biased, this.#exponentBits);
    this.#toIntegers(exponent);
    encodeIntegers(output, this.#integers, this.#parameters, 1 + this.#exponentBits, precision);
  }

  decode(input: BitReader): void {
    if (input.bit() === 0) {
      this.values.fill(0);
      if (this.#parameters.minBits > 1) input.skip(this.#parameters.minBits - 1);
      return;
    }
    const reversible = isReversible(this.#parameters);
    if (reversible && input.bit() === 1) {
      decodeIntegers(input, this.#integers, this.#parameters, 2, 0);
      this.#integers.flipNegatives();
      this.#bytesOf(this.values).set(this.#bytesOf(this.#integers.block));
      return;
    }
    const exponent = input.bits(this.#exponentBits) - this.#bias;
    const used = (reversible ? 2 : 1) + this.#exponentBits;
    decodeIntegers(input, this.#integers, this.#parameters, used, this.#precision(exponent));
    this.#fromIntegers(exponent, this.values);
  }

  #encodeReversible(output: BitWriter): void {
    const exponent = this.#exponent();
    if (exponent !== undefined && this.#isExact(exponent)) {
      output.bit(exponent === -this.#bias ? 0 : 1);
      if (exponent === -this.#bias) return;
      output.bit(0);
      output.bits(exponent + this.#bias, this.#exponentBits);
      this.#toIntegers(exponent);
      encodeIntegers(
        output,
        this.#integers,
        this.#parameters,
        2 + this.#exponentBits,
        this.#parameters.maxPrecision,
      );
      return;
    }
    output.bits(3, 2);
    this.#bytesOf(this.#integers.block).set(this.#bytesOf(this.values));
    this.#integers.flipNegatives();
    encodeIntegers(output, this.#integers, this.#parameters, 2, this.#parameters.maxPrecision);
  }

  /** Do the values survive as integers relative to an exponent, bit by bit? */
  #isExact(exponent: number): boolean {
    this.#toIntegers(exponent);
    const back = this.values.slice();
    this.#fromIntegers(exponent, back);
    const [before, after] = [this.#bytesOf(this.values), this.#bytesOf(back)];
    return before.every((byte, i) => byte === after[i]);
  }

  /** The exponent of the largest value, which is below 2^exponent; `undefined` where a value is not finite. */
  #exponent(): number | undefined {
    let most = 0;
    for (const value of this.values) {
      if (!Number.isFinite(value)) return undefined;
      most = Math.max(most, Math.abs(value));
    }
    if (most === 0) return -this.#bias;
    FLOAT64[0] = most;
    const field = (FLOAT64_BITS[1]! >>> 20) & 0x7ff;
    // Subnormal numbers count as the smallest normal ones.
    return Math.max(field - 1022, 1 - this.#bias);
  }

  #precision(exponent: number): number {
    const { maxPrecision, minExponent } = this.#parameters;
    return Math.min(maxPrecision, Math.max(0, exponent - minExponent + 2 * this.#dimensions + 2));
  }

  #toIntegers(exponent: number): void {
    const { block } = this.#integers;
    const shift = this.#fraction - exponent;
    // In two steps, because the scale of the smallest numbers is itself no number.
    const [first, second] = [2 ** Math.min(shift, 1000), 2 ** Math.max(shift - 1000, 0)];
    for (let i = 0; i < block.length; i++) {
      const scaled = Math.trunc(this.values[i]! * first * second);
      if (block instanceof BigInt64Array) block[i] = BigInt(scaled);
      else block[i] = scaled;
    }
  }

  #fromIntegers(exponent: number, target: Float32Array | Float64Array): void {
    const { block } = this.#integers;
    if (exponent === -this.#bias) {
      target.fill(0);
      return;
    }
    const exact = 2 ** (exponent - this.#fraction);
    const scale = target instanceof Float32Array ? Math.fround(exact) : exact;
    for (let i = 0; i < target.length; i++) {
      const integer = Number(block[i]!);
      target[i] = scale * (target instanceof Float32Array ? Math.fround(integer) : integer);
    }
  }

  #bytesOf({ buffer }: { readonly buffer: ArrayBufferLike }): Uint8Array {
    return new Uint8Array(buffer);
  }
}

const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new Uint32Array(FLOAT64.buffer);
