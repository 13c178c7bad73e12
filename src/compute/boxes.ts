/**
 * The boxes in which an array is best gone through: whole chunks, several where they are small, parts of shards that are large.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import { longestCells } from "./rechunk-regions.ts";
import { gridRegions, pieces } from "./region.ts";
import type { Region } from "./region.ts";
import { VARIABLE_BYTES } from "./transfer.ts";

/** Boxes below this are not worth a task. */
const LEAST_BYTES = 4 * 2 ** 20;

/** Boxes that cover an array, in C order, of at most `most` bytes unless one chunk is larger. */
export function* readBoxes(array: ZarrArray, most: number): Generator<Region, void, undefined> {
  const { grid, chain } = array.model;
  const itemSize = array.dataType.itemSize || VARIABLE_BYTES;
  const inner = chain.codecs.length === 1 ? chain.arrayBytes.innerChunkShape : undefined;
  const lengths = inner ?? longestCells(grid);
  const wanted = Math.min(LEAST_BYTES, most) / itemSize;
  const counts = lengths.map((length, axis) => Math.max(1, Math.ceil(array.shape[axis]! / length)));
  const cells = lengths.map(() => 1);
  let size = lengths.reduce((product, length) => product * length, 1);
  // The last axis first: neighbours there are neighbours in the store.
  for (let axis = cells.length - 1; axis >= 0 && size * 2 <= wanted; axis--) {
    cells[axis] = Math.max(1, Math.min(counts[axis]!, Math.floor(wanted / size)));
    size *= cells[axis]!;
  }
  if (grid.chunkShape === undefined) {
    yield* gridRegions(grid, cells);
    return;
  }
  const everything = array.shape.map((length) => [0, length] as const);
  yield* pieces(
    everything,
    lengths.map((length, axis) => length * cells[axis]!),
  );
}
