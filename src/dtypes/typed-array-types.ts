import type { DataType } from "./data-type.ts";
import { FLOAT16_FORMAT, FLOAT32_FORMAT, FLOAT64_FORMAT } from "./float-format.ts";
import { FloatDataType } from "./floats.ts";
import { integerDataType } from "./integers.ts";

/** By tag; the portable Float16Array has the tag of the runtime's. */
const DATA_TYPES: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ["Int8Array", integerDataType(1, true)],
  ["Uint8Array", integerDataType(1, false)],
  ["Uint8ClampedArray", integerDataType(1, false)],
  ["Int16Array", integerDataType(2, true)],
  ["Uint16Array", integerDataType(2, false)],
  ["Int32Array", integerDataType(4, true)],
  ["Uint32Array", integerDataType(4, false)],
  ["BigInt64Array", integerDataType(8, true)],
  ["BigUint64Array", integerDataType(8, false)],
  ["Float16Array", new FloatDataType(FLOAT16_FORMAT)],
  ["Float32Array", new FloatDataType(FLOAT32_FORMAT)],
  ["Float64Array", new FloatDataType(FLOAT64_FORMAT)],
]);

/** A typed array of any element type. */
export type AnyTypedArray = ArrayBufferView & { readonly length: number };

/** The data type of a typed array's elements; `undefined` when the value is no typed array. */
export function dataTypeOfTypedArray(value: unknown): DataType | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return DATA_TYPES.get(Object.prototype.toString.call(value).slice(8, -1));
}
