import { Zstd } from "@hpcc-js/wasm-zstd";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { damages, sampleBytes, SAMPLE_KINDS, samples } from "./fixtures/sample-bytes.ts";
import { wasmZstdDecode } from "./wasm-steps.ts";
import { xxHash64Low } from "./xxhash64.ts";
import { withZstdChecksum } from "./zstd-frame.ts";
import { decodeZstdValue } from "./zstd-value.ts";

let library: Zstd;
beforeAll(async () => {
  library = await Zstd.load();
});

/** What the plain twin makes of it; `undefined` where it refuses. */
function plain(source: Uint8Array, max: number): Uint8Array | undefined {
  try {
    return decodeZstdValue(source, max);
  } catch (error) {
    if (isZarrError(error)) return undefined;
    throw error;
  }
}

/** The kernel refuses more than the twin may hold; both must agree on everything else. */
function expectSame(source: Uint8Array, max: number): void {
  const kernel = wasmZstdDecode(source, max, true);
  const twin = plain(source, max);
  expect(kernel === undefined).toBe(twin === undefined);
  if (kernel !== undefined) expect(Buffer.compare(kernel, twin!)).toBe(0);
}

test("decodes what libzstd writes at any level, with a checksum or without", () => {
  fc.assert(
    fc.property(
      samples(300 * 1024),
      fc.integer({ min: -20, max: 17 }),
      fc.boolean(),
      (bytes, level, checksum) => {
        const frame = library.compress(bytes, level);
        const source = checksum ? withZstdChecksum(frame, xxHash64Low(bytes)) : frame;
        expect(Buffer.compare(wasmZstdDecode(source, bytes.length, false)!, bytes)).toBe(0);
      },
    ),
    { numRuns: 80 },
  );
});

test("decodes several blocks, whose codes and offsets go on from the one before", () => {
  const parts = SAMPLE_KINDS.map((kind) => sampleBytes(kind, 130_000));
  const bytes = new Uint8Array(Buffer.concat([...parts, ...parts]));
  for (const level of [-5, 1, 3, 12, 19]) {
    const source = library.compress(bytes, level);
    expect(Buffer.compare(wasmZstdDecode(source, bytes.length, true)!, bytes)).toBe(0);
  }
});

test("frames that do not say their size, that follow each other, and skippable ones", () => {
  library.reset();
  library.setCompressionLevel(3);
  const bytes = sampleBytes("few", 200_000);
  const pieces = [library.compressChunk(bytes), library.compressEnd()];
  const unsized = new Uint8Array(Buffer.concat(pieces));
  const skippable = Uint8Array.of(0x55, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
  const both = new Uint8Array(Buffer.concat([skippable, unsized, skippable, library.compress(bytes, 1)]));
  expectSame(unsized, bytes.length);
  expect(wasmZstdDecode(unsized, bytes.length - 1, true)).toBeUndefined();
  expectSame(both, 2 * bytes.length);
  expect(wasmZstdDecode(both, 2 * bytes.length, true)).toHaveLength(2 * bytes.length);
  expectSame(skippable, 10);
  for (let cut = 0; cut < skippable.length + 30; cut++) expectSame(both.subarray(0, cut), 2 * bytes.length);
});

test("a wrong checksum is refused", () => {
  const bytes = sampleBytes("text", 5000);
  const source = withZstdChecksum(library.compress(bytes, 3), xxHash64Low(bytes) ^ 1);
  expect(wasmZstdDecode(source, bytes.length, true)).toBeUndefined();
});

test("damaged values are what they are to the plain twin", () => {
  const arbitrary = fc
    .tuple(samples(20_000), fc.integer({ min: -5, max: 15 }))
    .chain(([bytes, level]) => damages(library.compress(bytes, level)));
  fc.assert(
    fc.property(arbitrary, (source) => expectSame(source, 40_000)),
    { numRuns: 1500 },
  );
});
