import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { asTypeCodec } from "./as-type.ts";
import { bitroundCodec, numcodecsBitroundCodec } from "./bitround.ts";
import type { CodecDefinition } from "./codec.ts";
import { deltaCodec } from "./delta.ts";
import { fixedScaleOffsetCodec } from "./fixed-scale-offset.ts";
import { bindArray, bothWays, fromV2, fromV3, specOf } from "./fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, shapes, stridedBlock } from "./fixtures/strided-blocks.ts";
import { numcodecsPackbitsCodec } from "./numcodecs-packbits.ts";
import { quantizeCodec } from "./quantize.ts";

// All encoded and decoded values below: numcodecs 0.17.1 with NumPy 2.5.5.

test.each([
  ["i4", "i1", [100, 200, 290], [100, 100, 90]],
  ["i4", "i2", [30000, 32000, 60000, 61000], [30000, 2000, 28000, 1000]],
  ["u1", "u1", [5, 3, 250], [5, 254, 247]],
  ["i2", "f4", [5, 3, 250], [5, -2, 247]],
  ["f8", "i4", [5, 3, 250], [5, -2, 247]],
  ["i2", "i8", [5, -30000, 30000], [5n, -30005n, -5536n]],
  ["u8", "i2", [5n, 3n, 9n], [5, -2, 6]],
])("delta from %s to %s", async (dtype, astype, values, differences) => {
  const result = await bothWays(
    fromV2(deltaCodec, { dtype, astype }),
    specOf(dtype, [values.length]),
    values,
  );
  expect(result.encoded).toEqual(differences);
  expect(result.decoded).toEqual(values);
});

test("delta keeps the arithmetic of float32, and of float16", async () => {
  const four = await bothWays(
    fromV3(deltaCodec, { dtype: "<f4" }),
    specOf("f4", [3]),
    [0.1, 0.3, 0.7].map(Math.fround),
  );
  expect(hexOf(four.bytes)).toBe("cdcccc3dcecc4c3ecccccc3e");
  const codec = fromV3(deltaCodec, { dtype: "f2" });
  const two = await bothWays(codec, specOf("f2", [4]), [0.0999755859375, 0.300048828125, 0.7001953125, 1000]);
  expect(two.encoded).toEqual([0.0999755859375, 0.2000732421875, 0.400146484375, 999.5]);
});

test("delta refuses a chunk that would come back as another one, but for the fill value", async () => {
  const codec = (fill: number) =>
    bindArray(fromV3(deltaCodec, { dtype: "u2", astype: "u1" }), specOf("u2", [3], fill));
  const block = wrapBlock(Uint8Array.of(5, 0, 3, 0, 250, 0), [3], 2);
  expect(() => codec(0).encode(block)).toThrow(RangeError);
  const floats = fromV3(deltaCodec, { dtype: "f8" });
  await expect(bothWays(floats, specOf("f8", [3]), [1, NaN, 2])).rejects.toThrow(RangeError);
  await expect(bothWays(floats, specOf("f8", [3]), [1, 2, NaN])).resolves.toMatchObject({
    decoded: [1, 2, NaN],
  });
  const padded = await bothWays(
    fromV3(deltaCodec, { dtype: "i4", astype: "i1" }),
    specOf("i4", [4], -9999),
    [7, 9, 8, -9999],
  );
  expect(padded.decoded.slice(0, 3)).toEqual([7, 9, 8]);
});

test("delta sees the bytes of a v2 chunk in the byte order of its own dtype", async () => {
  const same = bindArray(fromV2(deltaCodec, { dtype: ">i4" }), specOf(">i4", [2]));
  expect(same.encoded.dataType.toV2()).toBe(">i4");
  const block = wrapBlock(Uint8Array.of(1, 0, 0, 0, 3, 0, 0, 0), [2], 4);
  expect(hexOf((await same.encode(block)).data as Uint8Array)).toBe("0100000002000000");
  const other = bindArray(fromV2(deltaCodec, { dtype: "<i4" }), specOf(">i4", [2]));
  const encoded = await other.encode(block);
  expect(hexOf(encoded.data as Uint8Array)).toBe("0000000100000002");
  expect((await other.decode(encoded)).data).toEqual(block.data);
  // In v3 the bytes codec says the order, and the dtype's does not count.
  const v3 = bindArray(fromV3(deltaCodec, { dtype: ">i4" }), specOf("i4", [2]));
  expect(hexOf((await v3.encode(block)).data as Uint8Array)).toBe("0100000002000000");
});

test("delta sees elements of another size, as NumPy's view does", async () => {
  const codec = bindArray(fromV2(deltaCodec, { dtype: "<i2" }), specOf("<i4", [3]));
  expect(codec.encoded.shape).toEqual([6]);
  const block = wrapBlock(bytesOf("010002000300040005000600"), [3], 4);
  const encoded = await codec.encode(block);
  expect(scalarsOf(codec.encoded.dataType, encoded)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(hexOf((await codec.decode(encoded)).data as Uint8Array)).toBe("010002000300040005000600");
  expect(() => fromV2(deltaCodec, { dtype: "<i8" }).bind(specOf("<i4", [3]))).toThrow(
    MetadataValidationError,
  );
});

const THOUSANDS = [1000, 1000.55, 1001.25, 999.95, 1000.05];

test.each([
  [
    1000,
    10,
    "f8",
    "i2",
    THOUSANDS,
    [0, 5, 12, -0 + 0, 0],
    "0000000000408f400000000000448f409a99999999498f400000000000408f400000000000408f40",
  ],
  [
    1000,
    10,
    "f8",
    "f4",
    THOUSANDS,
    [0, 5, 12, -0, 0],
    "0000000000408f400000000000448f40000000a099498f400000000000408f400000000000408f40",
  ],
  [
    0.1,
    10,
    "f4",
    "i2",
    [0.15, 0.25, 0.35, 0.45, -3.05],
    [1, 2, 2, 4, -31],
    "cdcc4c3e9a99993e9a99993e0000003f000040c0",
  ],
  [3, 2, "i4", "i2", [5, 7, -9], [4, 8, -24], "0500000007000000f7ffffff"],
  [3, 0.5, "i4", "i2", [5, 7, -9, 8], [1, 2, -6, 2], "0500000007000000f7ffffff07000000"],
  [0, 10, "f2", "i1", [0.15, 0.25, 1.23], [2, 2, 12], "66326632cd3c"],
  [5, 3, "f8", "f8", [1.1, 2.2, 3.35], [-12, -8, -5], "000000000000f03fabaaaaaaaaaa0240aaaaaaaaaaaa0a40"],
])(
  "fixedscaleoffset by %d and %d from %s to %s",
  async (offset, scale, dtype, astype, values, encoded, decodedHex) => {
    const spec = specOf(dtype, [values.length]);
    const codec = fromV2(fixedScaleOffsetCodec, { offset, scale, dtype, astype });
    const rounded = dtype === "f4" ? values.map(Math.fround) : values;
    const result = await bothWays(codec, spec, rounded);
    expect(result.encoded).toEqual(encoded);
    const decoded = new Uint8Array(values.length * spec.dataType.itemSize);
    for (const [i, value] of result.decoded.entries())
      spec.dataType.writeScalar(value, decoded, i * spec.dataType.itemSize);
    expect(hexOf(decoded)).toBe(decodedHex);
  },
);

test("fixedscaleoffset of 64-bit integers is exact, and what does not fit is a RangeError but for the fill value", async () => {
  const codec = fromV3(fixedScaleOffsetCodec, { offset: 9007199254740990, scale: 3, astype: "u1" });
  const spec = specOf("int64", [3]);
  const result = await bothWays(codec, spec, [9007199254740993n, 9007199254740991n, 9007199254741000n]);
  expect(result.encoded).toEqual([9, 3, 30]);
  await expect(bothWays(codec, spec, [9007199254740993n, 1n, 2n])).rejects.toThrow(RangeError);
  const floats = fromV3(fixedScaleOffsetCodec, { offset: 1000, scale: 10, dtype: "<f8", astype: "|u1" });
  expect((await bothWays(floats, specOf("f8", [3]), [1000.5, 0, 1025.5])).encoded).toEqual([5, 240, 255]);
  await expect(bothWays(floats, specOf("f8", [3]), [1000.5, 0, 1025.6])).rejects.toThrow(RangeError);
  await expect(bothWays(floats, specOf("f8", [3]), [1000.5, 0, NaN])).rejects.toThrow(RangeError);
  expect(bindArray(floats, specOf("f8", [3], 1001)).encoded.fillValue).toBe(10);
});

test.each([
  [
    1,
    "f8",
    "f8",
    "0000000000000000000000000000c03f00000000000003c000000000404a9340000000000000f87f0000000000000000",
  ],
  [3, "f8", "f4", "000000000000cc3d001016c028529a440000c07f00000000"],
  [
    0,
    "f8",
    "f8",
    "0000000000000000000000000000000000000000000000c000000000004c9340000000000000f87f0000000000000000",
  ],
  [
    -2,
    "f8",
    "f8",
    "0000000000000000000000000000000000000000000000800000000000009340000000000000f87f0000000000000000",
  ],
])("quantize to %d digits from %s to %s", async (digits, dtype, astype, hex) => {
  const values = [0, 0.1, -2.345, 1234.5678, NaN, 1e-9];
  const result = await bothWays(fromV2(quantizeCodec, { digits, dtype, astype }), specOf(dtype, [6]), values);
  expect(hexOf(result.bytes)).toBe(hex);
});

test("quantize works in float32 and float16, and leaves what is large", async () => {
  const values = [0.1, 2.345, -7.77];
  const four = await bothWays(
    fromV2(quantizeCodec, { digits: 2, dtype: "f4" }),
    specOf("f4", [3]),
    values.map(Math.fround),
  );
  expect(hexOf(four.bytes)).toBe("0000d03d0000164000c0f8c0");
  const two = await bothWays(fromV2(quantizeCodec, { digits: 1, dtype: "f2" }), specOf("f2", [3]), values);
  expect(hexOf(two.bytes)).toBe("0030c040c0c7");
  const large = [1.7e308, -1e300, Infinity];
  expect((await bothWays(fromV3(quantizeCodec, { digits: 200 }), specOf("f8", [3]), large)).decoded).toEqual(
    large,
  );
  expect(() => fromV3(quantizeCodec, { digits: 2, dtype: "i4" })).toThrow(MetadataValidationError);
});

const FLOAT32_HEX = "cdcccc3d7b1416c02b529a440000c07f0000807f0000000000000080c21601000000c03f0000a03f";

test.each([
  [0, "0000003e000000c0000080440000c07f0000807f000000000000008000000000000000400000803f"],
  [1, "0000c03d000000c0000080440000c07f0000807f0000000000000080000000000000c03f0000803f"],
  [7, "0000cd3d000016c000009a440000c07f0000807f0000000000000080000001000000c03f0000a03f"],
  [22, "cccccc3d7c1416c02c529a440000c07f0000807f0000000000000080c21601000000c03f0000a03f"],
  [23, FLOAT32_HEX],
])("bitround of float32 to %d bits", async (keepbits, hex) => {
  const codec = bindArray(fromV2(numcodecsBitroundCodec, { keepbits }), specOf("f4", [10]));
  const encoded = await codec.encode(wrapBlock(bytesOf(FLOAT32_HEX), [10], 4));
  expect(hexOf(encoded.data as Uint8Array)).toBe(hex);
});

test("bitround of float16 and float64, and of what would overflow", async () => {
  const two = bindArray(fromV2(numcodecsBitroundCodec, { keepbits: 5 }), specOf("f2", [3]));
  expect(hexOf((await two.encode(wrapBlock(bytesOf("662eb1c0d364"), [3], 2))).data as Uint8Array)).toBe(
    "602ec0c0e064",
  );
  const eight = bindArray(fromV3(bitroundCodec, { keepbits: 20 }), specOf("f8", [2]));
  const given = bytesOf("000000a09999b93f000000608fc202c0");
  expect(hexOf((await eight.encode(wrapBlock(given, [2], 8))).data as Uint8Array)).toBe(
    "000000009a99b93f000000008fc202c0",
  );
  const largest = bindArray(fromV3(bitroundCodec, { keepbits: 3 }), specOf("f4", [2]));
  // A NaN whose payload lies in the lowest bits stays a NaN; the largest number stays finite.
  const result = await largest.encode(wrapBlock(bytesOf("0100807fffff7f7f"), [2], 4));
  expect(hexOf(result.data as Uint8Array)).toBe("0100807f0000707f");
});

test.each([
  ["uint8", 3, [0, 1, 10, 11, 100, 123, 200, 208, 209, 255], [0, 1, 10, 12, 96, 128, 192, 192, 224, 224]], // sample of the specification
  ["uint8", 3, [0, 1, 7, 8, 9, 17, 18, 22, 27, 255], [0, 1, 7, 8, 8, 16, 16, 24, 28, 224]],
  ["int16", 2, [-1, -5, -7, 100, -100, 32767, -32768], [-1, -4, -8, 96, -96, 24576, -32768]],
  ["int64", 1, [3n, -3n, 5n, 1n << 40n, -(1n << 63n)], [4n, -4n, 4n, 1n << 40n, -(1n << 63n)]],
  ["datetime64[s]", 1, [7n, -(1n << 63n)], [8n, -(1n << 63n)]],
])("bitround of %s keeps %d bits from the highest on", async (dtype, keepbits, values, rounded) => {
  const result = await bothWays(fromV3(bitroundCodec, { keepbits }), specOf(dtype, [values.length]), values);
  expect(result.encoded).toEqual(rounded);
});

test("astype casts as NumPy does, and refuses what is out of range but for the fill value", async () => {
  const codec = fromV2(asTypeCodec, { encode_dtype: "i1", decode_dtype: "f8" });
  const result = await bothWays(codec, specOf("f8", [3]), [1.7, -1.7, 127.9]);
  expect(result.encoded).toEqual([1, -1, 127]);
  expect(result.decoded).toEqual([1, -1, 127]);
  await expect(bothWays(codec, specOf("f8", [1]), [128])).rejects.toThrow(RangeError);
  await expect(bothWays(codec, specOf("f8", [1]), [NaN])).rejects.toThrow(RangeError);
  expect((await bothWays(codec, specOf("f8", [2], 300), [300, 1])).encoded).toEqual([44, 1]);
  const narrow = fromV3(asTypeCodec, { encode_dtype: "<f4", decode_dtype: "<i4" });
  expect((await bothWays(narrow, specOf("i4", [1]), [16777217])).encoded).toEqual([16777216]);
  expect(
    (await bothWays(fromV3(asTypeCodec, { encode_dtype: "u1" }), specOf("bool", [2]), [true, false])).encoded,
  ).toEqual([1, 0]);
  expect(() => fromV3(asTypeCodec, { encode_dtype: "<U3" }).bind(specOf("i4", [1]))).toThrow(
    MetadataValidationError,
  );
});

test("numcodecs' packbits puts the first boolean into the highest bit", async () => {
  const values = [1, 0, 0, 1, 1, 0, 1, 0, 1, 1].map(Boolean);
  const ten = await bothWays(fromV2(numcodecsPackbitsCodec, {}), specOf("bool", [2, 5]), values);
  expect(hexOf(ten.bytes)).toBe("069ac0");
  expect(ten.decoded).toEqual(values);
  const eight = await bothWays(fromV2(numcodecsPackbitsCodec, {}), specOf("bool", [8]), values.slice(0, 8));
  expect(hexOf(eight.bytes)).toBe("009a");
  const bound = bindArray(fromV3(numcodecsPackbitsCodec), specOf("bool", [10]));
  expect(() => bound.decode(wrapBlock(bytesOf("059ac0"), [3], 1))).toThrow(CodecError);
  expect(() => bound.decode(wrapBlock(bytesOf("069a"), [2], 1))).toThrow(CodecError);
  expect(() => fromV3(numcodecsPackbitsCodec).bind(specOf("u1", [2]))).toThrow(MetadataValidationError);
});

test.each<[CodecDefinition, JsonObject, string, string]>([
  [
    deltaCodec,
    { dtype: ">i4", astype: "<i2" },
    "Delta(dtype='>i4', astype='<i2')",
    "Delta(codec_name='numcodecs.delta', codec_config={'dtype': '>i4', 'astype': '<i2'})",
  ],
  [
    deltaCodec,
    { dtype: "i4" },
    "Delta(dtype='<i4')",
    "Delta(codec_name='numcodecs.delta', codec_config={'dtype': 'i4'})",
  ],
  [
    fixedScaleOffsetCodec,
    { offset: 0, scale: 10, dtype: "<f4", astype: "<i2" },
    "FixedScaleOffset(scale=10, offset=0, dtype='<f4', astype='<i2')",
    "FixedScaleOffset(codec_name='numcodecs.fixedscaleoffset', codec_config={'offset': 0, 'scale': 10, 'dtype': '<f4', 'astype': '<i2'})",
  ],
  [
    quantizeCodec,
    { digits: 2, dtype: "f4" },
    "Quantize(digits=2, dtype='<f4')",
    "Quantize(codec_name='numcodecs.quantize', codec_config={'digits': 2, 'dtype': 'f4'})",
  ],
  [
    numcodecsBitroundCodec,
    { keepbits: 3 },
    "BitRound(keepbits=3)",
    "BitRound(codec_name='numcodecs.bitround', codec_config={'keepbits': 3})",
  ],
  [numcodecsPackbitsCodec, {}, "PackBits()", "PackBits(codec_name='numcodecs.packbits', codec_config={})"],
  [
    asTypeCodec,
    { encode_dtype: "f4", decode_dtype: "f8" },
    "AsType(encode_dtype='<f4', decode_dtype='<f8')",
    "AsType(codec_name='numcodecs.astype', codec_config={'encode_dtype': 'f4', 'decode_dtype': 'f8'})",
  ],
])("$name prints as numcodecs and zarr-python 3.4.2 print it", (definition, configuration, v2, v3) => {
  expect(String(fromV2(definition, configuration))).toBe(v2);
  expect(String(fromV3(definition, configuration))).toBe(v3);
  expect(fromV3(definition, configuration).configuration).toEqual(configuration);
  expect(() => fromV3(definition, { ...configuration, unknown: 1 })).toThrow(MetadataValidationError);
});

test("what comes from the data type is filled in when an array is created", () => {
  const codec = fromV3(fixedScaleOffsetCodec, { offset: 0, scale: 1 });
  expect(codec.resolve!(specOf("float64", [1])).configuration).toEqual({
    offset: 0,
    scale: 1,
    dtype: "float64",
  });
  expect(fromV3(deltaCodec).resolve!(specOf("int32", [1])).toV2!()).toEqual({
    id: "delta",
    dtype: "int32",
    astype: "int32",
  });
});

const NUMBERS: Record<string, fc.Arbitrary<unknown>> = {
  int8: fc.integer({ min: -128, max: 127 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
};

test.each(Object.keys(NUMBERS))("delta of any %s, shape and layout comes back", async (dtype) => {
  const dataType = parseDataType(dtype);
  const codec = fromV3(deltaCodec, { dtype: dataType.toV2() as string });
  await fc.assert(
    fc.asyncProperty(shapes, layouts, fc.infiniteStream(NUMBERS[dtype]!), async (shape, layout, stream) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as unknown);
      const bound = bindArray(codec, specOf(dtype, shape));
      const encoded = await bound.encode(stridedBlock(dataType, scalars, shape, layout));
      const again = stridedBlock(dataType, scalarsOf(dataType, encoded), shape, layout);
      expect(scalarsOf(dataType, await bound.decode(again))).toEqual(scalars);
    }),
    { numRuns: 40 },
  );
});

test("packed booleans of any shape and layout come back", async () => {
  const dataType = parseDataType("bool");
  await fc.assert(
    fc.asyncProperty(shapes, layouts, fc.infiniteStream(fc.boolean()), async (shape, layout, stream) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as boolean);
      const bound = bindArray(fromV3(numcodecsPackbitsCodec), specOf("bool", shape));
      const encoded = await bound.encode(stridedBlock(dataType, scalars, shape, layout));
      expect(scalarsOf(dataType, await bound.decode(encoded))).toEqual(scalars);
    }),
    { numRuns: 60 },
  );
});

test("fixedscaleoffset of multiples of its step comes back, whatever the layout", async () => {
  const dataType = parseDataType("float64");
  const codec = fromV3(fixedScaleOffsetCodec, { offset: -50, scale: 4, dtype: "<f8", astype: "<i4" });
  await fc.assert(
    fc.asyncProperty(
      shapes,
      layouts,
      fc.infiniteStream(fc.integer({ min: -(2 ** 28), max: 2 ** 28 })),
      async (shape, layout, stream) => {
        const scalars = Array.from({ length: sizeOf(shape) }, () => (stream.next().value as number) / 4);
        const bound = bindArray(codec, specOf("f8", shape));
        const encoded = await bound.encode(stridedBlock(dataType, scalars, shape, layout));
        expect(scalarsOf(dataType, await bound.decode(encoded)).map((x) => (x as number) + 0)).toEqual(
          scalars.map((x) => x + 0),
        );
      },
    ),
    { numRuns: 40 },
  );
});
