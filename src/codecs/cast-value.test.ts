import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { castValueCodec } from "./cast-value.ts";
import castFixtures from "./fixtures/cast-value.json" with { type: "json" };
import { bindArray, blockOf, bothWays, fromV3, specOf } from "./fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, shapes, stridedBlock } from "./fixtures/strided-blocks.ts";

const NAMES: Record<string, string> = {
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

test("500 numbers become what cast-value-rs 0.5.1 makes of them", async () => {
  for (const [value, from, to, rounding, outOfRange, result] of castFixtures as (string | null)[][]) {
    const codec = fromV3(castValueCodec, {
      data_type: NAMES[to!]!,
      rounding: rounding!,
      out_of_range: outOfRange!,
    });
    const bound = bindArray(codec, specOf(NAMES[from!]!, [1]));
    const block = wrapBlock(bytesOf(value!), [1], value!.length / 2);
    let found: string | null;
    try {
      found = hexOf((await bound.encode(block)).data as Uint8Array);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      found = null;
    }
    expect([value, from, to, rounding, outOfRange, found]).toEqual([
      value,
      from,
      to,
      rounding,
      outOfRange,
      result,
    ]);
  }
});

test("NaN and infinities need a target that has them, or a scalar_map", async () => {
  const spec = specOf("float64", [3]);
  const values = [NaN, Infinity, -Infinity];
  const narrower = fromV3(castValueCodec, { data_type: "float32" });
  expect((await bothWays(narrower, spec, values)).decoded).toEqual(values);
  const clamping = fromV3(castValueCodec, { data_type: "uint8", out_of_range: "clamp" });
  for (const value of values)
    await expect(bothWays(clamping, specOf("float64", [1]), [value])).rejects.toThrow(RangeError);
  const mapped = fromV3(castValueCodec, {
    data_type: "uint8",
    scalar_map: {
      encode: [
        ["NaN", 0],
        ["Infinity", 255],
        ["-Infinity", 254],
        ["NaN", 7],
      ],
      decode: [
        [0, "NaN"],
        [255, "Infinity"],
        [254, "-Infinity"],
      ],
    },
  });
  const result = await bothWays(mapped, spec, values);
  expect(result.encoded).toEqual([0, 255, 254]);
  expect(result.decoded).toEqual(values);
  expect(bindArray(mapped, specOf("float64", [1], NaN)).encoded.fillValue).toBe(0);
});

test("narrow formats: clamped to infinity where there is one, to the largest number where not", async () => {
  const values = [1000, -1000, 0.3, 0];
  const spec = specOf("float64", [4]);
  const encodedAs = async (data_type: string) =>
    (await bothWays(fromV3(castValueCodec, { data_type, out_of_range: "clamp" }), spec, values)).encoded;
  expect(await encodedAs("float4_e2m1fn")).toEqual([6, -6, 0.5, 0]);
  expect(await encodedAs("float8_e5m2")).toEqual([1024, -1024, 0.3125, 0]);
  expect(await encodedAs("float8_e4m3")).toEqual([Infinity, -Infinity, 0.3125, 0]);
  expect(await encodedAs("int4")).toEqual([7, -8, 0, 0]);
  expect(await encodedAs("bfloat16")).toEqual([1000, -1000, 0.30078125, 0]);
  // No zero and no sign: what is not positive becomes the smallest number.
  expect(await encodedAs("float8_e8m0fnu")).toEqual([1024, 2 ** -127, 0.25, 2 ** -127]);
  expect(() => fromV3(castValueCodec, { data_type: "float8_e8m0fnu" }).bind(spec)).toThrow(
    MetadataValidationError,
  );
});

test("decoding obeys the same rules, and a value without a counterpart is a CodecError", async () => {
  const codec = bindArray(fromV3(castValueCodec, { data_type: "int16" }), specOf("int8", [1]));
  const stored = blockOf({ ...codec.encoded, shape: [1] }, [300]);
  expect(() => codec.decode(stored)).toThrow(CodecError);
  const wrapping = bindArray(
    fromV3(castValueCodec, { data_type: "int16", out_of_range: "wrap" }),
    specOf("int8", [1]),
  );
  expect(scalarsOf(parseDataType("int8"), await wrapping.decode(stored))).toEqual([44]);
});

test("configurations are checked", () => {
  const bad: (JsonObject | undefined)[] = [
    undefined,
    {},
    { data_type: "bool" },
    { data_type: "string" },
    { data_type: "float32", out_of_range: "wrap" },
    { data_type: "int8", rounding: "up" },
    { data_type: "int8", unknown: 1 },
    { data_type: "int8", scalar_map: { both: [] } },
    { data_type: "int8", scalar_map: { encode: [[1]] } },
  ];
  for (const configuration of bad) {
    expect(() => fromV3(castValueCodec, configuration)).toThrow(MetadataValidationError);
  }
  const codec = fromV3(castValueCodec, { data_type: "int8", scalar_map: { encode: [[1.5, 300]] } });
  expect(() => codec.bind(specOf("float64", [1]))).toThrow(/300/);
  expect(() => fromV3(castValueCodec, { data_type: "int8" }).bind(specOf("bool", [1]))).toThrow(
    MetadataValidationError,
  );
  expect(() => fromV3(castValueCodec, { data_type: "int8" }).bind(specOf("int16", [1], 300))).toThrow(
    /fill value 300/,
  );
});

test("prints as zarr-python 3.4.2, and writes what is not default", () => {
  expect(String(fromV3(castValueCodec, { data_type: "uint8", out_of_range: "clamp" }))).toBe(
    "CastValue(dtype=UInt8(), rounding='nearest-even', out_of_range='clamp', scalar_map=None)",
  );
  const configuration = {
    data_type: "uint8",
    rounding: "towards-zero",
    scalar_map: { encode: [["NaN", 0]], decode: [[0, "NaN"]] },
  };
  const codec = fromV3(castValueCodec, configuration);
  expect(String(codec)).toBe(
    "CastValue(dtype=UInt8(), rounding='towards-zero', out_of_range=None, scalar_map={'encode': {'NaN': 0}, 'decode': {0: 'NaN'}})",
  );
  expect(codec.configuration).toEqual(configuration);
  expect(
    fromV3(castValueCodec, { data_type: "int8", rounding: "nearest-even", out_of_range: null }).configuration,
  ).toEqual({
    data_type: "int8",
  });
});

test("int16 in int32, and float32 in float64, of any shape and layout come back", async () => {
  const cases = [
    ["int16", "int32", fc.integer({ min: -32768, max: 32767 })],
    ["uint32", "int64", fc.integer({ min: 0, max: 2 ** 32 - 1 })],
    ["float32", "float64", fc.float()],
    ["int64", "uint64", fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })],
  ] as const;
  for (const [dtype, target, arbitrary] of cases) {
    const dataType = parseDataType(dtype);
    const codec = fromV3(castValueCodec, { data_type: target });
    await fc.assert(
      fc.asyncProperty(
        shapes,
        layouts,
        fc.infiniteStream<number | bigint>(arbitrary),
        async (shape, layout, stream) => {
          const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as number | bigint);
          const bound = bindArray(codec, specOf(dtype, shape));
          const encoded = await bound.encode(stridedBlock(dataType, scalars, shape, layout));
          expect(scalarsOf(dataType, await bound.decode(encoded))).toEqual(scalars);
        },
      ),
      { numRuns: 30 },
    );
  }
});
