import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sliceBytes } from "../base/byte-request.ts";
import { parseFileRange } from "./file-range.ts";
import { runs } from "../../test/effort.ts";

test("start and end mean what they mean to a slice", () => {
  const bound = fc.option(fc.integer({ min: -30, max: 30 }), { nil: undefined });
  fc.assert(
    fc.property(bound, bound, fc.integer({ min: 0, max: 20 }), (start, end, size) => {
      const bytes = Uint8Array.from({ length: size }, (_, index) => index);
      const range = parseFileRange(start, end);
      const request = range.kind === "request" ? range.request : range.resolve(size);
      expect(sliceBytes(bytes, request)).toEqual(bytes.slice(start, end));
    }),
    { numRuns: runs(2000) },
  );
});

test("bounds are integers", () => {
  expect(() => parseFileRange(1.5, undefined)).toThrow(RangeError);
  expect(() => parseFileRange(0, Number.NaN)).toThrow(RangeError);
});
