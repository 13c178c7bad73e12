import type { DataType } from "./data-type.ts";
import { broadcastBlock } from "./broadcast.ts";
import { NDArray } from "./nd-array.ts";
import { blockFrom, type ValuesOptions } from "./nd-array-values.ts";
import { type DataTypeLike, parseDataType } from "./registry.ts";

/** Options of `ndArray`. */
export interface NDArrayOptions<D extends string> extends ValuesOptions {
  /** Data type of the elements. */
  readonly dtype: D | DataType | Exclude<DataTypeLike, string>;
  /** Shape to broadcast the values to. Default: the shape that they have. */
  readonly shape?: readonly number[] | undefined;
}

/**
 * Makes an array in memory from anything that can be written to a Zarr array: scalars, nested lists, typed
 * arrays, other arrays, records of these. May share the memory of values that have the very type already.
 *
 * @throws RangeError, TypeError or ShapeMismatchError as for writing.
 * @example
 * ```ts
 * ndArray([[1, 2], [3, 4]], { dtype: "int32" }).get(1, 0); // 3
 * ndArray(0.5, { dtype: "float64", shape: [2, 2] }).size; // 4
 * ```
 */
export function ndArray<const D extends string = string>(
  values: unknown,
  options: NDArrayOptions<D>,
): NDArray<D> {
  const dataType = parseDataType(options.dtype);
  const block = blockFrom(values, dataType, {
    casting: options.casting,
    maxDimensions: options.shape?.length,
  });
  return NDArray.fromBlock<D>(
    dataType,
    options.shape === undefined ? block : broadcastBlock(block, options.shape),
  );
}
