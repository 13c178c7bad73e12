import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ChecksumError } from "../base/errors.ts";
import { OutputBuffer } from "../kernels/output-buffer.ts";
import { sampleBytes, samples } from "../kernels/fixtures/sample-bytes.ts";
import { zstdFrames } from "../kernels/zstd-frame.ts";
import {
  loadZstdEncoder,
  zstdDecode,
  zstdDecodePlainly,
  zstdEncoder,
  zstdMaxEncodedSize,
} from "./zstd-stream.ts";

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

test.each([
  ["the encoder at hand", zstdEncoder],
  ["the WebAssembly encoder", loadZstdEncoder],
])(
  "%s: every frame says its size and has a checksum if asked, and both decoders read it",
  async (_, load) => {
    const encode = await load();
    fc.assert(
      fc.property(
        samples(200_000),
        fc.integer({ min: -30, max: 12 }),
        fc.boolean(),
        (bytes, level, checksum) => {
          const encoded = encode(bytes, level, checksum);
          expect(encoded.length).toBeLessThanOrEqual(zstdMaxEncodedSize(bytes.length));
          expect(zstdFrames(encoded)).toEqual([
            expect.objectContaining({
              contentSize: bytes.length,
              hasChecksum: checksum,
              end: encoded.length,
            }),
          ]);
          expect(Buffer.compare(zstdDecode(encoded, bytes.length), bytes)).toBe(0);
          const output = new OutputBuffer(bytes.length);
          zstdDecodePlainly(encoded, output);
          expect(Buffer.compare(output.take(), bytes)).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  },
);

test("a level changes the size", async () => {
  const encode = await zstdEncoder();
  const bytes = sampleBytes("smooth", 200_000);
  expect(encode(bytes, 19, false).length).toBeLessThan(encode(bytes, -50, false).length);
});

test("a wrong checksum is an error that tells both where we compute it", async () => {
  const encode = await zstdEncoder();
  const encoded = encode(sampleBytes("text", 1000), 3, true).slice();
  encoded[encoded.length - 1]! ^= 1;
  expect(() => zstdDecode(encoded, 1000)).toThrow(ChecksumError);
  expect(() => zstdDecodePlainly(encoded, new OutputBuffer(1000))).toThrow(
    expect.objectContaining({ name: "ChecksumError", expected: expect.stringMatching(/^0x/) }),
  );
});

test("frames in a row: the limit holds for all of them together", async () => {
  const encode = await zstdEncoder();
  const parts = [sampleBytes("text", 3000), sampleBytes("few", 2000), sampleBytes("smooth", 1000)];
  const encoded = join(...parts.map((part, index) => encode(part, 3, index === 1)));
  expect(zstdDecode(encoded, 6000)).toEqual(join(...parts));
  expect(() => zstdDecode(encoded, 5999)).toThrow(/more than/);
  const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0);
  expect(zstdDecode(join(skippable, encoded), 6000)).toEqual(join(...parts));
  expect(zstdDecode(skippable, 10)).toEqual(new Uint8Array());
});

test("a size that cannot be is refused before anything is allocated", () => {
  // A frame that says 2^40 bytes and holds one.
  const lie = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 9, 0, 0, 7);
  expect(() => zstdDecode(lie, 2 ** 45)).toThrow(/blocks hold/);
  expect(() => zstdDecode(lie, 100)).toThrow();
});

test("a window far larger than the limit costs no memory", async () => {
  // One byte in a raw block, in a frame whose window is 2 GiB and that does not say its size.
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 9, 0, 0, 7);
  expect(zstdFrames(frame)[0]!.windowSize).toBe(2 ** 31);
  expect(zstdDecode(frame, 10)).toEqual(Uint8Array.of(7));
});
