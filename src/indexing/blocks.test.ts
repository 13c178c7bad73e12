import { expect, test } from "vitest";
import { BoundsCheckError, NegativeStepError, SelectionError } from "../base/errors.ts";
import { rectilinearGrid } from "../grids/rectilinear.ts";
import { regularGrid } from "../grids/regular.ts";
import { blockSelection } from "./blocks.ts";
import { newAxis, slice } from "./slice.ts";

const GRID = regularGrid([10, 10], [3, 4]);

test.each<[string, unknown, number[], number[]]>([
  ["one block of rows", 0, [3, 10], [0, 0]],
  ["the last block, clipped", [-1, -1], [1, 2], [9, 8]],
  ["a slice", [slice(1, 3), slice(-2, null)], [6, 6], [3, 4]],
  ["a slice beyond the grid", [slice(2, 99)], [4, 10], [6, 0]],
  ["an empty slice", [slice(2, 2)], [0, 10], [0, 0]],
  ["notation", "..., 1", [10, 4], [0, 4]],
  ["everything", null, [10, 10], [0, 0]],
])("%s", (_name, selection, shape, starts) => {
  const { resultShape, axisShape, axes, scalar } = blockSelection(selection as never, GRID);
  expect([resultShape, axisShape, scalar]).toEqual([shape, shape, false]);
  expect(axes).toEqual(shape.map((count, axis) => ({ kind: "range", start: starts[axis], step: 1, count })));
});

test.each<[string, unknown, new (...args: never[]) => Error, RegExp]>([
  ["a block outside the grid", [4], BoundsCheckError, /block index 4 .* dimension 0 with 4 chunk\(s\)/],
  ["a block before the grid", [0, -4], BoundsCheckError, /block index -4 .* dimension 1 with 3 chunk\(s\)/],
  ["a step of 2", [slice(0, 4, 2)], SelectionError, /steps of 1/],
  ["a step of 0", [slice(0, 4, 0)], SelectionError, /steps of 1/],
  ["a negative step", [slice(null, null, -1)], NegativeStepError, /goes forward/],
  ["a list", [[0, 1]], SelectionError, /of kind integers/],
  ["a new axis", [newAxis, 0], SelectionError, /of kind newAxis/],
  ["too many items", [0, 0, 0], SelectionError, /expected 2, got 3/],
])("%s is refused", (_name, selection, type, message) => {
  const run = () => blockSelection(selection as never, GRID);
  expect(run).toThrow(type);
  expect(run).toThrow(message);
});

test("blocks of a rectilinear grid have lengths of their own", () => {
  const grid = rectilinearGrid([10], [[1, 2, 9]]);
  expect(blockSelection([1], grid).axes).toEqual([{ kind: "range", start: 1, step: 1, count: 2 }]);
  expect(blockSelection([-1], grid).axes).toEqual([{ kind: "range", start: 3, step: 1, count: 7 }]);
});

test("an axis of length 0 has no blocks", () => {
  const grid = regularGrid([0, 4], [1, 2]);
  expect(blockSelection(null, grid).resultShape).toEqual([0, 4]);
  expect(() => blockSelection([0], grid)).toThrow(BoundsCheckError);
});
