/**
 * Elements of real number types as lists of numbers, and back.
 *
 * @module
 */
import { castElements } from "../dtypes/cast-elements.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { FLOAT64_FORMAT } from "../dtypes/float-format.ts";
import { FloatDataType } from "../dtypes/floats.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { wrapBlock } from "../kernels/block.ts";
import { isInteger } from "./numpy-type.ts";

/** Numbers by index: a typed array. */
export interface Numbers {
  [index: number]: number;
  readonly length: number;
}

/** Are the elements 64-bit integers, which lie in arrays of bigints? */
export function isBigInteger(dataType: DataType): boolean {
  return isInteger(dataType) && dataType.itemSize === 8;
}

/** Elements of a real type as numbers; aliases `bytes` where it can. 64-bit integers are rounded. */
export function numbersOf(dataType: DataType, bytes: Uint8Array): Numbers {
  if (isBigInteger(dataType)) return Float64Array.from(bigintsOf(dataType, bytes), Number);
  return dataType.toContainer(bytes) as unknown as Numbers; // the container of every other real type is a typed array of numbers
}

/** Elements of a 64-bit integer type; aliases `bytes` where it can. */
export function bigintsOf(dataType: DataType, bytes: Uint8Array): BigInt64Array | BigUint64Array {
  return dataType.toContainer(bytes) as BigInt64Array | BigUint64Array; // their containers, by the data type's definition
}

/** Elements converted as NumPy's `astype` does it; `bytes` itself between the same types. */
export function castBytes(from: DataType, to: DataType, bytes: Uint8Array): Uint8Array {
  if (from.name === to.name) return bytes;
  const source = NDArray.fromBlock(from, wrapBlock(bytes, [bytes.length / from.itemSize], from.itemSize));
  return castElements(source, to) as Uint8Array; // `to` has a fixed size
}

/** What arithmetic rounds to: the nearest number of a float type, and of `float64` for integers. */
export function rounderOf(dataType: DataType): (value: number) => number {
  if (!(dataType instanceof FloatDataType) || dataType.itemSize === 8) return (value) => value;
  return (value) => dataType.format.round(value);
}

/** The range of an integer type. */
export function integerRange(dataType: DataType): { least: bigint; most: bigint } {
  const bits = BigInt(dataType.packedBits ?? dataType.itemSize * 8);
  return dataType.castKind === "signed"
    ? { least: -(1n << (bits - 1n)), most: (1n << (bits - 1n)) - 1n }
    : { least: 0n, most: (1n << bits) - 1n };
}

/**
 * Numbers as elements of a real type, in memory form.
 *
 * @param isExempt - asked for a number that the type does not have; true: take what NumPy makes of it.
 * @throws RangeError when a number is not representable: beyond the range, or a fraction of an integer.
 */
export function storeNumbers(
  values: Float64Array,
  dataType: DataType,
  isExempt: (index: number) => boolean,
): Uint8Array {
  if (isInteger(dataType)) {
    const { least, most } = integerRange(dataType);
    // Limits of 64 bits round up to a power of two, which is out of range itself.
    const [low, high] = [Number(least), Number(most + 1n)];
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const fits = value >= low && value < high && Number.isInteger(value);
      if (!fits && !isExempt(i)) throw notRepresentable(value, dataType);
    }
    return castBytes(FLOAT64, dataType, float64Bytes(values));
  }
  const round = rounderOf(dataType);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value) && !Number.isFinite(round(value)) && !isExempt(i)) {
      throw notRepresentable(value, dataType);
    }
  }
  return castBytes(FLOAT64, dataType, float64Bytes(values));
}

/** The data type of `float64`, in which the arithmetic of these codecs gives its results. */
export const FLOAT64: DataType = new FloatDataType(FLOAT64_FORMAT);

/** The bytes of a list of numbers; aliases it. */
export function float64Bytes({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The error of a number that cannot be stored. */
export function notRepresentable(value: number | bigint, dataType: DataType): RangeError {
  return new RangeError(`${value} is not representable in data type ${dataType.name}.`);
}
