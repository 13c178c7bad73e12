/**
 * How many requests are worked on at a time.
 *
 * @module
 */

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
    if (this.#working >= this.#limit) {
      if (this.#waiting.length >= this.#limit * WAITING_PER_WORKING) return undefined;
      await new Promise<void>((resolve) => {
        const leave = (): void => {
          const at = this.#waiting.indexOf(enter);
          if (at >= 0) this.#waiting.splice(at, 1);
          resolve();
        };
        const enter = (): void => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        this.#waiting.push(enter);
        signal.addEventListener("abort", leave, { once: true });
      });
      if (signal.aborted) {
        // Whoever was let in and left at the same moment lets the next one in.
        if (this.#working < this.#limit) this.#waiting.shift()?.();
        return undefined;
      }
    }
    this.#working++;
    try {
      return await work();
    } finally {
      this.#working--;
      this.#waiting.shift()?.();
    }
  }
}
