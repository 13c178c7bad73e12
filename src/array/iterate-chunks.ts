/**
 * A selection chunk by chunk.
 *
 * @module
 */
import type { NDArray } from "../dtypes/nd-array.ts";
import type { ChunkGrid } from "../grids/grid.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { planSelection } from "../indexing/plan.ts";
import type { ChunkProjection } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";

/** What one chunk contributes to a selection. */
export interface ChunkOfSelection<D extends string = string> {
  /** Position of the chunk in the chunk grid. */
  readonly chunkIndex: readonly number[];
  /** Its elements of the selection; integer axes have length 1. */
  readonly data: NDArray<D>;
}

/** Reads the part of each chunk with `read`; the next one is under way while one is in use. */
export async function* iterateChunks<D extends string>(
  selection: NormalizedSelection,
  grid: ChunkGrid,
  read: (part: NormalizedSelection) => Promise<NDArray<D>>,
): AsyncGenerator<ChunkOfSelection<D>, void, undefined> {
  let ahead: { projection: ChunkProjection; data: Promise<NDArray<D>> } | undefined;
  try {
    for (const projection of planSelection(selection, grid)) {
      const ready = ahead;
      const data = read(selectionOf(projection, grid));
      data.catch(() => {}); // whoever takes it sees the failure
      ahead = { projection, data };
      if (ready !== undefined) yield { chunkIndex: ready.projection.chunkIndex, data: await ready.data };
    }
    if (ahead !== undefined) {
      const last = ahead;
      ahead = undefined;
      yield { chunkIndex: last.projection.chunkIndex, data: await last.data };
    }
  } finally {
    await ahead?.data.catch(() => {}); // nothing is left running when the caller leaves
  }
}

/** A chunk's part as a selection of the array: positions in the array again, in the order of the result. */
function selectionOf({ chunkIndex, part }: ChunkProjection, grid: ChunkGrid): NormalizedSelection {
  const starts = chunkIndex.map((cell, axis) => grid.dimensions[axis]!.cellStart(cell));
  if (part.kind === "points") {
    const coordinates = part.from.map((positions, axis) =>
      positions.map((position) => position + starts[axis]!),
    );
    return {
      kind: "points",
      length: part.to.length,
      coordinates,
      resultShape: [part.to.length],
      scalar: false,
    };
  }
  const axes = part.axes.map(({ from }, axis) =>
    from.kind === "range"
      ? { ...from, start: from.start + starts[axis]! }
      : { kind: "list" as const, positions: from.positions.map((position) => position + starts[axis]!) },
  );
  const shape = axes.map(mapLength);
  return { kind: "orthogonal", axes, axisShape: shape, resultShape: shape, scalar: false };
}
