import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MetadataValidationError } from "../base/errors.ts";
import { regularGrid } from "./regular.ts";
import { runs } from "../../test/effort.ts";

test("cells tile an axis; the last reaches beyond it", () => {
  const grid = regularGrid([10, 8], [3, 4]);
  expect(grid.shape).toEqual([4, 2]);
  expect(grid.chunkShape).toEqual([3, 4]);
  expect(grid.chunkShapeAt([3, 1])).toEqual([3, 4]);
  expect(grid.edgeLengths).toEqual([[3], [4]]);
  expect([0, 2, 3, 9].map((position) => grid.dimensions[0]!.cellOf(position))).toEqual([0, 0, 1, 3]);
  expect([grid.dimensions[0]!.cellStart(3), grid.dimensions[0]!.cellLength(3)]).toEqual([9, 3]);
  expect(grid.toV3()).toEqual({ name: "regular", configuration: { chunk_shape: [3, 4] } });
  expect(grid.resize([11, 13]).shape).toEqual([4, 4]);
});

test("no chunks on an axis of length 0, one in an array without axes", () => {
  expect(regularGrid([0, 10], [1, 10]).shape).toEqual([0, 1]);
  expect(regularGrid([], []).shape).toEqual([]);
  expect(regularGrid([5], [100]).shape).toEqual([1]);
});

test("cells are exact up to 2^53", () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 2n ** 53n),
      fc.bigInt(1n, 2n ** 53n),
      fc.bigInt(0n, 2n ** 53n),
      (extent, length, any) => {
        const dimension = regularGrid([Number(extent)], [Number(length)]).dimensions[0]!;
        const position = any % extent;
        expect(BigInt(dimension.count)).toBe((extent + length - 1n) / length);
        expect(BigInt(dimension.cellOf(Number(position)))).toBe(position / length);
        expect(BigInt(dimension.cellOf(Number(extent - 1n)))).toBe((extent - 1n) / length);
        expect(BigInt(dimension.cellStart(Number(position / length)))).toBe((position / length) * length);
      },
    ),
    { numRuns: runs(2000) },
  );
  expect(regularGrid([2 ** 53], [1]).shape).toEqual([2 ** 53]);
});

test("what cannot be a grid is refused by name", () => {
  expect(() => regularGrid([10, 10], [5])).toThrow("chunks has 1 dimensions but shape has 2 dimensions");
  for (const length of [0, -1, 1.5, Number.NaN, 2 ** 54]) {
    expect(() => regularGrid([10], [length])).toThrow(MetadataValidationError);
  }
  for (const extent of [-1, 0.5, 2 ** 53 + 2, Infinity]) {
    expect(() => regularGrid([extent], [1])).toThrow(/dimension 0 is not a whole number from 0 to 2\^53/);
  }
});
