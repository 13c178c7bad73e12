/**
 * What a `CacheStore` is made with, and what it tells of itself.
 *
 * @module
 */
import { isStore } from "../store.ts";
import type { Store } from "../store.ts";
import type { CacheSettings } from "./cache-state.ts";

/** Options of a `CacheStore`. */
export interface CacheStoreOptions {
  /** Where whole values are kept; it must be able to delete. */
  readonly cacheStore: Store;
  /** Bytes of all that is kept, at most; a larger value is not kept. Default `null`: no limit. */
  readonly maxSize?: number | null | undefined;
  /** How long a value counts as current, in seconds. Default `"infinity"`. */
  readonly maxAgeSeconds?: number | "infinity" | undefined;
  /** Keep values that are set. Default `true`. */
  readonly cacheSetData?: boolean | undefined;
}

/** What a cache holds. */
export interface CacheInfo {
  readonly cacheStoreType: string;
  readonly maxAgeSeconds: number | "infinity";
  readonly maxSize: number | null;
  readonly currentSize: number;
  readonly cacheSetData: boolean;
  readonly trackedKeys: number;
  readonly cachedKeys: number;
}

/** How useful a cache was. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly totalRequests: number;
  readonly hitRate: number;
}

/** Checks the options. @throws TypeError when the cache store cannot delete, or an option is wrong. */
export function readCacheOptions(options: CacheStoreOptions): {
  readonly cacheStore: Store;
  readonly settings: CacheSettings;
} {
  const { cacheStore, maxSize = null, maxAgeSeconds = "infinity", cacheSetData = true } = options;
  if (!isStore(cacheStore)) throw new TypeError("A CacheStore needs a cacheStore.");
  if (!cacheStore.supportsDeletes || !cacheStore.supportsWrites || cacheStore.readOnly)
    throw new TypeError(`The cache store ${String(cacheStore)} does not support writes and deletes.`);
  if (maxSize !== null && !(typeof maxSize === "number" && maxSize >= 0))
    throw new TypeError(`maxSize must be null or a number of bytes, got ${String(maxSize)}.`);
  if (maxAgeSeconds !== "infinity" && !(typeof maxAgeSeconds === "number" && maxAgeSeconds >= 0))
    throw new TypeError(
      `maxAgeSeconds must be "infinity" or a number of seconds, got ${String(maxAgeSeconds)}.`,
    );
  if (typeof cacheSetData !== "boolean") throw new TypeError("cacheSetData must be a boolean.");
  const maxAge = maxAgeSeconds === "infinity" ? Infinity : maxAgeSeconds * 1000;
  return { cacheStore, settings: { maxSize, maxAge, cacheSetData } };
}
