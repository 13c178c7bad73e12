import type { AbortOptions } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import { sliceBytes, validateByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { StoreError } from "../base/errors.ts";
import { missingKeyError } from "./missing-key.ts";
import { OwnKeyMap } from "./own-key-map.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import { isBytes } from "./store-base.ts";
import { Store } from "./store.ts";
import type { StoreOptions } from "./store-base.ts";
import type { VersionedValue } from "./versioned.ts";

/** What a `MemoryStore` can be given: a `Map`, or a plain object whose own keys are used. */
export type MemoryMap = Map<string, Uint8Array> | Record<string, Uint8Array>;

const ids = new WeakMap<object, number>();
let lastId = 0;

// Each write puts another array in place, so that which array it is tells the version.
const versions = new WeakMap<Uint8Array, string>();
let lastVersion = 0;

function versionOf(value: Uint8Array): string {
  let version = versions.get(value);
  if (version === undefined) versions.set(value, (version = String(++lastVersion)));
  return version;
}

/**
 * Values in a `Map` or plain object, which is used by reference: the caller sees what is
 * written, and the store sees what the caller puts in. `set` stores a copy.
 *
 * @example
 * ```ts
 * const values = new Map<string, Uint8Array>();
 * const store = new MemoryStore(values);
 * await store.set("a/zarr.json", new Uint8Array([123, 125]));
 * values.has("a/zarr.json"); // true
 * ```
 */
export class MemoryStore extends Store {
  readonly #source: MemoryMap;
  readonly #map: Map<string, Uint8Array> | OwnKeyMap;

  constructor(map?: MemoryMap | null, options: StoreOptions = {}) {
    super(options);
    const source: unknown = map ?? new Map<string, Uint8Array>();
    if (typeof source !== "object" || source === null || Array.isArray(source))
      throw new TypeError(`MemoryStore needs a Map or a plain object, got ${typeof source}.`);
    this.#source = source as MemoryMap; // an object that is no Map is used by its own keys, each checked when read
    this.#map = source instanceof Map ? source : new OwnKeyMap(source as Record<string, Uint8Array>);
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: ReadOptions,
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    const inner = this.toInner(key);
    // A value is replaced, never changed, so that the array itself tells one from another.
    options?.onVersion?.(this.#map.get(inner));
    return this.read(inner, byteRange);
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.prepareSet(key, value, options);
    this.#map.set(this.toInner(key), new Uint8Array(value));
  }

  override async setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    await this.prepareSet(key, value, options);
    const inner = this.toInner(key);
    if (this.#map.has(inner)) return false;
    this.#map.set(inner, new Uint8Array(value));
    return true;
  }

  override get supportsConditionalWrites(): boolean {
    return true;
  }

  override get supportsConditionalDeletes(): boolean {
    return true;
  }

  override async getVersioned(key: string, options?: AbortOptions): Promise<VersionedValue | undefined> {
    await this.prepareGet(key, undefined, options);
    const value = this.read(this.toInner(key), undefined);
    return value === undefined ? undefined : { value, version: versionOf(value) };
  }

  override async setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options?: AbortOptions,
  ): Promise<boolean> {
    await this.prepareSet(key, value, options);
    const inner = this.toInner(key);
    if (!this.isAt(inner, version)) return false;
    this.#map.set(inner, new Uint8Array(value));
    return true;
  }

  override async deleteIfVersion(key: string, version: string, options?: AbortOptions): Promise<boolean> {
    await this.prepareDelete(key, options);
    const inner = this.toInner(key);
    if (!this.isAt(inner, version)) return false;
    this.#map.delete(inner);
    return true;
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
    this.#map.delete(this.toInner(key));
  }

  override async exists(key: string, options?: AbortOptions): Promise<boolean> {
    await this.prepareGet(key, undefined, options);
    return this.#map.has(this.toInner(key));
  }

  override async getSize(key: string, options?: AbortOptions): Promise<number> {
    await this.prepareGet(key, undefined, options);
    const value = this.read(this.toInner(key), undefined);
    if (value === undefined) throw missingKeyError(String(this), key);
    return value.byteLength;
  }

  override async *list(options?: AbortOptions): AsyncIterable<string> {
    yield* this.listPrefix("", options);
  }

  override async *listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    validatePrefix(prefix, this);
    await this.prepareList(options);
    const root = this.innerRoot;
    for (const key of this.#map.keys()) {
      throwIfAborted(options?.signal);
      if (key.startsWith(root) && key.startsWith(prefix, root.length)) yield key.slice(root.length);
    }
  }

  override async deleteDir(prefix: string, options?: AbortOptions): Promise<void> {
    const directory = this.innerRoot + directoryPrefix(prefix, this);
    await this.prepareWrite(options);
    for (const key of this.#map.keys()) if (key.startsWith(directory)) this.#map.delete(key);
  }

  /** As `get`, at once. */
  getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined {
    this.checkKey(key);
    validateByteRequest(byteRange);
    return this.read(this.toInner(key), byteRange);
  }

  /** As `set`, at once. */
  setSync(key: string, value: Uint8Array): void {
    this.checkKey(key);
    this.checkWritable();
    this.checkValue(value);
    this.#map.set(this.toInner(key), new Uint8Array(value));
  }

  /** As `delete`, at once. */
  deleteSync(key: string): void {
    this.checkKey(key);
    this.checkWritable();
    this.#map.delete(this.toInner(key));
  }

  /** Another store on the same map. */
  override withReadOnly(readOnly: boolean = false): MemoryStore {
    return new MemoryStore(this.#source, { readOnly });
  }

  /** The same kind of store with the same content and the same `readOnly`. */
  override equals(other: unknown): boolean {
    if (this === other) return true;
    if (!(other instanceof MemoryStore) || other.constructor !== this.constructor) return false;
    if (other.readOnly !== this.readOnly) return false;
    return other.#source === this.#source || sameContent(this.#map, other.#map);
  }

  override toString(): string {
    let id = ids.get(this.#source);
    if (id === undefined) ids.set(this.#source, (id = ++lastId));
    return `memory://${id}`;
  }

  /** 4 KiB: another part costs less than a copy of more. */
  override get cheapGapBytes(): number {
    return 4096;
  }

  /** The map or object that holds the values: stores on the same one have it in common. */
  override get identity(): object {
    return this.#source;
  }

  /** The map or object that holds the values. */
  protected get source(): MemoryMap {
    return this.#source;
  }

  /** What keys are prefixed with within the map: `""`, or a path with a trailing slash. */
  protected get innerRoot(): string {
    return "";
  }

  private isAt(inner: string, version: string | undefined): boolean {
    const value = this.read(inner, undefined);
    return value === undefined ? version === undefined : versionOf(value) === version;
  }

  private toInner(key: string): string {
    return this.innerRoot + key;
  }

  private read(inner: string, byteRange: ByteRequest | null | undefined): Uint8Array | undefined {
    const value: unknown = this.#map.get(inner);
    if (value === undefined) return undefined;
    if (!isBytes(value))
      throw new StoreError(`The value of ${JSON.stringify(inner)} in ${String(this)} is not a Uint8Array.`, {
        store: String(this),
        key: inner,
      });
    return sliceBytes(value, byteRange);
  }
}

function sameContent(
  a: Map<string, Uint8Array> | OwnKeyMap,
  b: Map<string, Uint8Array> | OwnKeyMap,
): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const left = a.get(key);
    const right = b.get(key);
    if (left === undefined || right === undefined || left.byteLength !== right.byteLength) return false;
    for (let i = 0; i < left.byteLength; i++) if (left[i] !== right[i]) return false;
  }
  return true;
}
