/**
 * The interface between arrays and whatever holds their bytes.
 *
 * @module
 */
import { forEachLimited, mapLimited } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { readRanges } from "./get-ranges.ts";
import type { GetRangesOptions, RangeGroup } from "./get-ranges.ts";
import { missingKeyError } from "./missing-key.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import { StoreBase, nameOf } from "./store-base.ts";
import { registeredKind, reviveStore } from "./store-registry.ts";
import type { FromJsonOptions, StoreJson } from "./store-registry.ts";
import type { VersionedValue } from "./versioned.ts";

/** A key and the part of its value that is wanted; the whole value without one. */
export type KeyRange = readonly [key: string, byteRange?: ByteRequest | null | undefined];

const BRAND = Symbol.for("zarrkit.store");
const CONCURRENCY = 10;
const LIST_BATCH = 256;

/**
 * Keys to bytes.
 *
 * ## Contract
 *
 * A key is a string of `/`-joined segments without a leading or trailing slash and without
 * empty, `.` or `..` segments. A value is a `Uint8Array`. `get` of a missing key gives
 * `undefined`; whatever fails throws, and is never taken for a missing key. `set` stores a
 * copy and replaces the whole value; what `get` returns is not to be written to. A byte
 * range past the end of a value is clamped, and an empty one gives zero bytes. `delete` of a
 * missing key is silent. A prefix is not a key: nothing has to be made before, or be removed
 * after, the keys below it. Every method takes `{ signal }` last, checks it before it works,
 * and rejects with `signal.reason`. Constructors do no I/O: the first operation, or
 * `await Store.open(...)`, does.
 *
 * ## Who implements it
 *
 * A subclass writes `get`, `set`, `delete` and `list`. Each of them begins with
 * `await this.prepareGet(...)` (or `prepareSet`, `prepareDelete`, `prepareList`), which
 * checks the arguments, the signal and `readOnly`, and opens the store. `onOpen` and
 * `onClose` are the places for what opening and closing cost. `toString`, `equals`,
 * `withReadOnly` and `toJSON` are worth writing too; without them a store prints its class
 * name, equals itself alone, and cannot be copied or carried.
 *
 * ## Defaults
 *
 * Everything else is built on those four and correct for every store, if slowly: a listing
 * of a directory lists the store, a size reads the value, `setIfNotExists` looks and then
 * writes. A store that can do better overrides the method; callers see no difference.
 *
 * ## Wrappers
 *
 * `WrapperStore` forwards each member of this class to another store. What a subclass or
 * wrapper overrides is always called: nothing goes around a store's methods unless the
 * store is exactly a built-in class.
 *
 * ## Concurrency
 *
 * Methods may be called at the same time. A reader of a key sees a value that was set, whole;
 * of two writers of one key, one wins. Listings that run beside writes show a key at most
 * once and may miss what was written meanwhile. Nothing starts an unbounded number of
 * operations.
 *
 * @example
 * ```ts
 * class MapStore extends Store {
 *   readonly #map = new Map<string, Uint8Array>();
 *   async get(key: string, byteRange?: ByteRequest | null, options?: AbortOptions) {
 *     await this.prepareGet(key, byteRange, options);
 *     const value = this.#map.get(key);
 *     return value && sliceBytes(value, byteRange);
 *   }
 *   async set(key: string, value: Uint8Array, options?: AbortOptions) {
 *     await this.prepareSet(key, value, options);
 *     this.#map.set(key, value.slice());
 *   }
 *   async delete(key: string, options?: AbortOptions) {
 *     await this.prepareDelete(key, options);
 *     this.#map.delete(key);
 *   }
 *   async *list(options?: AbortOptions) {
 *     await this.prepareList(options);
 *     yield* this.#map.keys();
 *   }
 * }
 * ```
 */
export abstract class Store extends StoreBase {
  static {
    // Recognises a store that another copy of this library made.
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  /**
   * Makes a store from what `toJSON()` gave, also after `JSON.stringify`.
   *
   * @throws UnsupportedError when its class is not registered; see `registerStore`.
   */
  static fromJSON(json: unknown, options: FromJsonOptions = {}): Store {
    return reviveStore(json, options);
  }

  /** Can a store of this kind be written? Says nothing about `readOnly`. */
  get supportsWrites(): boolean {
    return true;
  }

  /** Can keys be deleted? */
  get supportsDeletes(): boolean {
    return true;
  }

  /** Can keys be listed? */
  get supportsListing(): boolean {
    return true;
  }

  /** Can part of a value be written? Always `false`: a value is replaced whole. */
  get supportsPartialWrites(): boolean {
    return false;
  }

  /** May consolidated metadata be written to, and read from, this store? */
  get supportsConsolidatedMetadata(): boolean {
    return true;
  }

  /** Do `getVersioned` and `setIfVersion` work? Then writers in other processes lose nothing. */
  get supportsConditionalWrites(): boolean {
    return false;
  }

  /** Does `deleteIfVersion` work? */
  get supportsConditionalDeletes(): boolean {
    return false;
  }

  /**
   * What two stores over the same values have in common: an object, or a name that is unique in
   * this process. Writers of one chunk wait for each other where it is the same. Default: the store itself.
   */
  get identity(): object | string {
    return this;
  }

  /**
   * Values that it pays to read at a time: a store whose reads wait for a network says more than the 10 that are read
   * by default. Where `async.concurrency` is configured, that counts.
   */
  get concurrentReads(): number {
    return 10;
  }

  /** Gap in bytes between two ranges up to which reading it too costs less than another read. Default 1 MiB, as for requests. */
  get cheapGapBytes(): number {
    return 2 ** 20;
  }

  /**
   * The value of a key, or the part of it that `byteRange` asks for; `undefined` when the key
   * is missing. The result may alias what the store holds: do not write to it.
   *
   * @throws TypeError when `byteRange` is no byte request.
   */
  abstract get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: ReadOptions,
  ): Promise<Uint8Array | undefined>;

  /** Stores a copy of `value`, replacing what was there. */
  abstract set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void>;

  /** Removes exactly this key; a missing key is no error, and a prefix is no key. */
  abstract delete(key: string, options?: AbortOptions): Promise<void>;

  /** Every key, each once, in no particular order. */
  abstract list(options?: AbortOptions): AsyncIterable<string>;

  /**
   * Several values, or parts of values, in the order of the requests; `undefined` for a missing
   * key. `keyRanges` may be a generator that can be read once, and a key may repeat.
   */
  async getPartialValues(
    keyRanges: Iterable<KeyRange>,
    options: AbortOptions = {},
  ): Promise<(Uint8Array | undefined)[]> {
    const results: (Uint8Array | undefined)[] = [];
    let count = 0;
    const numbered = function* (): Generator<[number, KeyRange]> {
      for (const keyRange of keyRanges) {
        results.push(undefined);
        yield [count++, keyRange];
      }
    };
    const work = async ([index, [key, byteRange]]: [number, KeyRange]): Promise<void> => {
      results[index] = await this.get(key, byteRange, options);
    };
    await forEachLimited(numbered(), CONCURRENCY, work, options);
    return results;
  }

  /**
   * Several parts of one value, merged into fewer reads where they lie near each other. Yields
   * a group for each read, in the order in which they finish: pairs of the index in `ranges`
   * and its bytes, sorted by start. A missing key is an error, also if it vanishes midway. The
   * first failure cancels the reads under way, and so does leaving the loop.
   */
  getRanges(
    key: string,
    ranges: Iterable<ByteRequest | null | undefined>,
    options: GetRangesOptions = {},
  ): AsyncIterable<RangeGroup> {
    return readRanges(
      ranges,
      (request, part) => this.get(key, request, part),
      () => missingKeyError(String(this), key),
      options,
    );
  }

  /** Is there a value at exactly this key? */
  async exists(key: string, options?: AbortOptions): Promise<boolean> {
    return (await this.get(key, { start: 0, end: 0 }, options)) !== undefined;
  }

  /**
   * Stores `value` unless the key has one; says whether it wrote. Here it looks first and then
   * writes, so that two callers may both write; a store that can do it in one step overrides it.
   */
  async setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    await this.prepareSet(key, value, options);
    if (await this.exists(key, options)) return false;
    await this.set(key, value, options);
    return true;
  }

  /**
   * A whole value and its version; `undefined` when the key is missing.
   *
   * @throws UnsupportedError unless `supportsConditionalWrites`.
   */
  async getVersioned(_key: string, _options?: AbortOptions): Promise<VersionedValue | undefined> {
    throw this.unsupported("getVersioned", "conditional writes");
  }

  /**
   * Stores `value` if what is stored still has this version, or, without one, if the key is
   * missing; says whether it wrote. Of several that replace one version, one does.
   *
   * @throws UnsupportedError unless `supportsConditionalWrites`.
   */
  async setIfVersion(
    _key: string,
    _value: Uint8Array,
    _version: string | undefined,
    _options?: AbortOptions,
  ): Promise<boolean> {
    throw this.unsupported("setIfVersion", "conditional writes");
  }

  /**
   * Removes the key if what is stored still has this version; says whether it did.
   *
   * @throws UnsupportedError unless `supportsConditionalDeletes`.
   */
  async deleteIfVersion(_key: string, _version: string, _options?: AbortOptions): Promise<boolean> {
    throw this.unsupported("deleteIfVersion", "conditional deletes");
  }

  /** Every key that starts with this string, in full. `""` is every key. */
  async *listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    validatePrefix(prefix, this);
    for await (const key of this.list(options)) if (key.startsWith(prefix)) yield key;
  }

  /** Names of the immediate children (keys and prefixes) of `foo` or `foo/`, each once. */
  async *listDir(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    const directory = directoryPrefix(prefix, this);
    const seen = new Set<string>();
    for await (const key of this.listPrefix(directory, options)) {
      const slash = key.indexOf("/", directory.length);
      const name = key.slice(directory.length, slash < 0 ? undefined : slash);
      if (seen.has(name)) continue;
      seen.add(name);
      yield name;
    }
  }

  /** Deletes every key below `foo` or `foo/`; a sibling such as `foo-bar/` stays. */
  async deleteDir(prefix: string, options: AbortOptions = {}): Promise<void> {
    this.requireDeletesAndListing("deleteDir");
    await this.prepareWrite(options);
    const keys: string[] = []; // all of them first: a store need not stand deletes beside its listing
    for await (const key of this.listPrefix(directoryPrefix(prefix, this), options)) keys.push(key);
    await forEachLimited(keys, CONCURRENCY, (key) => this.delete(key, options), options);
  }

  /** Is there no key below `foo` or `foo/`? */
  async isEmpty(prefix: string, options?: AbortOptions): Promise<boolean> {
    if (!this.supportsListing) throw this.unsupported("isEmpty", "listing");
    for await (const _ of this.listPrefix(directoryPrefix(prefix, this), options)) return false;
    return true;
  }

  /** Deletes every key. */
  async clear(options?: AbortOptions): Promise<void> {
    await this.deleteDir("", options);
  }

  /**
   * Length of a value, in bytes.
   *
   * @throws StoreError when the key is missing.
   */
  async getSize(key: string, options?: AbortOptions): Promise<number> {
    const value = await this.get(key, undefined, options);
    if (value === undefined) throw missingKeyError(String(this), key);
    return value.byteLength;
  }

  /** Sum of the lengths of all values below `foo` or `foo/`, in bytes. */
  async getSizePrefix(prefix: string, options: AbortOptions = {}): Promise<number> {
    if (!this.supportsListing) throw this.unsupported("getSizePrefix", "listing");
    let total = 0;
    let batch: string[] = [];
    const flush = async (): Promise<void> => {
      const sizes = await mapLimited(batch, CONCURRENCY, (key) => this.getSize(key, options), options);
      for (const size of sizes) total += size;
      batch = [];
    };
    for await (const key of this.listPrefix(directoryPrefix(prefix, this), options)) {
      if (batch.push(key) === LIST_BATCH) await flush();
    }
    await flush();
    return total;
  }

  /**
   * Another store on the same data, with this `readOnly`, not yet opened.
   *
   * @throws UnsupportedError when this store cannot be copied.
   */
  withReadOnly(_readOnly?: boolean): Store {
    throw new UnsupportedError(`withReadOnly is not implemented for the ${nameOf(this)} store type.`, {
      store: String(this),
    });
  }

  /** Is this the same location, seen through the same kind of store? */
  equals(other: unknown): boolean {
    return this === other;
  }

  /**
   * What `Store.fromJSON` needs to make this store elsewhere; never a secret.
   *
   * @throws UnsupportedError when the store cannot be carried.
   */
  toJSON(): StoreJson {
    throw new UnsupportedError(`${String(this)} cannot be carried as JSON.`, { store: String(this) });
  }

  /** @throws UnsupportedError when keys cannot be both listed and deleted. */
  protected requireDeletesAndListing(method: string): void {
    if (!this.supportsDeletes) throw this.unsupported(method, "deletes");
    if (!this.supportsListing) throw this.unsupported(method, "listing");
  }

  /** The JSON of a store of exactly a registered class; for `toJSON()` of that class. */
  protected jsonOf(fields: JsonObject): StoreJson {
    const kind = registeredKind(this.constructor);
    if (kind === undefined)
      throw new UnsupportedError(
        `${nameOf(this)} is not registered (registerStore), so ${String(this)} cannot be carried as JSON.`,
        { store: String(this) },
      );
    return { kind, ...fields };
  }

  private unsupported(method: string, ability: string): UnsupportedError {
    const message = `${method} needs ${ability}, which ${String(this)} does not support.`;
    return new UnsupportedError(message, { store: String(this) });
  }
}

/** Is this a store, also one that another copy of this library made? */
export function isStore(value: unknown): value is Store {
  return typeof value === "object" && value !== null && BRAND in value;
}
