/**
 * What compute is made of: plans of stages of tasks, and executors that run them.
 *
 * A task is plain data and knows nothing but what it is about; what is done for it is its stage's. The same call makes the
 * same plan wherever it is made, so that a task may go through a queue: whoever takes it makes the plan and runs
 * `stage.run(task)`.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";

/** A unit of work: independent of the others of its stage, and idempotent. Plain JSON. */
export interface Task {
  /** Unique in its stage: `0,64/2,128`. */
  readonly id: string;
  /** Bytes of array data that it holds in memory at most. */
  readonly bytes: number;
  /** Bytes of elements that it is about, for progress. */
  readonly size: number;
}

/** What came of a task. */
export interface TaskOutcome<R = unknown> {
  /** Was all of it there already, from an earlier run? */
  readonly skipped: boolean;
  /** Chunks of the target that it is about. */
  readonly chunks: number;
  readonly result: R;
}

/** Tasks that may run in any order and at the same time. */
export interface Stage<T extends Task = Task, R = unknown> {
  /** Unique in its plan: `copy`, `split`, `level 2`. */
  readonly name: string;
  /** Chunks that all tasks together are about, where that is known before they are listed. */
  readonly chunks: number | undefined;
  /** Bytes of elements that all tasks together are about, likewise. */
  readonly size: number | undefined;
  /** The tasks, in the order in which they are best begun. */
  tasks(options: AbortOptions): Iterable<T> | AsyncIterable<T>;
  /** Does one task; again does no harm, also after a run that was killed. */
  run(task: T, options: AbortOptions): Promise<TaskOutcome<R>>;
}

/** A job: stages, one after the other. */
export interface Plan {
  readonly stages: readonly Stage[];
  /** Runs before the first task: looks whether the target is free, or half done by the same job. */
  begin(options: AbortOptions): Promise<void>;
  /** Runs after the last task: metadata appears, and what the job needed for itself goes. */
  finish(options: AbortOptions): Promise<void>;
}

/** How an executor is called. */
export interface ExecuteOptions extends AbortOptions {
  /** Called once a task is done, in whatever order they end. */
  readonly onDone?: ((task: Task, outcome: TaskOutcome) => void | Promise<void>) | undefined;
  /** Bytes that tasks under way may hold together. */
  readonly maxMemory?: number | undefined;
}

/**
 * Runs the tasks of a stage: in place, on threads, or through a queue. It may run a task twice; it settles when every task has
 * been run, and rejects with the first failure once nothing runs any more.
 */
export interface Executor {
  execute(stage: Stage, options: ExecuteOptions): Promise<void>;
}
