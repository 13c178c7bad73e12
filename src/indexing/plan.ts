/**
 * The planner: from a normalised selection, or from a part of a chunk, to projections on the
 * chunks of a grid. Pure arithmetic; nothing is enumerated before it is asked for.
 *
 * @module
 */
import type { ChunkGrid, GridDimension } from "../grids/grid.ts";
import { rangeMap } from "./axis-map.ts";
import { groupByKey, rankKeys } from "./group.ts";
import type { Grouping } from "./group.ts";
import type { NormalizedSelection } from "./normalized.ts";
import { mapLength } from "./projection.ts";
import type { AxisMap, AxisPair, ChunkPart, ChunkProjection } from "./projection.ts";
import { cellsOf, countParts, onlyPart, splitAxis } from "./split-axis.ts";
import type { AxisPart } from "./split-axis.ts";

/**
 * The chunks that a selection touches, in C order, each with its part of the result.
 *
 * Lazy: a selection by slices takes memory for its axes, one by lists or points for these, whatever the
 * number of chunks. Every element of the result occurs once; where positions repeat, the order of the
 * user's selection is kept within a chunk, so that of repeated writes the last one wins.
 *
 * @example
 * ```ts
 * const plan = planSelection(basicSelection("2:9", [10]), regularGrid([10], [4]));
 * [...plan].map(({ chunkIndex }) => chunkIndex); // [[0], [1], [2]]
 * ```
 */
export function planSelection(selection: NormalizedSelection, grid: ChunkGrid): Iterable<ChunkProjection> {
  return planPart(wholePart(selection), grid);
}

/**
 * Splits a part of a chunk, whose positions count from the start of the chunk, over an inner grid of
 * that chunk. `to` still addresses the result. Lazy, as {@link planSelection}.
 */
export function planPart(part: ChunkPart, grid: ChunkGrid): Iterable<ChunkProjection> {
  const only = part.kind === "points" ? undefined : onlyCell(part.axes, grid);
  if (only !== undefined) return [only];
  return {
    [Symbol.iterator]: () =>
      part.kind === "points" ? planPoints(part.from, part.to, grid) : planAxes(part.axes, grid),
  };
}

/** The chunk that holds all of a selection by slices, with its part; `undefined` where there is no such chunk, or a list. */
export function onlyChunk(selection: NormalizedSelection, grid: ChunkGrid): ChunkProjection | undefined {
  if (selection.kind === "points") return undefined;
  return onlyCell(selection.axes.map(wholePair), grid);
}

/** Number of chunks that a selection touches. */
export function countChunks(selection: NormalizedSelection, grid: ChunkGrid): number {
  if (selection.kind === "points") {
    if (grid.dimensions.length === 0) return selection.length > 0 ? 1 : 0;
    return groupByCell(selection.coordinates, grid.dimensions).values.length;
  }
  let count = 1;
  for (const [axis, from] of selection.axes.entries()) {
    count *= countParts(from, grid.dimensions[axis]!, grid.edgeLengths[axis]!);
  }
  return count;
}

/** A selection as one part of the whole array: where its positions go in the result. */
function wholePart(selection: NormalizedSelection): ChunkPart {
  if (selection.kind === "points") {
    const to = new Float64Array(selection.length);
    for (let i = 0; i < to.length; i++) to[i] = i;
    return { kind: "points", from: selection.coordinates, to };
  }
  return { kind: "orthogonal", axes: selection.axes.map(wholePair), full: false };
}

function wholePair(from: AxisMap): AxisPair {
  return { from, to: rangeMap(0, mapLength(from)) };
}

/** What the generators below would yield where it is one cell. */
function onlyCell(axes: readonly AxisPair[], grid: ChunkGrid): ChunkProjection | undefined {
  if (axes.length === 0) return undefined;
  const parts = new Array<AxisPart>(axes.length);
  for (let axis = 0; axis < axes.length; axis++) {
    const part = onlyPart(axes[axis]!, grid.dimensions[axis]!);
    if (part === undefined) return undefined;
    parts[axis] = part;
  }
  return projectionOf(parts);
}

// Inner axes are walked once per part of the outer ones. Their parts are kept where they are few.
const KEPT_PARTS = 4096;

function* planAxes(axes: readonly AxisPair[], grid: ChunkGrid): Generator<ChunkProjection, void, undefined> {
  const ndim = axes.length;
  if (axes.some((pair) => mapLength(pair.from) === 0)) return;
  if (ndim === 0) {
    yield { chunkIndex: [], part: { kind: "orthogonal", axes: [], full: true } };
    return;
  }
  const parts = axes.map((pair, axis) => replay(pair, grid.dimensions[axis]!, axis === 0));
  const walks: Iterator<AxisPart, void>[] = [];
  const current: AxisPart[] = [];
  // `axis` walks down to the last axis and yields there; an axis that ends hands back to the one before it.
  let axis = 0;
  walks[0] = parts[0]![Symbol.iterator]();
  while (axis >= 0) {
    const next = walks[axis]!.next();
    if (next.done === true) {
      axis--;
      continue;
    }
    current[axis] = next.value;
    if (axis === ndim - 1) {
      yield projectionOf(current);
    } else {
      axis++;
      walks[axis] = parts[axis]![Symbol.iterator]();
    }
  }
}

function projectionOf(parts: readonly AxisPart[]): ChunkProjection {
  const chunkIndex = new Array<number>(parts.length);
  const axes = new Array<AxisPair>(parts.length);
  let full = true;
  for (let axis = 0; axis < parts.length; axis++) {
    const { cell, pair, covers } = parts[axis]!;
    chunkIndex[axis] = cell;
    axes[axis] = pair;
    full &&= covers;
  }
  return { chunkIndex, part: { kind: "orthogonal", axes, full } };
}

/** The parts of an axis, to be walked once or many times. */
function replay(pair: AxisPair, dimension: GridDimension, once: boolean): Iterable<AxisPart> {
  if (once) return splitAxis(pair, dimension);
  if (pair.from.kind === "list") return [...splitAxis(pair, dimension)];
  const kept: AxisPart[] = [];
  for (const part of splitAxis(pair, dimension)) {
    if (kept.length === KEPT_PARTS) return { [Symbol.iterator]: () => splitAxis(pair, dimension) };
    kept.push(part);
  }
  return kept;
}

function* planPoints(
  from: readonly Float64Array[],
  to: Float64Array,
  grid: ChunkGrid,
): Generator<ChunkProjection, void, undefined> {
  if (to.length === 0) return;
  if (from.length === 0) {
    yield { chunkIndex: [], part: { kind: "points", from: [], to } };
    return;
  }
  const { starts, order, values } = groupByCell(from, grid.dimensions);
  for (let group = 0; group < values.length; group++) {
    const indices = order.subarray(starts[group]!, starts[group + 1]!);
    const chunkIndex = grid.dimensions.map((dimension, axis) => dimension.cellOf(from[axis]![indices[0]!]!));
    const local = from.map((positions, axis) => {
      const cellStart = grid.dimensions[axis]!.cellStart(chunkIndex[axis]!);
      return gather(positions, indices, cellStart);
    });
    yield { chunkIndex, part: { kind: "points", from: local, to: gather(to, indices, 0) } };
  }
}

function gather(positions: Float64Array, indices: Uint32Array, origin: number): Float64Array {
  const out = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = positions[indices[i]!]! - origin;
  return out;
}

/**
 * Points grouped by the cell that holds them, cells in C order. A cell's number in C order may pass
 * 2^53; ranks among the cells that occur do not, for all points that fit in memory, and order them alike.
 */
function groupByCell(coordinates: readonly Float64Array[], dimensions: readonly GridDimension[]): Grouping {
  let keys = new Float64Array(coordinates[0]!.length);
  let distinctKeys = 1;
  for (const [axis, positions] of coordinates.entries()) {
    const dimension = dimensions[axis]!;
    let cells = cellsOf(positions, dimension);
    let distinctCells = dimension.count;
    if (distinctKeys * distinctCells > Number.MAX_SAFE_INTEGER) {
      ({ ranks: keys, count: distinctKeys } = toRanks(keys));
      ({ ranks: cells, count: distinctCells } = toRanks(cells));
    }
    for (let i = 0; i < keys.length; i++) keys[i] = keys[i]! * distinctCells + cells[i]!;
    distinctKeys *= distinctCells;
  }
  return groupByKey(keys);
}

function toRanks(keys: Float64Array): { ranks: Float64Array<ArrayBuffer>; count: number } {
  const { values, ranks } = rankKeys(keys);
  return { ranks: Float64Array.from(ranks), count: values.length };
}
