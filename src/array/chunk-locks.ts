/**
 * Locks of chunks: two writes to different parts of one chunk, from any array object in
 * this process, do not lose each other's values.
 *
 * @module
 */
import { KeyedLock } from "../base/async.ts";
import type { Store } from "../storage/store.ts";

// A lock guards stored values, which outlive the objects that reach them; so the tables are the process's.
const byObject = new WeakMap<object, KeyedLock>();
const byName = new Map<string, WeakRef<KeyedLock>>();
const forget = new FinalizationRegistry<string>((name) => {
  if (byName.get(name)?.deref() === undefined) byName.delete(name);
});

/** The locks of a store's keys; stores over the same values share them. */
export function locksOf(store: Store): KeyedLock {
  const { identity } = store;
  if (typeof identity === "object") {
    let locks = byObject.get(identity);
    if (locks === undefined) byObject.set(identity, (locks = new KeyedLock()));
    return locks;
  }
  let locks = byName.get(identity)?.deref();
  if (locks === undefined) {
    locks = new KeyedLock();
    byName.set(identity, new WeakRef(locks));
    forget.register(locks, identity);
  }
  return locks;
}
