/**
 * zarrita's stores and nodes for us.
 *
 * @module
 */
import { ReadableStore } from "../storage/readable-store.ts";
import type { ReadableLike } from "../storage/readable-store.ts";
import { StorePath } from "../storage/store-path.ts";
import type { StoreOptions } from "../storage/store-base.ts";

/** What zarrita calls a location, an array or a group: a place in a store. */
export interface ZarritaLocation {
  readonly store: ReadableLike;
  readonly path: string;
}

/**
 * A zarrita store as a store of zarrkit; or a zarrita array, group or location as the place in it, to be opened with
 * `open`, `openArray` or `openGroup`. Sync and async stores alike; `null` counts as missing. Without `getRange`, a part
 * is taken from the whole value. It is read-only unless the store has `set`.
 *
 * Keys cannot be listed, as zarrita's stores have no method for it: the members of a group are found in its consolidated
 * metadata, or by name.
 *
 * @throws TypeError for anything else.
 * @example
 * ```ts
 * import { createArray, openArray } from "zarrkit";
 * import { fromZarrita, toZarrita } from "zarrkit/zarrita";
 *
 * const z = await createArray({}, { shape: [2], dtype: "int16" });
 * const again = await openArray(fromZarrita(toZarrita(z)), { mode: "r" });
 * again.shape; // [2]
 * ```
 */
export function fromZarrita(source: ZarritaLocation, options?: StoreOptions): StorePath;
export function fromZarrita(source: ReadableLike, options?: StoreOptions): ReadableStore;
export function fromZarrita(
  source: ReadableLike | ZarritaLocation,
  options: StoreOptions = {},
): ReadableStore | StorePath {
  const given: unknown = source;
  if (typeof given === "object" && given !== null) {
    if (isLocation(given)) return new StorePath(new ReadableStore(given.store, options), given.path);
    if (isReadable(given)) return new ReadableStore(given, options);
  }
  throw new TypeError("fromZarrita takes a zarrita store, location, array or group.");
}

// zarrita itself tells a location from a store by this.
function isLocation(value: object): value is ZarritaLocation {
  return (
    "store" in value &&
    typeof value.store === "object" &&
    value.store !== null &&
    isReadable(value.store) &&
    "path" in value &&
    typeof value.path === "string"
  );
}

function isReadable(value: object): value is ReadableLike {
  return "get" in value && typeof value.get === "function";
}
