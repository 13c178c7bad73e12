/**
 * The read engine: from a plan to elements in a block.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import {
  attempt,
  chain as whenHere,
  forEachLimited,
  isPromise,
  manyMayListen,
  throwIfAborted,
} from "../base/async.ts";
import { config } from "../base/config.ts";
import { locateError, CodecError } from "../base/errors.ts";
import { copyPartOut, fillPart } from "../codecs/copy-part.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { countChunks, onlyChunk, planSelection } from "../indexing/plan.ts";
import { entirePart } from "../indexing/projection.ts";
import type { ChunkProjection } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock, sizeOf } from "../kernels/block.ts";
import type { Store } from "../storage/store.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { BoundModel } from "./array-model.ts";
import { chunkKeyOf, decodeWhole, readChunk } from "./read-chunk.ts";
import { decodeHelp } from "./thread-decode.ts";
import { LEAST_BYTES } from "./thread-pool-choice.ts";
import { readOnThreads } from "./thread-read.ts";

/** How far a read or write has come. */
export interface Progress {
  readonly chunksDone: number;
  readonly chunksTotal: number;
}

/** Options of one read. */
export interface ReadEngineOptions extends AbortOptions {
  /** Called after each chunk. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Are missing chunks fill value, or an error? */
  readonly readMissingChunks: boolean;
}

/**
 * Reads a selection into `target`, whose shape is the selection's `axisShape` (or
 * `resultShape` for points). Every element is written, or the read rejects.
 */
export async function readSelection(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  target: Block,
  options: ReadEngineOptions,
): Promise<void> {
  throwIfAborted(options.signal);
  const { grid } = bound.model;
  const only = onlyChunk(selection, grid);
  const isSmall = sizeOf(target.shape) * target.itemSize < LEAST_BYTES;
  if (!isSmall && (await readOnThreads(at, bound, selection, target, options))) return;
  const help = isSmall ? undefined : decodeHelp(bound, selection);
  // Nobody is called back before they have the promise.
  if (options.onProgress !== undefined) await undefined;
  const total = only !== undefined || options.onProgress === undefined ? 1 : countChunks(selection, grid);
  const missing: { key: string; index: readonly number[] }[] = [];
  let done = 0;
  const read = (projection: ChunkProjection, signal: AbortSignal | undefined): Awaitable<void> =>
    whenHere(readChunk(at, bound, projection, target, { signal }, help), (found) => {
      if (!found) {
        if (options.readMissingChunks) fillPart(projection.part, target, bound.fill);
        else
          missing.push({ key: chunkKeyOf(at, bound, projection.chunkIndex), index: projection.chunkIndex });
      }
      done++;
      options.onProgress?.({ chunksDone: done, chunksTotal: total });
    });
  const abortedFirst = (error: unknown): never => {
    throw options.signal?.aborted === true ? options.signal.reason : error;
  };
  if (only !== undefined) {
    manyMayListen(options.signal);
    const pending = attempt(() => read(only, options.signal), abortedFirst);
    if (isPromise(pending)) await pending;
  } else {
    // Siblings of a chunk that failed are stopped, and let settle before the error is thrown.
    const stop = new AbortController();
    const signal =
      options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
    manyMayListen(signal);
    await forEachLimited(planSelection(selection, grid), concurrencyOf(at.store), (projection) => {
      throwIfAborted(options.signal);
      return attempt(
        () => read(projection, signal),
        (error) => {
          stop.abort(error);
          abortedFirst(error);
        },
      );
    });
  }
  if (missing.length > 0) throw missingChunks(at, missing);
}

/** Chunks that are read at a time. */
function concurrencyOf(store: Store): number {
  return config.isDefault("async.concurrency") ? store.concurrentReads : config.get("async.concurrency");
}

/** A chunk as a block of its own, for a write that changes part of it; fill value where it is missing. */
export async function readChunkForUpdate(
  at: StorePath,
  bound: BoundModel,
  chunkIndex: readonly number[],
  existing: Uint8Array | undefined,
): Promise<Block> {
  const chain = bound.chainAt(chunkIndex);
  const { shape, dataType } = chain.spec;
  const block = allocateBlock(shape, dataType.itemSize);
  const whole = entirePart(shape);
  if (existing === undefined) fillPart(whole, block, bound.fill);
  else {
    try {
      const decoded = decodeWhole(chain, existing);
      // Copied at once where it is here: others may decode while this waits.
      copyPartOut(whole, isPromise(decoded) ? await decoded : decoded, block);
    } catch (error) {
      const chunkKey = chunkKeyOf(at, bound, chunkIndex);
      throw locateError(error, { store: String(at.store), path: at.path, chunkKey, chunkIndex });
    }
  }
  return block;
}

function missingChunks(
  at: StorePath,
  missing: readonly { key: string; index: readonly number[] }[],
): CodecError {
  const [first] = missing;
  const shown = missing
    .slice(0, 10)
    .map(({ key, index }) => `chunk '${key}' (grid position (${index.join(", ")}))`);
  const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : "";
  return new CodecError(`${missing.length} chunk(s) are missing: ${shown.join("; ")}${more}.`, {
    store: String(at.store),
    path: at.path,
    chunkKey: first!.key,
    chunkIndex: first!.index,
  });
}
