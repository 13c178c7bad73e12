/**
 * `zarrkit/dtypes`: data types, their registry, and arrays in memory.
 *
 * @module
 */
export { BoolDataType } from "./dtypes/bool.ts";
export type { Casting } from "./dtypes/casting.ts";
export { type Complex, ComplexDataType } from "./dtypes/complex.ts";
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
export { TimeDataType } from "./dtypes/datetimes.ts";
export { NullTerminatedBytesDataType, RawBytesDataType } from "./dtypes/fixed-bytes.ts";
export { FixedDataType } from "./dtypes/fixed-data-type.ts";
export { FixedLengthUtf32DataType } from "./dtypes/fixed-utf32.ts";
export type { FloatFormat } from "./dtypes/float-format.ts";
export { FloatDataType } from "./dtypes/floats.ts";
export { BigIntegerDataType, IntegerDataType } from "./dtypes/integers.ts";
export { NDArray, type NDArrayParts, type NestedArray } from "./dtypes/nd-array.ts";
export { ndArray, type NDArrayOptions } from "./dtypes/nd-array-create.ts";
export { ObjectDataType } from "./dtypes/objects.ts";
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
export { SmallIntegerDataType } from "./dtypes/small-integers.ts";
export { StructDataType } from "./dtypes/struct.ts";
export { SubarrayDataType } from "./dtypes/subarray.ts";
export { NaT, type TimeScale, type TimeUnit } from "./dtypes/time-units.ts";
export { VariableDataType } from "./dtypes/variable-data-type.ts";
export { StringDataType, VariableLengthBytesDataType } from "./dtypes/variable-length.ts";
