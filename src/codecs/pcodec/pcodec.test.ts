import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../../base/errors.ts";
import { decodeBase64 } from "../../dtypes/base64.ts";
import { parseDataType } from "../../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../../kernels/block.ts";
import { bindBytes, blockOf, fromV2, fromV3, specOf } from "../fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, shapes, stridedBlock } from "../fixtures/strided-blocks.ts";
import pcodecFixtures from "../fixtures/pcodec.json" with { type: "json" };
import { pcodecCodec } from "./pcodec.ts";

type Row = [name: string, type: string, numbers: string, file: string];

const ROWS = pcodecFixtures as Row[];
const FIRST = ROWS[0]!;

test.each(ROWS)(
  "%s (%s): reads what pcodec 1.1.0 wrote, and its own file of the same numbers",
  async (_, type, numbers, file) => {
    const given = decodeBase64(numbers)!;
    const { itemSize } = parseDataType(type);
    const codec = bindBytes(fromV2(pcodecCodec, {}), specOf(type, [given.length / itemSize]));
    const decoded = await codec.decode(decodeBase64(file)!);
    expect(hexOf(decoded.data as Uint8Array)).toBe(hexOf(given));
    const again = await codec.decode(await codec.encode(decoded));
    expect(hexOf(again.data as Uint8Array)).toBe(hexOf(given));
  },
);

test("numbers of a narrow range take few bits", async () => {
  const spec = specOf("int64", [1000]);
  const codec = bindBytes(fromV2(pcodecCodec, {}), spec);
  const values = Array.from({ length: 1000 }, (_, i) => BigInt(i * 1_000_000_007 + (i % 3)));
  expect((await codec.encode(blockOf(spec, values))).length).toBeLessThan(300);
});

const TYPES: Record<string, fc.Arbitrary<unknown>> = {
  int8: fc.integer({ min: -128, max: 127 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  int32: fc.integer(),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  float32: fc.float(),
  float64: fc.double(),
};

test.each(Object.keys(TYPES))("%s of any shape and layout comes back", async (type) => {
  const dataType = parseDataType(type);
  await fc.assert(
    fc.asyncProperty(shapes, layouts, fc.infiniteStream(TYPES[type]!), async (shape, layout, stream) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as unknown);
      const codec = bindBytes(fromV3(pcodecCodec), specOf(type, shape));
      const bytes = await codec.encode(stridedBlock(dataType, scalars, shape, layout));
      expect(scalarsOf(dataType, await codec.decode(bytes))).toEqual(scalars);
    }),
    { numRuns: 40 },
  );
});

test("damaged files give numbers or a CodecError", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ROWS),
      fc.nat(120),
      fc.nat(255),
      fc.nat(9),
      async ([, type, numbers, file], at, byte, cut) => {
        const count = decodeBase64(numbers)!.length / parseDataType(type).itemSize;
        const codec = bindBytes(fromV2(pcodecCodec, {}), specOf(type, [count]));
        const bytes = decodeBase64(file)!.slice(0, -cut || undefined);
        bytes[at % bytes.length] = byte;
        try {
          expect((await codec.decode(bytes)).shape).toEqual([count]);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      },
    ),
    { numRuns: 600 },
  );
});

test("files of another length or type, and of later versions, are refused", () => {
  const [, type, numbers, file] = FIRST;
  const bytes = decodeBase64(file)!;
  const count = decodeBase64(numbers)!.length / 4;
  for (const wrong of [count - 1, count + 1]) {
    const codec = bindBytes(fromV2(pcodecCodec, {}), specOf(type, [wrong]));
    expect(() => codec.decode(bytes)).toThrow(CodecError);
  }
  expect(() => bindBytes(fromV2(pcodecCodec, {}), specOf("uint32", [count])).decode(bytes)).toThrow(
    CodecError,
  );
  const codec = bindBytes(fromV2(pcodecCodec, {}), specOf(type, [count]));
  expect(() => codec.decode(bytesOf("70636f2109"))).toThrow(/version 9/);
  expect(() => codec.decode(bytesOf("70636f"))).toThrow(CodecError);
  expect(() => codec.decode(new Uint8Array([...bytes, 1]))).toThrow(/after its end/);
  expect(() => fromV2(pcodecCodec, {}).bind(specOf("bool", [1]))).toThrow(MetadataValidationError);
  expect(() => fromV2(pcodecCodec, { level: 13 })).toThrow(MetadataValidationError);
});

test("an empty list of numbers is a file without chunks", async () => {
  const codec = bindBytes(fromV2(pcodecCodec, {}), specOf("int32", [0]));
  const bytes = await codec.encode(wrapBlock(new Uint8Array(0), [0], 4));
  expect((await codec.decode(bytes)).data).toHaveLength(0);
});

test("prints as numcodecs 0.17.1 prints it", () => {
  expect(String(fromV2(pcodecCodec, {}))).toBe(
    "PCodec(delta_encoding_order=None, delta_spec='auto', equal_pages_up_to=262144, level=8, mode_spec='auto', paging_spec='equal_pages_up_to')",
  );
  expect(String(fromV3(pcodecCodec, { level: 8 }))).toBe(
    "PCodec(codec_name='numcodecs.pcodec', codec_config={'level': 8})",
  );
});
