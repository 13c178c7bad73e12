import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MetadataValidationError } from "../base/errors.ts";
import { rectilinearGrid } from "./rectilinear.ts";
import type { EdgeRun } from "./rectilinear.ts";
import { runs } from "../../test/effort.ts";

test("cells have lengths of their own", () => {
  const grid = rectilinearGrid([10, 6], [[1, 2, 7], 4]);
  expect(grid.shape).toEqual([3, 2]);
  expect(grid.chunkShape).toBe(undefined);
  expect(grid.chunkShapeAt([1, 1])).toEqual([2, 4]);
  expect(grid.edgeLengths).toEqual([[1, 2, 7], [4]]);
  expect(grid.dimensions.map((dimension) => dimension.chunkLength)).toEqual([undefined, 4]);
  expect(grid.toV3()).toEqual({
    name: "rectilinear",
    configuration: { kind: "inline", chunk_shapes: [[1, 2, 7], 4] },
  });
});

test("cells beyond the array do not count, and stay declared", () => {
  const grid = rectilinearGrid([6], [[4, 4, 4, 9]]);
  expect(grid.shape).toEqual([2]);
  expect(grid.edgeLengths).toEqual([[4]]);
  expect(grid.dimensions[0]!.cellLength(1)).toBe(4);
  expect(grid.toV3()).toMatchObject({ configuration: { chunk_shapes: [[[4, 3], 9]] } });
  expect(rectilinearGrid([0], [[4, 4]]).shape).toEqual([0]);
});

test("runs equal the cells that they stand for", () => {
  const edges = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(edges, fc.nat(200), (pairs, cut) => {
      const lengths = pairs.flatMap(([length, count]) => new Array<number>(count).fill(length));
      const extent = Math.min(
        cut,
        lengths.reduce((a, b) => a + b, 0),
      );
      const runs = pairs.map(([length, count]): EdgeRun => ({ length, count }));
      const grid = rectilinearGrid([extent], [runs]);
      expect(grid.toV3()).toEqual(rectilinearGrid([extent], [lengths]).toV3());
      const dimension = grid.dimensions[0]!;
      let start = 0;
      let count = 0;
      for (const [cell, length] of lengths.entries()) {
        expect([dimension.cellStart(cell), dimension.cellLength(cell)]).toEqual([start, length]);
        for (let position = start; position < Math.min(start + length, extent); position++) {
          expect(dimension.cellOf(position)).toBe(cell);
        }
        if (start < extent) count++;
        start += length;
      }
      expect(dimension.count).toBe(count);
      expect(grid.edgeLengths[0]).toEqual([...new Set(lengths.slice(0, count))]);
    }),
    { numRuns: runs(1000) },
  );
});

test("a run of 2^53 cells costs as much as one", () => {
  const grid = rectilinearGrid([2 ** 53], [[1, { length: 3, count: 2 ** 53 }]]);
  const last = Math.floor((2 ** 53 - 2) / 3) + 1;
  expect(grid.shape).toEqual([last + 1]);
  expect(grid.dimensions[0]!.cellOf(2 ** 53 - 1)).toBe(last);
  expect(grid.dimensions[0]!.cellStart(2)).toBe(4);
});

test("growing adds one cell for the rest, shrinking keeps all", () => {
  const grid = rectilinearGrid([10, 10], [[3, 3, 4], 4]);
  const grown = grid.resize([25, 25]);
  expect(grown.toV3()).toMatchObject({ configuration: { chunk_shapes: [[[3, 2], 4, 15], 4] } });
  expect(grown.shape).toEqual([4, 7]);
  const shrunk = grid.resize([2, 2]);
  expect(shrunk.toV3()).toEqual(grid.toV3());
  expect(shrunk.shape).toEqual([1, 1]);
  expect(shrunk.resize([10, 10]).shape).toEqual([3, 3]);
  expect(() => grid.resize([10])).toThrow(MetadataValidationError);
  expect(() => grid.resize([10, -1])).toThrow(MetadataValidationError);
});

test("lengths that end before the array, or are none, are refused", () => {
  expect(() => rectilinearGrid([8], [[2, 4]])).toThrow("add up to 6, less than its length 8");
  expect(() => rectilinearGrid([8], [[]])).toThrow(MetadataValidationError);
  expect(() => rectilinearGrid([8], [[4, 0, 4]])).toThrow(/chunk length 0 of dimension 0/);
  expect(() => rectilinearGrid([8], [[{ length: 4, count: 0 }]])).toThrow(/number of chunks 0/);
  expect(() => rectilinearGrid([8], [0])).toThrow(/chunk length 0/);
  expect(() => rectilinearGrid([8, 8], [[8]])).toThrow("chunks has 1 dimensions but shape has 2 dimensions");
});
