/**
 * The write engine: from a plan and a block of values to stored chunks.
 *
 * @module
 */
import { forEachLimited, manyMayListen, throwIfAborted } from "../base/async.ts";
import { config } from "../base/config.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { countChunks, planSelection } from "../indexing/plan.ts";
import type { ChunkProjection } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { BoundModel } from "./array-model.ts";
import { locksOf } from "./chunk-locks.ts";
import { chunkKeyOf } from "./read-chunk.ts";
import type { Progress } from "./read-engine.ts";
import { writeOnThreads } from "./thread-write.ts";
import type { ChunkWriteOptions } from "./write-chunk.ts";
import { writeLocked } from "./write-chunk.ts";

/** Options of one write. */
export interface WriteEngineOptions extends ChunkWriteOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Refuse a write that covers some chunk only in part. */
  readonly requireAligned?: boolean | undefined;
}

/**
 * Writes `value`, whose shape is the selection's `axisShape` (or `resultShape` for points).
 * An abort leaves whole chunks: each is written entirely or not at all.
 */
export async function writeSelection(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  value: Block,
  options: WriteEngineOptions,
): Promise<void> {
  throwIfAborted(options.signal);
  manyMayListen(options.signal);
  const { grid } = bound.model;
  if (options.requireAligned === true) requireAligned(at, bound, selection);
  if (await writeOnThreads(at, bound, selection, value, options)) return;
  const total = options.onProgress === undefined ? 0 : countChunks(selection, grid);
  let done = 0;
  await forEachLimited(
    planSelection(selection, grid),
    config.get("async.concurrency"),
    async (projection) => {
      await writeChunk(at, bound, projection, value, options);
      done++;
      options.onProgress?.({ chunksDone: done, chunksTotal: total });
    },
    options,
  );
}

function requireAligned(at: StorePath, bound: BoundModel, selection: NormalizedSelection): void {
  for (const { chunkIndex, part } of planSelection(selection, bound.model.grid)) {
    if (part.kind === "orthogonal" && part.full) continue;
    throw new UnsupportedError(
      `The write covers only part of chunk (${chunkIndex.join(", ")}), and requireAligned asks for whole chunks.`,
      { store: String(at.store), path: at.path, chunkKey: chunkKeyOf(at, bound, chunkIndex), chunkIndex },
    );
  }
}

async function writeChunk(
  at: StorePath,
  bound: BoundModel,
  projection: ChunkProjection,
  value: Block,
  options: WriteEngineOptions,
): Promise<void> {
  const key = chunkKeyOf(at, bound, projection.chunkIndex);
  await locksOf(at.store).run(key, () => writeLocked(at, bound, projection, value, options), options);
}
