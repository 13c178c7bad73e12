/**
 * The grids of an array, axis by axis.
 *
 * @module
 */
import type { ZarrArray } from "zarrkit";
import type { AxisGrid } from "../protocol.ts";

/** Chunks of different lengths are listed up to here. */
const MAX_STARTS = 200_000;

const known = new WeakMap<object, readonly AxisGrid[]>();

/** What is decoded alone: chunks, of shards their inner chunks. */
export function readGrid(array: ZarrArray): readonly AxisGrid[] {
  let grid = known.get(array.model);
  if (grid === undefined) {
    const inner = array.model.chain.arrayBytes.innerChunkShape;
    grid =
      inner === undefined
        ? storedGrid(array)
        : array.shape.map((length, axis) => ({
            length,
            chunk: inner[axis]!,
            starts: undefined,
            count: Math.ceil(length / inner[axis]!),
          }));
    known.set(array.model, grid);
  }
  return grid;
}

/** What is stored alone: chunks or shards. @throws RangeError when chunks differ, and are too many. */
export function storedGrid(array: ZarrArray): readonly AxisGrid[] {
  return array.model.grid.dimensions.map((dimension) => {
    const { extent: length, chunkLength: chunk, count } = dimension;
    if (chunk !== undefined) return { length, chunk, starts: undefined, count };
    if (count > MAX_STARTS)
      throw new RangeError(`${count} chunks of different lengths are too many to show.`);
    return {
      length,
      chunk,
      starts: Array.from({ length: count }, (_, cell) => dimension.cellStart(cell)),
      count,
    };
  });
}
