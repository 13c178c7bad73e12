/**
 * Boxes of an array, and how grids cut an array into them.
 *
 * @module
 */
import type { ChunkGrid, GridDimension } from "../grids/grid.ts";
import { slice } from "../indexing/slice.ts";
import type { Slice } from "../indexing/slice.ts";
import type { Task } from "./task.ts";

/** A box: start and stop by axis. */
export type Region = readonly (readonly [start: number, stop: number])[];

/** A task about a box of the target. */
export interface RegionTask extends Task {
  readonly region: Region;
}

/** Lengths of a box. */
export function regionShape(region: Region): number[] {
  return region.map(([start, stop]) => stop - start);
}

/** Elements of a box. */
export function regionSize(region: Region): number {
  return region.reduce((size, [start, stop]) => size * (stop - start), 1);
}

/** A box as a selection; of an array without dimensions, everything. */
export function regionSelection(region: Region): "..." | Slice[] {
  return region.length === 0 ? "..." : region.map(([start, stop]) => slice(start, stop));
}

/** Name of a box: `0:64,128:256`. */
export function regionId(region: Region): string {
  return region.map(([start, stop]) => `${start}:${stop}`).join(",");
}

/** The box of an array that a cell of its grid covers. */
export function cellRegion(grid: ChunkGrid, chunkIndex: readonly number[]): Region {
  return chunkIndex.map((cell, axis) => span(grid.dimensions[axis]!, cell, cell + 1));
}

/** Indices of the cells that touch a box. */
export function* cellsIn(grid: ChunkGrid, region: Region): Generator<number[], void, undefined> {
  if (regionSize(region) === 0) return;
  const first = region.map(([start], axis) => grid.dimensions[axis]!.cellOf(start));
  const last = region.map(([, stop], axis) => grid.dimensions[axis]!.cellOf(stop - 1));
  yield* odometer(first, last);
}

/** The part of one box that lies in another. */
export function intersection(a: Region, b: Region): Region {
  return a.map(([start, stop], axis) => [Math.max(start, b[axis]![0]), Math.min(stop, b[axis]![1])] as const);
}

/**
 * Cuts an array into boxes of whole cells.
 *
 * @param cells - how many cells a box has along each axis; those at the end may have fewer.
 */
export function* gridRegions(grid: ChunkGrid, cells: readonly number[]): Generator<Region, void, undefined> {
  const counts = regionCounts(grid, cells);
  if (counts.includes(0)) return;
  for (const index of odometer(
    counts.map(() => 0),
    counts.map((count) => count - 1),
  )) {
    yield index.map((at, axis) => {
      const dimension = grid.dimensions[axis]!;
      const from = at * cells[axis]!;
      return span(dimension, from, Math.min(from + cells[axis]!, dimension.count));
    });
  }
}

/** How many boxes `gridRegions` makes along each axis. */
export function regionCounts(grid: ChunkGrid, cells: readonly number[]): number[] {
  return grid.shape.map((count, axis) => Math.ceil(count / cells[axis]!));
}

/** Cuts a box into pieces of at most these lengths, whose edges lie at multiples of them. */
export function* pieces(region: Region, lengths: readonly number[]): Generator<Region, void, undefined> {
  if (regionSize(region) === 0) return;
  const first = region.map(([start], axis) => Math.floor(start / lengths[axis]!));
  const last = region.map(([, stop], axis) => Math.floor((stop - 1) / lengths[axis]!));
  for (const index of odometer(first, last)) {
    yield index.map((at, axis) => {
      const [start, stop] = region[axis]!;
      return [Math.max(start, at * lengths[axis]!), Math.min(stop, (at + 1) * lengths[axis]!)] as const;
    });
  }
}

/** All indices from `first` to `last`, both among them, the last axis fastest. */
function* odometer(first: readonly number[], last: readonly number[]): Generator<number[], void, undefined> {
  const index = [...first];
  for (;;) {
    yield [...index];
    let axis = index.length - 1;
    for (; axis >= 0; axis--) {
      if (++index[axis]! <= last[axis]!) break;
      index[axis] = first[axis]!;
    }
    if (axis < 0) return;
  }
}

/** The positions of some cells, cut at the array's end. */
function span(dimension: GridDimension, from: number, to: number): readonly [number, number] {
  const last = to - 1;
  const end = dimension.cellStart(last) + dimension.cellLength(last);
  return [dimension.cellStart(from), Math.min(end, dimension.extent)];
}
