/**
 * What a cache holds: how large, how old, and which was used last. Pure accounting, no I/O.
 *
 * @module
 */

import type { ByteRequest } from "../../base/byte-request.ts";

/** One cached value, or one part of a value. */
export interface CacheEntry {
  readonly key: string;
  /** The bytes of a part; whole values are in the cache store. */
  readonly part: Uint8Array | undefined;
  readonly size: number;
  /** When it was stored or last found to be current, in milliseconds of the caller's clock. */
  readonly at: number;
  /** What the source told of the value's version; `undefined` when nothing. */
  readonly version: unknown;
}

/** Entries by id in the order of their use, within a bound on their total size. */
export class EntryTable {
  readonly #entries = new Map<string, CacheEntry>();
  /** The ids of the parts of each key. */
  readonly #parts = new Map<string, Set<string>>();
  readonly #maxSize: number;
  #size = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Bytes of all entries. */
  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(id: string): CacheEntry | undefined {
    return this.#entries.get(id);
  }

  /** Entries from the one whose use is longest ago. */
  entries(): IterableIterator<[string, CacheEntry]> {
    return this.#entries.entries();
  }

  /** Can an entry of this size be held at all? */
  fits(size: number): boolean {
    return size <= this.#maxSize;
  }

  /** Makes an entry the one that was used last. */
  use(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  /** Adds or replaces an entry, and removes those whose use is longest ago until all fit; returns the removed. */
  add(id: string, entry: CacheEntry): CacheEntry[] {
    this.remove(id);
    this.#entries.set(id, entry);
    this.#size += entry.size;
    if (entry.part !== undefined) {
      let parts = this.#parts.get(entry.key);
      if (parts === undefined) this.#parts.set(entry.key, (parts = new Set()));
      parts.add(id);
    }
    const evicted: CacheEntry[] = [];
    for (const [oldest, candidate] of this.#entries) {
      if (this.#size <= this.#maxSize || oldest === id) break;
      this.remove(oldest);
      evicted.push(candidate);
    }
    return evicted;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#size -= entry.size;
    if (entry.part === undefined) return;
    const parts = this.#parts.get(entry.key);
    parts?.delete(id);
    if (parts?.size === 0) this.#parts.delete(entry.key);
  }

  /** Removes the whole value of a key and all its parts. */
  removeKey(key: string): void {
    this.remove(key);
    for (const id of this.#parts.get(key) ?? []) this.remove(id);
  }

  /** Removes what belongs to other versions of a key than this one. */
  keepVersion(key: string, version: unknown): void {
    for (const id of [key, ...(this.#parts.get(key) ?? [])]) {
      const known = this.#entries.get(id)?.version;
      if (known !== undefined && !Object.is(known, version)) this.remove(id);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#parts.clear();
    this.#size = 0;
  }
}

/** What a value or a part of one is kept under: the key, or for a part a text that begins with a slash, as no key does. */
export function idOf(key: string, range: ByteRequest | null | undefined): string {
  if (range === undefined || range === null) return key;
  if ("start" in range) return `/${range.start}-${range.end}/${key}`;
  return "offset" in range ? `/${range.offset}-/${key}` : `/-${range.suffix}/${key}`;
}
