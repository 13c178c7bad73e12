/**
 * How many requests are worked on at a time.
 *
 * @module
 */
import { manyMayListen } from "../base/async.ts";

const WAITING_PER_WORKING = 16;

/** Lets so many in at a time; the next wait in line, as long as the line is not too long. */
export class Gate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when its turn comes; `undefined` when the line is too long, or the caller leaves it. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    if (this.#working < this.#limit) this.#working++;
    else if (!(await this.#turn(signal))) return undefined;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, so that nobody who comes meanwhile can take it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#working--;
      else next();
    }
  }

  /** Waits for a place; false when there will be none. */
  #turn(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.#waiting.length >= this.#limit * WAITING_PER_WORKING)
      return Promise.resolve(false);
    manyMayListen(signal);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(false);
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve(true);
      };
      this.#waiting.push(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
