import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest, ByteSpan } from "../base/byte-request.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { addInspect } from "../base/dispose.ts";
import { ReadOnlyError, StoreError, UnsupportedError } from "../base/errors.ts";
import { isMissingKeyError } from "./missing-key.ts";
import { normalizePath } from "./normalize-path.ts";
import { ReadOnlyView } from "./read-only-view.ts";
import type { GetRangesOptions } from "./get-ranges.ts";
import { validateMode } from "./store-mode.ts";
import type { StoreMode } from "./store-mode.ts";
import { isStore } from "./store.ts";
import type { Store } from "./store.ts";
import { requireSync } from "./sync-store.ts";

/** Options of `StorePath.open`. */
export interface OpenStorePathOptions extends AbortOptions {
  /** Path within the store. Default `""`, the root. */
  readonly path?: string | undefined;
  /** `"r"` makes the store read-only, any other needs a writable one. Default: the store as it is. */
  readonly mode?: StoreMode | undefined;
}

/**
 * A place in a store: the root, a node or a key.
 *
 * @example
 * ```ts
 * const root = new StorePath(new MemoryStore());
 * await root.join("a/zarr.json").set(new Uint8Array([123, 125]));
 * ```
 */
export class StorePath implements ByteSource {
  readonly store: Store;
  /** Normal form: without a leading or trailing slash; the root is `""`. */
  readonly path: string;

  /** @throws TypeError when it is given no store; StoreError when the path has a `.` or `..` segment. */
  constructor(store: Store, path?: string | null) {
    if (!isStore(store)) throw new TypeError(`A StorePath needs a store, got ${typeof store}.`);
    this.store = store;
    this.path = normalizePath(path);
  }

  static {
    addInspect(this);
  }

  /**
   * A place in a store, for a mode. With `"r"` the store becomes a read-only one on the same
   * data; `"w-"` needs a place without data. Nothing is deleted, not by `"w"` either.
   *
   * @throws ReadOnlyError when the mode writes and the store is read-only; StoreError when
   * `"w-"` finds data.
   */
  static async open(store: Store, options: OpenStorePathOptions = {}): Promise<StorePath> {
    const { mode, signal } = options;
    const place = new StorePath(store, options.path);
    if (mode === undefined) return place;
    validateMode(mode);
    if (mode === "r") return store.readOnly ? place : new StorePath(readOnlyCopy(store), place.path);
    if (store.readOnly)
      throw new ReadOnlyError(
        `Store is read-only but mode is '${mode}'. Create a writable store or use 'r' mode.`,
        { store: String(store), path: place.path },
      );
    if (mode === "w-" && !(await place.isEmpty({ signal })))
      throw new StoreError(
        `Cannot create '${String(place)}' with mode 'w-' because it already contains data. ` +
          "Use mode 'w' to overwrite or 'a' to append.",
        { store: String(store), path: place.path },
      );
    return place;
  }

  /** Is the store read-only? */
  get readOnly(): boolean {
    return this.store.readOnly;
  }

  /** The place at `path` below this one. */
  join(path: string): StorePath {
    return new StorePath(this.store, `${this.path}/${path}`);
  }

  /** The value at this key, or a part of it; `undefined` when it is missing. */
  get(byteRange?: ByteRequest | null, options?: AbortOptions): Promise<Uint8Array | undefined> {
    return this.store.get(this.path, byteRange, options);
  }

  /** Several parts of the value at this key, in order; `undefined` when it is missing. */
  async getSpans(
    spans: readonly ByteSpan[],
    options: GetRangesOptions = {},
  ): Promise<Uint8Array[] | undefined> {
    const results = new Array<Uint8Array>(spans.length);
    try {
      for await (const group of this.store.getRanges(this.path, spans, options))
        for (const [index, bytes] of group) results[index] = bytes;
    } catch (error) {
      if (isMissingKeyError(error)) return undefined;
      throw error;
    }
    return results;
  }

  /** Stores a copy of `value` at this key. */
  set(value: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.store.set(this.path, value, options);
  }

  /** Stores `value` unless this key has one; says whether it wrote. */
  setIfNotExists(value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    return this.store.setIfNotExists(this.path, value, options);
  }

  /** Stores `value`, or deletes the key when there is none. */
  setOrDelete(value: Uint8Array | null | undefined, options?: AbortOptions): Promise<void> {
    return value === null || value === undefined ? this.delete(options) : this.set(value, options);
  }

  /** Removes exactly this key. */
  delete(options?: AbortOptions): Promise<void> {
    return this.store.delete(this.path, options);
  }

  /** Removes every key below this place. */
  deleteDir(options?: AbortOptions): Promise<void> {
    return this.store.deleteDir(this.path, options);
  }

  /** Is there a value at exactly this key? */
  exists(options?: AbortOptions): Promise<boolean> {
    return this.store.exists(this.path, options);
  }

  /** Is there no key below this place? */
  isEmpty(options?: AbortOptions): Promise<boolean> {
    return this.store.isEmpty(this.path, options);
  }

  /** As `get`, at once. @throws TypeError when the store cannot. */
  getSync(byteRange?: ByteRequest | null): Uint8Array | undefined {
    return requireSync(this.store, "get").getSync(this.path, byteRange);
  }

  /** As `set`, at once. @throws TypeError when the store cannot. */
  setSync(value: Uint8Array): void {
    requireSync(this.store, "set").setSync(this.path, value);
  }

  /** As `delete`, at once. @throws TypeError when the store cannot. */
  deleteSync(): void {
    requireSync(this.store, "delete").deleteSync(this.path);
  }

  /** The same path in an equal store. */
  equals(other: unknown): boolean {
    return other instanceof StorePath && other.path === this.path && this.store.equals(other.store);
  }

  /** The store and the path: `file://data/a`. */
  toString(): string {
    const root = String(this.store);
    if (this.path === "") return root;
    return root.endsWith("/") ? root + this.path : `${root}/${this.path}`;
  }
}

function readOnlyCopy(store: Store): Store {
  try {
    return store.withReadOnly(true);
  } catch (error) {
    if (error instanceof UnsupportedError) return new ReadOnlyView(store);
    throw error;
  }
}
