/**
 * `(x - offset) * scale` and back on elements in memory form, in the arithmetic of their type.
 *
 * @module
 */
import type { DataType } from "../dtypes/data-type.ts";
import { FloatDataType } from "../dtypes/floats.ts";
import type { FloatPrecision } from "./float-precision.ts";
import { precisionOf, roundToPrecision } from "./float-precision.ts";
import type { Numbers } from "./number-elements.ts";
import { bigintsOf, integerRange, isBigInteger, notRepresentable, numbersOf } from "./number-elements.ts";

/** The two directions. Both throw RangeError for a result that the type cannot hold. */
export interface ScaleArithmetic {
  encode(source: Uint8Array): Uint8Array;
  decode(source: Uint8Array): Uint8Array;
}

/** The arithmetic of a real type; an offset or scale that is `undefined` changes nothing. */
export function scaleArithmetic(
  dataType: DataType,
  offset: number | bigint | undefined,
  scale: number | bigint | undefined,
): ScaleArithmetic {
  if (isBigInteger(dataType)) return bigintArithmetic(dataType, BigInt(offset ?? 0), BigInt(scale ?? 1));
  const [less, factor] = [Number(offset ?? 0), Number(scale ?? 1)];
  if (dataType instanceof FloatDataType) return floatArithmetic(dataType, less, factor);
  return integerArithmetic(dataType, less, factor);
}

/** Integers of at most 32 bits: what is exact in doubles, or far out of range. */
function integerArithmetic(dataType: DataType, offset: number, scale: number): ScaleArithmetic {
  const { least, most } = integerRange(dataType);
  const [low, high] = [Number(least), Number(most)];
  return {
    encode(source) {
      const values = numbersOf(dataType, source);
      const { bytes, numbers } = allocate(dataType, values.length);
      for (let i = 0; i < values.length; i++) {
        const value = (values[i]! - offset) * scale;
        if (value < low || value > high) throw notRepresentable(value, dataType);
        numbers[i] = value;
      }
      return bytes;
    },
    decode(source) {
      const values = numbersOf(dataType, source);
      const { bytes, numbers } = allocate(dataType, values.length);
      for (let i = 0; i < values.length; i++) {
        const stored = values[i]!;
        if (stored % scale !== 0) throw rest(stored, scale);
        const value = stored / scale + offset;
        if (value < low || value > high) throw notRepresentable(value, dataType);
        numbers[i] = value;
      }
      return bytes;
    },
  };
}

function bigintArithmetic(dataType: DataType, offset: bigint, scale: bigint): ScaleArithmetic {
  const { least, most } = integerRange(dataType);
  const checked = (value: bigint): bigint => {
    if (value < least || value > most) throw notRepresentable(value, dataType);
    return value;
  };
  return {
    encode(source) {
      const bytes = new Uint8Array(source.length);
      const target = bigintsOf(dataType, bytes);
      bigintsOf(dataType, source).forEach((value: bigint, i: number) => {
        target[i] = checked((value - offset) * scale);
      });
      return bytes;
    },
    decode(source) {
      const bytes = new Uint8Array(source.length);
      const target = bigintsOf(dataType, bytes);
      bigintsOf(dataType, source).forEach((stored: bigint, i: number) => {
        if (stored % scale !== 0n) throw rest(stored, scale);
        target[i] = checked(stored / scale + offset);
      });
      return bytes;
    },
  };
}

/** Every step is rounded to the format, as hardware of that format does it. */
function floatArithmetic(dataType: FloatDataType, offset: number, scale: number): ScaleArithmetic {
  const { itemSize } = dataType;
  const precision = precisionOf(dataType.format);
  const round =
    itemSize === 8
      ? (value: number): number => value
      : itemSize === 4
        ? Math.fround
        : (value: number): number => roundNarrow(value, precision);
  const checked = (before: number, after: number): number => {
    const isLost = after > precision.most || after < precision.least || after !== after;
    // Infinities and NaN stay what they are; finite numbers stay finite.
    if (isLost && Number.isFinite(before)) throw notRepresentable(after, dataType);
    return after;
  };
  const run = (source: Uint8Array, step: (value: number) => number): Uint8Array => {
    const values = numbersOf(dataType, source);
    const results = dataType.toContainer(new Uint8Array(source.length)) as unknown as Numbers; // of a float type
    for (let i = 0; i < values.length; i++) results[i] = checked(values[i]!, step(values[i]!));
    return dataType.fromContainer(results as never, 0, values.length) as Uint8Array; // a type of fixed size
  };
  return {
    encode: (source) => run(source, (value) => round(round(value - offset) * scale)),
    decode: (source) => run(source, (value) => round(round(value / scale) + offset)),
  };
}

function roundNarrow(value: number, precision: FloatPrecision): number {
  return Number.isFinite(value) ? roundToPrecision(value, precision, "nearest-even") : value;
}

function allocate(dataType: DataType, count: number): { bytes: Uint8Array; numbers: Numbers } {
  const bytes = new Uint8Array(count * dataType.itemSize);
  return { bytes, numbers: numbersOf(dataType, bytes) }; // zeros are canonical, so that this aliases `bytes`
}

function rest(value: number | bigint, scale: number | bigint): RangeError {
  return new RangeError(`${value} divided by the scale ${scale} leaves a rest.`);
}
