/**
 * Locks of stored values: two writes to different parts of one chunk, from any array object in
 * this process, do not lose each other's values.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { KeyedLock } from "../base/async.ts";
import type { Store } from "../storage/store.ts";

/** The locks of one store's keys. */
export interface StoreLocks {
  /** Runs `work` when all work before it on this key has settled; an abort ends the wait. */
  run<T>(key: string, work: () => Promise<T>, options?: AbortOptions): Promise<T>;
}

// A lock guards stored values, which outlive the objects that reach them; so the tables are the process's.
const byObject = new WeakMap<object, KeyedLock>();
const byPlace = new KeyedLock();

/**
 * The locks of a store's keys. Stores over the same values share them, also where the root of one lies within the
 * other's: a place and a key together name a value.
 */
export function locksOf(store: Store): StoreLocks {
  const { identity } = store;
  if (typeof identity === "string") {
    const place = identity.replace(/\/+$/, "");
    return { run: (key, work, options) => byPlace.run(`${place}/${key}`, work, options) };
  }
  let locks = byObject.get(identity);
  if (locks === undefined) byObject.set(identity, (locks = new KeyedLock()));
  return locks;
}

/** Name of the lock of a node's own metadata, for `locksOf`; no store key has it. */
export function metadataLock(path: string): string {
  return path === "" ? " metadata" : `${path}/ metadata`;
}
