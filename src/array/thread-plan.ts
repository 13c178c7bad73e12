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
import type { ChunkLayers } from "./chunk-layers.ts";
import { LayerDimension } from "./chunk-layers.ts";

/** Decoded bytes of a shard that one thread does at a time: one shard then feeds several. */
const SHARD_UNIT_BYTES = 256 * 1024;
/** More cells along an axis than this are not listed. */
const MAX_PARTS = 2 ** 20;

/** A selection cut for threads. */
export interface ThreadPlan {
  readonly tiles: TilePlan;
  /** Cells along each axis of one chunk: inner chunks of a shard, and layers, are done by several threads. */
  readonly perChunk: readonly number[];
  /** Lengths of the cells, where a chunk has several. */
  readonly cellShape: readonly number[] | undefined;
  /** Are the cells layers of chunks, and along which axis? */
  readonly layers: ChunkLayers | undefined;
}

/**
 * Cuts a selection by ranges; `undefined` where it has too many cells along an axis, or nothing is selected.
 *
 * @param layers How chunks are cut into layers, for a read; default: they are not.
 */
export function planThreads(
  bound: BoundModel,
  axes: readonly AxisMap[],
  threads: number,
  purpose: "read" | "write",
  layers?: ChunkLayers,
): ThreadPlan | undefined {
  const { dataType } = bound.model;
  const cells = cellsOf(bound, purpose, layers);
  const parts: AxisPart[][] = [];
  for (const [axis, from] of axes.entries()) {
    const length = mapLength(from);
    if (length === 0) return undefined;
    const along: AxisPart[] = [];
    for (const part of splitAxis({ from, to: rangeMap(0, length) }, cells.dimensions[axis]!)) {
      if (along.length === MAX_PARTS) return undefined;
      along.push(part);
    }
    parts.push(along);
  }
  const { perChunk, cellShape } = cells;
  const layered = layers && { ...layers, perChunk: perChunk[layers.axis]! };
  const tiles = planTiles(parts, dataType.itemSize, threads, purpose, layered);
  return { tiles, perChunk, cellShape, layers };
}

/** The cells that one thread does at a time: chunks, boxes of inner chunks, or layers. */
function cellsOf(
  bound: BoundModel,
  purpose: "read" | "write",
  layers: ChunkLayers | undefined,
): Pick<ThreadPlan, "perChunk" | "cellShape"> & { readonly dimensions: readonly GridDimension[] } {
  const { dimensions, chunkShape } = bound.model.grid;
  // Layers and inner chunks are those of a regular grid. A shard is written as one.
  if (layers !== undefined) {
    const { axis, length } = layers;
    const along = new LayerDimension(dimensions[axis]!.extent, chunkShape![axis]!, length);
    return {
      dimensions: dimensions.map((dimension, at) => (at === axis ? along : dimension)),
      perChunk: dimensions.map((_, at) => (at === axis ? along.perChunk : 1)),
      cellShape: chunkShape!.map((whole, at) => (at === axis ? length : whole)),
    };
  }
  const cellShape = purpose === "read" ? cellShapeOf(bound) : undefined;
  if (cellShape === undefined) return { dimensions, perChunk: dimensions.map(() => 1), cellShape };
  return {
    dimensions: dimensions.map(({ extent }, axis) => new RegularDimension(extent, cellShape[axis]!)),
    perChunk: cellShape.map((length, axis) => chunkShape![axis]! / length),
    cellShape,
  };
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

/** How many numbers chunks have where they are cut into layers: see `chunkNumber`. */
export function chunkNumbers({ tiles: { axes, layers } }: ThreadPlan): number {
  return axes.reduce((all, parts, axis) => all * (layers?.axis === axis ? layers.chunks : parts.length), 1);
}

/** A number for the chunk of a cell, the same for all of its layers. */
export function chunkNumber({ tiles: { axes, layers } }: ThreadPlan, tile: Tile, cell: number): number {
  let number = 0;
  let rest = cell;
  let weight = 1;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const count = tile.parts[axis]!;
    const at = tile.first[axis]! + (rest % count);
    rest = Math.floor(rest / count);
    const isLayered = layers?.axis === axis;
    number += weight * (isLayered ? layers.chunk[at]! : at);
    weight *= isLayered ? layers.chunks : axes[axis]!.length;
  }
  return number;
}

/** The part that the chunk of a layer contributes to the whole selection. */
export function chunkOfLayer(
  plan: ThreadPlan,
  bound: BoundModel,
  selected: readonly AxisMap[],
  tile: Tile,
  cell: number,
): ChunkProjection {
  const { chunkIndex, part } = projectionOf(
    plan,
    tile,
    cell,
    tile.start.map(() => 0),
  );
  const { layers } = plan;
  if (layers === undefined || part.kind !== "orthogonal") return { chunkIndex, part };
  // Along the other axes the cell is the whole chunk.
  const { axis } = layers;
  const from = selected[axis]!;
  const axes = [...part.axes];
  for (const { cell: chunk, pair } of splitAxis(
    { from, to: rangeMap(0, mapLength(from)) },
    bound.model.grid.dimensions[axis]!,
  )) {
    if (chunk === chunkIndex[axis]) axes[axis] = pair;
  }
  return { chunkIndex, part: { kind: "orthogonal", axes, full: false } };
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
