/**
 * What threads say about a job, taken one by one; and turns for everybody else in between.
 *
 * @module
 */
import { nextTurn, throwIfAborted } from "../base/async.ts";
import type { Lease } from "../workers/pool.ts";
import type { TileDone } from "./thread-job.ts";

/** Milliseconds after which others get their turn. */
const LONG = 4;

/** The reports of one job. */
export class ThreadReports {
  readonly #queue: (TileDone | undefined)[] = [];
  readonly #signal: AbortSignal | undefined;
  #wake: () => void = () => {};
  #turnStart: number = performance.now();

  constructor(lease: Lease, signal: AbortSignal | undefined) {
    this.#signal = signal;
    lease.onMessage = (message) => {
      this.#queue.push(message as TileDone | undefined); // workers say nothing else
      this.#wake();
    };
  }

  /** The next report; `undefined` when no thread is at work any more. Does not look at the signal. */
  async next(): Promise<TileDone | undefined> {
    // What comes here is no turn for others: Node hands over messages one after another before it looks at timers.
    while (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#queue.shift();
  }

  /** Gives others their turn if they have waited long. */
  async pause(): Promise<void> {
    if (performance.now() - this.#turnStart < LONG) return;
    await nextTurn();
    this.#turnStart = performance.now();
    throwIfAborted(this.#signal);
  }
}
