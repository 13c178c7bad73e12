/**
 * Reading the few elements that a table shows.
 *
 * @module
 */
import type { NDArray } from "../dtypes/nd-array.ts";
import type { AxisMap } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import { partOfMap, positionAt } from "./selected.ts";
import type { Selected } from "./selected.ts";

/** Reads the elements at some indices of each axis of a result, in C order. */
export function readTablePart(
  selected: Selected,
): (indices: readonly (readonly number[])[]) => Promise<NDArray> {
  return async (indices) => {
    const { selection } = selected;
    if (selection.kind === "points") {
      const flat = flatIndices(indices, selection.resultShape);
      return await selected.readPoints(
        selection.coordinates.map((axis) => Float64Array.from(flat, (i) => axis[i]!)),
      );
    }
    // Axes of the result and of the array differ in axes of length 1 alone, of which a table shows index 0.
    const long = indices.filter((_, axis) => selected.shape[axis] !== 1);
    let next = 0;
    const axes = selection.axes.map((map) => (mapLength(map) === 1 ? map : pickFromMap(map, long[next++]!)));
    return await selected.readBox(axes);
  };
}

function pickFromMap(map: AxisMap, indices: readonly number[]): AxisMap {
  const first = indices[0]!;
  const isRun = indices.every((index, i) => index === first + i);
  if (isRun) return partOfMap(map, first, indices.length);
  return { kind: "list", positions: Float64Array.from(indices, (index) => positionAt(map, index)) };
}

function flatIndices(indices: readonly (readonly number[])[], shape: readonly number[]): number[] {
  let flat = [0];
  for (const [axis, along] of indices.entries()) {
    flat = flat.flatMap((before) => along.map((index) => before * shape[axis]! + index));
  }
  return flat;
}
