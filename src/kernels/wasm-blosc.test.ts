import fc from "fast-check";
import { expect, test } from "vitest";
import { bloscEncode } from "./blosc-encode.ts";
import type { BloscShuffle } from "./blosc-header.ts";
import { readBloscHeader } from "./blosc-header.ts";
import { lz4Decode } from "./lz4.ts";
import { unshuffle } from "./shuffle.ts";
import { wasmDecodeBlocks } from "./wasm-blosc.ts";

/** The plain twin: one block after another, without the kernels. */
function plain(bytes: Uint8Array): Uint8Array {
  const header = readBloscHeader(bytes, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Uint8Array(header.nbytes);
  for (let block = 0; block < header.blockCount; block++) {
    const start = block * header.blocksize;
    const length = Math.min(header.blocksize, header.nbytes - start);
    const parts = header.split && length === header.blocksize ? header.typesize : 1;
    const filtered = new Uint8Array(length);
    let at = view.getUint32(16 + 4 * block, true);
    for (let part = 0; part < parts; part++) {
      const size = length / parts;
      const stored = view.getUint32(at, true);
      at += 4;
      if (stored === size) filtered.set(bytes.subarray(at, at + size), part * size);
      else lz4Decode(bytes, at, at + stored, filtered, part * size, (part + 1) * size);
      at += stored;
    }
    if (header.shuffle === "shuffle" && header.typesize > 1)
      unshuffle(filtered, 0, length, header.typesize, out, start);
    else out.set(filtered, start);
  }
  return out;
}

const container = fc
  .record({
    size: fc.integer({ min: 0, max: 120_000 }),
    typesize: fc.constantFrom(1, 2, 3, 4, 7, 8, 16),
    shuffle: fc.constantFrom<BloscShuffle>("noshuffle", "shuffle"),
    period: fc.integer({ min: 1, max: 40 }),
    noise: fc.constantFrom(0, 3, 255),
    blocksize: fc.constantFrom(0, 4096, 65536),
    seed: fc.integer(),
  })
  .map(({ size, typesize, shuffle, period, noise, blocksize, seed }) => {
    let state = seed | 1;
    const content = Uint8Array.from({ length: size }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (i % period) * 5 + ((state >>> 24) & noise);
    });
    return { content, bytes: encode(content, typesize, shuffle, blocksize) };
  });

function encode(content: Uint8Array, typesize: number, shuffle: BloscShuffle, blocksize: number): Uint8Array {
  const unused = (): Uint8Array => new Uint8Array(0);
  return bloscEncode(
    content,
    { compressor: "lz4", level: 5, shuffle, typesize, blocksize },
    { zlib: unused, zstd: unused },
  );
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

test("damaged containers give wrong bytes or none, never more, and leave the next one unharmed", () => {
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
        if (typeof decoded !== "string") expect(decoded.length).toBe(header.nbytes);
        const after = readBloscHeader(good, good.length);
        const again = wasmDecodeBlocks(good, after, 0, after.blockCount, after.nbytes, true);
        expect(isSame(again!, want)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});
