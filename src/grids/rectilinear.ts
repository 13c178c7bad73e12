/**
 * The rectilinear chunk grid: along each dimension, cells of lengths of their own.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { ChunkGrid, GridDimension } from "./grid.ts";
import { checkExtents, MAX_EXTENT, RegularDimension, wrongNumberOfAxes } from "./regular.ts";

/** `count` cells of `length`, one after the other. */
export interface EdgeRun {
  readonly length: number;
  readonly count: number;
}

/** What makes a dimension: one length for all cells, a length per cell, or runs of equal lengths. */
export type Edges = number | readonly (number | EdgeRun)[];

/** A dimension whose cells differ in length. Takes memory for its runs, whatever the number of cells. */
export class RectilinearDimension implements GridDimension {
  readonly extent: number;
  readonly count: number;
  readonly chunkLength: undefined = undefined;
  /** The cells as declared, neighbours of one length together; they may reach beyond the extent. */
  readonly runs: readonly EdgeRun[];
  readonly #firstCells: Float64Array;
  readonly #firstPositions: Float64Array;

  /** `runs` are merged and reach the extent; {@link rectilinearGrid} checks. */
  constructor(extent: number, runs: readonly EdgeRun[]) {
    this.extent = extent;
    this.runs = runs;
    this.#firstCells = new Float64Array(runs.length);
    this.#firstPositions = new Float64Array(runs.length);
    let cells = 0;
    let position = 0;
    let count = 0;
    for (const [i, run] of runs.entries()) {
      this.#firstCells[i] = cells;
      this.#firstPositions[i] = position;
      if (position < extent)
        count = cells + Math.min(run.count, Math.floor((extent - 1 - position) / run.length) + 1);
      cells += run.count;
      position += run.count * run.length;
    }
    this.count = count;
  }

  cellOf(position: number): number {
    const run = lastAtMost(this.#firstPositions, position);
    const within = Math.floor((position - this.#firstPositions[run]!) / this.runs[run]!.length);
    return this.#firstCells[run]! + within;
  }

  cellStart(cell: number): number {
    const run = lastAtMost(this.#firstCells, cell);
    return this.#firstPositions[run]! + (cell - this.#firstCells[run]!) * this.runs[run]!.length;
  }

  cellLength(cell: number): number {
    return this.runs[lastAtMost(this.#firstCells, cell)]!.length;
  }
}

/** The rectilinear chunk grid. Make one with {@link rectilinearGrid}. */
export class RectilinearGrid implements ChunkGrid {
  readonly name = "rectilinear";
  readonly dimensions: readonly (RegularDimension | RectilinearDimension)[];
  readonly shape: readonly number[];
  readonly chunkShape: undefined = undefined;
  readonly edgeLengths: readonly (readonly number[])[];

  constructor(dimensions: readonly (RegularDimension | RectilinearDimension)[]) {
    this.dimensions = dimensions;
    this.shape = dimensions.map((dimension) => dimension.count);
    this.edgeLengths = dimensions.map((dimension) =>
      dimension instanceof RegularDimension ? [dimension.chunkLength] : lengthsWithin(dimension),
    );
  }

  chunkShapeAt(chunkIndex: readonly number[]): readonly number[] {
    return this.dimensions.map((dimension, axis) => dimension.cellLength(chunkIndex[axis]!));
  }

  /** Keeps all edges; where they end before the new extent, one more cell takes the rest. */
  resize(shape: readonly number[]): RectilinearGrid {
    checkExtents(shape);
    if (shape.length !== this.dimensions.length) throw wrongNumberOfAxes(shape, this.dimensions.length);
    return new RectilinearGrid(
      shape.map((extent, axis) => {
        const dimension = this.dimensions[axis]!;
        if (dimension instanceof RegularDimension) return new RegularDimension(extent, dimension.chunkLength);
        const rest = extent - totalLength(dimension.runs);
        const added = rest > 0 ? [{ length: rest, count: 1 }] : [];
        return new RectilinearDimension(extent, mergeRuns([...dimension.runs, ...added]));
      }),
    );
  }

  toV3(): JsonValue {
    const shapes = this.dimensions.map((dimension) =>
      dimension instanceof RegularDimension ? dimension.chunkLength : edgesToJson(dimension.runs),
    );
    return { name: "rectilinear", configuration: { kind: "inline", chunk_shapes: shapes } };
  }
}

/**
 * The rectilinear grid of an array: per dimension a chunk length for all cells, or the length of each.
 * Lengths may reach beyond the array, not end before it.
 *
 * @throws MetadataValidationError when they do, the numbers of axes differ, or a length or count is not a
 * whole number from 1 to 2^53.
 * @example
 * ```ts
 * rectilinearGrid([10, 6], [[1, 2, 7], 4]).shape; // [3, 2]
 * ```
 */
export function rectilinearGrid(shape: readonly number[], edges: readonly Edges[]): RectilinearGrid {
  checkExtents(shape);
  if (shape.length !== edges.length) throw wrongNumberOfAxes(shape, edges.length);
  return new RectilinearGrid(
    shape.map((extent, axis) => {
      const declared = edges[axis]!;
      if (typeof declared === "number") {
        checkLength(declared, "chunk length", axis);
        return new RegularDimension(extent, declared);
      }
      const runs = mergeRuns(
        declared.map((edge) => (typeof edge === "number" ? { length: edge, count: 1 } : edge)),
      );
      for (const run of runs) {
        checkLength(run.length, "chunk length", axis);
        checkLength(run.count, "number of chunks", axis);
      }
      const total = totalLength(runs);
      if (total < extent) {
        throw new MetadataValidationError(
          `the chunk lengths of dimension ${axis} add up to ${total}, less than its length ${extent}`,
          { expected: extent, actual: total },
        );
      }
      return new RectilinearDimension(extent, runs);
    }),
  );
}

function checkLength(value: number, what: string, axis: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_EXTENT) return;
  throw new MetadataValidationError(
    `${what} ${String(value)} of dimension ${axis} is not a whole number from 1 to 2^53`,
    {
      expected: "a whole number from 1 to 2^53",
      actual: value,
    },
  );
}

function mergeRuns(runs: readonly EdgeRun[]): EdgeRun[] {
  const merged: { length: number; count: number }[] = [];
  for (const { length, count } of runs) {
    const last = merged.at(-1);
    if (last !== undefined && last.length === length) last.count += count;
    else merged.push({ length, count });
  }
  return merged;
}

// Beyond 2^53 the sum is rounded, and larger than any extent all the same.
function totalLength(runs: readonly EdgeRun[]): number {
  return runs.reduce((total, run) => total + run.length * run.count, 0);
}

function lengthsWithin(dimension: RectilinearDimension): number[] {
  const lengths = new Set<number>();
  let cells = 0;
  for (const run of dimension.runs) {
    if (cells >= dimension.count) break;
    lengths.add(run.length);
    cells += run.count;
  }
  return [...lengths];
}

/** Single lengths as numbers, runs of more as `[length, count]`. */
function edgesToJson(runs: readonly EdgeRun[]): JsonValue {
  return runs.map(({ length, count }) => (count === 1 ? length : [length, count]));
}

/** Index of the last of ascending values that is not above `value`. */
function lastAtMost(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
