/**
 * Promises that may be plain values, aborts, and bounded concurrency.
 *
 * @module
 */

import { tryNodeBuiltin } from "./platform.ts";

/** A value, or a promise of it. Synchronous work pays for no promise. */
export type Awaitable<T> = T | Promise<T>;

/** The options every operation that does I/O takes last. */
export interface AbortOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Is this a promise, or anything that behaves like one? */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** Applies `next` now if the value is here, and when it arrives if it is not. */
export function chain<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Runs `work`; a failure of it, now or later, is what `recover` makes of the error. */
export function attempt<T>(
  work: () => Awaitable<T>,
  recover: (error: unknown) => Awaitable<T>,
): Awaitable<T> {
  try {
    const value = work();
    return isPromise(value) ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}

/** Runs `work` on one item after the other; no promise where it never gives one. */
export function forEachInTurn<T>(items: Iterable<T>, work: (item: T) => Awaitable<void>): Awaitable<void> {
  const iterator = items[Symbol.iterator]();
  const goOn = (): Awaitable<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      const pending = work(next.value);
      if (isPromise(pending)) return pending.then(goOn);
    }
  };
  return goOn();
}

/** Throws `signal.reason` untouched when the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/** Waits some milliseconds; an abort ends the wait with the signal's reason. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Lets timers, requests and rendering have their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    // Browsers make timers wait longer the more of them follow one another; messages they do not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * Tells Node that many may wait for this signal at a time, so that it prints no warning of a leak: the limit of 10 is
 * that of one call's chunks. Other runtimes have no such limit.
 */
export function manyMayListen(signal: AbortSignal | undefined): void {
  if (signal !== undefined) tryNodeBuiltin("events")?.setMaxListeners?.(0, signal);
}

/**
 * Runs `work` over a lazy iterable with at most `limit` at a time. The first failure
 * stops the rest, lets those under way settle, and is then thrown.
 */
export async function forEachLimited<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Awaitable<void>,
  options: AbortOptions = {},
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  let ended = false;
  let failure: unknown;
  const fail = (error: unknown): void => {
    if (!failed) {
      failed = true;
      failure = error;
    }
  };
  const run = async (): Promise<void> => {
    while (!failed) {
      try {
        throwIfAborted(options.signal);
        const next = iterator.next();
        if (next.done === true) {
          ended = true;
          return;
        }
        const pending = work(next.value);
        if (isPromise(pending)) await pending;
      } catch (error) {
        fail(error);
      }
    }
  };
  const runs: Promise<void>[] = [];
  do runs.push(run());
  while (runs.length < limit && !ended && !failed);
  await Promise.all(runs);
  if (failed) {
    iterator.return?.();
    throw failure;
  }
}

/** Maps with at most `limit` at a time; results in the order of the items. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Awaitable<R>,
  options: AbortOptions = {},
): Promise<R[]> {
  const results = new Array<R>(items.length);
  await forEachLimited(
    items.keys(),
    limit,
    (index) =>
      chain(work(items[index]!, index), (result) => {
        results[index] = result;
      }),
    options,
  );
  return results;
}

/** Rejects with `signal.reason` as soon as the signal aborts, else settles as the promise does. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    promise.catch(() => {}); // nobody waits any longer
    return Promise.reject(signal.reason);
  }
  manyMayListen(signal);
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * Shares one piece of work between callers: it is cancelled only when every caller has left.
 * `start` receives the signal of the work itself, never a caller's.
 */
export class SharedWork<T> {
  readonly #controller = new AbortController();
  readonly #promise: Promise<T>;
  #waiting = 0;
  #settled = false;

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#promise = start(this.#controller.signal);
    this.#promise.then(
      () => (this.#settled = true),
      () => (this.#settled = true),
    );
  }

  /** Has everyone left before the work was done? Then it must not be joined any more. */
  get cancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits for the work; an abort of `signal` releases this caller alone. */
  async join(signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    this.#waiting++;
    try {
      return await abortable(this.#promise, signal);
    } finally {
      if (--this.#waiting === 0 && !this.#settled) this.#controller.abort(signal?.reason);
    }
  }
}

/** A mutual exclusion for each key: work on one key runs in the order it came. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when all before it on this key have settled. An abort ends the wait; `work` itself sees to its own. */
  async run<T>(key: string, work: () => Promise<T>, options: AbortOptions = {}): Promise<T> {
    const previous = this.#tails.get(key);
    let release!: () => void;
    const own = new Promise<void>((resolve) => (release = resolve));
    // Whoever comes next waits for those before a waiter that has left, too.
    const tail = previous === undefined ? own : previous.then(() => own);
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    try {
      if (previous !== undefined) await abortable(previous, options.signal);
      return await work();
    } finally {
      release();
    }
  }
}
