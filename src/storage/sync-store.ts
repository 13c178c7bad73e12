import type { ByteRequest } from "../base/byte-request.ts";

/** The operations that some stores can also do at once, without a promise: all three or none. */
export interface SyncStore {
  /** As `get`, at once. */
  getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined;
  /** As `set`, at once. */
  setSync(key: string, value: Uint8Array): void;
  /** As `delete`, at once. */
  deleteSync(key: string): void;
}

/**
 * Can this store read, write and delete at once? A wrapper can if the store within can, and says
 * so by `supportsSync`.
 */
export function isSyncStore(store: object): store is SyncStore {
  const { getSync, setSync, deleteSync, supportsSync } = store as Partial<
    Record<keyof SyncStore | "supportsSync", unknown>
  >; // each member is checked here
  return (
    typeof getSync === "function" &&
    typeof setSync === "function" &&
    typeof deleteSync === "function" &&
    supportsSync !== false
  );
}

/** The store with its synchronous operations. @throws TypeError when it has none. */
export function requireSync(store: object, operation: "get" | "set" | "delete"): SyncStore {
  if (isSyncStore(store)) return store;
  throw new TypeError(`Store ${String(store)} does not support synchronous ${operation}.`);
}
