/**
 * The parameters of a zfp stream, and the header that may carry them.
 *
 * @see https://zfp.readthedocs.io/en/latest/modes.html
 * @module
 */
import { CodecError } from "../../base/errors.ts";
import type { BitReader, BitWriter } from "../bit-stream.ts";

/** How many bits the blocks get. */
export interface ZfpParameters {
  readonly minBits: number;
  readonly maxBits: number;
  readonly maxPrecision: number;
  /** Exponent of the smallest bit plane; below the least exponent: lossless. */
  readonly minExponent: number;
}

/** Types of elements, in the order of their numbers in the header. */
export const ZFP_TYPES = ["int32", "int64", "float32", "float64"] as const;

export type ZfpType = (typeof ZFP_TYPES)[number];

/** What a header says. */
export interface ZfpHeader {
  readonly type: ZfpType;
  /** Lengths of the axes, the slowest first, as zarr has them. */
  readonly shape: readonly number[];
  readonly parameters: ZfpParameters;
}

/** Streams end on words of so many bytes. */
export const ZFP_WORD_BYTES = 8;

const MIN_BITS = 1;
const MAX_BITS = 16658;
const MAX_PRECISION = 64;
const MIN_EXPONENT = -1074;
/** The version of the format; that of zfp 0.5 to 1.0. */
const CODEC_VERSION = 5;
const MAGIC = [0x7a, 0x66, 0x70, CODEC_VERSION];
const LONG_MODE = 0xfff;
const EXPONENT_OFFSET = 16495;
/** Bits of an axis length in the header, by the number of axes. */
const LENGTH_BITS = [48, 24, 16, 12];

const EVERYTHING: ZfpParameters = {
  minBits: MIN_BITS,
  maxBits: MAX_BITS,
  maxPrecision: MAX_PRECISION,
  minExponent: MIN_EXPONENT,
};

/** Lossless. */
export const REVERSIBLE: ZfpParameters = { ...EVERYTHING, minExponent: MIN_EXPONENT - 1 };

/** Is nothing lost? */
export function isReversible({ minExponent }: ZfpParameters): boolean {
  return minExponent < MIN_EXPONENT;
}

/** Errors of at most `tolerance`. */
export function fixedAccuracy(tolerance: number): ZfpParameters {
  if (tolerance <= 0) return EVERYTHING;
  return { ...EVERYTHING, minExponent: Math.max(MIN_EXPONENT, floorLog2(tolerance)) };
}

/** So many bit planes. */
export function fixedPrecision(planes: number): ZfpParameters {
  return { ...EVERYTHING, maxPrecision: planes === 0 ? MAX_PRECISION : Math.min(planes, MAX_PRECISION) };
}

/** So many bits a value; a block of floats takes at least its exponent. */
export function fixedRate(rate: number, type: ZfpType, dimensions: number): ZfpParameters {
  const least = type === "float32" ? 9 : type === "float64" ? 12 : 1;
  const bits = Math.max(Math.floor(4 ** dimensions * rate + 0.5), least);
  return { ...EVERYTHING, minBits: bits, maxBits: bits };
}

function floorLog2(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  if (2 ** exponent > value) return exponent - 1;
  return 2 ** (exponent + 1) <= value ? exponent + 1 : exponent;
}

/** The mode in 12 bits, where one of the usual modes has these parameters. */
function shortMode({ minBits, maxBits, maxPrecision, minExponent }: ZfpParameters): number | undefined {
  const isUnlimited = minBits <= MIN_BITS && maxBits >= MAX_BITS;
  const isFull = maxPrecision >= MAX_PRECISION;
  if (isUnlimited && isFull && minExponent < MIN_EXPONENT) return 2176;
  if (isUnlimited && isFull && minExponent === MIN_EXPONENT) return undefined; // the expert mode of everything
  if (minBits === maxBits && isFull && minExponent === MIN_EXPONENT)
    return maxBits <= 2048 ? maxBits - 1 : undefined;
  if (isUnlimited && minExponent === MIN_EXPONENT) return 2048 + maxPrecision - 1;
  if (isUnlimited && isFull && minExponent <= 843) return 2177 + minExponent - MIN_EXPONENT;
  return undefined;
}

/** Writes the magic number, type, shape and parameters. Throws CodecError when an axis is too long for it. */
export function writeHeader(output: BitWriter, { type, shape, parameters }: ZfpHeader): void {
  for (const byte of MAGIC) output.bits(byte, 8);
  output.bits(ZFP_TYPES.indexOf(type), 2);
  output.bits(shape.length - 1, 2);
  const lengthBits = LENGTH_BITS[shape.length - 1]!;
  for (const length of [...shape].reverse()) {
    if (length > 2 ** lengthBits) {
      throw new CodecError(
        `An axis of ${length} elements is too long for a zfp header of ${shape.length} dimensions.`,
        {
          expected: 2 ** lengthBits,
          actual: length,
        },
      );
    }
    output.bits(length - 1, lengthBits);
  }
  const mode = shortMode(parameters);
  if (mode !== undefined) {
    output.bits(mode, 12);
    return;
  }
  output.bits(LONG_MODE, 12);
  output.bits(limited(parameters.minBits, 0x8000) - 1, 15);
  output.bits(limited(parameters.maxBits, 0x8000) - 1, 15);
  output.bits(limited(parameters.maxPrecision, 0x80) - 1, 7);
  output.bits(Math.max(0, Math.min(parameters.minExponent + EXPONENT_OFFSET, 0x7fff)), 15);
}

function limited(value: number, most: number): number {
  return Math.max(1, Math.min(value, most));
}

/** Reads a header. Throws CodecError when it is none, or of another version. */
export function readHeader(input: BitReader): ZfpHeader {
  for (const expected of MAGIC) {
    const actual = input.bits(8);
    if (actual !== expected)
      throw new CodecError("A zfp stream has no header of version 5.", { expected, actual });
  }
  const type = ZFP_TYPES[input.bits(2)]!;
  const dimensions = input.bits(2) + 1;
  const lengthBits = LENGTH_BITS[dimensions - 1]!;
  const shape = Array.from({ length: dimensions }, () => input.bits(lengthBits) + 1).reverse();
  return { type, shape, parameters: readParameters(input) };
}

function readParameters(input: BitReader): ZfpParameters {
  const mode = input.bits(12);
  if (mode < 2048) return { ...EVERYTHING, minBits: mode + 1, maxBits: mode + 1 };
  if (mode < 2176) return { ...EVERYTHING, maxPrecision: mode - 2048 + 1 };
  if (mode === 2176) return REVERSIBLE;
  if (mode < LONG_MODE) return { ...EVERYTHING, minExponent: mode - 2177 + MIN_EXPONENT };
  const minBits = input.bits(15) + 1;
  const maxBits = input.bits(15) + 1;
  const maxPrecision = input.bits(7) + 1;
  const minExponent = input.bits(15) - EXPONENT_OFFSET;
  if (minBits > maxBits || maxPrecision > MAX_PRECISION) {
    throw new CodecError("A zfp stream has a header whose parameters contradict each other.", {
      actual: [minBits, maxBits, maxPrecision],
    });
  }
  return { minBits, maxBits, maxPrecision, minExponent };
}
