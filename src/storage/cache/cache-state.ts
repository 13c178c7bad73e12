/**
 * The state of a cache, which a store and its read-only copies share: what is held, what is being
 * fetched, and which of it may still be kept when it arrives.
 *
 * @module
 */
import { KeyedLock } from "../../base/async.ts";
import type { SharedWork } from "../../base/async.ts";
import { SharedValue } from "../../fs/shared-value.ts";
import { MemoryStore } from "../memory-store.ts";
import type { Store } from "../store.ts";
import { CACHE_INDEX_KEY, readCacheIndex, writeCacheIndex } from "./cache-index.ts";
import { EntryTable } from "./entry-table.ts";
import type { CacheEntry } from "./entry-table.ts";

/** A fetch under way; what it brings is not kept once the key has been written. */
export interface FetchTicket {
  isStale: boolean;
}

/** Bytes, and the version of the value that they come from, if the source told it. */
export interface VersionedBytes {
  readonly bytes: Uint8Array;
  readonly version: unknown;
}

/** The settings of a cache. */
export interface CacheSettings {
  readonly maxSize: number | null;
  /** In milliseconds; `Infinity` for no limit. */
  readonly maxAge: number;
  readonly cacheSetData: boolean;
}

/** See the module. Failures of the cache store cost time, never a result: they count as misses. */
export class CacheState {
  readonly cacheStore: Store;
  readonly settings: CacheSettings;
  readonly table: EntryTable;
  readonly sharing: Map<string, SharedWork<VersionedBytes | undefined>> = new Map();
  readonly writes: KeyedLock = new KeyedLock();
  hits = 0;
  misses = 0;
  evictions = 0;
  readonly #locks = new KeyedLock();
  readonly #tickets = new Map<string, Set<FetchTicket>>();
  /** Keys whose values in the cache store may be old, because it failed to delete them. */
  readonly #distrusted = new Set<string>();
  readonly #ready: SharedValue<void>;
  #changes = 0;

  constructor(cacheStore: Store, settings: CacheSettings) {
    this.cacheStore = cacheStore;
    this.settings = settings;
    this.table = new EntryTable(settings.maxSize ?? Infinity);
    this.#ready = new SharedValue((signal) => this.#load(signal));
  }

  /** Learns what an earlier process left in the cache store. */
  ready(signal: AbortSignal | undefined): Promise<void> {
    return this.#ready.get(signal);
  }

  /** May a value of the cache store be used that nothing is known of? */
  trustsUnknown(key: string): boolean {
    return this.settings.maxAge === Infinity && !this.#distrusted.has(key);
  }

  /** What the cache store has of this key is not what was kept there: it does not count until it is written anew. */
  distrust(key: string): void {
    this.table.remove(key);
    this.#distrusted.add(key);
  }

  isFresh(entry: CacheEntry): boolean {
    return this.settings.maxAge === Infinity || now() - entry.at <= this.settings.maxAge;
  }

  startFetch(key: string): FetchTicket {
    const ticket = { isStale: false };
    let tickets = this.#tickets.get(key);
    if (tickets === undefined) this.#tickets.set(key, (tickets = new Set()));
    tickets.add(ticket);
    return ticket;
  }

  endFetch(key: string, ticket: FetchTicket): void {
    const tickets = this.#tickets.get(key);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.#tickets.delete(key);
  }

  /** Keeps a whole value or a part, unless the key was written since the ticket was made. */
  async keep(
    key: string,
    id: string,
    bytes: Uint8Array,
    version: unknown,
    ticket?: FetchTicket,
  ): Promise<void> {
    const isPart = id !== key;
    const isCurrent = (): boolean => ticket?.isStale !== true;
    const evicted = await this.#locks.run(key, async () => {
      if (!isCurrent()) return [];
      if (version !== undefined) this.table.keepVersion(key, version);
      if (!this.table.fits(bytes.byteLength) || key === CACHE_INDEX_KEY) {
        if (!isPart) await this.#drop(key);
        return [];
      }
      if (!isPart) {
        if (!(await this.#attempt(() => this.cacheStore.set(key, bytes)))) {
          await this.#drop(key);
          return [];
        }
        if (!isCurrent()) {
          await this.#drop(key);
          return [];
        }
        this.#distrusted.delete(key);
      }
      // A part may alias a larger buffer, which it must not keep alive.
      const part = isPart ? bytes.slice() : undefined;
      return this.table.add(id, { key, part, size: bytes.byteLength, at: now(), version });
    });
    await this.#evict(evicted);
    if (!isPart) await this.#noteChange();
  }

  /** Takes note of a value that the cache store had, and of which nothing was known. */
  async adopt(key: string, size: number): Promise<void> {
    const evicted = await this.#locks.run(key, async () => {
      if (!this.trustsUnknown(key) || this.table.get(key) !== undefined || !this.table.fits(size)) return [];
      return this.table.add(key, { key, part: undefined, size, at: now(), version: undefined });
    });
    await this.#evict(evicted);
  }

  /** Forgets a key, here and in the cache store; what is being fetched of it is not kept. */
  async forget(key: string): Promise<void> {
    for (const ticket of this.#tickets.get(key) ?? []) ticket.isStale = true;
    for (const id of this.sharing.keys())
      if (id === key || (id.startsWith("/") && id.endsWith(`/${key}`))) this.sharing.delete(id);
    this.table.removeKey(key);
    this.#distrusted.add(key); // until it has been deleted
    await this.#locks.run(key, () => this.#drop(key));
  }

  /** Forgets all keys that begin with `prefix`. */
  async forgetPrefix(prefix: string): Promise<void> {
    const keys = new Set<string>();
    for (const key of this.#tickets.keys()) if (key.startsWith(prefix)) keys.add(key);
    for (const [, { key }] of this.table.entries()) if (key.startsWith(prefix)) keys.add(key);
    for (const key of keys) await this.forget(key);
    if (prefix === "") await this.#attempt(() => this.cacheStore.clear());
    else await this.#attempt(() => this.cacheStore.deleteDir(prefix));
  }

  /** The value, or a part of it, in the cache store; `undefined` when it is not there, or cannot be read. */
  async read(
    key: string,
    range: Parameters<Store["get"]>[1],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    try {
      return await this.cacheStore.get(key, range, { signal });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return undefined;
    }
  }

  /** Marks an entry as current again. */
  renew(id: string, entry: CacheEntry): void {
    if (this.table.get(id) === entry) this.table.add(id, { ...entry, at: now() });
  }

  /** Writes down what a later process needs to know. */
  async flush(): Promise<void> {
    if (this.#changes === 0 || !this.#isPersistent()) return;
    this.#changes = 0;
    await this.#attempt(() => writeCacheIndex(this.cacheStore, this.table, now() - Date.now()));
  }

  /** Is there anything that a later process needs to know, and will it find it? */
  #isPersistent(): boolean {
    const { maxSize, maxAge } = this.settings;
    return (maxSize !== null || maxAge !== Infinity) && !(this.cacheStore instanceof MemoryStore);
  }

  async #noteChange(): Promise<void> {
    if (++this.#changes >= Math.max(64, this.table.count / 4)) await this.flush();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { maxSize, maxAge } = this.settings;
    if (maxSize === null && maxAge === Infinity) return; // whatever is there counts
    await this.#attempt(async () => {
      const records = await readCacheIndex(this.cacheStore, { signal });
      const epoch = now() - Date.now();
      const evicted: CacheEntry[] = [];
      const add = (key: string, size: number, at: number, version: unknown): void => {
        if (this.table.get(key) === undefined)
          evicted.push(...this.table.add(key, { key, part: undefined, size, at, version }));
      };
      if (maxSize !== null && this.cacheStore.supportsListing)
        for await (const key of this.cacheStore.list({ signal }))
          if (key !== CACHE_INDEX_KEY && !records.has(key))
            add(key, await this.cacheStore.getSize(key, { signal }), -Infinity, undefined);
      // A clock that was set back must not make values young.
      for (const [key, { size, at, version }] of records)
        add(key, size, Math.min(at + epoch, now()), version);
      await this.#evict(evicted);
    });
    signal.throwIfAborted();
  }

  async #evict(evicted: readonly CacheEntry[]): Promise<void> {
    for (const { key, part } of evicted) {
      this.evictions++;
      if (part !== undefined) continue;
      await this.#locks.run(key, async () => {
        if (this.table.get(key) === undefined) await this.#drop(key);
      });
    }
  }

  /** Deletes from the cache store; the caller holds the lock of the key. */
  async #drop(key: string): Promise<void> {
    this.table.remove(key);
    if (key === CACHE_INDEX_KEY) return;
    if (await this.#attempt(() => this.cacheStore.delete(key))) this.#distrusted.delete(key);
    else this.#distrusted.add(key);
  }

  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch {
      return false; // a cache that fails is one that has nothing
    }
  }
}

/** Milliseconds of a clock that is never set. */
function now(): number {
  return performance.now();
}
