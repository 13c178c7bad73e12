import { SharedWork } from "../base/async.ts";

/** A value that is made at first use by one attempt, which all who wait share. A failed attempt is made anew by the next use. */
export class SharedValue<T> {
  readonly #make: (signal: AbortSignal) => Promise<T>;
  #work: SharedWork<T> | undefined;
  #made: { readonly value: T } | undefined;

  constructor(make: (signal: AbortSignal) => Promise<T>) {
    this.#make = make;
  }

  /** Waits for the value; an abort of `signal` releases this caller alone. */
  async get(signal?: AbortSignal): Promise<T> {
    if (this.#made !== undefined) return this.#made.value;
    if (this.#work === undefined || this.#work.cancelled) this.#work = this.#start();
    return this.#work.join(signal);
  }

  #start(): SharedWork<T> {
    const work: SharedWork<T> = new SharedWork<T>(async (signal) => {
      await Promise.resolve(); // so that `work` is there, whatever follows
      try {
        const value = await this.#make(signal);
        if (this.#work === work) this.#made = { value };
        return value;
      } catch (error) {
        if (this.#work === work) this.#work = undefined;
        throw error;
      }
    });
    return work;
  }
}
