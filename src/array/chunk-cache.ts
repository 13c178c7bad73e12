/**
 * A cache of decoded chunks, for who reads small parts of the same chunks again and again.
 *
 * @module
 */
import { SharedWork } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import type { CellMemory } from "../base/byte-source.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf } from "../kernels/block.ts";
import type { Store } from "../storage/store.ts";

/** Options of `ChunkCache`. */
export interface ChunkCacheOptions {
  /** Decoded bytes that are kept at most; the least recently used go first. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

const DEFAULT_BYTES = 256 * 2 ** 20;
/** What an element of a list of values counts for, and an entry besides its elements. */
const VALUE_BYTES = 16;
const ENTRY_BYTES = 256;

interface Entry {
  readonly block: Block;
  readonly bytes: number;
}

// Every cache of this process, for writes to tell what has changed; a cache that nobody has any more goes.
const caches = new Set<WeakRef<ChunkCache>>();

/**
 * Keeps decoded chunks and inner chunks in memory, so that small reads from one chunk fetch and decode it once: reads of
 * whole chunks do not go through it. One cache serves any number of arrays, which get it by `config`; several reads of a chunk that is not
 * there yet share one fetch. What is written through arrays of this process is forgotten; what others write is not noticed
 * until `clear()`.
 *
 * @example
 * ```ts
 * import { ChunkCache, createArray, openArray, slice } from "zarrkit";
 *
 * const store = new Map<string, Uint8Array>();
 * await createArray(store, { data: { data: new Int16Array(10_000).fill(7), shape: [100, 100] }, chunks: [50, 50] });
 * const chunkCache = new ChunkCache({ maxBytes: 2 ** 20 });
 * const z = await openArray(store, { mode: "r", config: { chunkCache } });
 * for (let row = 0; row < 50; row++) await z.get([row, slice(0, 10)]);
 * chunkCache.misses; // 1
 * chunkCache.hits; // 49
 * ```
 */
export class ChunkCache {
  /** Decoded bytes that are kept at most. */
  readonly maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, SharedWork<Block | undefined>>();
  readonly #stores = new WeakMap<object, string>();
  #nextStore = 0;
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  /** @throws RangeError when `maxBytes` is not a number of bytes. */
  constructor(options: ChunkCacheOptions = {}) {
    const { maxBytes = DEFAULT_BYTES } = options;
    if (!(maxBytes >= 0)) throw new RangeError(`maxBytes must be a number of bytes, not ${maxBytes}.`);
    this.maxBytes = maxBytes;
    caches.add(new WeakRef(this));
  }

  /** Decoded bytes that are held now. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Chunks that were asked for and were there, or on their way. */
  get hits(): number {
    return this.#hits;
  }
  /** Chunks that had to be fetched and decoded. */
  get misses(): number {
    return this.#misses;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#loading.clear();
    this.#bytes = 0;
  }

  /**
   * The chunk of a name, from the cache or by `load`, which all who ask meanwhile share.
   *
   * @internal
   */
  async get(
    name: string,
    load: (signal: AbortSignal | undefined) => Promise<Block | undefined>,
    options: AbortOptions = {},
  ): Promise<Block | undefined> {
    const entry = this.#entries.get(name);
    if (entry !== undefined) {
      this.#hits++;
      this.#entries.delete(name);
      this.#entries.set(name, entry);
      return entry.block;
    }
    let work = this.#loading.get(name);
    if (work !== undefined && !work.cancelled) this.#hits++;
    else {
      this.#misses++;
      const started: SharedWork<Block | undefined> = new SharedWork(async (signal) => {
        try {
          const block = await load(signal);
          // A write that came meanwhile has taken the work off the list.
          if (block !== undefined && this.#loading.get(name) === started) this.#keep(name, block);
          return block;
        } finally {
          if (this.#loading.get(name) === started) this.#loading.delete(name);
        }
      });
      work = started;
      this.#loading.set(name, work);
    }
    return await work.join(options.signal);
  }

  /** Is the chunk there, or on its way? @internal */
  has(name: string): boolean {
    return this.#entries.has(name) || this.#loading.get(name)?.cancelled === false;
  }

  /** Forgets everything whose name starts so. @internal */
  forget(prefix: string): void {
    for (const [name, { bytes }] of this.#entries) {
      if (!name.startsWith(prefix)) continue;
      this.#entries.delete(name);
      this.#bytes -= bytes;
    }
    for (const name of this.#loading.keys()) if (name.startsWith(prefix)) this.#loading.delete(name);
  }

  /** What a key of a store is called here. @internal */
  nameOf(store: Store, key: string): string {
    const { identity } = store;
    if (typeof identity === "string") return `${identity.replace(/\/+$/, "")}/${key}`;
    let number = this.#stores.get(identity);
    if (number === undefined) this.#stores.set(identity, (number = `#${this.#nextStore++}`));
    return `${number}/${key}`;
  }

  /** A whole chunk. @internal */
  chunk(
    store: Store,
    key: string,
    load: (signal: AbortSignal | undefined) => Promise<Block | undefined>,
    options: AbortOptions,
  ): Promise<Block | undefined> {
    return this.get(`${this.nameOf(store, key)}\n`, load, options);
  }

  /** The inner chunks of a shard. @internal */
  cellsOf(name: string): CellMemory {
    const cell = (number: number): string => `${name}\n${number}`;
    return {
      has: (number) => this.has(cell(number)),
      // A cell that is asked for is there: whoever loads it knows its place.
      get: async (number, load, options) => {
        // Cells are the blocks that the sharding codec decodes; one that is asked for is never missing.
        return (await this.get(cell(number), load as () => Promise<Block>, options))!;
      },
      forget: () => this.forget(`${name}\n`),
    };
  }

  #keep(name: string, block: Block): void {
    const size = sizeOf(block.shape);
    const bytes = ENTRY_BYTES + (block.itemSize === 0 ? size * VALUE_BYTES : size * block.itemSize);
    if (bytes > this.maxBytes) return;
    this.#entries.set(name, { block, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= entry.bytes;
    }
  }
}

/** A value of a store has changed: no cache keeps what it held. */
export function forgetChunk(store: Store, key: string): void {
  forEachCache((cache) => cache.forget(`${cache.nameOf(store, key)}\n`));
}

/** Everything below a path of a store may have changed. */
export function forgetChunksBelow(store: Store, path: string): void {
  forEachCache((cache) => cache.forget(cache.nameOf(store, path === "" ? "" : `${path}/`)));
}

function forEachCache(work: (cache: ChunkCache) => void): void {
  for (const reference of caches) {
    const cache = reference.deref();
    if (cache === undefined) caches.delete(reference);
    else work(cache);
  }
}
