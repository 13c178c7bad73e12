import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { damages, sampleBytes, samples } from "./fixtures/sample-bytes.ts";
import { inflate } from "./inflate.ts";
import { OutputBuffer } from "./output-buffer.ts";

const strategies = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.integer({ min: 0, max: 4 }),
});

test("decodes what zlib writes at any level and strategy, and finds its end", () => {
  fc.assert(
    fc.property(samples(100_000), strategies, fc.nat({ max: 9 }), (bytes, options, offset) => {
      const encoded = deflateRawSync(bytes, options);
      const source = new Uint8Array(offset + encoded.length + 4).fill(255);
      source.set(encoded, offset);
      const output = new OutputBuffer(bytes.length, 0);
      expect(inflate(source, offset, output)).toBe(offset + encoded.length);
      expect(Buffer.compare(output.take(), bytes)).toBe(0);
    }),
  );
});

test("the output never grows past its bound", () => {
  const encoded = deflateRawSync(new Uint8Array(10_000_000));
  const output = new OutputBuffer(1000);
  expect(() => inflate(encoded, 0, output)).toThrow(/more than the 1000 bytes/);
  expect(output.bytes.length).toBeLessThanOrEqual(1000);
});

test("a match does not reach into what was in the buffer before", () => {
  const output = new OutputBuffer(100);
  output.append(Uint8Array.of(1, 2, 3, 4));
  // Fixed codes: a match of length 3 at distance 1, then the end.
  expect(() => inflate(Uint8Array.of(0x03, 0x02, 0x00), 0, output)).toThrow(/before the data/);
});

test("damaged streams decode to something within bounds, or throw CodecError", () => {
  for (const kind of ["few", "text", "smooth"] as const) {
    const bytes = sampleBytes(kind, 3000);
    for (const strategy of [0, 4]) {
      fc.assert(
        fc.property(damages(deflateRawSync(bytes, { strategy })), (damaged) => {
          try {
            inflate(damaged, 0, new OutputBuffer(10_000));
          } catch (error) {
            if (!isZarrError(error)) throw error;
            expect(error.name).toBe("CodecError");
          }
        }),
        { numRuns: 300 },
      );
    }
  }
});
