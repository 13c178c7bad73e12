import { expect, test } from "vitest";
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { parseChunkGrid, parseV2Chunks } from "./parse-chunk-grid.ts";

const regular = (...chunk_shape: JsonValue[]): JsonValue => ({
  name: "regular",
  configuration: { chunk_shape },
});
const rectilinear = (...chunk_shapes: JsonValue[]): JsonValue => ({
  name: "rectilinear",
  configuration: { kind: "inline", chunk_shapes },
});

test("regular and rectilinear grids read and write back", () => {
  expect(parseChunkGrid(regular(3, 4), [10, 10])).toMatchObject({ warnings: [], movesChunks: false });
  for (const json of [
    regular(3, 4),
    rectilinear([[10, 9], 3, 7], 4),
    rectilinear([3, 7], [[5, 2]]),
    rectilinear(3, 4),
  ]) {
    const { grid } = parseChunkGrid(json, [10, 10]);
    expect(grid.toV3()).toEqual(json);
  }
  expect(parseChunkGrid(regular(), []).grid.shape).toEqual([]);
});

test("the grids that zarr-python wrote", () => {
  expect(parseChunkGrid(rectilinear([1, 2, 3, 4, 20]), [30]).grid.shape).toEqual([5]);
  expect(parseChunkGrid(rectilinear([[3, 3], 1], 4), [10, 12]).grid.shape).toEqual([4, 3]);
  expect(parseChunkGrid(rectilinear([4, 6], [[6, 2]]), [10, 12]).grid.chunkShapeAt([1, 1])).toEqual([6, 6]);
});

test("a chunk length of 0 reads as the smallest there can be, silently on an axis of length 0", () => {
  expect(parseChunkGrid(regular(0, false), [0, 0])).toMatchObject({
    grid: { chunkShape: [1, 1] },
    warnings: [],
    movesChunks: true,
  });
  const { grid, warnings, movesChunks } = parseChunkGrid(regular(0, 4), [8, 8]);
  expect([grid.chunkShape, warnings.length, movesChunks]).toEqual([[1, 4], 1, true]);
  expect(warnings[0]).toMatch(/length 0 of dimension 0 is invalid and read as 1/);
  expect(parseChunkGrid(regular(0), [8], { innerChunkShape: [4] })).toMatchObject({
    grid: { chunkShape: [4] },
    movesChunks: true,
  });
  expect(parseV2Chunks([0, 4], [0, 8])).toMatchObject({ grid: { chunkShape: [1, 4] }, warnings: [] });
});

test("a chunk length of true reads as 1", () => {
  expect(parseChunkGrid(regular(true, 4), [8, 8])).toMatchObject({
    grid: { chunkShape: [1, 4] },
    warnings: [],
    movesChunks: false,
  });
  expect(parseChunkGrid(rectilinear([true, [true, 7]]), [8]).grid.shape).toEqual([8]);
});

test("a regular grid that lists lengths reads as rectilinear", () => {
  const { grid, warnings, movesChunks } = parseChunkGrid(regular(4, [3, 5]), [8, 8]);
  expect(grid.toV3()).toEqual(rectilinear(4, [3, 5]));
  expect([warnings.length, movesChunks]).toEqual([1, true]);
  expect(() => parseChunkGrid(regular([3, 5]), [8])).toThrow(MetadataValidationError);
  expect(() => parseV2Chunks([4, [3, 5]], [8, 8])).toThrow(MetadataValidationError);
});

test.each<[string, JsonValue | undefined, RegExp]>([
  ["no grid", undefined, /not an object with a name/],
  ["null", null, /not an object with a name/],
  [
    "an unknown grid",
    { name: "spiral", configuration: { chunk_shape: [4] } },
    /unknown chunk grid "spiral"; known: regular, rectilinear/,
  ],
  [
    "an unknown grid that need not be understood",
    { name: "spiral", must_understand: false },
    /unknown chunk grid "spiral"/,
  ],
  ["a name without configuration", { name: "regular" }, /"regular" has no configuration/],
  ["a short name", "regular", /"regular" has no configuration/],
  ["a list for a configuration", { name: "regular", configuration: [] }, /has no configuration/],
  [
    "unknown configuration",
    { name: "regular", configuration: { chunk_shape: [4], order: 1 } },
    /unknown configuration "order"/,
  ],
  ["no shape", { name: "regular", configuration: {} }, /not a list/],
  ["another rank", regular(4, 4), /chunks has 2 dimensions but shape has 1 dimensions/],
  ["a fraction", regular(1.5), /chunk length 1.5/],
  ["a negative length", regular(-1), /chunk length -1/],
  ["a string", regular("4"), /chunk length 4/],
  ["a length beyond 2^53", regular(2n ** 64n), /chunk length 18446744073709551616/],
  [
    "another kind",
    { name: "rectilinear", configuration: { kind: "file", chunk_shapes: [[8]] } },
    /kind other than "inline"/,
  ],
  ["no kind", { name: "rectilinear", configuration: { chunk_shapes: [[8]] } }, /kind other than "inline"/],
  ["lengths that end early", rectilinear([2, 4]), /add up to 6, less than its length 8/],
  ["a run of three numbers", rectilinear([[1, 2, 3]]), /not \[length, count\]/],
  ["a run of none", rectilinear([[8, 0]]), /number of chunks 0/],
  ["a run of a list", rectilinear([[[8], 1]]), /chunk length \[…\]/],
  ["an edge of 0", rectilinear([0, 8]), /chunk length 0/],
  ["a bare true", rectilinear(true), /chunk length true/],
])("%s is refused", (_name, json, message) => {
  expect(() => parseChunkGrid(json, [8])).toThrow(MetadataValidationError);
  expect(() => parseChunkGrid(json, [8])).toThrow(message);
});

test("runs that lie cost nothing", () => {
  const json = rectilinear([
    [2, Number.MAX_SAFE_INTEGER],
    [1, Number.MAX_SAFE_INTEGER],
  ]);
  expect(parseChunkGrid(json, [8]).grid.shape).toEqual([4]);
});
