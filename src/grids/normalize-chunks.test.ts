import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MetadataValidationError } from "../base/errors.ts";
import { guessChunks, guessShards } from "./guess-chunks.ts";
import { normalizeChunks, normalizeShards } from "./normalize-chunks.ts";
import { rectilinearGrid } from "./rectilinear.ts";
import { regularGrid } from "./regular.ts";

// Results of zarr-python 3.4.2.
test.each<[number[], number, number[]]>([
  [[1e6], 8, [62500]],
  [[1e9], 8, [488282]],
  [[1e4, 1e4], 4, [625, 625]],
  [[1000, 1000, 1000], 8, [63, 63, 125]],
  [[1e4, 1e4, 1e4, 1e4], 8, [40, 40, 40, 79]],
  [[3, 1e7], 1, [1, 625000]],
  [[0, 10], 8, [1, 10]],
  [[], 8, []],
  [[100], 0, [100]],
])("chunks of %j with items of %i bytes", (shape, itemSize, chunks) => {
  expect(guessChunks(shape, itemSize)).toEqual(chunks);
});

test("automatic inner chunks have at most 1 MiB", () => {
  expect(normalizeChunks("auto", [1e4, 1e4], 8, { sharded: true }).chunkShape).toEqual([313, 313]);
  expect(normalizeChunks(undefined, [1e4, 1e4], 4).chunkShape).toEqual([625, 625]);
});

test("a guess is a chunk shape, and no longer than the axis", () => {
  const shapes = fc.array(fc.oneof(fc.nat(5000), fc.integer({ min: 0, max: 2 ** 53 })), { maxLength: 5 });
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 1e9 }), (shape, itemSize) => {
      const chunks = guessChunks(shape, itemSize);
      expect(regularGrid(shape, chunks).chunkShape).toEqual(chunks);
      chunks.forEach((length, axis) => expect(length).toBeLessThanOrEqual(Math.max(1, shape[axis]!)));
      const elements = chunks.reduce((a, b) => a * b, 1);
      if (elements > 1) expect(elements * itemSize).toBeLessThan(64 * 1024 * 1024);
    }),
  );
});

test("automatic shards", () => {
  expect(guessShards([100, 100], [10, 10], 8)).toEqual([20, 20]);
  expect(guessShards([89, 90], [10, 10], 8)).toEqual([10, 20]);
  expect(guessShards([50, 10], [10, 10], 8)).toEqual([10, 10]);
  expect(guessShards([100, 50], [10, 10], 8)).toEqual([20, 10]);
  expect(guessShards([1000, 1000], [10, 10], 8, { targetBytes: 80_000 })).toEqual([100, 100]);
  expect(guessShards([1000, 1000], [10, 10], 8, { targetBytes: 79_999 })).toEqual([90, 90]);
  expect(guessShards([1000, 35], [10, 10], 8, { targetBytes: 1e9 })).toEqual([30, 30]);
  expect(guessShards([], [], 8, { targetBytes: 1e9 })).toEqual([]);
  expect(guessShards([5], [10], 8, { targetBytes: 1e9 })).toEqual([10]);
});

test.each<[string, unknown, number[], number[]]>([
  ["one length", 10, [100, 50], [10, 10]],
  ["a length per axis", [10, 20], [100, 50], [10, 20]],
  ["-1", -1, [100, 0], [100, 1]],
  ["false", false, [100, 50], [100, 50]],
  ["-1 on one axis", [10, -1], [100, 50], [10, 50]],
  ["longer than the array", [1000, 1], [100, 50], [1000, 1]],
  ["no axes", [], [], []],
  ["another array's grid", regularGrid([7, 7], [3, 2]), [100, 50], [3, 2]],
])("chunks: %s", (_name, input, shape, chunkShape) => {
  expect(normalizeChunks(input as never, shape, 8)).toEqual(regularGrid(shape, chunkShape));
});

test("lists are rectilinear, also when they are even", () => {
  expect(normalizeChunks([[5, 5], 5], [10, 10], 8)).toEqual(rectilinearGrid([10, 10], [[5, 5], 5]));
  expect(normalizeChunks([[4], [4]], [4, 4], 8).name).toBe("rectilinear");
  expect(normalizeChunks([[4, 4], -1], [0, 4], 8).shape).toEqual([0, 1]);
  const other = rectilinearGrid([8], [[3, 5]]);
  expect(normalizeChunks(other, [6], 8).toV3()).toEqual(other.toV3());
});

test.each<[string, unknown, new (...args: never[]) => Error, RegExp]>([
  ["null", null, TypeError, /null is not a valid chunk input/],
  ["true", true, TypeError, /true is not a valid chunk input/],
  ["a string", "big", TypeError, /"big" is not a valid chunk input/],
  ["an object", {}, TypeError, /an object is not a valid chunk input/],
  ["another rank", [10], MetadataValidationError, /chunks has 1 dimensions but shape has 2 dimensions/],
  ["0", 0, RangeError, /chunk length 0 of dimension 0 is not positive or -1/],
  ["-2", [-2, 1], RangeError, /chunk length -2/],
  ["a fraction", 2.5, TypeError, /chunk length 2.5 .* not a whole number/],
  ["false on one axis", [10, false], TypeError, /chunk length false/],
  ["an empty list", [[], 10], MetadataValidationError, /are none/],
  [
    "lists that add up to something else",
    [[5, 4], 10],
    MetadataValidationError,
    /add up to 9, not to its length 10/,
  ],
  ["a 0 in a list", [[10, 0], 10], RangeError, /chunk length 0/],
])("chunks: %s is refused", (_name, input, type, message) => {
  const run = () => normalizeChunks(input as never, [10, 10], 8);
  expect(run).toThrow(type);
  expect(run).toThrow(message);
});

test("shards are made of whole chunks", () => {
  const chunks = regularGrid([105, 100], [10, 10]);
  const shape = [105, 100];
  expect(normalizeShards(undefined, shape, chunks, 8)).toBe(undefined);
  expect(normalizeShards(null, shape, chunks, 8)).toBe(undefined);
  expect(normalizeShards(-1, shape, chunks, 8)?.grid.chunkShape).toEqual([110, 100]);
  expect(normalizeShards(false, shape, chunks, 8)?.grid.chunkShape).toEqual([110, 100]);
  expect(normalizeShards([20, -1], shape, chunks, 8)?.grid.chunkShape).toEqual([20, 100]);
  expect(normalizeShards("auto", shape, chunks, 8)?.grid.chunkShape).toEqual([20, 20]);
  expect(normalizeShards("auto", shape, chunks, 8, { targetBytes: 7200 })?.grid.chunkShape).toEqual([30, 30]);
  expect(normalizeShards({ shape: 50, indexLocation: "start" }, shape, chunks, 8)).toMatchObject({
    grid: { chunkShape: [50, 50] },
    indexLocation: "start",
  });
  expect(normalizeShards([[10, 20], 20], [30, 40], regularGrid([30, 40], [10, 10]), 8)?.grid.name).toBe(
    "rectilinear",
  );
  expect(() => normalizeShards(25, shape, chunks, 8)).toThrow(
    /shard length 25 of dimension 0 is not divisible by the inner chunk length 10/,
  );
  expect(() => normalizeShards([[15, 15], 20], [30, 40], regularGrid([30, 40], [10, 10]), 8)).toThrow(
    /shard length 15/,
  );
  expect(() => normalizeShards(20, [10], rectilinearGrid([10], [[5, 5]]), 8)).toThrow(
    MetadataValidationError,
  );
  expect(() => normalizeShards({ shape: 10, indexLocation: "middle" as never }, shape, chunks, 8)).toThrow(
    TypeError,
  );
  expect(() => normalizeShards({} as never, shape, chunks, 8)).toThrow(TypeError);
});
