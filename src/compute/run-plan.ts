/**
 * Runs a plan from its beginning to its end.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { InPlaceExecutor } from "./in-place-executor.ts";
import type { Executor, Plan, Task, TaskOutcome } from "./task.ts";

/** How far a plan has come. */
export interface ComputeProgress {
  /** Name of the stage that runs, its number from 0 on, and how many there are. */
  readonly stage: string;
  readonly stageIndex: number;
  readonly stageCount: number;
  readonly chunksDone: number;
  /** Chunks among them that were there already. */
  readonly chunksSkipped: number;
  /** `undefined` where only the listing of the source will tell. */
  readonly chunksTotal: number | undefined;
  readonly bytesDone: number;
  readonly bytesTotal: number | undefined;
}

/** Options of everything that runs a plan. */
export interface ComputeOptions extends AbortOptions {
  /** Default: this thread, 8 tasks at a time. */
  readonly executor?: Executor | undefined;
  /** Bytes of array data in memory at a time. Default 256 MiB. */
  readonly maxMemory?: number | undefined;
  /** Called at the beginning of each stage and after each task. */
  readonly onProgress?: ((progress: ComputeProgress) => void | Promise<void>) | undefined;
}

/** Bytes of array data in memory at a time, where nothing else is said. */
export const DEFAULT_MAX_MEMORY: number = 256 * 2 ** 20;

/** What a plan has done. */
export interface ComputeResult {
  /** Chunks written, over all stages. */
  readonly chunks: number;
  /** Chunks that an earlier run had written. */
  readonly skipped: number;
  /** Bytes of elements that were gone through, over all stages. */
  readonly bytes: number;
}

/**
 * Runs a plan. An abort or a failure leaves whole chunks behind, and the same job goes on from there when it is run again.
 *
 * @param onTask - called with each task and its outcome.
 */
export async function runPlan(
  plan: Plan,
  options: ComputeOptions = {},
  onTask?: (task: Task, outcome: TaskOutcome) => void,
): Promise<ComputeResult> {
  const { signal, executor = new InPlaceExecutor(), maxMemory = DEFAULT_MAX_MEMORY, onProgress } = options;
  await plan.begin({ signal });
  const total = { chunks: 0, skipped: 0, bytes: 0 };
  for (const [stageIndex, stage] of plan.stages.entries()) {
    const done = { chunks: 0, skipped: 0, bytes: 0 };
    const report = async (): Promise<void> =>
      await onProgress?.({
        stage: stage.name,
        stageIndex,
        stageCount: plan.stages.length,
        chunksDone: done.chunks,
        chunksSkipped: done.skipped,
        chunksTotal: stage.chunks,
        bytesDone: done.bytes,
        bytesTotal: stage.size,
      });
    await report();
    await executor.execute(stage, {
      signal,
      maxMemory,
      onDone: async (task, outcome) => {
        done.chunks += outcome.chunks;
        done.bytes += task.size;
        if (outcome.skipped) done.skipped += outcome.chunks;
        onTask?.(task, outcome);
        await report();
      },
    });
    total.chunks += done.chunks - done.skipped;
    total.skipped += done.skipped;
    total.bytes += done.bytes;
  }
  await plan.finish({ signal });
  return total;
}
