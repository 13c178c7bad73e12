import { Zstd } from "@hpcc-js/wasm-zstd";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { damages, sampleBytes, SAMPLE_KINDS, samples } from "./fixtures/sample-bytes.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { decodeZstdFrame } from "./zstd-decode.ts";
import { withZstdChecksum, zstdFrames } from "./zstd-frame.ts";

let library: Zstd;
beforeAll(async () => {
  library = await Zstd.load();
});

function decode(source: Uint8Array, max: number): Uint8Array {
  const output = new OutputBuffer(max, 0);
  for (const frame of zstdFrames(source)) decodeZstdFrame(source, frame, output);
  return output.take();
}

test("decodes what libzstd writes at any level", () => {
  fc.assert(
    fc.property(samples(300 * 1024), fc.integer({ min: -20, max: 17 }), (bytes, level) => {
      expect(Buffer.compare(decode(library.compress(bytes, level), bytes.length), bytes)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test("decodes several blocks, whose codes and offsets go on from the one before", () => {
  const parts = SAMPLE_KINDS.map((kind) => sampleBytes(kind, 130_000));
  const bytes = new Uint8Array(Buffer.concat([...parts, ...parts]));
  for (const level of [1, 3, 12, 19]) {
    expect(Buffer.compare(decode(library.compress(bytes, level), bytes.length), bytes)).toBe(0);
  }
});

test("decodes frames that do not say their size", () => {
  library.reset();
  library.setCompressionLevel(3);
  const bytes = sampleBytes("few", 200_000);
  const half = bytes.length / 2;
  const pieces = [
    library.compressChunk(bytes.subarray(0, half)),
    library.compressChunk(bytes.subarray(half)),
  ];
  const source = new Uint8Array(Buffer.concat([...pieces, library.compressEnd()]));
  const frames = zstdFrames(source);
  expect(frames.map((frame) => frame.contentSize)).toEqual([undefined]);
  expect(frames[0]!.contentBound).toBeGreaterThanOrEqual(bytes.length);
  expect(Buffer.compare(decode(source, bytes.length), bytes)).toBe(0);
  expect(() => decode(source, bytes.length - 1)).toThrow(/more than/);
});

test("frames may follow each other, with skippable ones between", () => {
  const first = library.compress(sampleBytes("text", 100), 3);
  const second = library.compress(sampleBytes("few", 100), 3);
  const skippable = Uint8Array.of(0x55, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
  const source = new Uint8Array(Buffer.concat([skippable, first, skippable, second]));
  expect(zstdFrames(source)).toHaveLength(2);
  expect(decode(source, 200)).toEqual(
    new Uint8Array(Buffer.concat([sampleBytes("text", 100), sampleBytes("few", 100)])),
  );
});

test("a size that lies is an error", () => {
  const source = library.compress(sampleBytes("text", 100), 3).slice();
  // Single segment, one byte of size.
  expect([source[4], source[5]]).toEqual([0x20, 100]);
  for (const lie of [99, 101]) {
    source[5] = lie;
    expect(() => decode(source, 1000)).toThrow(/bytes it says|more than it may/);
  }
});

test.each([
  ["nothing", []],
  ["something else", [1, 2, 3, 4, 5]],
  ["a header alone", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a reserved bit", [0x28, 0xb5, 0x2f, 0xfd, 0x28, 1, 9, 0, 0, 7]],
  ["a dictionary", [0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 1, 9, 0, 0, 7]],
  ["a window of 2^41", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0]],
  ["a reserved block", [0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 0x0f, 0, 0, 7]],
  ["a block cut off", [0x28, 0xb5, 0x2f, 0xfd, 0x20, 2, 0x11, 0, 0, 7]],
  ["a skippable frame cut off", [0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1]],
  ["bytes after the frame", [0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 9, 0, 0, 7, 1, 2, 3, 4]],
])("%s is an error", (_, bytes) => {
  expect(() => decode(Uint8Array.from(bytes), 100)).toThrow(/zstd/);
});

test("a run of 2 MiB in a small frame stays within the block's bound", () => {
  const header = ((2 << 20) - 1) * 8 + 2 + 1;
  const source = Uint8Array.of(
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0,
    0x50,
    header & 255,
    (header >> 8) & 255,
    header >> 16,
    7,
  );
  expect(() => decode(source, 1 << 24)).toThrow(/larger than it may/);
});

test("a checksum can be added", () => {
  const frame = withZstdChecksum(library.compress(sampleBytes("text", 100), 3), 0x01020304);
  expect(zstdFrames(frame)[0]!.hasChecksum).toBe(true);
  expect([...frame.subarray(-4)]).toEqual([4, 3, 2, 1]);
});

test("damaged frames decode to something within bounds, or throw CodecError", () => {
  for (const [kind, level] of [
    ["few", 3],
    ["text", 19],
    ["smooth", 1],
    ["smooth", 12],
    ["random", 1],
  ] as const) {
    const bytes = sampleBytes(kind, 4000);
    fc.assert(
      fc.property(damages(library.compress(bytes, level)), (damaged) => {
        try {
          expect(decode(damaged, 5000).length).toBeLessThanOrEqual(5000);
        } catch (error) {
          if (!isZarrError(error)) throw error;
          expect(error.name).toBe("CodecError");
        }
      }),
      { numRuns: 400 },
    );
  }
});
