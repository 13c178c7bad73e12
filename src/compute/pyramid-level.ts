/**
 * The stage that makes one level of a pyramid from the one before.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import type { DataOf } from "../dtypes/data-types.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { slice } from "../indexing/slice.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import { boxSource } from "./box-source.ts";
import { averageBlocks } from "./downsample.ts";
import type { Job } from "./job.ts";
import { chunkKey } from "./new-array.ts";
import { gridRegions, pieces, regionId, regionSelection, regionShape, regionSize } from "./region.ts";
import type { Region, RegionTask } from "./region.ts";
import type { Stage } from "./task.ts";
import { boxArray, chunksIn, VARIABLE_BYTES, viewOf } from "./transfer.ts";

/** How one level becomes the next. */
export interface Shrinking {
  readonly from: ZarrArray;
  readonly to: ZarrArray;
  readonly factors: readonly number[];
  readonly method: "mean" | "nearest";
  /** Bytes that are read of `from` at a time. */
  readonly readBytes: number;
}

/** The stage that makes one level from the one before. */
export function levelStage(shrinking: Shrinking, level: number, job: Job): Stage<RegionTask> {
  const { from, to, factors, readBytes } = shrinking;
  const { grid } = to.model;
  const itemSize = to.dataType.itemSize || VARIABLE_BYTES;
  const share = factors.reduce((product, factor) => product * factor, 1);
  return {
    name: `level ${level}`,
    chunks: grid.shape.reduce((count, length) => count * length, 1),
    size: to.size * itemSize,
    *tasks() {
      for (const region of gridRegions(
        grid,
        grid.shape.map(() => 1),
      )) {
        const size = regionSize(region) * itemSize;
        const read = Math.min(size * share, readBytes);
        // What is written, encoded and decoded; what is read for it, likewise; sums and counts.
        const sums = (read / itemSize / share) * 12;
        yield { id: regionId(region), region, size, bytes: Math.ceil(3 * size + 2 * read + sums) };
      }
    },
    async run({ region }, options) {
      const chunks = chunksIn(to, region);
      const done = await Promise.all(chunks.map((chunk) => job.has(to.store, chunkKey(to, chunk), options)));
      if (done.every(Boolean)) return { skipped: true, chunks: chunks.length, result: undefined };
      const lengths = pieceLengths(regionShape(region), from, factors, readBytes);
      const values = await (to.dataType.isView && lengths.join() !== regionShape(region).join()
        ? assembled(shrinking, region, lengths, options)
        : shrunk(shrinking, region, options));
      await to.set(regionSelection(region), values, options);
      return { skipped: false, chunks: chunks.length, result: undefined };
    },
  };
}

/** Lengths of the pieces of a box whose elements of the level before fit in memory: halved along the longest axis until they do. */
function pieceLengths(
  shape: readonly number[],
  from: ZarrArray,
  factors: readonly number[],
  readBytes: number,
): number[] {
  const lengths = [...shape];
  const itemSize = from.dataType.itemSize || VARIABLE_BYTES;
  const bytes = (): number =>
    lengths.reduce((product, length, axis) => product * length * factors[axis]!, itemSize);
  while (bytes() > readBytes) {
    const longest = lengths.indexOf(Math.max(...lengths));
    if (lengths[longest]! <= 1) break;
    lengths[longest] = Math.ceil(lengths[longest]! / 2);
  }
  return lengths;
}

/** A large box, piece by piece: a shard is written whole, but what it is made of need not be in memory at once. */
async function assembled(
  shrinking: Shrinking,
  region: Region,
  lengths: readonly number[],
  options: AbortOptions,
): Promise<NDArray> {
  const whole = boxArray(shrinking.to, region);
  const starts = region.map(([start]) => start);
  const local = region.map(([start, stop]) => [0, stop - start] as const);
  for (const piece of pieces(local, lengths)) {
    const part = piece.map(([from, to], axis) => [from + starts[axis]!, to + starts[axis]!] as const);
    const values = await shrunk(shrinking, part, options);
    copyBlock(values.toBlock(), viewOf(whole, region, part).toBlock());
  }
  return whole;
}

/** The values of a box, from those of the level before. */
async function shrunk(
  { from, to, factors, method }: Shrinking,
  region: Region,
  options: AbortOptions,
): Promise<NDArray> {
  if (method === "nearest") {
    const steps = region.map(([start, stop], axis) => {
      const factor = factors[axis]!;
      return slice(start * factor, (stop - 1) * factor + 1, factor);
    });
    const values = await from.get(steps, options);
    // Slices give arrays.
    if (!(values instanceof NDArray)) throw new TypeError("A box is read as an array.");
    return values;
  }
  const larger = region.map(
    ([start, stop], axis) =>
      [start * factors[axis]!, Math.min(stop * factors[axis]!, from.shape[axis]!)] as const,
  );
  const values = await boxSource(from, larger, options).read();
  const shape = regionShape(region);
  // A typed array like that of the values, which are of the same data type.
  const data = averageBlocks(values, factors, shape) as unknown as DataOf;
  return new NDArray(to.dataType, { data, shape });
}
