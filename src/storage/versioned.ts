/**
 * Values with versions, for writers that must not undo each other's work.
 *
 * @module
 */
import type { Store } from "./store.ts";

/** A value, and the version to replace it by. */
export interface VersionedValue {
  readonly value: Uint8Array;
  /** Opaque; another after each write that changes the value. */
  readonly version: string;
}

/**
 * May a value be replaced by its version here? Not where a subclass or wrapper has its own `get`
 * or `set` and inherits the versioned ones: what it does to values would be gone around.
 */
export function canCompareAndSet(store: Store): boolean {
  return (
    store.supportsConditionalWrites &&
    belongsWith(store, "getVersioned", "get") &&
    belongsWith(store, "setIfVersion", "set")
  );
}

/** May a value be deleted by its version here? As `canCompareAndSet`. */
export function canCompareAndDelete(store: Store): boolean {
  return (
    store.supportsConditionalDeletes &&
    canCompareAndSet(store) &&
    belongsWith(store, "deleteIfVersion", "delete")
  );
}

/** Is the versioned method defined where the plain one is, or nearer to the store? */
function belongsWith(store: Store, versioned: keyof Store, plain: keyof Store): boolean {
  for (let owner: unknown = store; typeof owner === "object" && owner !== null;) {
    if (Object.hasOwn(owner, versioned)) return true;
    if (Object.hasOwn(owner, plain)) return false;
    owner = Object.getPrototypeOf(owner);
  }
  return false;
}
