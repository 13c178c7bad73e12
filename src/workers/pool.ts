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
import type { Thread } from "./thread.ts";

/** The first message to a thread. */
export interface Welcome {
  readonly kind: "welcome";
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly limit: number;
}

/** What a thread tells of itself; everything else it says is for the job under way. */
type Status = { readonly kind: "ready" } | { readonly kind: "left" };

/** A job that has all threads to itself. */
export interface Lease {
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  /** Sends a job to every thread. */
  start(job: unknown): void;
  /** Called with what threads say, and once with `undefined` when none of them is at work any more. */
  onMessage: (message: unknown) => void;
}

/** Threads that are ready, with the memory they share. */
export class ThreadPool {
  readonly memory: WebAssembly.Memory;
  readonly #threads: Thread[] = [];
  readonly #turns = new KeyedLock();
  readonly ready: Promise<boolean>;
  #isReady = false;
  #isBroken = false;
  #current: { listener: (message: unknown) => void; left: number; end: () => void } | undefined;

  constructor(threads: number) {
    this.memory = sharedMemoryOf(threads);
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
      this.#threads.push(thread);
      thread.post({ kind: "welcome", memory: this.memory, ...arenaOf(number) } satisfies Welcome);
    }
  }

  /** Have all threads started? */
  get isReady(): boolean {
    return this.#isReady && !this.#isBroken;
  }

  /** Has a thread gone? Such a pool is not used again. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Runs `work` with all threads, after those who came before. Settles as `work` does; the next one waits for the threads, too. */
  lease<T>(work: (lease: Lease) => Promise<T>, options: AbortOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const turn = async (): Promise<void> => {
        let end!: () => void;
        const ended = new Promise<void>((settle) => (end = settle));
        const { lease, isStarted } = this.#lease(end);
        await work(lease).then(resolve, reject);
        if (isStarted()) await ended;
      };
      this.#turns.run("", turn, options).catch(reject);
    });
  }

  #lease(end: () => void): { lease: Lease; isStarted: () => boolean } {
    let isStarted = false;
    const lease: Lease = {
      memory: this.memory,
      threads: this.#threads.length,
      start: (job) => {
        isStarted = true;
        this.#current = {
          listener: (message) => lease.onMessage(message),
          left: this.#threads.length,
          end,
        };
        if (this.#isBroken) return this.#break();
        for (const thread of this.#threads) {
          thread.hold(true);
          thread.post(job);
        }
      },
      onMessage: () => {},
    };
    return { lease, isStarted: () => isStarted };
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
    for (const thread of this.#threads) thread.hold(false);
    current?.end();
  }

  /** A thread has gone: the others are stopped, and the job under way is told. */
  #break(): void {
    if (this.#isBroken && this.#current === undefined) return;
    this.#isBroken = true;
    for (const thread of this.#threads) thread.terminate();
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
  return (await abortable(starting.ready, options.signal)) ? starting : undefined;
}

/** Starts the pool without waiting for it. */
export function startPool(): ThreadPool | undefined {
  if (isImpossible || threadCount() === 0 || !hasSharedMemory()) return undefined;
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

/** Can memory be shared with threads here, and waited on in them? */
function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined" && typeof WebAssembly !== "undefined";
}
