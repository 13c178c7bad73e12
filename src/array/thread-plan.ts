/**
 * What a read by threads is made of: which selections can be cut, into which cells, and what each cell is of a chunk.
 * Both sides work it out from the same job.
 *
 * @module
 */
import { RegularDimension } from "../grids/regular.ts";
import type { GridDimension } from "../grids/grid.ts";
import { rangeMap } from "../indexing/axis-map.ts";
import type { AxisMap, ChunkProjection } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import { splitAxis } from "../indexing/split-axis.ts";
import type { AxisPart } from "../indexing/split-axis.ts";
import { sizeOf } from "../kernels/block.ts";
import { cellParts, planTiles } from "../workers/tile-plan.ts";
import type { Tile, TilePlan } from "../workers/tile-plan.ts";
import type { BoundModel } from "./array-model.ts";

/** Decoded bytes of a shard that one thread does at a time: one shard then feeds several. */
const SHARD_UNIT_BYTES = 512 * 1024;
/** More cells along an axis than this are not listed. */
const MAX_PARTS = 2 ** 20;

/** A selection cut for threads. */
export interface ThreadPlan {
  readonly tiles: TilePlan;
  /** Cells along each axis of one chunk: inner chunks of a shard are done by several threads. */
  readonly perChunk: readonly number[];
  /** Lengths of the cells, where a chunk has several. */
  readonly cellShape: readonly number[] | undefined;
}

/** Cuts a selection by ranges; `undefined` where it has too many cells along an axis, or nothing is selected. */
export function planThreads(
  bound: BoundModel,
  axes: readonly AxisMap[],
  threads: number,
  purpose: "read" | "write",
): ThreadPlan | undefined {
  const { grid, dataType } = bound.model;
  // A shard is written as one.
  const cellShape = purpose === "read" ? cellShapeOf(bound) : undefined;
  const dimensions: readonly GridDimension[] =
    cellShape === undefined
      ? grid.dimensions
      : grid.dimensions.map(({ extent }, axis) => new RegularDimension(extent, cellShape[axis]!));
  const perChunk = grid.dimensions.map((_, axis) =>
    cellShape === undefined ? 1 : grid.chunkShape![axis]! / cellShape[axis]!,
  );
  const parts: AxisPart[][] = [];
  for (const [axis, from] of axes.entries()) {
    const length = mapLength(from);
    if (length === 0) return undefined;
    const along: AxisPart[] = [];
    for (const part of splitAxis({ from, to: rangeMap(0, length) }, dimensions[axis]!)) {
      if (along.length === MAX_PARTS) return undefined;
      along.push(part);
    }
    parts.push(along);
  }
  return { tiles: planTiles(parts, dataType.itemSize, threads), perChunk, cellShape };
}

/** A cell of a tile as a part of its chunk; its place is counted from `origin` of the result. */
export function projectionOf(
  plan: ThreadPlan,
  tile: Tile,
  cell: number,
  origin: readonly number[],
): ChunkProjection {
  const parts = cellParts(plan.tiles, tile, cell);
  const chunkIndex = new Array<number>(parts.length);
  let full = true;
  const axes = parts.map(({ cell: at, pair, covers }, axis) => {
    const per = plan.perChunk[axis]!;
    chunkIndex[axis] = Math.floor(at / per);
    full &&= covers && per === 1;
    const before = per === 1 ? 0 : (at % per) * plan.cellShape![axis]!;
    return { from: shifted(pair.from, before), to: shifted(pair.to, -origin[axis]!) };
  });
  return { chunkIndex, part: { kind: "orthogonal", axes, full } };
}

function shifted(map: AxisMap, by: number): AxisMap {
  if (by === 0) return map;
  if (map.kind !== "range") throw new TypeError("Threads read ranges only.");
  return { ...map, start: map.start + by };
}

/** Boxes of inner chunks that are done at a time, where a chunk has inner chunks that can be read alone. */
function cellShapeOf(bound: BoundModel): readonly number[] | undefined {
  const { model } = bound;
  const { chunkShape } = model.grid;
  if (chunkShape === undefined) return undefined;
  const { partial } = bound.chainFor(chunkShape);
  const inner = partial?.looksUp === false ? partial.innerChunkShape : undefined;
  if (inner === undefined) return undefined;
  const shape = [...inner];
  // Whole numbers of inner chunks that divide the shard, from the last axis on.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const count = chunkShape[axis]! / inner[axis]!;
    for (let times = 2; times <= count; times++) {
      if (sizeOf(shape) * model.dataType.itemSize >= SHARD_UNIT_BYTES) return shape;
      if (count % times === 0) shape[axis] = inner[axis]! * times;
    }
  }
  return shape;
}
