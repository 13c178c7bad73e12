/**
 * Which store classes can be carried to a worker or another process as JSON.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { Store } from "./store.ts";

/** What `Store.toJSON()` gives: the registered name of the class and what its `fromJSON` needs; never a secret. */
export interface StoreJson extends JsonObject {
  readonly kind: string;
}

/** Options of `Store.fromJSON`. */
export interface FromJsonOptions {
  /** Credentials and options for the file system, which the JSON never holds. */
  readonly storageOptions?: Readonly<Record<string, unknown>> | undefined;
}

/** Makes a store from the JSON that its class wrote. */
export type ReviveStore = (json: StoreJson, options: FromJsonOptions) => Store;

interface Entry {
  readonly type: object;
  readonly revive: ReviveStore;
}

const entries = new Map<string, Entry>();
const kinds = new Map<object, string>();

/**
 * Registers a store class under a name, so that `toJSON()` and `Store.fromJSON()` carry it.
 * A later registration of the same name replaces the earlier one.
 *
 * @example
 * ```ts
 * class MyStore extends LocalStore {
 *   static {
 *     registerStore("MyStore", this, (json) => LocalStore.revive(this, json));
 *   }
 * }
 * String(Store.fromJSON(new MyStore("data").toJSON())); // file://data
 * ```
 */
export function registerStore(kind: string, type: object, revive: ReviveStore): void {
  const previous = entries.get(kind);
  if (previous !== undefined) kinds.delete(previous.type);
  entries.set(kind, { type, revive });
  kinds.set(type, kind);
}

/** The name under which exactly this class is registered; a subclass of it is another class. */
export function registeredKind(type: object): string | undefined {
  return kinds.get(type);
}

/**
 * Makes a store from JSON.
 *
 * @throws TypeError when it is no store's JSON; UnsupportedError when its class is not registered.
 */
export function reviveStore(json: unknown, options: FromJsonOptions = {}): Store {
  const value: unknown = typeof json === "string" ? JSON.parse(json) : json;
  if (typeof value !== "object" || value === null || !("kind" in value) || typeof value.kind !== "string")
    throw new TypeError("Store.fromJSON needs what a store's toJSON() gave: an object with a 'kind'.");
  const entry = entries.get(value.kind);
  if (entry === undefined) {
    const known = [...entries.keys()].sort();
    throw new UnsupportedError(
      `Store class ${JSON.stringify(value.kind)} is not registered; known: ${known.join(", ")}.`,
      { known, actual: value.kind },
    );
  }
  return entry.revive(value as StoreJson, options); // it has a `kind`; each class checks the rest itself
}
