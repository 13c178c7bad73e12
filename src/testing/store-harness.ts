/**
 * What the author of a store gives to `StoreTests`, and what its cases see of it.
 *
 * @module
 */
import type { Awaitable } from "../base/async.ts";
import type { Store } from "../storage/store.ts";

/** What a store can do; a case runs when everything it requires is supported. */
export interface StoreAbilities {
  /** Values can be set. Default `true`. */
  readonly writes: boolean;
  /** Keys can be deleted. Default: as `writes`. */
  readonly deletes: boolean;
  /** Keys can be listed. Default `true`. */
  readonly listing: boolean;
  /** `withReadOnly` makes another store. Default `false`; then it must throw `UnsupportedError`. */
  readonly readOnlyCopies: boolean;
  /** `toJSON()` and `Store.fromJSON` carry the store. Default `false`; then `toJSON()` must throw. */
  readonly json: boolean;
  /** `getSync`, `setSync` and `deleteSync` are there. Default `false`. */
  readonly sync: boolean;
  /** Keys may hold any character but a slash. Default `true`. */
  readonly anyCharacter: boolean;
  /**
   * What zarrkit's own stores do besides: malformed keys and values are refused, and an aborted
   * signal is seen before work. Default `false`.
   */
  readonly strict: boolean;
}

/** Name of an ability. */
export type StoreAbility = keyof StoreAbilities;

/** What a case does with a store, by the author's own means. */
export interface StoreHarness<S extends Store = Store> {
  readonly supports: StoreAbilities;
  /** What the store prints as, if the author says so. */
  readonly printed: ((store: S) => string | RegExp) | undefined;
  /** A new store without values, not opened. Every one of them is disposed of after the case. */
  create(options?: { readonly readOnly?: boolean }): Promise<S>;
  /** Another store like this one, on the same values; `undefined` when the author gives no way to it. */
  reopen(store: S): Promise<S | undefined>;
  /** Puts a value in place by other means than the store's own. */
  set(store: S, key: string, value: Uint8Array): Awaitable<void>;
  /** Looks at a value by other means than the store's own. */
  get(store: S, key: string): Awaitable<Uint8Array | undefined>;
}

/** A case, before it is bound to a store. */
export interface StoreCaseDefinition {
  /** Unique; starts with the member that it is about. */
  readonly name: string;
  readonly requires: readonly StoreAbility[];
  run(harness: StoreHarness): Promise<void>;
}
