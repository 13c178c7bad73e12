/**
 * Decoded parts of arrays, kept for the next look at them.
 *
 * @module
 */
import type { NDArray } from "zarrkit";
import { slice } from "zarrkit";
import type { ZarrArray } from "zarrkit";

/** A block: its values, and where it begins. */
export interface Block {
  readonly start: readonly number[];
  readonly values: NDArray;
  /** Which chunks in it hold nothing but fill value, as far as that has been asked; by chunk index. */
  readonly fillChunks: Map<string, boolean>;
}

type Extent = readonly (readonly [start: number, stop: number])[];

interface Entry {
  readonly block: Promise<Block>;
  readonly controller: AbortController;
  readonly bytes: number;
  waiting: number;
  isDone: boolean;
}

/** Blocks by array and extent; the least recently used go first. */
export class BlockCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The values of a part of an array. Those who ask for the same block wait for one read, which ends when all have left.
   */
  async read(array: ZarrArray, extent: Extent, signal: AbortSignal): Promise<Block> {
    const key = `${array.path}|${extent.join("|")}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = this.#start(key, array, extent);
    } else {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return await this.#wait(key, entry, signal);
  }

  #start(key: string, array: ZarrArray, extent: Extent): Entry {
    const controller = new AbortController();
    const count = extent.reduce((product, [start, stop]) => product * (stop - start), 1);
    const entry: Entry = {
      block: readBlock(array, extent, controller.signal),
      controller,
      bytes: count * (array.dataType.itemSize || 64),
      waiting: 0,
      isDone: false,
    };
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    entry.block.then(
      () => {
        entry.isDone = true;
        this.#trim();
      },
      () => this.#forget(key, entry),
    );
    return entry;
  }

  async #wait(key: string, entry: Entry, signal: AbortSignal): Promise<Block> {
    signal.throwIfAborted();
    if (entry.isDone) return await entry.block;
    entry.waiting++;
    let leave = (): void => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason as Error); // an abort's reason, whatever it is
      signal.addEventListener("abort", leave, { once: true });
    });
    try {
      return await Promise.race([entry.block, left]);
    } finally {
      signal.removeEventListener("abort", leave);
      entry.waiting--;
      if (entry.waiting === 0 && !entry.isDone && signal.aborted) {
        this.#forget(key, entry);
        entry.controller.abort(signal.reason);
      }
    }
  }

  #trim(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      if (entry.isDone) this.#forget(key, entry);
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

async function readBlock(array: ZarrArray, extent: Extent, signal: AbortSignal): Promise<Block> {
  const selection = extent.map(([start, stop]) => slice(start, stop));
  // Slices give an array; of no dimensions `"..."` does.
  const values = (await array.get(selection.length === 0 ? "..." : selection, { signal })) as NDArray;
  return { start: extent.map(([start]) => start), values, fillChunks: new Map() };
}
