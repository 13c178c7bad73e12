/**
 * `zarrkit/dtypes`: data types, their registry, and arrays in memory.
 *
 * @module
 */
export type { Complex } from "./dtypes/complex.ts";
export type {
  ByteWord,
  CastKind,
  Container,
  DataType,
  DataTypeContext,
  DataTypeDefinition,
  DataTypeV2,
  StructField,
} from "./dtypes/data-type.ts";
export type { DataOf, DataTypes, Scalar, StructScalar } from "./dtypes/data-types.ts";
export type { Casting } from "./dtypes/casting.ts";
export { FixedDataType } from "./dtypes/fixed-data-type.ts";
export { NDArray, type NDArrayParts, type NestedArray } from "./dtypes/nd-array.ts";
export {
  DataTypeRegistry,
  dataTypeRegistry,
  type DataTypeLike,
  isDataType,
  parseDataType,
  parseDataTypeV2,
  parseDataTypeV3,
  registerDataType,
} from "./dtypes/registry.ts";
