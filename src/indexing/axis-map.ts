/**
 * Axis maps: taking parts of them, and making the smallest one for given positions.
 *
 * @module
 */
import type { AxisMap } from "./projection.ts";

/** The map of `count` positions from `start`, one after the other. */
export function rangeMap(start: number, count: number, step = 1): AxisMap {
  return { kind: "range", start, step, count };
}

/** The map of a list of positions: a range where they lie at even, non-zero distances. Aliases `positions`. */
export function listMap(positions: Float64Array): AxisMap {
  const count = positions.length;
  if (count === 0) return rangeMap(0, 0);
  if (count === 1) return rangeMap(positions[0]!, 1);
  const step = positions[1]! - positions[0]!;
  if (step === 0) return { kind: "list", positions };
  for (let i = 2; i < count; i++) {
    if (positions[i]! - positions[i - 1]! !== step) return { kind: "list", positions };
  }
  return rangeMap(positions[0]!, count, step);
}

/** `count` consecutive positions of a map, from its `first`-th on. May alias the map's list. */
export function sliceMap(map: AxisMap, first: number, count: number): AxisMap {
  if (map.kind === "list") return { kind: "list", positions: map.positions.subarray(first, first + count) };
  return rangeMap(map.start + first * map.step, count, count === 1 ? 1 : map.step);
}

/** The positions of a map at some of its indices, in the order of these. */
export function pickMap(map: AxisMap, indices: Uint32Array): AxisMap {
  const picked = new Float64Array(indices.length);
  if (map.kind === "list") {
    for (let i = 0; i < indices.length; i++) picked[i] = map.positions[indices[i]!]!;
  } else {
    for (let i = 0; i < indices.length; i++) picked[i] = map.start + indices[i]! * map.step;
  }
  return listMap(picked);
}
