/**
 * Replaces a stored chunk by one that was made from it, so that no other writer's change is
 * lost: by compare-and-set where the store can, else blindly, under the lock of this process.
 *
 * @module
 */
import { sleep, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import type { Store } from "../storage/store.ts";
import { canCompareAndDelete, canCompareAndSet } from "../storage/versioned.ts";

/** How a value is changed. */
export interface ValueChange {
  /** The value to store, made from what is stored; `undefined` for none. It may run again on a newer value. */
  readonly next: (existing: Uint8Array | undefined) => Promise<Uint8Array | undefined>;
  /** Removes the value, whatever it is. */
  readonly remove: () => Promise<void>;
  /** A value that stands for none, where a store can replace by version and not delete by it. */
  readonly blank: () => Promise<Uint8Array>;
}

/** Each attempt but the first means that another writer has got on, so that many are still progress. */
const MAX_ATTEMPTS = 64;
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 1000;

/**
 * Changes the value of a key.
 *
 * @throws StoreError when other writers change the value before each of many attempts.
 */
export async function changeValue(
  store: Store,
  key: string,
  change: ValueChange,
  options: AbortOptions,
): Promise<void> {
  if (canCompareAndSet(store)) {
    try {
      return await changeByVersion(store, key, change, options);
    } catch (error) {
      // Some services tell only when they are asked that they have no versions, and wrote nothing.
      if (!(error instanceof UnsupportedError) || canCompareAndSet(store)) throw error;
    }
  }
  const next = await change.next(await store.get(key, undefined, options));
  throwIfAborted(options.signal);
  if (next === undefined) await change.remove();
  else await store.set(key, next, options);
}

async function changeByVersion(
  store: Store,
  key: string,
  change: ValueChange,
  options: AbortOptions,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (attempt > 0) await pause(attempt, options);
    const found = await store.getVersioned(key, options);
    const next = await change.next(found?.value);
    throwIfAborted(options.signal);
    if (next !== undefined) {
      if (await store.setIfVersion(key, next, found?.version, options)) return;
    } else if (found === undefined) {
      return; // there is nothing, and nothing is to be
    } else if (canCompareAndDelete(store)) {
      if (await store.deleteIfVersion(key, found.version, options)) return;
    } else if (await store.setIfVersion(key, await change.blank(), found.version, options)) return;
  }
  throw new StoreError(
    `${JSON.stringify(key)} was changed by other writers before each of ${MAX_ATTEMPTS} attempts to write it.`,
    { store: String(store), key },
  );
}

/** Waits a random time, up to a bound that doubles, so that writers who collided do not collide again. */
function pause(attempt: number, { signal }: AbortOptions): Promise<void> {
  const bound = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return sleep(Math.random() * bound, signal);
}
