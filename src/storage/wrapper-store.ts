import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import type { GetRangesOptions, RangeGroup } from "./get-ranges.ts";
import { registerStore } from "./store-registry.ts";
import type { StoreJson } from "./store-registry.ts";
import { Store, isStore } from "./store.ts";
import type { KeyRange } from "./store.ts";
import { isSyncStore, requireSync } from "./sync-store.ts";
import { canCompareAndDelete, canCompareAndSet } from "./versioned.ts";
import type { VersionedValue } from "./versioned.ts";

/**
 * A store around a store: forwards every member of `Store`, so that a subclass changes only
 * what it overrides. A subclass with a `get` of its own reads through it in `getPartialValues` and `getRanges`, too,
 * unless it overrides them. The store within is no public property.
 *
 * @example
 * ```ts
 * class UpperCaseStore extends WrapperStore {
 *   override get(key: string, byteRange?: ByteRequest | null, options?: AbortOptions) {
 *     return super.get(key.toUpperCase(), byteRange, options);
 *   }
 * }
 * const store = new UpperCaseStore(new MemoryStore());
 * ```
 */
export class WrapperStore<S extends Store = Store> extends Store {
  readonly #inner: S;

  constructor(inner: S) {
    super();
    if (!isStore(inner))
      throw new TypeError(`A wrapper store needs a store, got ${inner === null ? "null" : typeof inner}.`);
    this.#inner = inner;
  }

  static {
    registerStore("WrapperStore", this, (json, options) => {
      return new WrapperStore(Store.fromJSON(json["inner"], options));
    });
  }

  override get isOpen(): boolean {
    return this.#inner.isOpen;
  }

  override get readOnly(): boolean {
    return this.#inner.readOnly;
  }

  override get supportsWrites(): boolean {
    return this.#inner.supportsWrites;
  }

  override get supportsDeletes(): boolean {
    return this.#inner.supportsDeletes;
  }

  override get supportsListing(): boolean {
    return this.#inner.supportsListing;
  }

  override get supportsPartialWrites(): boolean {
    return this.#inner.supportsPartialWrites;
  }

  override get supportsConsolidatedMetadata(): boolean {
    return this.#inner.supportsConsolidatedMetadata;
  }

  /** As the store within; what a subclass does to values in `get` and `set` it has to do in their versioned forms too. */
  override get supportsConditionalWrites(): boolean {
    return canCompareAndSet(this.#inner);
  }

  override get supportsConditionalDeletes(): boolean {
    return canCompareAndDelete(this.#inner);
  }

  override get identity(): object | string {
    return this.#inner.identity;
  }

  override get concurrentReads(): number {
    return this.#inner.concurrentReads;
  }

  override get cheapGapBytes(): number {
    return this.#inner.cheapGapBytes;
  }

  /** Has the store within synchronous operations? */
  get supportsSync(): boolean {
    return isSyncStore(this.#inner);
  }

  override get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: ReadOptions,
  ): Promise<Uint8Array | undefined> {
    return this.#inner.get(key, byteRange, options);
  }

  override getPartialValues(
    keyRanges: Iterable<KeyRange>,
    options?: AbortOptions,
  ): Promise<(Uint8Array | undefined)[]> {
    return this.#readsThroughOwnGet("getPartialValues")
      ? super.getPartialValues(keyRanges, options)
      : this.#inner.getPartialValues(keyRanges, options);
  }

  override getRanges(
    key: string,
    ranges: Iterable<ByteRequest | null | undefined>,
    options?: GetRangesOptions,
  ): AsyncIterable<RangeGroup> {
    return this.#readsThroughOwnGet("getRanges")
      ? super.getRanges(key, ranges, options)
      : this.#inner.getRanges(key, ranges, options);
  }

  override exists(key: string, options?: AbortOptions): Promise<boolean> {
    return this.#inner.exists(key, options);
  }

  override set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.#inner.set(key, value, options);
  }

  override setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    return this.#inner.setIfNotExists(key, value, options);
  }

  override getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    return this.#inner.getVersioned(key, options);
  }

  override setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    return this.#inner.setIfVersion(key, value, version, options);
  }

  override deleteIfVersion(key: string, version: string, options?: AbortOptions): Promise<boolean> {
    return this.#inner.deleteIfVersion(key, version, options);
  }

  override delete(key: string, options?: AbortOptions): Promise<void> {
    return this.#inner.delete(key, options);
  }

  override deleteDir(prefix: string, options?: AbortOptions): Promise<void> {
    return this.#inner.deleteDir(prefix, options);
  }

  override clear(options?: AbortOptions): Promise<void> {
    return this.#inner.clear(options);
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    return this.#inner.list(options);
  }

  override listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    return this.#inner.listPrefix(prefix, options);
  }

  override listDir(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    return this.#inner.listDir(prefix, options);
  }

  override isEmpty(prefix: string, options?: AbortOptions): Promise<boolean> {
    return this.#inner.isEmpty(prefix, options);
  }

  override getSize(key: string, options?: AbortOptions): Promise<number> {
    return this.#inner.getSize(key, options);
  }

  override getSizePrefix(prefix: string, options?: AbortOptions): Promise<number> {
    return this.#inner.getSizePrefix(prefix, options);
  }

  /** As `get`, at once. @throws TypeError when the store within cannot. */
  getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined {
    return requireSync(this.#inner, "get").getSync(key, byteRange);
  }

  /** As `set`, at once. @throws TypeError when the store within cannot. */
  setSync(key: string, value: Uint8Array): void {
    requireSync(this.#inner, "set").setSync(key, value);
  }

  /** As `delete`, at once. @throws TypeError when the store within cannot. */
  deleteSync(key: string): void {
    requireSync(this.#inner, "delete").deleteSync(key);
  }

  /** The same wrapper around the store within, with this `readOnly`. */
  override withReadOnly(readOnly: boolean = false): Store {
    return this.withStore(this.#inner.withReadOnly(readOnly));
  }

  /** The same wrapper around an equal store. */
  override equals(other: unknown): boolean {
    return (
      this === other ||
      (other instanceof WrapperStore &&
        other.constructor === this.constructor &&
        this.#inner.equals(other.#inner))
    );
  }

  override close(): Promise<void> {
    return this.#inner.close();
  }

  override toJSON(): StoreJson {
    return this.jsonOf({ inner: this.#inner.toJSON() });
  }

  override toString(): string {
    return `wrapping-${String(this.#inner)}`;
  }

  /** Has a subclass a `get` of its own, and none of this method, which then has to read through it? */
  #readsThroughOwnGet(method: "getPartialValues" | "getRanges"): boolean {
    const own = WrapperStore.prototype;
    return this[method] === own[method] && this.get !== own.get;
  }

  /** The store within. */
  protected get inner(): S {
    return this.#inner;
  }

  /** The same wrapper around another store; a subclass whose constructor takes more overrides it. */
  protected withStore(inner: Store): Store {
    // The class of a wrapper is WrapperStore or a subclass, which takes a store first.
    const type = this.constructor as new (inner: Store) => Store;
    return new type(inner);
  }

  protected override ensureOpen(lazily?: boolean): void | Promise<void> {
    return Store.openInner(this.#inner, lazily);
  }
}
