import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { damages, sampleBytes, samples } from "./fixtures/sample-bytes.ts";
import { lzma2Decode, lzmaDecode } from "./lzma-decode.ts";
import { lzma2Encode, lzmaEncode, lzmaMaxEncodedSize } from "./lzma-encode.ts";
import { LZMA_DEFAULTS, readLzmaProperties, writeLzmaProperties } from "./lzma-model.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { applyDelta, undoDelta, XZ_CHECKS, xzDecode, xzWrap, type XzCheck } from "./xz.ts";

const WINDOW = 1 << 20;
const properties = fc
  .record({
    lc: fc.integer({ min: 0, max: 4 }),
    lp: fc.integer({ min: 0, max: 4 }),
    pb: fc.integer({ min: 0, max: 4 }),
  })
  .filter(({ lc, lp }) => lc + lp <= 4);

test("properties survive their byte; impossible ones are refused", () => {
  fc.assert(
    fc.property(properties, (some) => {
      expect(readLzmaProperties(writeLzmaProperties(some))).toEqual(some);
    }),
  );
  expect(readLzmaProperties(225)).toBeUndefined();
  expect(readLzmaProperties(writeLzmaProperties({ lc: 4, lp: 1, pb: 0 }))).toBeUndefined();
});

test("LZMA gives back what it got, with and without an end mark", () => {
  fc.assert(
    fc.property(samples(20_000), properties, fc.boolean(), (bytes, some, endMark) => {
      const encoded = lzmaEncode(bytes, some, WINDOW, 16, endMark);
      expect(encoded.length).toBeLessThanOrEqual(lzmaMaxEncodedSize(bytes.length));
      const output = new OutputBuffer(bytes.length);
      const end = lzmaDecode(encoded, 0, some, endMark ? undefined : bytes.length, output);
      expect(end).toBe(encoded.length);
      expect(Buffer.compare(output.take(), bytes)).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("LZMA2 gives back what it got, over chunks stored and packed", () => {
  const mixed = (["smooth", "random", "text", "random", "few"] as const).map((kind) =>
    sampleBytes(kind, 90_000),
  );
  const bytes = new Uint8Array(Buffer.concat(mixed));
  const encoded = lzma2Encode(bytes, LZMA_DEFAULTS, WINDOW, 16);
  const output = new OutputBuffer(bytes.length);
  expect(lzma2Decode(encoded, 0, output)).toBe(encoded.length);
  expect(Buffer.compare(output.take(), bytes)).toBe(0);
  fc.assert(
    fc.property(samples(20_000), properties, (some, model) => {
      const target = new OutputBuffer(some.length);
      lzma2Decode(lzma2Encode(some, model, WINDOW, 8), 0, target);
      expect(Buffer.compare(target.take(), some)).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test("delta equals its definition and can be undone", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 256 }), (bytes, distance) => {
      const changed = applyDelta(bytes, distance);
      expect(changed).toEqual(bytes.map((byte, at) => byte - (bytes[at - distance] ?? 0)));
      undoDelta(changed, distance);
      expect(changed).toEqual(bytes);
    }),
  );
});

test.each(Object.entries(XZ_CHECKS))("xz with the check %s: damage is found", (_, check) => {
  const bytes = sampleBytes("few", 2000);
  const encoded = wrap(bytes, check, [3]);
  expect(xz(encoded, 2000)).toEqual(bytes);
  expect(() => xz(encoded, 1999)).toThrow(/more than/);
  fc.assert(
    fc.property(damages(encoded), (damaged) => {
      try {
        const decoded = xz(damaged, 5000);
        if (check !== XZ_CHECKS.none) expect(decoded).toEqual(bytes);
      } catch (error) {
        if (!isZarrError(error)) throw error;
        expect(["CodecError", "ChecksumError", "UnsupportedError"]).toContain(error.name);
      }
    }),
    { numRuns: 300 },
  );
});

test("xz: streams and padding may follow, other bytes may not, nothing is a stream too", () => {
  const [first, second] = [sampleBytes("text", 100), sampleBytes("few", 100)];
  const both = join(wrap(first, 4, []), new Uint8Array(8), wrap(second, 1, []), new Uint8Array(4));
  expect(xz(both, 200)).toEqual(join(first, second));
  expect(() => xz(join(both, new Uint8Array(3)), 200)).toThrow(/follow/);
  expect(() => xz(join(both, Uint8Array.of(1)), 200)).toThrow(/xz/);
  expect(xz(wrap(new Uint8Array(), 4, []), 0)).toEqual(new Uint8Array());
});

test("damaged LZMA decodes to something within bounds, or throws CodecError", () => {
  const bytes = sampleBytes("text", 2000);
  fc.assert(
    fc.property(damages(lzmaEncode(bytes, LZMA_DEFAULTS, WINDOW, 16, true)), (damaged) => {
      try {
        lzmaDecode(damaged, 0, LZMA_DEFAULTS, undefined, new OutputBuffer(5000));
      } catch (error) {
        if (!isZarrError(error)) throw error;
        expect(error.name).toBe("CodecError");
      }
    }),
    { numRuns: 500 },
  );
});

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function wrap(bytes: Uint8Array, check: XzCheck, deltas: number[]): Uint8Array {
  let content = bytes;
  for (const distance of deltas) content = applyDelta(content, distance);
  const packed = lzma2Encode(content, LZMA_DEFAULTS, WINDOW, 16);
  return xzWrap(bytes, packed, { check, dictionarySize: WINDOW, deltas });
}

function xz(bytes: Uint8Array, max: number): Uint8Array {
  const output = new OutputBuffer(max);
  xzDecode(bytes, output);
  return output.take();
}
