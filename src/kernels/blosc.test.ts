import { deflateSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, isZarrError } from "../base/errors.ts";
import { bloscDecode, decodeBloscBlocks, type BloscInnerDecoder } from "./blosc-decode.ts";
import { bloscEncode, bloscMaxEncodedSize, type BloscEncodeOptions } from "./blosc-encode.ts";
import { BLOSC_COMPRESSORS, readBloscHeader, readBloscStarts } from "./blosc-header.ts";
import { damages, sampleBytes, samples } from "./fixtures/sample-bytes.ts";

const unneeded = (): never => {
  throw new CodecError("Not used in this test.");
};
const zlib: BloscInnerDecoder = (source, target) => {
  try {
    target.set(inflateSync(source, { maxOutputLength: Math.max(1, target.length) }));
  } catch (cause) {
    throw new CodecError("zlib", { cause });
  }
};
const DECODERS = { zlib, zstd: unneeded };
const ENCODERS = {
  zlib: (source: Uint8Array, level: number) => deflateSync(source, { level }),
  zstd: unneeded,
};

const options: fc.Arbitrary<BloscEncodeOptions> = fc.record({
  compressor: fc.constantFrom(...BLOSC_COMPRESSORS.filter((name) => name !== "zstd")),
  level: fc.integer({ min: 0, max: 9 }),
  shuffle: fc.constantFrom("noshuffle" as const, "shuffle" as const, "bitshuffle" as const),
  typesize: fc.constantFrom(1, 2, 3, 4, 8, 16, 17, 255, 300),
  blocksize: fc.constantFrom(0, 0, 1, 300, 4096, 100_000),
});
const LZ4: BloscEncodeOptions = {
  compressor: "lz4",
  level: 5,
  shuffle: "shuffle",
  typesize: 4,
  blocksize: 508,
};

test("gives back what it got, and never takes more than its bound", () => {
  fc.assert(
    fc.property(samples(300 * 1024), options, (bytes, how) => {
      const encoded = bloscEncode(bytes, how, ENCODERS);
      expect(encoded.length).toBeLessThanOrEqual(bloscMaxEncodedSize(bytes.length));
      expect(Buffer.compare(bloscDecode(encoded, bytes.length, DECODERS), bytes)).toBe(0);
    }),
    { numRuns: 120 },
  );
});

test("some blocks are the same part of the whole", () => {
  fc.assert(
    fc.property(
      samples(40_000),
      options,
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      (bytes, how, first, count) => {
        const encoded = bloscEncode(bytes, how, ENCODERS);
        const header = readBloscHeader(encoded.subarray(0, 16), encoded.length);
        const from = Math.min(first, header.blockCount);
        const to = Math.min(from + count, header.blockCount);
        const part = decodeBloscBlocks(encoded, header, from, to, DECODERS);
        expect(part).toEqual(bytes.slice(from * header.blocksize, to * header.blocksize));
      },
    ),
    { numRuns: 60 },
  );
});

test("some blocks are decoded although all others are gone", () => {
  const bytes = sampleBytes("smooth", 5000);
  const encoded = bloscEncode(bytes, LZ4, ENCODERS);
  const header = readBloscHeader(encoded, encoded.length);
  const starts = readBloscStarts(encoded, header);
  const sparse = encoded.slice();
  sparse.fill(0xff, 16 + 4 * header.blockCount, starts[3]);
  sparse.fill(0xff, starts[5]);
  expect(decodeBloscBlocks(sparse, header, 3, 5, DECODERS)).toEqual(bytes.slice(3 * 508, 5 * 508));
});

test("small content and level 0 are stored", () => {
  for (const [size, level] of [
    [127, 5],
    [5000, 0],
    [0, 5],
  ] as const) {
    const encoded = bloscEncode(sampleBytes("constant", size), { ...LZ4, level }, ENCODERS);
    expect(readBloscHeader(encoded, encoded.length).memcpyed).toBe(true);
    expect(encoded.length).toBe(size + 16);
  }
});

test.each([
  ["shorter than a header", (bytes: Uint8Array) => bytes.slice(0, 10)],
  ["cut off", (bytes: Uint8Array) => bytes.slice(0, -1)],
  ["followed by a byte", (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
  ["version 5", changed(0, 5)],
  ["a reserved flag", (bytes: Uint8Array) => changed(2, bytes[2]! | 8)(bytes)],
  ["compressor 7", (bytes: Uint8Array) => changed(2, bytes[2]! | 0xe0)(bytes)],
  ["elements of no bytes", changed(3, 0)],
  ["2^31 - 1 bytes of content", changed(4, 255, 255, 255, 127)],
  ["less content than its blocks hold", changed(4, 8, 0, 0, 0)],
  ["blocks of no bytes", changed(8, 0, 0, 0, 0)],
  ["blocks of one byte", changed(8, 1, 0, 0, 0)],
  ["stored content of another size", (bytes: Uint8Array) => changed(2, bytes[2]! | 2)(bytes)],
  ["a block inside the header", changed(16, 4, 0, 0, 0)],
  ["a block behind the end", changed(16, 255, 255, 0, 0)],
  ["a stream longer than the container", changed(56, 255, 255, 0, 0)],
])("%s is an error before anything is allocated for it", (_, damage) => {
  const encoded = bloscEncode(sampleBytes("smooth", 5000), LZ4, ENCODERS);
  expect(readBloscStarts(encoded, readBloscHeader(encoded, encoded.length))[0]).toBe(56);
  expect(() => bloscDecode(damage(encoded), 5000, DECODERS)).toThrow(CodecError);
});

test("blocks that share their bytes are refused: they would multiply the work", () => {
  const bytes = new Uint8Array(5000);
  bytes.set(sampleBytes("random", 508));
  const encoded = bloscEncode(bytes, LZ4, ENCODERS);
  const view = new DataView(encoded.buffer, encoded.byteOffset);
  for (let block = 1; block < 9; block++) view.setUint32(16 + 4 * block, view.getUint32(16, true), true);
  expect(() => bloscDecode(encoded, 5000, DECODERS)).toThrow(/overlap/);
});

test("damaged containers decode to something within bounds, or throw CodecError", () => {
  for (const compressor of ["lz4", "blosclz", "snappy", "zlib"] as const) {
    for (const shuffle of ["noshuffle", "shuffle", "bitshuffle"] as const) {
      const how = { compressor, level: 5, shuffle, typesize: 2, blocksize: 1024 };
      fc.assert(
        fc.property(damages(bloscEncode(sampleBytes("smooth", 3000), how, ENCODERS)), (damaged) => {
          try {
            expect(bloscDecode(damaged, 3000, DECODERS).length).toBeLessThanOrEqual(3000);
          } catch (error) {
            if (!isZarrError(error)) throw error;
            expect(error.name).toBe("CodecError");
          }
        }),
        { numRuns: 150 },
      );
    }
  }
});

function changed(at: number, ...values: number[]): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
}

test("a container of nothing, whose blocks have no size, decodes to nothing", () => {
  const container = Uint8Array.of(2, 1, 1 << 5, 4, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0);
  expect(bloscDecode(container, 100, DECODERS)).toHaveLength(0);
});
