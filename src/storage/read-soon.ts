/**
 * Reads of many small values in a row, without a promise for each where a store can do without.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import type { Store } from "./store.ts";

/** Names the member of a class of stores that gives small values at once. Wrappers do not forward it: their `get` is called. */
const READ_SOON = Symbol("zarrkit.readSoon");

/** Makes something of a value. It does not keep the bytes: the next value may lie where they were. */
export type UseValue<T> = (value: Uint8Array) => T;

/**
 * As `get` of a whole value, and `use` of what it gives; for a store of class `S`, which may be a subclass or a proxy,
 * whose own `get` must be called.
 */
export type ReadSoon<S extends Store> = <T>(
  store: S,
  key: string,
  use: UseValue<T>,
  options: AbortOptions | undefined,
) => Awaitable<T | undefined>;

/** Says how stores of a class give small values at once. */
export function giveSoon<S extends Store>(type: { readonly prototype: S }, read: ReadSoon<S>): void {
  Object.defineProperty(type.prototype, READ_SOON, { value: read });
}

/**
 * What is made of the value of a key, read as by `get`; `undefined` when it is missing. At once where the store's class
 * has said how; it then fails at once, too.
 */
export function readSoon<T>(
  store: Store,
  key: string,
  use: UseValue<T>,
  options?: AbortOptions,
): Awaitable<T | undefined> {
  // Only `giveSoon` defines this member, for the class that the store is of.
  const read = Reflect.get(store, READ_SOON) as ReadSoon<Store> | undefined;
  return read === undefined ? readAndUse(store, key, use, options) : read(store, key, use, options);
}

/** The same by `get`. */
export async function readAndUse<T>(
  store: Store,
  key: string,
  use: UseValue<T>,
  options: AbortOptions | undefined,
): Promise<T | undefined> {
  const value = await store.get(key, undefined, options);
  return value === undefined ? undefined : use(value);
}
