/** What the compiler knows; `tsc` runs this file. */
import { expectTypeOf, test } from "vitest";
import type { Complex } from "./complex.ts";
import type { DataOf, DataTypes, Scalar } from "./data-types.ts";
import type { NDArray } from "./nd-array.ts";

test("names map to scalars and data", () => {
  expectTypeOf<Scalar<"float64">>().toEqualTypeOf<number>();
  expectTypeOf<Scalar<"int64">>().toEqualTypeOf<bigint>();
  expectTypeOf<Scalar<"bool">>().toEqualTypeOf<boolean>();
  expectTypeOf<Scalar<"complex64">>().toEqualTypeOf<Complex>();
  expectTypeOf<Scalar<"datetime64[ns]">>().toEqualTypeOf<bigint>();
  expectTypeOf<Scalar<"r16">>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<DataOf<"float64">>().toEqualTypeOf<Float64Array>();
  expectTypeOf<DataOf<"uint64">>().toEqualTypeOf<BigUint64Array>();
  expectTypeOf<DataOf<"string">>().toEqualTypeOf<string[]>();
  expectTypeOf<DataOf<"float8_e5m2">>().toEqualTypeOf<Float32Array>();
  expectTypeOf<DataOf<"struct">[string]>().toEqualTypeOf<NDArray>();
});

test("a name known at run time only gives any of them", () => {
  expectTypeOf<number>().toExtend<Scalar>();
  expectTypeOf<string>().toExtend<Scalar>();
  expectTypeOf<Scalar<"not.registered">>().toEqualTypeOf<Scalar>();
  expectTypeOf<Float64Array>().toExtend<DataOf>();
});

test("arrays of one type are arrays of any", () => {
  expectTypeOf<NDArray<"float64">>().toExtend<NDArray>();
  expectTypeOf<NDArray<"float64">["data"]>().toEqualTypeOf<Float64Array>();
  expectTypeOf<ReturnType<NDArray<"int64">["get"]>>().toEqualTypeOf<bigint>();
  // @ts-expect-error: an array of floats is none of integers
  expectTypeOf<NDArray<"float64">>().toExtend<NDArray<"int32">>();
  expectTypeOf<keyof DataTypes>().toExtend<string | number>();
});
