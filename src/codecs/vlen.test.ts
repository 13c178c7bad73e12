import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import { parseDataType, parseDataTypeV2 } from "../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import type { CodecDefinition } from "./codec.ts";
import { bindBytes, fromV2, fromV3, specOf } from "./fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, shapes, stridedBlock } from "./fixtures/strided-blocks.ts";
import { vlenArrayCodec } from "./vlen-array.ts";
import { vlenBytesCodec } from "./vlen-bytes.ts";
import { vlenUtf8Codec } from "./vlen-utf8.ts";

// Encoded by numcodecs 0.17.1.
const TEXTS = ["a", "é", "", null, "a\0b"];
const TEXTS_HEX = "05000000010000006102000000c3a9000000000000000003000000610062";
const BYTES_HEX = "040000000100000061000000000000000003000000610062";

test("vlen-utf8 writes and reads what numcodecs does; null is the empty text", async () => {
  const codec = bindBytes(fromV3(vlenUtf8Codec), specOf("string", [5]));
  expect(hexOf(await codec.encode(wrapBlock([...TEXTS], [5], 0)))).toBe(TEXTS_HEX);
  const decoded = await codec.decode(bytesOf(TEXTS_HEX));
  expect(decoded.data).toEqual(["a", "é", "", "", "a\0b"]);
});

test("vlen-bytes writes and reads what numcodecs does", async () => {
  const codec = bindBytes(fromV3(vlenBytesCodec), specOf("variable_length_bytes", [4]));
  const items = [Uint8Array.of(97), new Uint8Array(0), null, Uint8Array.of(97, 0, 98)];
  expect(hexOf(await codec.encode(wrapBlock(items, [4], 0)))).toBe(BYTES_HEX);
  const decoded = await codec.decode(bytesOf(BYTES_HEX));
  expect(decoded.data).toEqual([items[0], items[1], items[1], items[3]]);
});

test("the sample of the specification: three texts", async () => {
  const codec = bindBytes(fromV3(vlenUtf8Codec), specOf("string", [3]));
  const decoded = await codec.decode(bytesOf("03000000010000006102000000c3a900000000"));
  expect(decoded.data).toEqual(["a", "é", ""]);
});

test("vlen-array writes and reads what numcodecs does, in either byte order", async () => {
  const spec = specOf(parseDataTypeV2("|O", "vlen-array"), [2]);
  const little = bindBytes(fromV2(vlenArrayCodec, { dtype: "<i4" }), spec);
  const big = bindBytes(fromV2(vlenArrayCodec, { dtype: ">i4" }), spec);
  const items = [Int32Array.of(1, 2), new Int32Array(0)];
  const block = wrapBlock([...items], [2], 0);
  expect(hexOf(await little.encode(block))).toBe("0200000008000000010000000200000000000000");
  expect(hexOf(await big.encode(block))).toBe("0200000008000000000000010000000200000000");
  expect((await big.decode(await big.encode(block))).data).toEqual(items);
  expect((await little.decode(await little.encode(wrapBlock([[1, 2], null], [2], 0)))).data).toEqual(items);
  expect(() => little.encode(wrapBlock([[1.5], null], [2], 0))).toThrow(RangeError);
  expect(() => little.encode(wrapBlock([3, null], [2], 0))).toThrow(TypeError);
  expect(() => little.decode(bytesOf("020000000300000001020300000000"))).toThrow(CodecError);
});

test("texts of a fixed length go through vlen-utf8, and those too long are an error", async () => {
  const spec = specOf("<U2", [2]);
  const codec = bindBytes(fromV2(vlenUtf8Codec, {}), spec);
  const block = stridedBlock(spec.dataType, ["ab", "c"], [2], { seed: 0, reversed: [true], gap: 1 });
  const bytes = await codec.encode(block);
  expect(hexOf(bytes)).toBe("020000000200000061620100000063");
  expect(scalarsOf(spec.dataType, await codec.decode(bytes))).toEqual(["ab", "c"]);
  expect(() => codec.decode(bytesOf("020000000300000061626300000000"))).toThrow(CodecError);
});

test.each([
  ["no count", ""],
  ["another count", "0400000000000000".repeat(4)],
  ["a count beyond the end", "0300000000000000".repeat(2)],
  ["a length beyond the end", "0300000000000000".repeat(2) + "ffffffff"],
  ["bytes after the last item", "0300000000000000".repeat(3) + "00"],
  ["bytes that are not UTF-8", "0300000000000000".repeat(2) + "01000000ff"],
  ["an encoded surrogate", "0300000000000000".repeat(2) + "03000000eda080"],
])("vlen-utf8 refuses %s", (_, hex) => {
  const codec = bindBytes(fromV3(vlenUtf8Codec), specOf("string", [3]));
  expect(() => codec.decode(bytesOf(hex))).toThrow(CodecError);
});

test("items that cannot be written are an error, and so are data types of another kind", () => {
  const texts = bindBytes(fromV3(vlenUtf8Codec), specOf("string", [1]));
  expect(() => texts.encode(wrapBlock(["\ud800"], [1], 0))).toThrow(RangeError);
  expect(() => texts.encode(wrapBlock([5], [1], 0))).toThrow(CodecError);
  expect(() => fromV3(vlenUtf8Codec).bind(specOf("int32", [1]))).toThrow(MetadataValidationError);
  expect(() => fromV3(vlenBytesCodec).bind(specOf("string", [1]))).toThrow(MetadataValidationError);
  expect(() => fromV3(vlenUtf8Codec, { level: 1 })).toThrow(MetadataValidationError);
  expect(() => fromV2(vlenArrayCodec, {})).toThrow(MetadataValidationError);
  expect(() => fromV2(vlenArrayCodec, { dtype: "|O" })).toThrow(MetadataValidationError);
});

test("printed forms and metadata are those of zarr-python and numcodecs", () => {
  expect(String(fromV3(vlenUtf8Codec))).toBe("VLenUTF8Codec()");
  expect(String(fromV2(vlenUtf8Codec, {}))).toBe("VLenUTF8()");
  expect(String(fromV3(vlenBytesCodec))).toBe("VLenBytesCodec()");
  expect(String(fromV2(vlenArrayCodec, { dtype: "<i4" }))).toBe("VLenArray(dtype='<i4')");
  expect(fromV3(vlenUtf8Codec).configuration).toEqual({});
  expect(fromV2(vlenArrayCodec, { dtype: "i4" }).toV2!()).toEqual({ id: "vlen-array", dtype: "<i4" });
});

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const blob = fc.uint8Array({ maxLength: 40 });
const CASES: readonly [string, CodecDefinition, string, fc.Arbitrary<unknown>][] = [
  ["vlen-utf8", vlenUtf8Codec, "string", text],
  ["vlen-bytes", vlenBytesCodec, "variable_length_bytes", blob],
];

test.each(CASES)("%s: any items, shape and layout come back", async (_, definition, dtype, item) => {
  const dataType = parseDataType(dtype);
  await fc.assert(
    fc.asyncProperty(shapes, layouts, fc.infiniteStream(item), async (shape, layout, items) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => items.next().value as unknown);
      const codec = bindBytes(fromV3(definition), specOf(dtype, shape));
      const bytes = await codec.encode(stridedBlock(dataType, scalars, shape, layout));
      expect((await codec.decode(bytes)).data).toEqual(scalars);
    }),
    { numRuns: 60 },
  );
});

test.each(CASES)("%s: damaged bytes give items or a CodecError", async (_, definition, dtype, item) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 6 }),
      fc.nat(),
      fc.nat(255),
      fc.nat(3),
      async (items, at, byte, cut) => {
        const codec = bindBytes(fromV3(definition), specOf(dtype, [items.length]));
        const bytes = (await codec.encode(wrapBlock([...items], [items.length], 0))).slice(
          0,
          -cut || undefined,
        );
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        try {
          expect((await codec.decode(bytes)).data).toHaveLength(items.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      },
    ),
    { numRuns: 300 },
  );
});
