/**
 * What a persistent cache remembers of its values: their sizes, versions, and when they were
 * current. One document in the cache store.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import { parseJson } from "../../base/json-parse.ts";
import { encodeJson } from "../../base/json-write.ts";
import type { Store } from "../store.ts";
import type { EntryTable } from "./entry-table.ts";

/** The key of the document; a value of this name is not cached. */
export const CACHE_INDEX_KEY = ".zarrkit-cache.json";

/** What is remembered of one value. */
export interface CacheRecord {
  readonly size: number;
  readonly version: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Reads what is remembered, in the order of use. What cannot be read is as if there were nothing. */
export async function readCacheIndex(store: Store, options: AbortOptions): Promise<Map<string, CacheRecord>> {
  const records = new Map<string, CacheRecord>();
  const bytes = await store.get(CACHE_INDEX_KEY, undefined, options);
  if (bytes === undefined) return records;
  let rows: unknown;
  try {
    const document = parseJson(bytes);
    rows = isJsonObject(document) ? document["values"] : undefined;
  } catch {
    return records; // torn off: the values are then looked at anew
  }
  if (!Array.isArray(rows)) return records;
  for (const row of rows) {
    if (!isJsonArray(row)) continue;
    const [key, size, at, version] = row;
    if (typeof key === "string" && isCount(size) && typeof at === "number")
      records.set(key, { size, at, version: typeof version === "string" ? version : undefined });
  }
  return records;
}

/** Writes what the table knows of whole values. `epoch` is what the clock of the table says at 1970. */
export async function writeCacheIndex(store: Store, table: EntryTable, epoch: number): Promise<void> {
  const values: unknown[] = [];
  for (const [, { key, part, size, at, version }] of table.entries())
    if (part === undefined)
      values.push([key, size, Math.round(at - epoch), typeof version === "string" ? version : null]);
  await store.set(CACHE_INDEX_KEY, encodeJson({ values }));
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
