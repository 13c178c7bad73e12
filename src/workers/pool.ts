/**
 * The pool of threads: started when a large read or write first pays for it, kept for the next, replaced when a thread
 * crashes. The process never waits for idle threads.
 *
 * @module
 */
import { abortable, KeyedLock } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import { tryNodeBuiltin } from "../base/platform.ts";
import { arenaOf, MAX_THREADS, sharedMemoryOf } from "./shared-memory.ts";
import { startThread } from "./thread.ts";
import type { Thread, Transfer } from "./thread.ts";

/** The first message to a thread. */
export interface Welcome {
  readonly kind: "welcome";
  /** Shared memory for large reads and writes of files, and the part of it for the kernels of the thread; `undefined` where there are none. */
  readonly shared:
    | { readonly memory: WebAssembly.Memory; readonly base: number; readonly limit: number }
    | undefined;
}

/** A task for one thread; the answer carries its number. */
export interface Numbered {
  readonly task: number;
}

/** What a thread tells of itself; everything else it says is for the job under way. */
type Status =
  | { readonly kind: "ready" }
  | { readonly kind: "left" }
  | ({ readonly kind: "answer" } & Numbered);

/** A job that has all threads to itself. */
export interface Lease {
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  /** Sends a job to every thread. */
  start(job: unknown): void;
  /** Called with what threads say, and once with `undefined` when none of them is at work any more. */
  onMessage: (message: unknown) => void;
}

/** A thread, and how many tasks it has. */
interface PooledThread {
  readonly thread: Thread;
  tasks: number;
  /** Jobs, tasks and others for which the process waits for the thread. */
  holders: number;
}

/** Threads that are ready, with the memory they share. */
export class ThreadPool {
  readonly #memory: WebAssembly.Memory | undefined;
  readonly #threads: PooledThread[] = [];
  readonly #answers = new Map<number, { thread: PooledThread; settle: (answer: unknown) => void }>();
  #nextTask = 0;
  readonly #turns = new KeyedLock();
  readonly ready: Promise<boolean>;
  #isReady = false;
  #breaking: Promise<void> | undefined;
  #current: { listener: (message: unknown) => void; left: number; end: () => void } | undefined;

  constructor(threads: number) {
    // Only where there are local files do threads share memory.
    this.#memory = tryNodeBuiltin("fs") === undefined ? undefined : sharedMemoryOf(threads);
    let settle!: (isReady: boolean) => void;
    this.ready = new Promise((resolve) => (settle = resolve));
    let awaited = threads;
    for (let number = 0; number < threads; number++) {
      const thread = startThread({
        onMessage: (message) => {
          const { kind } = message as Status; // threads speak only this protocol
          if (kind === "ready") {
            if (--awaited === 0) settle((this.#isReady = true));
          } else if (kind === "left") this.#leave();
          else if (kind === "answer") this.#answer(message as Numbered);
          else this.#current?.listener(message);
        },
        onGone: () => {
          settle(false);
          this.#break();
        },
      });
      if (thread === undefined) {
        settle(false);
        this.#break();
        return;
      }
      this.#threads.push({ thread, tasks: 0, holders: 0 });
      const memory = this.#memory;
      const shared = memory === undefined ? undefined : { memory, ...arenaOf(number) };
      thread.post({ kind: "welcome", shared } satisfies Welcome);
    }
  }

  /** Have all threads started? */
  get isReady(): boolean {
    return this.#isReady && this.#breaking === undefined;
  }

  /** Has a thread gone? Such a pool is not used again. */
  get isBroken(): boolean {
    return this.#breaking !== undefined;
  }

  /** Have they started? The process waits for them as long as somebody does. */
  async awaited(): Promise<boolean> {
    for (const pooled of this.#threads) this.#hold(pooled);
    try {
      return await this.ready;
    } finally {
      for (const pooled of this.#threads) this.#letGo(pooled);
    }
  }

  #hold(pooled: PooledThread): void {
    if (pooled.holders++ === 0) pooled.thread.hold(true);
  }

  #letGo(pooled: PooledThread): void {
    if (--pooled.holders === 0) pooled.thread.hold(false);
  }

  /** Runs `work` with all threads, after those who came before. Settles as `work` does; the next one waits for the threads, too. */
  lease<T>(work: (lease: Lease) => Promise<T>, options: AbortOptions = {}): Promise<T> {
    const memory = this.#memory;
    if (memory === undefined) throw new TypeError("Threads share no memory here.");
    return new Promise<T>((resolve, reject) => {
      const turn = async (): Promise<void> => {
        let end!: () => void;
        const ended = new Promise<void>((settle) => (end = settle));
        const { lease, isStarted } = this.#lease(memory, end);
        await work(lease).then(resolve, reject);
        if (isStarted()) await ended;
      };
      this.#turns.run("", turn, options).catch(reject);
    });
  }

  #lease(memory: WebAssembly.Memory, end: () => void): { lease: Lease; isStarted: () => boolean } {
    let isStarted = false;
    const lease: Lease = {
      memory,
      threads: this.#threads.length,
      start: (job) => {
        isStarted = true;
        this.#current = {
          listener: (message) => lease.onMessage(message),
          left: this.#threads.length,
          end,
        };
        if (this.#breaking !== undefined) return void this.#breaking.then(() => this.#abandon());
        for (const pooled of this.#threads) {
          this.#hold(pooled);
          pooled.thread.post(job);
        }
      },
      onMessage: () => {},
    };
    return { lease, isStarted: () => isStarted };
  }

  /** Sends a task to the thread that has least to do, and gives its answer; `undefined` when the thread has gone. */
  run(task: object, transfer: Transfer): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#breaking !== undefined) return resolve(undefined);
      const chosen = this.#threads.reduce((least, each) => (each.tasks < least.tasks ? each : least));
      const number = this.#nextTask++;
      this.#answers.set(number, { thread: chosen, settle: resolve });
      chosen.tasks++;
      this.#hold(chosen);
      chosen.thread.post({ ...task, task: number } satisfies Numbered, transfer);
    });
  }

  #answer(answer: Numbered): void {
    const waiting = this.#answers.get(answer.task);
    if (waiting === undefined) return;
    this.#answers.delete(answer.task);
    waiting.thread.tasks--;
    this.#letGo(waiting.thread);
    waiting.settle(answer);
  }

  #leave(): void {
    const current = this.#current;
    if (current === undefined || --current.left > 0) return;
    this.#finish();
    current.listener(undefined);
  }

  #finish(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) for (const pooled of this.#threads) this.#letGo(pooled);
    current?.end();
  }

  /** A thread has gone: the others are stopped. The job under way is told when none of them can write any more. */
  #break(): void {
    if (this.#breaking !== undefined) return;
    const ends = this.#threads.map(({ thread }) => thread.terminate());
    this.#breaking = Promise.allSettled(ends).then(() => this.#abandon());
  }

  /** No thread is left. */
  #abandon(): void {
    for (const { settle } of this.#answers.values()) settle(undefined);
    this.#answers.clear();
    const current = this.#current;
    this.#finish();
    current?.listener(undefined);
  }
}

let pool: ThreadPool | undefined;
/** A pool that never got ready is not tried again: the worker's file is not there, or the page forbids it. */
let isImpossible = false;

/** The pool, if its threads are running. */
export function readyPool(): ThreadPool | undefined {
  if (pool?.isBroken === true) pool = undefined;
  return pool?.isReady === true && threadCount() > 0 ? pool : undefined;
}

/** The pool, started if need be; `undefined` where there cannot be one. */
export async function startedPool(options: AbortOptions = {}): Promise<ThreadPool | undefined> {
  const ready = readyPool();
  if (ready !== undefined) return ready;
  const starting = startPool();
  if (starting === undefined) return undefined;
  return (await abortable(starting.awaited(), options.signal)) ? starting : undefined;
}

/** Starts the pool without waiting for it. */
export function startPool(): ThreadPool | undefined {
  if (isImpossible || threadCount() === 0) return undefined;
  if (pool === undefined || pool.isBroken) {
    try {
      const started = new ThreadPool(threadCount());
      pool = started;
      void started.ready.then((isReady) => (isImpossible ||= !isReady));
    } catch {
      isImpossible = true; // no room for the memory
      return undefined;
    }
  }
  return pool;
}

/** Threads to run: as many as there are processors, unless configured; at most 16. */
export function threadCount(): number {
  const configured = config.get("threading.max_workers");
  const available = tryNodeBuiltin("os")?.availableParallelism?.() ?? navigator.hardwareConcurrency;
  return Math.min(configured ?? available, MAX_THREADS);
}
