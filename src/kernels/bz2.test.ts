import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { burrowsWheeler, inverseBurrowsWheeler, suffixArray } from "./burrows-wheeler.ts";
import { bz2Decode } from "./bz2-decode.ts";
import { bz2Encode, bz2MaxEncodedSize } from "./bz2-encode.ts";
import { damages, sampleBytes, samples } from "./fixtures/sample-bytes.ts";

test("the suffix array is the order of the suffixes", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }), (symbols) => {
      const text = String.fromCharCode(...symbols.map((symbol) => 97 + symbol));
      const naive = symbols.map((_, at) => at).sort((a, b) => (text.slice(a) < text.slice(b) ? -1 : 1));
      expect([...suffixArray(Int32Array.from(symbols), 4)]).toEqual(naive);
    }),
    { numRuns: 500 },
  );
});

test("the transform is the last column of the sorted rotations, and can be undone", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80, max: 3 }), (text) => {
      const { last, row } = burrowsWheeler(text);
      const rotations = [...text.keys()].map((at) =>
        String.fromCharCode(...text.subarray(at), ...text.subarray(0, at)),
      );
      rotations.sort();
      expect([...last]).toEqual(rotations.map((rotation) => rotation.charCodeAt(text.length - 1)));
      expect(rotations[row]).toBe(String.fromCharCode(...text));
      const back = new Uint8Array(text.length);
      inverseBurrowsWheeler(last, text.length, row, back, new Uint32Array(text.length));
      expect(back).toEqual(text);
    }),
  );
});

test("gives back what it got, within the bound", () => {
  fc.assert(
    fc.property(samples(60_000), fc.integer({ min: 1, max: 9 }), (bytes, level) => {
      const encoded = bz2Encode(bytes, level);
      expect(encoded.length).toBeLessThanOrEqual(bz2MaxEncodedSize(bytes.length));
      expect(Buffer.compare(bz2Decode(encoded, bytes.length), bytes)).toBe(0);
    }),
    { numRuns: 30 },
  );
  const long = new Uint8Array(Buffer.concat([sampleBytes("smooth", 250_000), new Uint8Array(50_000)]));
  expect(Buffer.compare(bz2Decode(bz2Encode(long, 1), long.length), long)).toBe(0);
});

test("streams may follow each other, other bytes may not", () => {
  const [first, second] = [sampleBytes("text", 100), sampleBytes("few", 100)];
  const both = new Uint8Array(Buffer.concat([bz2Encode(first, 1), bz2Encode(second, 9)]));
  expect(bz2Decode(both, 200)).toEqual(new Uint8Array(Buffer.concat([first, second])));
  expect(() => bz2Decode(new Uint8Array(Buffer.concat([both, Uint8Array.of(1)])), 200)).toThrow(/bzip2/);
});

test("a bomb stops at the bound", () => {
  const bomb = bz2Encode(new Uint8Array(3_000_000), 9);
  expect(bomb.length).toBeLessThan(200);
  expect(() => bz2Decode(bomb, 1000)).toThrow(/more than the 1000 bytes/);
});

test("damaged data throw CodecError, and never decode to other bytes", () => {
  for (const kind of ["few", "text", "smooth"] as const) {
    const bytes = sampleBytes(kind, 1500);
    const encoded = bz2Encode(bytes, 1);
    fc.assert(
      fc.property(damages(encoded), (damaged) => {
        try {
          expect(Buffer.compare(bz2Decode(damaged, 5000), bytes)).toBe(0);
        } catch (error) {
          if (!isZarrError(error)) throw error;
          expect(["CodecError", "ChecksumError"]).toContain(error.name);
        }
      }),
      { numRuns: 300 },
    );
  }
});
