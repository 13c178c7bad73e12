/**
 * Reads of one chunk, or of a part of it, by a thread, to which the memory of the result goes and comes back from: the calling
 * thread touches none of it. Several such reads go on at a time, one on each thread.
 *
 * @module
 */
import { abortable, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { onlyChunk } from "../indexing/plan.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import type { AxisPair } from "../indexing/projection.ts";
import { sizeOf } from "../kernels/block.ts";
import { LocalStore } from "../storage/local-store.ts";
import type { StorePath } from "../storage/store-path.ts";
import { readyPool } from "../workers/pool.ts";
import { cardOf } from "./array-card.ts";
import type { BoundModel } from "./array-model.ts";
import type { ReadEngineOptions } from "./read-engine.ts";
import type { ChunkTask, DecodeAnswer } from "./thread-job.ts";
import { COLD_BYTES, LEAST_BYTES, poolFor } from "./thread-pool-choice.ts";

/** What a read is one of. */
export interface Sequence<D extends string = string> {
  /** Bytes of all of them. */
  readonly bytes: number;
  /** An array that is not used any more: its memory may be taken, and is gone then. */
  readonly recycled: NDArray<D> | undefined;
}

/** Larger results are read by all threads at once. */
const MAX_BYTES = 16 * 2 ** 20;

/**
 * The elements of a selection within one chunk, in C order, in recycled memory where that is enough. `undefined`, or a
 * promise of it, where that is not the way or did not work: the caller reads them itself then, and sees why.
 */
export function readChunkApart<D extends string>(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  options: ReadEngineOptions,
  sequence: Sequence<D>,
): Promise<Uint8Array | undefined> | undefined {
  const { model } = bound;
  const { itemSize } = model.dataType;
  if (selection.kind !== "orthogonal" || itemSize === 0 || !options.readMissingChunks) return undefined;
  const bytes = sizeOf(selection.axisShape) * itemSize;
  if (bytes < LEAST_BYTES || bytes > MAX_BYTES || bound.chunkCache !== undefined) return undefined;
  const files = LocalStore.directFiles(at.store);
  if (files === undefined || (readyPool() === undefined && sequence.bytes < COLD_BYTES)) return undefined;
  const only = onlyChunk(selection, model.grid);
  if (only?.part.kind !== "orthogonal" || !only.part.axes.every(isPlaced)) return undefined;
  // Plain bytes are read to their place by the system.
  if (bound.chainAt(only.chunkIndex).isPlain) return undefined;
  const card = cardOf(model);
  if (card === undefined) return undefined;
  const task: ChunkTask = {
    kind: "chunk",
    card,
    root: files.absolute,
    followSymlinks: files.followSymlinks,
    path: at.path,
    chunkIndex: only.chunkIndex,
    from: only.part.axes.map(({ from }) => from),
    isFull: only.part.full,
    bytes: memoryOf(sequence.recycled, bytes) ?? new Uint8Array(bytes),
    config: config.toJSON(),
  };
  return answerOf(task, sequence.bytes, options);
}

/** The memory of an array that this library made, where it is enough. */
function memoryOf<D extends string>(
  array: NDArray<D> | undefined,
  bytes: number,
): Uint8Array<ArrayBuffer> | undefined {
  const data = array?.data;
  if (!ArrayBuffer.isView(data) || !(data.buffer instanceof ArrayBuffer)) return undefined;
  return data.byteOffset === 0 && data.byteLength >= bytes
    ? new Uint8Array(data.buffer, 0, bytes)
    : undefined;
}

/** Does a range go to the start of the result, in its order? */
function isPlaced({ from, to }: AxisPair): boolean {
  return from.kind === "range" && to.kind === "range" && to.start === 0 && to.step === 1;
}

async function answerOf(
  task: ChunkTask,
  bytes: number,
  { signal }: AbortOptions,
): Promise<Uint8Array | undefined> {
  throwIfAborted(signal);
  const pool = await poolFor(bytes, { signal });
  if (pool === undefined) return undefined;
  // Threads answer tasks with this, and with nothing when they are gone.
  const answer = (await abortable(pool.run(task, [task.bytes.buffer]), signal)) as DecodeAnswer | undefined;
  return answer?.part;
}
