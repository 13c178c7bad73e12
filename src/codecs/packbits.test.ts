import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { sizeOf } from "../kernels/block.ts";
import { bindArray, bindBytes, blockOf, fromV3, specOf } from "./fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, shapes, stridedBlock } from "./fixtures/strided-blocks.ts";
import { packbitsCodec } from "./packbits.ts";
import { reshapeCodec } from "./reshape.ts";

// By hand, from the specification: element i takes bits i * k and on, the lowest of a byte first.
test.each([
  ["bool", {}, [true, false, true, true, false, false, false, false, true], "0d01"],
  ["int4", {}, [1, -1, 7], "f107"],
  ["uint2", { padding_encoding: "first_byte" }, [1, 2, 3], "0239"],
  ["uint2", { padding_encoding: "last_byte" }, [1, 2, 3], "3902"],
  ["uint16", { first_bit: 4, last_bit: 11 }, [0x0120, 0x0ff0], "12ff"],
  ["int16", { last_bit: 3 }, [-8, 7, -1], "780f"],
  ["float6_e2m3fn", {}, [1, 0, -1, 1], "088022"],
])("packs %s with %o", async (dtype, configuration, values, hex) => {
  const spec = specOf(dtype, [values.length]);
  const codec = bindBytes(fromV3(packbitsCodec, configuration), spec);
  const bytes = await codec.encode(blockOf(spec, values));
  expect(hexOf(bytes)).toBe(hex);
  expect(codec.encodedSize).toBe(bytes.length);
  expect(scalarsOf(spec.dataType, await codec.decode(bytes))).toEqual(values);
});

test("what is lost above is a RangeError, what is cut off below is not", async () => {
  const spec = specOf("int16", [1]);
  const codec = bindBytes(fromV3(packbitsCodec, { first_bit: 2, last_bit: 5 }), spec);
  expect(() => codec.encode(blockOf(spec, [32]))).toThrow(RangeError);
  expect(scalarsOf(spec.dataType, await codec.decode(await codec.encode(blockOf(spec, [-29]))))).toEqual([
    -32,
  ]);
});

test("wrong lengths and paddings are errors, and so are bits that a type does not have", () => {
  const codec = bindBytes(fromV3(packbitsCodec, { padding_encoding: "first_byte" }), specOf("uint2", [3]));
  expect(() => codec.decode(bytesOf("0039"))).toThrow(CodecError);
  expect(() => codec.decode(bytesOf("023900"))).toThrow(CodecError);
  expect(() => fromV3(packbitsCodec, { last_bit: 8 }).bind(specOf("uint8", [1]))).toThrow(
    MetadataValidationError,
  );
  expect(() => fromV3(packbitsCodec, { first_bit: 3, last_bit: 2 })).toThrow(MetadataValidationError);
  expect(() => fromV3(packbitsCodec).bind(specOf("string", [1]))).toThrow(MetadataValidationError);
  expect(() => fromV3(packbitsCodec, { padding_encoding: "middle" })).toThrow(MetadataValidationError);
});

const CASES: Record<string, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  int2: fc.integer({ min: -2, max: 1 }),
  uint4: fc.integer({ min: 0, max: 15 }),
  int32: fc.integer(),
  float64: fc.double({ noNaN: true }),
  complex64: fc.record({ re: fc.float({ noNaN: true }), im: fc.float({ noNaN: true }) }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
};

test.each(Object.keys(CASES))("%s of any shape and layout comes back", async (dtype) => {
  const dataType = parseDataType(dtype);
  await fc.assert(
    fc.asyncProperty(shapes, layouts, fc.infiniteStream(CASES[dtype]!), async (shape, layout, stream) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as unknown);
      const codec = bindBytes(fromV3(packbitsCodec), specOf(dtype, shape));
      const bytes = await codec.encode(stridedBlock(dataType, scalars, shape, layout));
      expect(scalarsOf(dataType, await codec.decode(bytes))).toEqual(scalars);
    }),
    { numRuns: 30 },
  );
});

test.each([
  [
    [[0, 1], [2], 3],
    [2, 3, 4, 3],
    [6, 4, 3],
  ],
  [[-1], [2, 3], [6]],
  [
    [[0], -1, [3]],
    [2, 3, 4, 5],
    [2, 12, 5],
  ],
  [[2, 3], [6], [2, 3]],
  [[], [1, 1], []],
])("reshape %o of %o gives %o", async (shape, input, output) => {
  const spec = specOf("int32", input);
  const bound = bindArray(fromV3(reshapeCodec, { shape }), spec);
  expect(bound.encoded.shape).toEqual(output);
  const values = Array.from({ length: sizeOf(input) }, (_, i) => i);
  const block = stridedBlock(spec.dataType, values, input, {
    seed: 5,
    reversed: [true, false, true, false],
    gap: 1,
  });
  const encoded = await bound.encode(block);
  expect(encoded.shape).toEqual(output);
  expect(scalarsOf(spec.dataType, encoded)).toEqual(values);
  const decoded = await bound.decode(encoded);
  expect(decoded.shape).toEqual(input);
  expect(scalarsOf(spec.dataType, decoded)).toEqual(values);
});

test("reshape works on texts", async () => {
  const spec = specOf("string", [2, 2]);
  const bound = bindArray(fromV3(reshapeCodec, { shape: [-1] }), spec);
  expect((await bound.encode(blockOf(spec, ["a", "b", "c", "d"]))).data).toEqual(["a", "b", "c", "d"]);
});

test("reshape refuses what does not fit", () => {
  for (const shape of [[[1], [0]], [[1, 0]], [0], [1.5], [-1, -1], "6", [[0, 0]]]) {
    expect(() => fromV3(reshapeCodec, { shape })).toThrow(MetadataValidationError);
  }
  for (const [shape, input] of [
    [[4], [6]],
    [[4, -1], [6]],
    [[[5]], [6]],
    [
      [2, [1]],
      [6, 2],
    ],
    [
      [3, [0], 2],
      [6, 6],
    ],
  ]) {
    expect(() => fromV3(reshapeCodec, { shape: shape! }).bind(specOf("int8", input as number[]))).toThrow(
      MetadataValidationError,
    );
  }
});
