import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { Store } from "../storage/store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import type { VersionedValue } from "../storage/versioned.ts";

/** One use of the store within. */
export interface CountedCall {
  readonly method: string;
  /** Key or prefix. */
  readonly key: string;
  readonly byteRange?: ByteRequest | undefined;
}

const KEPT = 10_000;

/** What has been counted; a store and its read-only copies share it. */
interface Tally {
  readonly counts: Map<string, number>;
  readonly calls: CountedCall[];
  bytesRead: number;
  bytesWritten: number;
}

/**
 * Counts what is asked of a store: calls by member, and bytes. Each merged read of `getRanges`
 * and each item of `getPartialValues` counts as one `get`.
 *
 * @example
 * ```ts
 * const store = new CountingStore(new MemoryStore());
 * await createArray(store, { shape: [2], dtype: "int8" });
 * const before = store.count("get");
 * await openArray(store);
 * store.count("get") - before; // 1
 * ```
 */
export class CountingStore<S extends Store = Store> extends WrapperStore<S> {
  #tally: Tally = { counts: new Map(), calls: [], bytesRead: 0, bytesWritten: 0 };

  /** Calls so far, by the name of the member. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#tally.counts);
  }

  /** The last 10,000 calls, oldest first. */
  get calls(): readonly CountedCall[] {
    return this.#tally.calls;
  }

  /** Bytes that reads gave. */
  get bytesRead(): number {
    return this.#tally.bytesRead;
  }

  /** Bytes handed to writes. */
  get bytesWritten(): number {
    return this.#tally.bytesWritten;
  }

  /** Calls of one member so far. */
  count(method: string): number {
    return this.#tally.counts.get(method) ?? 0;
  }

  /** Starts again from zero. */
  reset(): void {
    this.#tally.counts.clear();
    this.#tally.calls.length = 0;
    this.#tally.bytesRead = 0;
    this.#tally.bytesWritten = 0;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    this.#called("get", key, byteRange);
    return this.#read(await super.get(key, byteRange, options));
  }

  override exists(key: string, options?: AbortOptions): Promise<boolean> {
    this.#called("exists", key);
    return super.exists(key, options);
  }

  override set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    this.#called("set", key);
    this.#tally.bytesWritten += value?.byteLength ?? 0; // what is no value is refused within
    return super.set(key, value, options);
  }

  override setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    this.#called("setIfNotExists", key);
    this.#tally.bytesWritten += value?.byteLength ?? 0;
    return super.setIfNotExists(key, value, options);
  }

  /** Counts as a `get`. */
  override async getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    this.#called("get", key);
    const found = await super.getVersioned(key, options);
    this.#read(found?.value);
    return found;
  }

  /** Counts as a `set`. */
  override setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    this.#called("set", key);
    this.#tally.bytesWritten += value?.byteLength ?? 0;
    return super.setIfVersion(key, value, version, options);
  }

  /** Counts as a `delete`. */
  override deleteIfVersion(key: string, version: string, options?: AbortOptions): Promise<boolean> {
    this.#called("delete", key);
    return super.deleteIfVersion(key, version, options);
  }

  override delete(key: string, options?: AbortOptions): Promise<void> {
    this.#called("delete", key);
    return super.delete(key, options);
  }

  override deleteDir(prefix: string, options?: AbortOptions): Promise<void> {
    this.#called("deleteDir", prefix);
    return super.deleteDir(prefix, options);
  }

  override clear(options?: AbortOptions): Promise<void> {
    this.#called("clear", "");
    return super.clear(options);
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    this.#called("list", "");
    return super.list(options);
  }

  override listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    this.#called("listPrefix", prefix);
    return super.listPrefix(prefix, options);
  }

  override listDir(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    this.#called("listDir", prefix);
    return super.listDir(prefix, options);
  }

  override isEmpty(prefix: string, options?: AbortOptions): Promise<boolean> {
    this.#called("isEmpty", prefix);
    return super.isEmpty(prefix, options);
  }

  override getSize(key: string, options?: AbortOptions): Promise<number> {
    this.#called("getSize", key);
    return super.getSize(key, options);
  }

  override getSizePrefix(prefix: string, options?: AbortOptions): Promise<number> {
    this.#called("getSizePrefix", prefix);
    return super.getSizePrefix(prefix, options);
  }

  override getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined {
    this.#called("getSync", key, byteRange);
    return this.#read(super.getSync(key, byteRange));
  }

  override setSync(key: string, value: Uint8Array): void {
    this.#called("setSync", key);
    this.#tally.bytesWritten += value.byteLength;
    super.setSync(key, value);
  }

  override deleteSync(key: string): void {
    this.#called("deleteSync", key);
    super.deleteSync(key);
  }

  override toString(): string {
    return `counting-${String(this.inner)}`;
  }

  /** A read-only copy counts with this store: whoever opens a node in mode `r` works on one. */
  protected override withStore(inner: Store): Store {
    const copy = new CountingStore(inner);
    copy.#tally = this.#tally;
    return copy;
  }

  #called(method: string, key: string, byteRange?: ByteRequest | null): void {
    this.#tally.counts.set(method, this.count(method) + 1);
    if (this.#tally.calls.push({ method, key, byteRange: byteRange ?? undefined }) > KEPT)
      this.#tally.calls.shift();
  }

  #read(bytes: Uint8Array | undefined): Uint8Array | undefined {
    this.#tally.bytesRead += bytes?.byteLength ?? 0;
    return bytes;
  }
}
