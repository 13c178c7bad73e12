/**
 * Cells of a picture along one axis: parts that are asked for together. Pure.
 *
 * Small chunks are joined, so that few requests make a picture; large ones are split, so that few pixels do.
 *
 * @module
 */
import { axisCellOf, axisCellSpan } from "../axis-grid.ts";
import type { AxisGrid } from "../protocol.ts";

/** Elements along one side of a cell, about. */
export const CELL_LENGTH = 512;
/** Chunks above this length are split. */
export const MAX_CELL_LENGTH = 1024;

/** Cells along one axis. */
export interface AxisCells {
  readonly count: number;
  /** Elements of a cell, from `start` to `stop`. */
  span(cell: number): readonly [start: number, stop: number];
  /** The chunks that hold a cell: what is read for it. */
  block(cell: number): readonly [start: number, stop: number];
  /** The cell of a position; positions outside belong to the first or last one. */
  at(position: number): number;
}

/**
 * Cells over the chunks of an axis.
 *
 * @param most - How many chunks may be joined along this axis.
 */
export function axisCells(grid: AxisGrid, most: number): AxisCells {
  const { length, chunk } = grid;
  if (chunk === undefined) {
    return {
      count: grid.count,
      span: (cell) => axisCellSpan(grid, cell),
      block: (cell) => axisCellSpan(grid, cell),
      at: (position) => axisCellOf(grid, clamp(position, length)),
    };
  }
  if (chunk > MAX_CELL_LENGTH) {
    const parts = Math.ceil(chunk / MAX_CELL_LENGTH);
    const part = Math.ceil(chunk / parts);
    const startOf = (cell: number): number => Math.floor(cell / parts) * chunk + (cell % parts) * part;
    const at = (position: number): number => {
      const inside = clamp(position, length);
      return Math.floor(inside / chunk) * parts + Math.floor((inside % chunk) / part);
    };
    return {
      count: length === 0 ? 0 : at(length - 1) + 1,
      span: (cell) => {
        const chunkEnd = (Math.floor(cell / parts) + 1) * chunk;
        return [startOf(cell), Math.min(length, chunkEnd, startOf(cell) + part)];
      },
      block: (cell) => axisCellSpan(grid, Math.floor(cell / parts)),
      at,
    };
  }
  const joined = chunk * Math.max(1, Math.min(most, Math.floor(CELL_LENGTH / chunk)));
  const span = (cell: number): readonly [number, number] => [
    cell * joined,
    Math.min(length, (cell + 1) * joined),
  ];
  return {
    count: Math.ceil(length / joined),
    span,
    block: span,
    at: (position) => Math.floor(clamp(position, length) / joined),
  };
}

function clamp(position: number, length: number): number {
  return Math.max(0, Math.min(length - 1, Math.floor(position)));
}
