/**
 * Reads of many small values in a row, without a promise for each where a store can do without.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import type { Store } from "./store.ts";

/** Names the member of a class of stores that gives small values at once. Wrappers do not forward it: their `get` is called. */
const READ_SOON = Symbol("zarrkit.readSoon");

/** As `get` of a whole value, for a store of class `S`; it may be a subclass or a proxy, whose own `get` must be called. */
export type ReadSoon<S extends Store> = (
  store: S,
  key: string,
  options: AbortOptions | undefined,
) => Awaitable<Uint8Array | undefined>;

/** Says how stores of a class give small values at once. */
export function giveSoon<S extends Store>(type: { readonly prototype: S }, read: ReadSoon<S>): void {
  Object.defineProperty(type.prototype, READ_SOON, { value: read });
}

/** The value of a key, as by `get`; at once where the store's class has said how. It fails at once, too. */
export function readSoon(
  store: Store,
  key: string,
  options?: AbortOptions,
): Awaitable<Uint8Array | undefined> {
  // Only `giveSoon` defines this member, for the class that the store is of.
  const read = Reflect.get(store, READ_SOON) as ReadSoon<Store> | undefined;
  return read === undefined ? store.get(key, undefined, options) : read(store, key, options);
}
