/**
 * Values within a bound on their total size: what was used longest ago goes first. No I/O.
 *
 * @module
 */

interface Entry<V> {
  readonly value: V;
  readonly size: number;
  /** When it was added, in milliseconds of `performance.now()`. */
  readonly at: number;
}

/** Values by key, at most `maxBytes` in all, each for at most `maxAge` milliseconds. */
export class ByteLru<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #maxBytes: number;
  readonly #maxAge: number;
  #bytes = 0;

  constructor(maxBytes: number, maxAge: number = Infinity) {
    this.#maxBytes = maxBytes;
    this.#maxAge = maxAge;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The value of a key, which becomes the one used last. */
  get(key: string): { readonly value: V } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (this.#maxAge !== Infinity && performance.now() - entry.at > this.#maxAge) {
      this.#bytes -= entry.size;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry;
  }

  /** Holds a value of so many bytes, unless it alone is more than fits. */
  set(key: string, value: V, size: number): void {
    this.delete(key);
    if (size > this.#maxBytes) return;
    this.#entries.set(key, { value, size, at: performance.now() });
    this.#bytes += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.size;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
