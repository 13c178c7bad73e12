import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import { damages, samples } from "./fixtures/sample-bytes.ts";
import { inflatePlainly } from "./inflate.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { wasmInflate } from "./wasm-steps.ts";

const strategies = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.integer({ min: 0, max: 4 }),
});

/** What the plain twin makes of it; `undefined` where it refuses. */
function plain(source: Uint8Array, room: number): { content: Uint8Array; taken: number } | undefined {
  const output = new OutputBuffer(room);
  try {
    const taken = inflatePlainly(source, 0, output);
    return { content: output.take(), taken };
  } catch (error) {
    if (isZarrError(error)) return undefined;
    throw error;
  }
}

function expectSame(source: Uint8Array, room: number): void {
  const kernel = wasmInflate(source, room);
  const twin = plain(source, room);
  expect(kernel?.taken).toBe(twin?.taken);
  if (twin !== undefined) expect(Buffer.compare(kernel!.content, twin.content)).toBe(0);
}

test("decodes what zlib writes at any level and strategy, and finds its end", () => {
  fc.assert(
    fc.property(samples(100_000), strategies, (bytes, options) => {
      const encoded = deflateRawSync(bytes, options);
      const source = new Uint8Array(encoded.length + 4).fill(255);
      source.set(encoded);
      const decoded = wasmInflate(source, bytes.length)!;
      expect(decoded.taken).toBe(encoded.length);
      expect(Buffer.compare(decoded.content, bytes)).toBe(0);
      if (bytes.length > 0) expect(wasmInflate(source, bytes.length - 1)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

test("damaged streams are what they are to the plain twin", () => {
  const arbitrary = fc
    .tuple(samples(4000), strategies)
    .chain(([bytes, options]) => damages(deflateRawSync(bytes, options)));
  fc.assert(
    fc.property(arbitrary, (source) => expectSame(source, 10_000)),
    { numRuns: 2000 },
  );
});
