import type { Complex } from "./complex.ts";
import type { Float16Data } from "./float16-array.ts";
import type { NDArray } from "./nd-array.ts";

/** A value of a structured type: a scalar by field. */
export interface StructScalar {
  readonly [field: string]: unknown;
}

/**
 * Data types by logical name: what a scalar is, and what holds many. Declaration merging adds a
 * type of your own.
 *
 * @example
 * ```ts
 * declare module "zarrkit/dtypes" {
 *   interface DataTypes {
 *     "my.int32": { scalar: number; data: Int32Array };
 *   }
 * }
 * ```
 */
export interface DataTypes {
  bool: { scalar: boolean; data: Uint8Array };
  int2: { scalar: number; data: Int8Array };
  int4: { scalar: number; data: Int8Array };
  int8: { scalar: number; data: Int8Array };
  int16: { scalar: number; data: Int16Array };
  int32: { scalar: number; data: Int32Array };
  int64: { scalar: bigint; data: BigInt64Array };
  uint2: { scalar: number; data: Uint8Array };
  uint4: { scalar: number; data: Uint8Array };
  uint8: { scalar: number; data: Uint8Array };
  uint16: { scalar: number; data: Uint16Array };
  uint32: { scalar: number; data: Uint32Array };
  uint64: { scalar: bigint; data: BigUint64Array };
  float16: { scalar: number; data: Float16Data };
  float32: { scalar: number; data: Float32Array };
  float64: { scalar: number; data: Float64Array };
  bfloat16: { scalar: number; data: Float32Array };
  [float8: `float8_${string}`]: { scalar: number; data: Float32Array };
  [float6: `float6_${string}`]: { scalar: number; data: Float32Array };
  [float4: `float4_${string}`]: { scalar: number; data: Float32Array };
  complex64: { scalar: Complex; data: Float32Array };
  complex128: { scalar: Complex; data: Float64Array };
  complex_float16: { scalar: Complex; data: Float16Data };
  complex_bfloat16: { scalar: Complex; data: Float32Array };
  [bits: `r${number}`]: { scalar: Uint8Array; data: Uint8Array[] };
  raw_bytes: { scalar: Uint8Array; data: Uint8Array[] };
  null_terminated_bytes: { scalar: Uint8Array; data: Uint8Array[] };
  variable_length_bytes: { scalar: Uint8Array; data: Uint8Array[] };
  fixed_length_utf32: { scalar: string; data: string[] };
  string: { scalar: string; data: string[] };
  datetime64: { scalar: bigint; data: BigInt64Array };
  [datetime: `datetime64[${string}]`]: { scalar: bigint; data: BigInt64Array };
  timedelta64: { scalar: bigint; data: BigInt64Array };
  [timedelta: `timedelta64[${string}]`]: { scalar: bigint; data: BigInt64Array };
  struct: { scalar: StructScalar; data: { readonly [field: string]: NDArray } };
  object: { scalar: unknown; data: unknown[] };
}

/** What a name that is only known at run time may stand for; `object` is left out, because it would be everything. */
type AnyDataType = DataTypes[Exclude<keyof DataTypes, "object">];

/** One value of a data type: `Scalar<"int64">` is `bigint`. Of a name known at run time only: any scalar. */
export type Scalar<D extends string = string> = D extends keyof DataTypes
  ? DataTypes[D]["scalar"]
  : AnyDataType["scalar"];

/** What holds many values of a data type: `DataOf<"float64">` is `Float64Array`. */
export type DataOf<D extends string = string> = D extends keyof DataTypes
  ? DataTypes[D]["data"]
  : AnyDataType["data"];
