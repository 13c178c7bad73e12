/**
 * The executor that runs tasks in this thread, several at a time.
 *
 * @module
 */
import { manyMayListen, throwIfAborted } from "../base/async.ts";
import type { ExecuteOptions, Executor, Stage, Task } from "./task.ts";

/** Options of `InPlaceExecutor`. */
export interface InPlaceOptions {
  /** Tasks at a time, where memory allows so many. Default 8. */
  readonly concurrency?: number | undefined;
}

/** Runs tasks in this thread: as many at a time as memory allows, and at least one. */
export class InPlaceExecutor implements Executor {
  readonly #concurrency: number;

  constructor({ concurrency = 8 }: InPlaceOptions = {}) {
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new RangeError(`concurrency is a whole number from 1 on, not ${concurrency}.`);
    this.#concurrency = concurrency;
  }

  async execute(stage: Stage, { signal, onDone, maxMemory = Infinity }: ExecuteOptions): Promise<void> {
    throwIfAborted(signal);
    // The first failure stops the others, which are let settle.
    const stop = new AbortController();
    const all = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    manyMayListen(all);
    const running = new Set<Promise<void>>();
    let bytes = 0;
    let failure: { readonly error: unknown } | undefined;
    const start = (task: Task): void => {
      bytes += task.bytes;
      const run = async (): Promise<void> => {
        try {
          const outcome = await stage.run(task, { signal: all });
          await onDone?.(task, outcome);
        } catch (error) {
          failure ??= { error };
          stop.abort(error);
        } finally {
          bytes -= task.bytes;
        }
      };
      const promise: Promise<void> = run().finally(() => running.delete(promise));
      running.add(promise);
    };
    try {
      for await (const task of stage.tasks({ signal: all })) {
        while (running.size > 0 && (running.size >= this.#concurrency || bytes + task.bytes > maxMemory))
          await Promise.race(running);
        if (all.aborted) break;
        start(task);
      }
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
    }
    await Promise.all(running);
    throwIfAborted(signal);
    if (failure !== undefined) throw failure.error;
  }
}
