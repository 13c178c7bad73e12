/**
 * Keys and tokens that end: asked for once for all who need them, and again some time before
 * they end.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { SharedWork } from "../base/async.ts";

/** Something that ends, or never does. */
export interface Expiring {
  readonly expiration?: Date | undefined;
}

/** A value is asked for again this long before it ends. */
const EARLY_MS = 5 * 60_000;

/** A value that is made at first use, shared by all, and made again before it ends. */
export class RenewedValue<T extends Expiring> {
  readonly #make: (options: AbortOptions) => Promise<T>;
  #current: T | undefined;
  #pending: SharedWork<T> | undefined;

  constructor(make: (options: AbortOptions) => Promise<T>) {
    this.#make = make;
  }

  /** The value; callers that ask at the same time share one call, and an abort releases its caller alone. */
  async get(options: AbortOptions): Promise<T> {
    const current = this.#current;
    if (current !== undefined && remaining(current) > EARLY_MS) return current;
    try {
      if (this.#pending === undefined || this.#pending.cancelled) this.#pending = this.#start();
      return await this.#pending.join(options.signal);
    } catch (error) {
      // What still works is used while the renewal fails.
      if (
        current !== undefined &&
        this.#current === current &&
        remaining(current) > 0 &&
        !options.signal?.aborted
      )
        return current;
      throw error;
    }
  }

  /** Forgets a value that a server has found to have ended. */
  invalidate(ended: T | undefined): void {
    if (this.#current === ended) this.#current = undefined;
  }

  #start(): SharedWork<T> {
    const work: SharedWork<T> = new SharedWork(async (signal) => {
      try {
        const value = await this.#make({ signal });
        this.#current = value;
        return value;
      } finally {
        if (this.#pending === work) this.#pending = undefined;
      }
    });
    return work;
  }
}

function remaining({ expiration }: Expiring): number {
  return expiration === undefined ? Infinity : expiration.getTime() - Date.now();
}
