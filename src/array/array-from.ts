/**
 * An array in memory from what users have.
 *
 * @module
 */
import type { DataType } from "../dtypes/data-type.ts";
import { isNDArray, NDArray } from "../dtypes/nd-array.ts";
import { blockFrom } from "../dtypes/nd-array-values.ts";
import type { DataTypeLike } from "../dtypes/registry.ts";
import { isDataType, parseDataType } from "../dtypes/registry.ts";
import { dataTypeOfTypedArray } from "../dtypes/typed-array-types.ts";

/**
 * An `NDArray` of values: another array, a typed array, `{ data, shape }`, nested lists, a scalar. Without
 * `dtype` the type is that of the values; numbers in lists are `float64`, as JavaScript's numbers are,
 * bigints `int64`, booleans `bool`, strings `string`, `Uint8Array`s in lists `variable_length_bytes`.
 */
export function arrayFrom(value: unknown, dtype?: DataTypeLike): NDArray {
  const dataType = dtype === undefined ? inferDataType(value) : parseDataType(dtype);
  return NDArray.fromBlock(dataType, blockFrom(value, dataType));
}

function inferDataType(value: unknown): DataType {
  if (isNDArray(value)) return value.dataType;
  const typed = dataTypeOfTypedArray(value);
  if (typed !== undefined) return typed;
  if (typeof value === "object" && value !== null && "data" in value && "shape" in value) {
    const dtype: unknown = Reflect.get(value, "dtype");
    return typeof dtype === "string" || isDataType(dtype) ? parseDataType(dtype) : inferDataType(value.data);
  }
  const leaf = firstLeaf(value);
  switch (typeof leaf) {
    case "number":
    case "undefined":
      return parseDataType("float64");
    case "bigint":
      return parseDataType("int64");
    case "boolean":
      return parseDataType("bool");
    case "string":
      return parseDataType("string");
    default:
      break;
  }
  const rows = dataTypeOfTypedArray(leaf);
  if (rows !== undefined) return leaf instanceof Uint8Array ? parseDataType("bytes") : rows;
  if (isNDArray(leaf)) return leaf.dataType;
  throw new TypeError("The data type of these values cannot be told; give a dtype.");
}

/** The first value that is no list; lists of lists may be deep, so no recursion. */
function firstLeaf(value: unknown): unknown {
  let leaf = value;
  while (Array.isArray(leaf)) leaf = leaf.find((item) => !Array.isArray(item) || item.length > 0);
  return leaf;
}
