/**
 * Averaging blocks of elements: the loop of a pyramid.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { cStride, sizeOf } from "../kernels/block.ts";

/** A typed array of numbers. */
interface Numbers {
  readonly length: number;
  [index: number]: number;
}

/** Can elements of this data type be averaged? */
export function canAverage({ castKind, isView }: NDArray["dataType"]): boolean {
  return (
    isView &&
    (castKind === "bool" || castKind === "unsigned" || castKind === "signed" || castKind === "float")
  );
}

/**
 * The mean of each block of `factors` elements, in double precision; of integers rounded to the nearest, halves to even.
 * Blocks at the end may be smaller. NaN counts for nothing; a block of nothing but NaN is NaN.
 *
 * @param values - in C order.
 * @returns the values of an array of `shape`, in a typed array like the data's.
 * @throws UnsupportedError for elements that have no mean.
 */
export function averageBlocks(
  values: NDArray,
  factors: readonly number[],
  shape: readonly number[],
): ArrayBufferView {
  if (!canAverage(values.dataType))
    throw new UnsupportedError(`Elements of ${String(values.dataType)} have no mean; take the nearest.`);
  const size = sizeOf(shape);
  const sums = new Float64Array(size);
  const counts = new Uint32Array(size);
  const data: unknown = values.data;
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  // `canAverage` has seen that elements lie in a typed array; those of 64 bits are converted, which is exact up to 2^53.
  const numbers = isBig ? Float64Array.from(data as BigInt64Array, Number) : (data as unknown as Numbers);
  addUp(numbers, values.shape, factors, shape, sums, counts);
  const isFloat = values.dataType.castKind === "float";
  for (let i = 0; i < size; i++) {
    const mean = sums[i]! / counts[i]!; // 0 / 0 is NaN
    sums[i] = isFloat ? mean : roundHalfToEven(mean);
  }
  if (isBig)
    return data instanceof BigInt64Array
      ? BigInt64Array.from(sums, BigInt)
      : BigUint64Array.from(sums, BigInt);
  const result = emptyLike(data as ArrayBufferView, size);
  (result as unknown as { set(from: Float64Array): void }).set(sums); // typed arrays of numbers have it
  return result;
}

function addUp(
  data: Numbers,
  from: readonly number[],
  factors: readonly number[],
  to: readonly number[],
  sums: Float64Array,
  counts: Uint32Array,
): void {
  const ndim = from.length;
  if (ndim === 0 || sizeOf(from) === 0) {
    if (ndim === 0) {
      sums[0] = data[0]!;
      counts[0] = 1;
    }
    return;
  }
  const stride = cStride(to);
  const row = from[ndim - 1]!;
  const factor = factors[ndim - 1]!;
  const index = new Array<number>(ndim - 1).fill(0);
  for (let at = 0; at < data.length; at += row) {
    let start = 0;
    for (let axis = 0; axis < ndim - 1; axis++)
      start += Math.floor(index[axis]! / factors[axis]!) * stride[axis]!;
    for (let i = 0; i < row; i++) {
      const value = data[at + i]!;
      if (value !== value) continue;
      const cell = start + Math.floor(i / factor);
      sums[cell]! += value;
      counts[cell]!++;
    }
    for (let axis = ndim - 2; axis >= 0; axis--) {
      if (++index[axis]! < from[axis]!) break;
      index[axis] = 0;
    }
  }
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** A typed array of the same kind. */
function emptyLike(data: ArrayBufferView, length: number): ArrayBufferView {
  // Every typed array's constructor takes a length.
  const Type = data.constructor as new (length: number) => ArrayBufferView;
  return new Type(length);
}
