import fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError } from "../base/errors.ts";
import { decodeBlocksPlainly } from "./blosc-decode.ts";
import { bloscEncode, bloscEncodePlainly } from "./blosc-encode.ts";
import type { BloscCompressor, BloscShuffle } from "./blosc-header.ts";
import { readBloscHeader } from "./blosc-header.ts";
import { samples } from "./fixtures/sample-bytes.ts";
import { wasmDecodeBlocks } from "./wasm-blosc.ts";

/** The plain twin. */
function plain(bytes: Uint8Array): Uint8Array {
  const header = readBloscHeader(bytes, bytes.length);
  return decodeBlocksPlainly(bytes, header, 0, header.blockCount, NONE);
}

const unused = (): never => {
  throw new Error("not used here");
};
const NONE = { zlib: unused, zstd: unused };

const container = fc
  .record({
    size: fc.integer({ min: 0, max: 120_000 }),
    typesize: fc.constantFrom(1, 2, 3, 4, 7, 8, 16, 20),
    shuffle: fc.constantFrom<BloscShuffle>("noshuffle", "shuffle", "bitshuffle"),
    compressor: fc.constantFrom<BloscCompressor>("lz4", "lz4hc", "blosclz"),
    period: fc.integer({ min: 1, max: 40 }),
    noise: fc.constantFrom(0, 3, 255),
    blocksize: fc.constantFrom(0, 4096, 65536),
    seed: fc.integer(),
  })
  .map(({ size, typesize, shuffle, compressor, period, noise, blocksize, seed }) => {
    let state = seed | 1;
    const content = Uint8Array.from({ length: size }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (i % period) * 5 + ((state >>> 24) & noise);
    });
    const bytes = encode(content, typesize, shuffle, blocksize, compressor);
    // A counterexample is printed by how to make it.
    const text = JSON.stringify({ size, typesize, shuffle, compressor, period, noise, blocksize, seed });
    return { content, bytes, [fc.toStringMethod]: () => text };
  });

function encode(
  content: Uint8Array,
  typesize: number,
  shuffle: BloscShuffle,
  blocksize: number,
  compressor: BloscCompressor = "lz4",
): Uint8Array {
  return bloscEncode(content, { compressor, level: 5, shuffle, typesize, blocksize }, NONE);
}

/** Equal bytes; `toEqual` takes long over large arrays. */
function isSame(a: Uint8Array | string, b: Uint8Array): boolean {
  return typeof a !== "string" && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

test("this runtime has the kernels", () => {
  const bytes = encode(new Uint8Array(100_000), 2, "shuffle", 0);
  const header = readBloscHeader(bytes, bytes.length);
  expect(wasmDecodeBlocks(bytes, header, 0, header.blockCount, 100_000, false)).toHaveLength(100_000);
});

test("they decode what the plain twin decodes", () => {
  fc.assert(
    fc.property(container, ({ content, bytes }) => {
      const header = readBloscHeader(bytes, bytes.length);
      const decoded = wasmDecodeBlocks(bytes, header, 0, header.blockCount, header.nbytes, false);
      if (decoded === undefined) return;
      expect(isSame(decoded, content)).toBe(true);
      expect(isSame(plain(bytes), content)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("damaged containers are what they are to the plain twin, and leave the next one unharmed", () => {
  const good = encode(
    Uint8Array.from({ length: 50_000 }, (_, i) => (i >> 3) & 255),
    4,
    "shuffle",
    0,
  );
  const want = plain(good);
  fc.assert(
    fc.property(
      container,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(),
      ({ bytes }, damage, cut) => {
        const header = readBloscHeader(bytes, bytes.length);
        const broken = bytes.slice();
        // The header is checked elsewhere; everything behind it is the kernel's to check.
        for (const [at, value] of damage)
          if (broken.length > 16) broken[16 + (at % (broken.length - 16))] = value;
        if (cut % 3 === 0) broken.fill(0xff, 16 + (cut % Math.max(1, broken.length - 16)));
        const decoded = wasmDecodeBlocks(broken, header, 0, header.blockCount, header.nbytes, false);
        if (decoded === undefined) return;
        // Both refuse it, or both make the same of it.
        if (typeof decoded === "string") expect(() => plain(broken)).toThrow(CodecError);
        else expect(isSame(decoded, plain(broken))).toBe(true);
        const after = readBloscHeader(good, good.length);
        const again = wasmDecodeBlocks(good, after, 0, after.blockCount, after.nbytes, true);
        expect(isSame(again!, want)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

test("containers are the plain twin's, byte by byte", () => {
  const options = fc.record({
    compressor: fc.constantFrom<BloscCompressor>("lz4", "lz4hc", "blosclz", "snappy"),
    level: fc.integer({ min: 0, max: 9 }),
    shuffle: fc.constantFrom<BloscShuffle>("noshuffle", "shuffle", "bitshuffle"),
    typesize: fc.constantFrom(1, 2, 3, 4, 5, 8, 12, 16, 17, 255),
    blocksize: fc.constantFrom(0, 0, 1, 300, 4096, 100_000),
  });
  fc.assert(
    fc.property(samples(200_000), options, (bytes, how) => {
      const encoded = bloscEncode(bytes, how, NONE);
      expect(Buffer.compare(encoded, bloscEncodePlainly(bytes, how, NONE))).toBe(0);
      const header = readBloscHeader(encoded, encoded.length);
      if (!header.memcpyed)
        expect(isSame(decodeBlocksPlainly(encoded, header, 0, header.blockCount, NONE), bytes)).toBe(true);
    }),
    { numRuns: 150 },
  );
});
