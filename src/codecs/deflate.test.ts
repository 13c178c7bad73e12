import { gzipSync, gunzipSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError } from "../base/errors.ts";
import { samples, sampleBytes } from "../kernels/fixtures/sample-bytes.ts";
import {
  decodeByParts,
  decodeByRuntime,
  decodeOneByKernel,
  deflateDecode,
  deflateEncode,
  fallbackEncoder,
} from "./deflate.ts";

const FORMATS = ["gzip", "zlib"] as const;
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

test.each(FORMATS)("%s: our decoders and the runtime's agree", async (format) => {
  await fc.assert(
    fc.asyncProperty(samples(50_000), fc.integer({ min: -1, max: 9 }), async (bytes, level) => {
      const encoded = await deflateEncode(format, bytes, level);
      for (const decoded of [
        decodeByParts(format, encoded, bytes.length),
        decodeByRuntime(format, encoded, bytes.length) ?? (bytes.length === 0 ? bytes : undefined),
        decodeOneByKernel(format, encoded, bytes.length, false),
        decodeOneByKernel(format, encoded, bytes.length, true),
      ])
        expect(Buffer.compare(decoded!, bytes)).toBe(0);
      const limit = { exact: bytes.length, max: bytes.length };
      expect(Buffer.compare(deflateDecode(format, encoded, limit), bytes)).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test.each(FORMATS)("%s: the encoder for browsers writes what zlib reads, at every level", async (format) => {
  const encode = await fallbackEncoder(format);
  const read = format === "gzip" ? gunzipSync : inflateSync;
  fc.assert(
    fc.property(samples(50_000), fc.integer({ min: -1, max: 9 }), (bytes, level) => {
      expect(Buffer.compare(read(encode(bytes, level)), bytes)).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("gzip: the same bytes at any time, on any system", async () => {
  for (const encode of [
    deflateEncode,
    async (...[format, ...rest]: Parameters<typeof deflateEncode>) =>
      (await fallbackEncoder(format))(...rest),
  ]) {
    const header = (await encode("gzip", sampleBytes("text", 100), 5)).subarray(0, 10);
    expect([...header]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  }
});

const DECODERS = [
  [
    "whatever is fastest",
    (bytes: Uint8Array, max: number) => deflateDecode("gzip", bytes, { exact: undefined, max }),
  ],
  ["the runtime", (bytes: Uint8Array, max: number) => decodeByRuntime("gzip", bytes, max)],
  ["our decoder", (bytes: Uint8Array, max: number) => decodeByParts("gzip", bytes, max)],
] as const;

test.each(DECODERS)(
  "gzip by %s: members follow each other, zeros follow the last, nothing else does",
  (_, decode) => {
    const [first, second] = [sampleBytes("text", 5000), sampleBytes("few", 3000)];
    const both = join(gzipSync(first), gzipSync(second));
    expect(decode(both, 8000)).toEqual(join(first, second));
    expect(decode(join(both, new Uint8Array(7)), 8000)).toEqual(join(first, second));
    expect(() => decode(both, 7999)).toThrow();
    for (const garbage of [[1], [0, 0, 5], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0]]) {
      expect(() => decode(join(both, Uint8Array.from(garbage)), 9000)).toThrow();
    }
  },
);

test.each(DECODERS)("gzip by %s: a header with name, comment, extra field and checksum", (_, decode) => {
  const plain = gzipSync(sampleBytes("text", 100));
  // FEXTRA, FNAME and FCOMMENT; then the same with FHCRC, whose value is zlib's to check.
  const fields = Uint8Array.of(3, 0, 9, 9, 9, 65, 0, 66, 67, 0);
  const named = join(
    Uint8Array.of(0x1f, 0x8b, 8, 4 | 8 | 16, 0, 0, 0, 0, 0, 255),
    fields,
    plain.subarray(10),
  );
  expect(decode(named, 100)).toEqual(sampleBytes("text", 100));
  const reserved = plain.slice();
  reserved[3] = 0x80;
  expect(() => decode(reserved, 100)).toThrow();
  const sum = join(Uint8Array.of(0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 255, 0, 0), plain.subarray(10));
  expect(() => decode(sum, 100)).toThrow();
});

test.each(DECODERS)("gzip by %s: a wrong checksum or size is an error, a bomb stops", (_, decode) => {
  const bytes = sampleBytes("text", 100);
  for (const at of [1, 5]) {
    const damaged = new Uint8Array(gzipSync(bytes));
    damaged[damaged.length - at]! ^= 1;
    expect(() => decode(damaged, 1000)).toThrow(CodecError);
  }
  expect(() => decode(gzipSync(new Uint8Array(50_000_000)), 1000)).toThrow(/more than the 1000 bytes/);
  expect(() => decode(gzipSync(bytes).subarray(0, 30), 1000)).toThrow(/cut off|before its last block/);
});

test.each([
  ["another method", [0x79, 0x9c]],
  ["a header checksum that is wrong", [0x78, 0x9d]],
  ["a dictionary", [0x78, 0xbb]],
])("zlib: %s is an error for all decoders", (_, header) => {
  const bytes = Uint8Array.of(...header, 3, 0, 0, 0, 0, 1);
  expect(() => decodeByRuntime("zlib", bytes, 100)).toThrow();
  expect(() => deflateDecode("zlib", bytes, { exact: undefined, max: 100 })).toThrow();
  expect(() => decodeByParts("zlib", bytes, 100)).toThrow();
});

test("the kernel leaves to others what it does not decode, and what is long", () => {
  const bytes = sampleBytes("text", 5000);
  const encoded = new Uint8Array(gzipSync(bytes));
  expect(decodeOneByKernel("gzip", encoded, 4999, true)).toBeUndefined();
  expect(decodeOneByKernel("gzip", join(encoded, encoded), 10_000, true)).toBeUndefined();
  const long = sampleBytes("text", 2 ** 24 + 1);
  expect(decodeOneByKernel("gzip", gzipSync(long, { level: 1 }), long.length, true)).toBeUndefined();
});
