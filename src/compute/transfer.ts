/**
 * Moving a box of values from one array to another in bounded memory: read piece by piece into one buffer, written chunk by
 * chunk from it.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import { forEachLimited } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { allocateBlock, sizeOf, wrapBlock } from "../kernels/block.ts";
import { cellRegion, cellsIn, intersection, pieces, regionSelection, regionShape } from "./region.ts";
import type { Region } from "./region.ts";

/** Bytes that an element of variable length is taken to have. */
export const VARIABLE_BYTES = 64;

/** How much is under way beside the buffer. */
export interface TransferLimits {
  /** Most that is read at a time: lengths of a piece of a source chunk that can be read in parts. */
  readonly pieceLengths: readonly number[] | undefined;
  readonly reads: number;
  readonly writes: number;
}

/** Buffers of one size, used again: what a runtime frees late would count against the bound. */
export class BufferPool {
  readonly #free: Uint8Array[] = [];

  /** A buffer of exactly so many bytes, of any content. */
  take(size: number): Uint8Array {
    const at = this.#free.findIndex((buffer) => buffer.length === size);
    return at < 0 ? new Uint8Array(size) : this.#free.splice(at, 1)[0]!; // just found
  }

  give(buffer: Uint8Array): void {
    this.#free.push(buffer);
    if (this.#free.length > 4) this.#free.shift();
  }
}

/** Reads a box into `into`, which has its shape; where elements lie as bytes. */
export async function readBox(
  source: ZarrArray,
  region: Region,
  into: NDArray,
  limits: TransferLimits,
  options: AbortOptions,
): Promise<void> {
  await forEachLimited(
    readPieces(source, region, limits.pieceLengths),
    limits.reads,
    async (piece) => {
      const out = viewOf(into, region, piece);
      await source.get(regionSelection(piece), { out, signal: options.signal });
    },
    options,
  );
}

/** Writes the chunks of `target` that lie in a box from `values`, which has its shape. */
export async function writeBox(
  target: ZarrArray,
  chunks: readonly (readonly number[])[],
  region: Region,
  values: NDArray,
  limits: Pick<TransferLimits, "writes">,
  options: AbortOptions,
): Promise<void> {
  await forEachLimited(
    chunks,
    limits.writes,
    async (chunkIndex) => {
      const cell = cellRegion(target.model.grid, chunkIndex);
      await target.set(regionSelection(cell), viewOf(values, region, cell), options);
    },
    options,
  );
}

/**
 * Copies these chunks of `target`, all of which lie in `region`, from `source`. Arrays whose elements are no plain bytes go chunk by chunk.
 */
export async function transfer(
  source: ZarrArray,
  target: ZarrArray,
  region: Region,
  chunks: readonly (readonly number[])[],
  limits: TransferLimits,
  pool: BufferPool,
  options: AbortOptions,
): Promise<void> {
  if (chunks.length === 0) return;
  const { dataType } = target;
  if (!dataType.isView) {
    for (const chunkIndex of chunks) {
      const selection = regionSelection(cellRegion(target.model.grid, chunkIndex));
      await target.set(selection, await source.get(selection, options), options);
    }
    return;
  }
  const shape = regionShape(region);
  const buffer = pool.take(sizeOf(shape) * dataType.itemSize);
  try {
    const values = NDArray.fromBlock(dataType, wrapBlock(buffer, shape, dataType.itemSize));
    await readBox(source, region, values, limits, options);
    await writeBox(target, chunks, region, values, limits, options);
  } finally {
    pool.give(buffer);
  }
}

/** An array in memory for the values of a box. */
export function boxArray(like: ZarrArray, region: Region): NDArray {
  const { dataType } = like;
  return NDArray.fromBlock(dataType, allocateBlock(regionShape(region), dataType.itemSize));
}

/** The chunks of an array in a box. */
export function chunksIn(target: ZarrArray, region: Region): number[][] {
  return [...cellsIn(target.model.grid, region)];
}

/** The parts in which a box is read: one for each chunk, and chunks that can be read in parts in pieces of whole cells. */
function* readPieces(
  source: ZarrArray,
  region: Region,
  pieceLengths: readonly number[] | undefined,
): Generator<Region, void, undefined> {
  const { grid } = source.model;
  for (const chunkIndex of cellsIn(grid, region)) {
    const cell = cellRegion(grid, chunkIndex);
    const wanted = intersection(cell, region);
    if (pieceLengths === undefined) yield wanted;
    else {
      // Inner chunks begin where their shard does.
      const starts = cell.map(([start]) => start);
      const local = wanted.map(([from, to], axis) => [from - starts[axis]!, to - starts[axis]!] as const);
      for (const piece of pieces(local, pieceLengths))
        yield piece.map(([from, to], axis) => [from + starts[axis]!, to + starts[axis]!] as const);
    }
  }
}

/** A box within the array that holds a larger one; nothing is copied. */
export function viewOf(values: NDArray, whole: Region, part: Region): NDArray {
  const offset = part.reduce(
    (at, [start], axis) => at + (start - whole[axis]![0]) * values.stride[axis]!,
    values.offset,
  );
  return new NDArray(values.dataType, {
    data: values.data,
    shape: regionShape(part),
    stride: values.stride,
    offset,
  });
}
