/**
 * How many chunks are stored.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { ArrayModel } from "./array-model.ts";

/** Stored chunks that lie in the array's grid; for a sharded array all inner chunks of its stored shards. */
export async function countStoredChunks(
  at: StorePath,
  model: ArrayModel,
  options: AbortOptions,
): Promise<number> {
  const { grid, chunkKeys, shape, chain } = model;
  const prefix = at.path === "" ? "" : `${at.path}/`;
  const inner = chain.arrayBytes.innerChunkShape;
  let count = 0;
  for await (const key of at.store.listPrefix(prefix, options)) {
    const index = chunkKeys.decode(key.slice(prefix.length), shape.length);
    const inGrid = index?.every((cell, axis) => cell < grid.shape[axis]!);
    if (index === undefined || inGrid !== true) continue;
    if (inner === undefined) count++;
    else {
      const shard = grid.chunkShapeAt(index);
      count += shard.reduce((product, length, axis) => product * (length / inner[axis]!), 1);
    }
  }
  return count;
}
