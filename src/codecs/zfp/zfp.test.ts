import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { decodeBase64, encodeBase64 } from "../../dtypes/base64.ts";
import { parseDataType } from "../../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../../kernels/block.ts";
import { bindBytes, blockOf, fromV2, fromV3, specOf } from "../fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, stridedBlock } from "../fixtures/strided-blocks.ts";
import zfpyFixtures from "../fixtures/zfpy.json" with { type: "json" };
import { zfpCodec } from "./zfp.ts";
import { zfpyCodec } from "./zfpy.ts";

type Row = [
  type: string,
  shape: number[],
  mode: string | null,
  parameter: number,
  special: string | null,
  encoded: string,
  decoded: string | null,
];

const MODES: Record<string, number> = { rate: 2, precision: 3, tolerance: 4 };

/** The elements that the generator made. */
function elements(type: string, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => {
    const whole = ((i * i * 37 + i * 11) % 1009) - 500;
    if (type === "int64") return BigInt(whole);
    return type === "int32" ? whole : whole / 16 + i;
  });
}

const ROWS = zfpyFixtures as Row[];

test.each(ROWS)(
  "%s %o with %s %d: the bytes of zfpy 1.0.1, both ways",
  async (type, shape, mode, parameter, special, encoded, decoded) => {
    const spec = specOf(type, shape);
    const { itemSize } = spec.dataType;
    const configuration: JsonObject = mode === null ? { mode: 5 } : { mode: MODES[mode]!, [mode]: parameter };
    const codec = bindBytes(fromV2(zfpyCodec, configuration), spec);
    const block =
      special === null
        ? blockOf(spec, elements(type, sizeOf(shape)))
        : wrapBlock(bytesOf(special), shape, itemSize);
    const given = block.data as Uint8Array; // numbers lie in bytes
    expect(encodeBase64(await codec.encode(block))).toBe(encoded);
    const back = (await codec.decode(decodeBase64(encoded)!)).data as Uint8Array;
    expect(hexOf(back)).toBe(hexOf(decoded === null ? given : decodeBase64(decoded)!));
  },
);

test("zfp writes what zfpy writes, without the header", async () => {
  for (const [type, shape, mode, parameter, , encoded] of ROWS.filter(
    ([, , mode]) => mode === "rate" || mode === null,
  )) {
    const spec = specOf(type, shape);
    if (sizeOf(shape) === 8 || sizeOf(shape) === 12) continue; // special values
    const configuration: JsonObject =
      mode === null ? { mode: "reversible" } : { mode: "fixed_rate", rate: parameter };
    const codec = bindBytes(fromV3(zfpCodec, configuration), spec);
    const values = blockOf(spec, elements(type, sizeOf(shape)));
    const bytes = await codec.encode(values);
    // A header has 96 bits, or 148 with a long mode; the rest is the same stream, shifted.
    const whole = bitsOf(decodeBase64(encoded)!);
    const bare = bitsOf(bytes).replace(/0*$/, "");
    expect(whole.slice(whole.slice(84, 96) === "111111111111" ? 148 : 96)).toMatch(new RegExp(`^${bare}0*$`));
    const viaHeader = await bindBytes(fromV2(zfpyCodec, {}), spec).decode(decodeBase64(encoded)!);
    expect((await codec.decode(bytes)).data).toEqual(viaHeader.data);
  }
});

function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => [...byte.toString(2).padStart(8, "0")].reverse().join("")).join("");
}

const TYPES: Record<string, fc.Arbitrary<unknown>> = {
  int32: fc.integer(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float32: fc.float(),
  float64: fc.double(),
};

const shapes4 = fc
  .array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 })
  .filter((shape) => sizeOf(shape) <= 200);

test.each(Object.keys(TYPES))("lossless %s of any shape and layout comes back, NaN and all", async (type) => {
  const dataType = parseDataType(type);
  await fc.assert(
    fc.asyncProperty(shapes4, layouts, fc.infiniteStream(TYPES[type]!), async (shape, layout, stream) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as unknown);
      for (const codec of [fromV2(zfpyCodec, { mode: 5 }), fromV3(zfpCodec, { mode: "reversible" })]) {
        const bound = bindBytes(codec, specOf(type, shape));
        const bytes = await bound.encode(stridedBlock(dataType, scalars, shape, layout));
        expect(scalarsOf(dataType, await bound.decode(bytes))).toEqual(scalars);
      }
    }),
    { numRuns: 40 },
  );
});

test("fixed accuracy keeps its tolerance", async () => {
  await fc.assert(
    fc.asyncProperty(
      shapes4,
      fc.constantFrom(1e-3, 0.5, 7),
      fc.infiniteStream(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      async (shape, tolerance, stream) => {
        const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as number);
        const spec = specOf("float64", shape);
        const codec = bindBytes(fromV3(zfpCodec, { mode: "fixed_accuracy", tolerance }), spec);
        const back = scalarsOf(
          spec.dataType,
          await codec.decode(await codec.encode(blockOf(spec, scalars))),
        ) as number[];
        for (const [i, value] of back.entries())
          expect(Math.abs(value - scalars[i]!)).toBeLessThanOrEqual(tolerance);
      },
    ),
    { numRuns: 40 },
  );
});

test("expert mode bounds the bits of a block from both sides", async () => {
  const spec = specOf("float64", [4, 4]);
  const codec = bindBytes(
    fromV3(zfpCodec, { mode: "expert", minbits: 200, maxbits: 200, maxprec: 64, minexp: -1074 }),
    spec,
  );
  const rate = bindBytes(fromV3(zfpCodec, { mode: "fixed_rate", rate: 12.5 }), spec);
  const block = blockOf(spec, elements("float64", 16));
  expect(await codec.encode(block)).toEqual(await rate.encode(block));
});

test("damaged streams give numbers or a CodecError", async () => {
  const rows = ROWS.filter(([, , mode]) => mode !== "tolerance");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...rows),
      fc.nat(),
      fc.nat(255),
      fc.nat(9),
      async ([type, shape, , , , encoded], at, byte, cut) => {
        const codec = bindBytes(fromV2(zfpyCodec, {}), specOf(type, shape));
        const bytes = decodeBase64(encoded)!.slice(0, -cut || undefined);
        bytes[at % bytes.length] = byte;
        try {
          expect((await codec.decode(bytes)).shape).toEqual(shape);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test("what zfp cannot do is refused", () => {
  const lossy = bindBytes(
    fromV3(zfpCodec, { mode: "fixed_precision", precision: 10 }),
    specOf("float32", [2]),
  );
  expect(() => lossy.encode(blockOf(specOf("float32", [2]), [1, NaN]))).toThrow(RangeError);
  expect(() => fromV3(zfpCodec, { mode: "reversible" }).bind(specOf("int16", [4]))).toThrow(
    MetadataValidationError,
  );
  expect(() => fromV3(zfpCodec, { mode: "reversible" }).bind(specOf("int32", [1, 1, 1, 1, 1]))).toThrow(
    MetadataValidationError,
  );
  for (const configuration of [
    {},
    { mode: "fast" },
    { mode: "fixed_rate" },
    { mode: "fixed_accuracy", tolerance: -1 },
    { mode: "reversible", rate: 1 },
    { mode: "expert", minbits: 9, maxbits: 8, maxprec: 1, minexp: 0 },
  ] as JsonObject[]) {
    expect(() => fromV3(zfpCodec, configuration)).toThrow(MetadataValidationError);
  }
  expect(() => fromV2(zfpyCodec, { mode: 9 })).toThrow(MetadataValidationError);
  const zfpy = bindBytes(fromV2(zfpyCodec, {}), specOf("float32", [4]));
  const [, , , , , other] = ROWS.find(([type, shape]) => type === "float32" && shape.length === 2)!;
  expect(() => zfpy.decode(decodeBase64(other)!)).toThrow(CodecError);
  expect(() => zfpy.decode(new Uint8Array(16))).toThrow(CodecError);
});

test("zfpy prints as numcodecs 0.17.1 prints it", () => {
  expect(String(fromV2(zfpyCodec, { mode: 4, tolerance: 0.1 }))).toBe(
    "ZFPY(mode=4, tolerance=0.1, rate=-1, precision=-1)",
  );
  const v3 = fromV3(zfpyCodec, { mode: 4, tolerance: 0.001 });
  expect(String(v3)).toBe("ZFPY(codec_name='numcodecs.zfpy', codec_config={'mode': 4, 'tolerance': 0.001})");
  expect(v3.toV2!()).toEqual({
    id: "zfpy",
    mode: 4,
    compression_kwargs: { tolerance: 0.001 },
    tolerance: 0.001,
    rate: -1,
    precision: -1,
  });
});
