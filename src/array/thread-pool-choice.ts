/**
 * When a read or a write is worth threads.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { ThreadPool } from "../workers/pool.ts";
import { readyPool, startedPool, startPool } from "../workers/pool.ts";

/** Decoded bytes below which a read or a write is done in place. */
export const LEAST_BYTES: number = 2 ** 20;
/** One chunk alone is not faster elsewhere; but a long one would keep everybody else waiting. */
export const LEAST_ALONE_BYTES: number = 8 * 2 ** 20;
/** The most numbers that workers take of one job. */
export const MAX_NUMBERS: number = 2 ** 30;
/** Decoded bytes that pay for starting threads, which takes some 70 ms. */
export const COLD_BYTES: number = 64 * 2 ** 20;

/** Bytes that were too few to start the pool; many of them start it, too. */
let missedBytes = 0;

/** The pool, if it runs or so many bytes pay for its start. */
export async function poolFor(bytes: number, options: AbortOptions): Promise<ThreadPool | undefined> {
  const ready = readyPool();
  if (ready !== undefined) return ready;
  if (bytes >= COLD_BYTES) return await startedPool(options);
  noteWork(bytes);
  return undefined;
}

/** So many bytes are read or written without threads: starts the pool, without waiting, once they come to enough. */
export function noteWork(bytes: number): void {
  missedBytes += bytes;
  if (missedBytes >= COLD_BYTES && readyPool() === undefined) startPool();
}
