/**
 * Splitting the positions of one axis over the cells of a grid dimension.
 *
 * @module
 */
import type { GridDimension } from "../grids/grid.ts";
import { listMap, pickMap, sliceMap } from "./axis-map.ts";
import { groupByKey } from "./group.ts";
import { mapLength } from "./projection.ts";
import type { AxisMap, AxisPair } from "./projection.ts";

/** What one cell of a dimension contributes to an axis. */
export interface AxisPart {
  readonly cell: number;
  /** `from` counts from the start of the cell; `to` is the part of the given `to`. */
  readonly pair: AxisPair;
  /** Does `from` hold every position of the cell that lies within the extent? */
  readonly covers: boolean;
}

/**
 * Splits positions of an axis, all within `dimension.extent`, over its cells: one part per cell that
 * holds any, cells ascending, positions of a cell in their given order.
 *
 * A range yields its parts one at a time, by arithmetic; a list takes memory for its own length.
 */
export function* splitAxis(pair: AxisPair, dimension: GridDimension): Generator<AxisPart, void, undefined> {
  const { from, to } = pair;
  if (from.kind === "list") yield* splitList(from.positions, to, dimension);
  else yield* splitRange(from, to, dimension);
}

/** The one part that {@link splitAxis} yields of a range within one cell; `undefined` of any other positions. */
export function onlyPart({ from, to }: AxisPair, dimension: GridDimension): AxisPart | undefined {
  if (from.kind === "list" || from.count === 0) return undefined;
  const part = rangePart(from, to, dimension, 0);
  return mapLength(part.pair.from) === from.count ? part : undefined;
}

/** Number of parts that {@link splitAxis} yields. `edgeLengths` are the lengths of the dimension's cells. */
export function countParts(from: AxisMap, dimension: GridDimension, edgeLengths: readonly number[]): number {
  if (from.kind === "list") {
    return groupByKey(cellsOf(from.positions, dimension)).values.length;
  }
  const { start, step, count } = from;
  if (count === 0) return 0;
  const stride = Math.abs(step);
  // Where the step is as long as every cell, each position has a cell of its own.
  if (edgeLengths.every((length) => length <= stride)) return count;
  // Where it is no longer than any cell, no cell between the first and the last is left out.
  if (edgeLengths.every((length) => length >= stride)) {
    return Math.abs(dimension.cellOf(start + (count - 1) * step) - dimension.cellOf(start)) + 1;
  }
  let parts = 0;
  const walk = splitRange(from, from, dimension);
  while (walk.next().done !== true) parts++;
  return parts;
}

/** The cell of each position. */
export function cellsOf(positions: Float64Array, dimension: GridDimension): Float64Array<ArrayBuffer> {
  const cells = new Float64Array(positions.length);
  const length = dimension.chunkLength;
  if (length !== undefined)
    for (let i = 0; i < cells.length; i++) cells[i] = Math.floor(positions[i]! / length);
  else for (let i = 0; i < cells.length; i++) cells[i] = dimension.cellOf(positions[i]!);
  return cells;
}

type Range = Extract<AxisMap, { kind: "range" }>;

// Index k of the range goes up where positions go up, else down, so that cells always ascend.
function* splitRange(
  from: Range,
  to: AxisMap,
  dimension: GridDimension,
): Generator<AxisPart, void, undefined> {
  let done = 0;
  while (done < from.count) {
    const part = rangePart(from, to, dimension, done);
    yield part;
    done += mapLength(part.pair.from);
  }
}

/** The part of the cell that holds the position behind the lowest `done`. */
function rangePart(from: Range, to: AxisMap, dimension: GridDimension, done: number): AxisPart {
  const { start, step, count } = from;
  const stride = Math.abs(step);
  const lowest = step < 0 ? start + (count - 1) * step : start;
  const position = lowest + done * stride;
  const cell = dimension.cellOf(position);
  const cellStart = dimension.cellStart(cell);
  const end = Math.min(cellStart + dimension.cellLength(cell), dimension.extent);
  const inCell = Math.min(Math.floor((end - 1 - position) / stride) + 1, count - done);
  const first = step < 0 ? count - done - inCell : done;
  const cellFrom: AxisMap = {
    kind: "range",
    start: start + first * step - cellStart,
    step: inCell === 1 ? 1 : step,
    count: inCell,
  };
  return {
    cell,
    pair: { from: cellFrom, to: inCell === count ? to : sliceMap(to, first, inCell) },
    covers: inCell === end - cellStart,
  };
}

function* splitList(
  positions: Float64Array,
  to: AxisMap,
  dimension: GridDimension,
): Generator<AxisPart, void, undefined> {
  const { values, starts, order } = groupByKey(cellsOf(positions, dimension));
  for (let group = 0; group < values.length; group++) {
    const cell = values[group]!;
    const cellStart = dimension.cellStart(cell);
    const valid = Math.min(dimension.cellLength(cell), dimension.extent - cellStart);
    const indices = order.subarray(starts[group]!, starts[group + 1]!);
    const local = new Float64Array(indices.length);
    for (let i = 0; i < local.length; i++) local[i] = positions[indices[i]!]! - cellStart;
    const pair = { from: listMap(local), to: pickMap(to, indices) };
    yield { cell, pair, covers: coversAll(local, valid) };
  }
}

/** Do whole numbers from 0 to before `length` include each of them? */
function coversAll(positions: Float64Array, length: number): boolean {
  if (positions.length < length) return false;
  const seen = new Uint8Array(length);
  let missing = length;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (seen[position] === 0) {
      seen[position] = 1;
      missing--;
    }
  }
  return missing === 0;
}
