/**
 * A selection chunk by chunk.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import type { ChunkGrid } from "../grids/grid.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { planSelection } from "../indexing/plan.ts";
import type { ChunkProjection } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import { cStride, sizeOf } from "../kernels/block.ts";

/** What one chunk contributes to a selection. */
export interface ChunkOfSelection<D extends string = string> {
  /** Position of the chunk in the chunk grid. */
  readonly chunkIndex: readonly number[];
  /** Its elements of the selection; integer axes have length 1. */
  readonly data: NDArray<D>;
}

/** Options of `iterChunks`. */
export interface IterateChunksOptions extends AbortOptions {
  /**
   * Give the memory of the chunk before the last to the next one: use each before you ask for another. What a chunk had
   * may be overwritten then, or gone to a thread (its typed array is empty). Default false.
   */
  readonly reuse?: boolean | undefined;
}

/** Reads a part, to the memory of an array that is not used any more where that is given: it may be gone then. */
export type ReadPart<D extends string> = (
  part: NormalizedSelection,
  recycled: NDArray<D> | undefined,
) => Promise<NDArray<D>>;

/** Reads the part of each chunk with `readPart`; the next one is under way while one is in use. */
export async function* iterateChunks<D extends string>(
  selection: NormalizedSelection,
  grid: ChunkGrid,
  readPart: ReadPart<D>,
  options: IterateChunksOptions,
): AsyncGenerator<ChunkOfSelection<D>, void, undefined> {
  const read = options.reuse === true ? intoTurns(readPart) : readPart;
  let ahead: { projection: ChunkProjection; data: Promise<NDArray<D>> } | undefined;
  try {
    for (const projection of planSelection(selection, grid)) {
      const ready = ahead;
      const data = read(selectionOf(projection, grid), undefined);
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

/** Reads into two arrays by turns, where data of the type can be given. */
function intoTurns<D extends string>(read: ReadPart<D>): ReadPart<D> {
  const used: (NDArray<D> | undefined)[] = [];
  let turn = 0;
  return async (part) => {
    const at = turn;
    turn = 1 - turn;
    const before = used[at];
    const chunk = await read(part, before === undefined ? undefined : viewOf(before, part.resultShape));
    // The longest: chunks at the edges are shorter. One whose memory has gone is empty.
    if (before === undefined || chunk.data.length > before.data.length) used[at] = chunk;
    return chunk;
  };
}

/** The memory of an array as one of another shape; `undefined` where it is too small, or not memory of the type. */
function viewOf<D extends string>(array: NDArray<D>, shape: readonly number[]): NDArray<D> | undefined {
  const { dataType, data } = array;
  const length = sizeOf(shape) * dataType.containerStep;
  if (!dataType.isView || !dataType.isContainer(data) || !ArrayBuffer.isView(data)) return undefined;
  if (length > data.length) return undefined;
  // A view of the same kind of typed array.
  const part = (data as unknown as Uint8Array).subarray(0, length) as unknown as typeof data;
  return new NDArray<D>(dataType, { data: part, shape, stride: cStride(shape), offset: 0 });
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
