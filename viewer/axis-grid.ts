/**
 * Cells along one axis. Pure.
 *
 * @module
 */
import type { AxisGrid } from "./protocol.ts";

/** The cell that holds a position. */
export function axisCellOf({ chunk, starts }: AxisGrid, position: number): number {
  if (chunk !== undefined) return Math.floor(position / chunk);
  const list = starts ?? [0];
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a cell begins and ends within the array. */
export function axisCellSpan({ chunk, starts, length }: AxisGrid, cell: number): readonly [number, number] {
  if (chunk !== undefined) return [cell * chunk, Math.min(length, (cell + 1) * chunk)];
  return [starts?.[cell] ?? 0, starts?.[cell + 1] ?? length];
}
