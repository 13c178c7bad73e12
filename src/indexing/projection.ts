/**
 * Projections: which elements of one chunk go where in the result. A slice is three
 * integers, whatever its length.
 *
 * @module
 */

/** Positions along one axis, in the order the user asked for them. */
export type AxisMap =
  | { readonly kind: "range"; readonly start: number; readonly step: number; readonly count: number }
  | { readonly kind: "list"; readonly positions: Float64Array };

/** Positions along an axis of the array (or chunk) and, element by element, along the same axis of the result. */
export interface AxisPair {
  readonly from: AxisMap;
  readonly to: AxisMap;
}

/**
 * What one chunk contributes.
 *
 * - `orthogonal`: the product of one map per axis. `to` addresses the result viewed with one
 *   axis per array axis, an integer's axis having length 1.
 * - `points`: element `i` of the chunk is at (`from[0][i]`, `from[1][i]`, …) and goes to flat
 *   element `to[i]` of the result.
 */
export type ChunkPart =
  | {
      readonly kind: "orthogonal";
      readonly axes: readonly AxisPair[];
      /** Does it cover every element of the chunk that lies within the array? Then nothing needs to be read before a write. */
      readonly full: boolean;
    }
  | { readonly kind: "points"; readonly from: readonly Float64Array[]; readonly to: Float64Array };

/** A chunk and its part of a selection. */
export interface ChunkProjection {
  readonly chunkIndex: readonly number[];
  readonly part: ChunkPart;
}

/** Number of positions of a map. */
export function mapLength(map: AxisMap): number {
  return map.kind === "range" ? map.count : map.positions.length;
}

/** All of a chunk, each element in its own place: the part that a whole decode or fill covers. */
export function entirePart(shape: readonly number[]): ChunkPart {
  const axes = shape.map((count) => {
    const all = { kind: "range", start: 0, step: 1, count } as const;
    return { from: all, to: all };
  });
  return { kind: "orthogonal", axes, full: true };
}
