import { SharedWork, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { UnsupportedError } from "../base/errors.ts";
import { readCacheOptions } from "./cache/cache-options.ts";
import type { CacheInfo, CacheStats, CacheStoreOptions } from "./cache/cache-options.ts";
import { CacheState } from "./cache/cache-state.ts";
import type { VersionedBytes } from "./cache/cache-state.ts";
import { idOf } from "./cache/entry-table.ts";
import type { CacheEntry } from "./cache/entry-table.ts";
import { sourceVersion, versionIsSeparate } from "./cache/source-version.ts";
import { directoryPrefix } from "./store-key.ts";
import { nameOf } from "./store-base.ts";
import { registerStore } from "./store-registry.ts";
import type { StoreJson } from "./store-registry.ts";
import { Store } from "./store.ts";
import type { VersionedValue } from "./versioned.ts";
import { WrapperStore } from "./wrapper-store.ts";

const NOT_SYNC = "A CacheStore has no synchronous operations.";

/**
 * A store with a cache in front of it. The cache changes what a read costs, never what it gives:
 * writes go to the source and leave no older value in the cache, and a cache store that fails
 * counts as empty. Reads of the same value at the same time share one request; the abort of one
 * reader does not disturb the others.
 *
 * Whole values are kept in the cache store, parts of values in memory. Within `maxSize` bytes, what
 * was used longest ago goes first. A value older than `maxAgeSeconds` is compared with the
 * source by its ETag, or size and time of change, and fetched again only if it differs or the
 * source cannot tell. With a cache store that outlives the process, the cache does too.
 *
 * Other writers of the source are seen when a value's age is over; with no limit on the age, never.
 * Listings, `exists` and sizes are the source's.
 *
 * @example
 * ```ts
 * const source = new MemoryStore();
 * const store = new CacheStore(source, { cacheStore: new MemoryStore(), maxSize: 2 ** 28 });
 * await store.set("a", new Uint8Array([1, 2]));
 * await store.get("a");
 * store.cacheStats().hits; // 1
 * ```
 */
export class CacheStore<S extends Store = Store> extends WrapperStore<S> {
  #state: CacheState;

  /** @throws TypeError when the cache store cannot delete, or an option is wrong. */
  constructor(store: S, options: CacheStoreOptions) {
    super(store);
    const { cacheStore, settings } = readCacheOptions(options);
    this.#state = new CacheState(cacheStore, settings);
  }

  static {
    registerStore("CacheStore", this, (json, options) => {
      const { maxSize, maxAgeSeconds, cacheSetData } = json;
      return new CacheStore(Store.fromJSON(json["inner"], options), {
        cacheStore: Store.fromJSON(json["cacheStore"], options),
        maxSize: typeof maxSize === "number" ? maxSize : null,
        maxAgeSeconds: typeof maxAgeSeconds === "number" ? maxAgeSeconds : "infinity",
        cacheSetData: cacheSetData !== false,
      });
    });
  }

  /** `false`: a synchronous shortcut would go around the cache. */
  override get supportsSync(): boolean {
    return false;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options: ReadOptions = {},
  ): Promise<Uint8Array | undefined> {
    const { signal, onVersion } = options;
    await this.prepareGet(key, byteRange, options);
    const state = this.#state;
    await state.ready(signal);
    const found = await this.#lookUp(key, byteRange ?? undefined, signal);
    if (found !== undefined) {
      state.hits++;
      if (found.version !== undefined) onVersion?.(found.version);
      return found.bytes;
    }
    state.misses++;
    const id = idOf(key, byteRange);
    let work = state.sharing.get(id);
    if (work === undefined || work.cancelled) {
      const started = this.#fetch(key, byteRange ?? undefined, () => {
        if (state.sharing.get(id) === started) state.sharing.delete(id);
      });
      state.sharing.set(id, (work = started));
    }
    const fetched = await work.join(signal);
    if (fetched?.version !== undefined) onVersion?.(fetched.version);
    return fetched?.bytes;
  }

  override async set(key: string, value: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.prepareSet(key, value, options);
    const copy = this.#ownCopy(value);
    await this.#write(key, options, async () => {
      await this.inner.set(key, copy, options);
      return copy;
    });
  }

  override async setIfNotExists(
    key: string,
    value: Uint8Array,
    options: AbortOptions = {},
  ): Promise<boolean> {
    await this.prepareSet(key, value, options);
    const copy = this.#ownCopy(value);
    let wrote = false;
    await this.#write(key, options, async () => {
      wrote = await this.inner.setIfNotExists(key, copy, options);
      return wrote ? copy : undefined;
    });
    return wrote;
  }

  override async delete(key: string, options: AbortOptions = {}): Promise<void> {
    await this.prepareDelete(key, options);
    await this.#write(key, options, async () => {
      await this.inner.delete(key, options);
      return undefined;
    });
  }

  /** The source's: whoever replaces a value by its version needs the latest. */
  override getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    return this.inner.getVersioned(key, options);
  }

  override async setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options: AbortOptions = {},
  ): Promise<boolean> {
    await this.prepareSet(key, value, options);
    const copy = this.#ownCopy(value);
    let wrote = false;
    await this.#write(key, options, async () => {
      wrote = await this.inner.setIfVersion(key, copy, version, options);
      return wrote ? copy : undefined;
    });
    return wrote;
  }

  override async deleteIfVersion(key: string, version: string, options: AbortOptions = {}): Promise<boolean> {
    await this.prepareDelete(key, options);
    let deleted = false;
    await this.#write(key, options, async () => {
      deleted = await this.inner.deleteIfVersion(key, version, options);
      return undefined;
    });
    return deleted;
  }

  override async deleteDir(prefix: string, options: AbortOptions = {}): Promise<void> {
    const directory = directoryPrefix(prefix, this);
    await this.#deleteBelow(directory, options, () => this.inner.deleteDir(prefix, options));
  }

  override async clear(options: AbortOptions = {}): Promise<void> {
    await this.#deleteBelow("", options, () => this.inner.clear(options));
  }

  /** @throws TypeError: it would go around the cache. */
  override getSync(): never {
    throw new TypeError(NOT_SYNC);
  }

  /** @throws TypeError: it would go around the cache. */
  override setSync(): never {
    throw new TypeError(NOT_SYNC);
  }

  /** @throws TypeError: it would go around the cache. */
  override deleteSync(): never {
    throw new TypeError(NOT_SYNC);
  }

  /** What the cache holds now. */
  cacheInfo(): CacheInfo {
    const { cacheStore, settings, table } = this.#state;
    let cachedKeys = 0;
    for (const [, { part }] of table.entries()) if (part === undefined) cachedKeys++;
    return {
      cacheStoreType: nameOf(cacheStore),
      maxAgeSeconds: this.#maxAgeSeconds(),
      maxSize: settings.maxSize,
      currentSize: table.size,
      cacheSetData: settings.cacheSetData,
      trackedKeys: table.count,
      cachedKeys,
    };
  }

  /** How many reads the cache answered. */
  cacheStats(): CacheStats {
    const { hits, misses, evictions } = this.#state;
    const totalRequests = hits + misses;
    return {
      hits,
      misses,
      evictions,
      totalRequests,
      hitRate: totalRequests === 0 ? 0 : hits / totalRequests,
    };
  }

  /** Empties the cache, not the source; the statistics stay. */
  async clearCache(options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    await this.#state.forgetPrefix("");
  }

  /** Closes the source and the cache store; a cache store that outlives the process keeps what it has. */
  override async close(): Promise<void> {
    await this.#state.flush();
    await this.inner.close();
    await this.#state.cacheStore.close();
  }

  /** The same cache around a copy of the source. */
  override withReadOnly(readOnly: boolean = false): CacheStore {
    const { settings, cacheStore } = this.#state;
    const copy = new CacheStore(this.inner.withReadOnly(readOnly), { cacheStore, ...settings });
    copy.#state = this.#state;
    return copy;
  }

  override equals(other: unknown): boolean {
    return (
      super.equals(other) &&
      other instanceof CacheStore &&
      other.#state.cacheStore.equals(this.#state.cacheStore)
    );
  }

  override toJSON(): StoreJson {
    const { cacheStore, settings } = this.#state;
    return this.jsonOf({
      inner: this.inner.toJSON(),
      cacheStore: cacheStore.toJSON(),
      maxSize: settings.maxSize,
      maxAgeSeconds: this.#maxAgeSeconds(),
      cacheSetData: settings.cacheSetData,
    });
  }

  override toString(): string {
    const { cacheStore } = this.#state;
    const { maxAgeSeconds, maxSize, currentSize, cachedKeys } = this.cacheInfo();
    return `CacheStore(store=${String(this.inner)}, cache_store=${String(cacheStore)}, max_age_seconds=${maxAgeSeconds}, max_size=${maxSize ?? "None"}, current_size=${currentSize}, cached_keys=${cachedKeys})`;
  }

  /** @throws UnsupportedError: a cache belongs to its source. */
  protected override withStore(_inner: Store): Store {
    throw new UnsupportedError("A CacheStore cannot be put around another store.", { store: String(this) });
  }

  /** Bytes that the caller cannot change between the write to the source and the one to the cache. */
  #ownCopy(value: Uint8Array): Uint8Array {
    return this.#state.settings.cacheSetData ? value.slice() : value;
  }

  #maxAgeSeconds(): number | "infinity" {
    const { maxAge } = this.#state.settings;
    return maxAge === Infinity ? "infinity" : maxAge / 1000;
  }

  async #lookUp(
    key: string,
    range: ByteRequest | undefined,
    signal: AbortSignal | undefined,
  ): Promise<VersionedBytes | undefined> {
    const { table } = this.#state;
    const id = idOf(key, range);
    const part = range === undefined ? undefined : table.get(id);
    if (part?.part !== undefined && (await this.#isCurrent(id, part, signal))) {
      table.use(id);
      return { bytes: part.part, version: part.version };
    }
    const entry = table.get(key);
    if (entry === undefined ? !this.#state.trustsUnknown(key) : !(await this.#isCurrent(key, entry, signal)))
      return undefined;
    const bytes = await this.#state.read(key, range, signal);
    // The cache store may have lost the value, or part of it.
    const isWhole =
      bytes !== undefined && (range !== undefined || entry === undefined || bytes.byteLength === entry.size);
    if (!isWhole) {
      if (entry !== undefined && table.get(key) === entry) this.#state.distrust(key);
      return undefined;
    }
    if (entry === undefined) {
      if (range === undefined) await this.#state.adopt(key, bytes.byteLength);
    } else table.use(key);
    return { bytes, version: entry?.version };
  }

  /** Is what is kept still what the source has? When its age is over, the source is asked, if it can tell. */
  async #isCurrent(id: string, entry: CacheEntry, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#state.isFresh(entry)) return true;
    if (entry.version !== undefined) {
      const told = await sourceVersion(this.inner, entry.key, { signal });
      if (told.kind === "known" && Object.is(told.version, entry.version)) {
        this.#state.renew(id, entry);
        return true;
      }
    }
    if (this.#state.table.get(id) === entry) this.#state.table.remove(id);
    return false;
  }

  #fetch(
    key: string,
    range: ByteRequest | undefined,
    onSettled: () => void,
  ): SharedWork<VersionedBytes | undefined> {
    const state = this.#state;
    const ticket = state.startFetch(key);
    return new SharedWork(async (signal) => {
      await Promise.resolve(); // so that the caller has the work, whatever follows
      try {
        let version: unknown;
        if (state.settings.maxAge !== Infinity && versionIsSeparate(this.inner)) {
          // Before the value: should it change in between, it counts as changed, not as current.
          const told = await sourceVersion(this.inner, key, { signal });
          if (told.kind === "known") version = told.version;
        }
        const bytes = await this.inner.get(key, range, { signal, onVersion: (told) => (version ??= told) });
        if (bytes === undefined) {
          if (!ticket.isStale) await state.forget(key);
          return undefined;
        }
        await state.keep(key, idOf(key, range), bytes, version, ticket);
        return { bytes, version };
      } finally {
        state.endFetch(key, ticket);
        onSettled();
      }
    });
  }

  async #deleteBelow(prefix: string, options: AbortOptions, work: () => Promise<void>): Promise<void> {
    await this.prepareWrite(options);
    await this.#state.ready(options.signal);
    await this.#state.forgetPrefix(prefix);
    try {
      await work();
    } finally {
      await this.#state.forgetPrefix(prefix);
    }
  }

  /** Writes to the source; the cache forgets the key before, and what is read meanwhile is not kept. */
  async #write(
    key: string,
    options: AbortOptions,
    work: () => Promise<Uint8Array | undefined>,
  ): Promise<void> {
    const state = this.#state;
    await state.ready(options.signal);
    await state.writes.run(key, async () => {
      await state.forget(key);
      let written: Uint8Array | undefined;
      try {
        written = await work();
      } finally {
        await state.forget(key);
      }
      if (written !== undefined && state.settings.cacheSetData)
        await state.keep(key, key, written, undefined);
    });
  }
}
