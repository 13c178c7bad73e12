/**
 * Selections of whole chunks by their place in the chunk grid (`blocks`).
 *
 * @module
 */
import { BoundsCheckError, NegativeStepError, SelectionError } from "../base/errors.ts";
import type { ChunkGrid, GridDimension } from "../grids/grid.ts";
import { rangeMap } from "./axis-map.ts";
import type { OrthogonalSelection } from "./normalized.ts";
import { mapLength } from "./projection.ts";
import type { AxisMap } from "./projection.ts";
import { expandEllipsis, parseItems } from "./selection-item.ts";
import type { ParsedItem } from "./selection-item.ts";
import type { BasicSelection } from "./selection-types.ts";
import { sliceRange } from "./slice.ts";

/**
 * The elements of the chunks that integers and slices of step 1 select from the grid; of the shards, where an
 * array has them. An integer keeps its axis: a chunk has as many dimensions as the array.
 *
 * @throws BoundsCheckError for a chunk outside the grid; NegativeStepError for a step below 0; SelectionError
 * for other steps, arrays and new axes.
 * @example
 * ```ts
 * blockSelection([-1, slice(2)], regularGrid([10, 10], [3, 4])).resultShape; // [1, 8]
 * ```
 */
export function blockSelection(selection: BasicSelection, grid: ChunkGrid): OrthogonalSelection {
  const items = parseItems(selection);
  const wrong = items.find((item) => !["integer", "slice", "ellipsis"].includes(item.kind));
  if (wrong !== undefined) {
    throw new SelectionError(
      `${wrong.label} is of kind ${wrong.kind}; block indexing takes integers and slices`,
      {
        expected: "integers and slices",
        actual: wrong.kind,
      },
    );
  }
  const axes = expandEllipsis(items, grid.dimensions.length)
    .filter((item) => item.kind !== "ellipsis")
    .map((item, axis) => elementsOf(blocksOf(item, axis, grid.dimensions[axis]!), grid.dimensions[axis]!));
  const axisShape = axes.map(mapLength);
  return { kind: "orthogonal", axes, axisShape, resultShape: axisShape, scalar: false };
}

interface Blocks {
  readonly first: number;
  readonly count: number;
}

function blocksOf(item: ParsedItem, axis: number, dimension: GridDimension): Blocks {
  const { count } = dimension;
  if (item.kind === "integer") {
    const first = item.value < 0 ? item.value + count : item.value;
    if (first >= 0 && first < count) return { first, count: 1 };
    throw new BoundsCheckError(
      `block index ${item.value} is out of bounds for dimension ${axis} with ${count} chunk(s)`,
      { expected: count, actual: item.value },
    );
  }
  if (item.kind !== "slice") throw new SelectionError(`${item.label} is of kind ${item.kind}`); // told apart above
  const step = item.value.step ?? 1;
  if (step < 0)
    throw new NegativeStepError(`the step of ${item.label} is ${step}; block indexing goes forward`, {
      actual: step,
    });
  const range = sliceRange({ ...item.value, step: null }, count, item.label);
  if (step !== 1 && step !== 1n) {
    throw new SelectionError(`the step of ${item.label} is ${step}; block indexing takes steps of 1`, {
      expected: 1,
      actual: step,
    });
  }
  return { first: range.start, count: range.count };
}

function elementsOf(blocks: Blocks, dimension: GridDimension): AxisMap {
  if (blocks.count === 0) return rangeMap(0, 0);
  const start = dimension.cellStart(blocks.first);
  const last = blocks.first + blocks.count - 1;
  const end = Math.min(dimension.cellStart(last) + dimension.cellLength(last), dimension.extent);
  return rangeMap(start, end - start);
}
