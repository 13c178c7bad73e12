import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { sizeOf } from "../kernels/block.ts";
import { bindArray, blockOf, bothWays, fromV3, specOf } from "./fixtures/run-codec.ts";
import { hexOf, layouts, scalarsOf, shapes, stridedBlock } from "./fixtures/strided-blocks.ts";
import { scaleOffsetCodec } from "./scale-offset.ts";

// Encoded by zarr-python 3.4.2.
test.each([
  ["f8", 5, 0.1, [0, 1.5, -3.25], "000000000000e0bf676666666666d6bf676666666666eabf"],
  ["f4", 5, 0.1, [0, 1.5, -3.25], "000000bf3333b3be333353bf"],
  ["f2", 5, 0.1, [0, 1.5, -3.25], "00b899b599ba"],
  ["i4", 5, 2, [1, -9, 7], "f8ffffffe4ffffff04000000"],
  ["u8", 5, 3, [5n, 2n ** 60n], "0000000000000000f1ffffffffffff2f"],
  ["i8", -1, 1, [2n ** 63n - 2n], "ffffffffffffff7f"],
])("%s by %d and %d", async (dtype, offset, scale, values, hex) => {
  const spec = specOf(dtype, [values.length], typeof values[0] === "bigint" ? 5n : 5);
  const result = await bothWays(fromV3(scaleOffsetCodec, { offset, scale }), spec, values);
  expect(hexOf(result.bytes)).toBe(hex);
});

test.each([
  ["u1", 5, 1, 4],
  ["i1", 0, 2, 100],
  ["i8", -1, 1, 2n ** 63n - 1n],
  ["u8", 0, 2, 2n ** 63n],
  ["f4", 0, 1e30, 1e30],
  ["float4_e2m1fn", 0, 2, 6],
])("%s by %d and %d has no place for %s", async (dtype, offset, scale, value) => {
  const fill = typeof value === "bigint" ? 0n : offset;
  const codec = fromV3(scaleOffsetCodec, { offset, scale });
  await expect(bothWays(codec, specOf(dtype, [1], fill), [value])).rejects.toThrow(RangeError);
});

test("a division of integers that leaves a rest, or leads out of range, is a CodecError", () => {
  for (const dtype of ["int8", "int64"]) {
    const bound = bindArray(
      fromV3(scaleOffsetCodec, { scale: 3, offset: 100 }),
      specOf(dtype, [1], dtype === "int8" ? 100 : 100n),
    );
    const stored = (value: number) => blockOf(bound.encoded, [dtype === "int8" ? value : BigInt(value)]);
    expect(() => bound.decode(stored(7))).toThrow(CodecError);
    if (dtype === "int8") expect(() => bound.decode(stored(126))).toThrow(CodecError);
    else expect(() => bound.decode(stored(126))).not.toThrow();
  }
});

test("a scale that is zero in the data type is refused, however it is written", () => {
  for (const scale of [0, "0", "0.0", "0x0000000000000000", "-0.0"]) {
    expect(() => fromV3(scaleOffsetCodec, { scale }).bind(specOf("float64", [1]))).toThrow(
      MetadataValidationError,
    );
  }
  expect(() => fromV3(scaleOffsetCodec, { scale: 1.5 }).bind(specOf("int32", [1]))).toThrow(
    MetadataValidationError,
  );
  expect(() => fromV3(scaleOffsetCodec, { offset: 300 }).bind(specOf("uint8", [1]))).toThrow(
    MetadataValidationError,
  );
  expect(() => fromV3(scaleOffsetCodec, { offset: 3 }).bind(specOf("uint8", [1]))).toThrow(/fill value/);
  expect(() => fromV3(scaleOffsetCodec, { offset: true })).toThrow(MetadataValidationError);
  expect(() => fromV3(scaleOffsetCodec, { step: 3 })).toThrow(MetadataValidationError);
  expect(() => fromV3(scaleOffsetCodec).bind(specOf("bool", [1]))).toThrow(MetadataValidationError);
});

test("prints as zarr-python 3.4.2, leaves defaults out, and transforms the fill value", () => {
  expect(String(fromV3(scaleOffsetCodec))).toBe("ScaleOffset(offset=0, scale=1)");
  expect(String(fromV3(scaleOffsetCodec, { offset: "0x3f800000" }))).toBe(
    "ScaleOffset(offset='0x3f800000', scale=1)",
  );
  expect(fromV3(scaleOffsetCodec, { offset: 0, scale: 1 }).configuration).toBeUndefined();
  expect(fromV3(scaleOffsetCodec, { offset: 5, scale: 1 }).configuration).toEqual({ offset: 5 });
  expect(
    bindArray(fromV3(scaleOffsetCodec, { offset: 5, scale: 2 }), specOf("int32", [1], 9)).encoded.fillValue,
  ).toBe(8);
  const big = specOf(">f8", [1], 2);
  expect(bindArray(fromV3(scaleOffsetCodec, { scale: 4 }), big).encoded.fillValue).toBe(8);
});

test("integers of any shape and layout come back", async () => {
  for (const dtype of ["int32", "int64", "int4"]) {
    const dataType = parseDataType(dtype);
    const codec = fromV3(scaleOffsetCodec, { offset: -1, scale: dtype === "int4" ? 1 : -3 });
    const [least, most] = dtype === "int4" ? [-8, 6] : [-1000, 1000];
    await fc.assert(
      fc.asyncProperty(
        shapes,
        layouts,
        fc.infiniteStream(fc.integer({ min: least, max: most })),
        async (shape, layout, stream) => {
          const scalars = Array.from({ length: sizeOf(shape) }, () => dataType.toScalar(stream.next().value));
          const bound = bindArray(codec, specOf(dtype, shape));
          const encoded = await bound.encode(stridedBlock(dataType, scalars, shape, layout));
          expect(scalarsOf(dataType, await bound.decode(encoded))).toEqual(scalars);
        },
      ),
      { numRuns: 30 },
    );
  }
});
