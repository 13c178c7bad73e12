import { chain, isPromise, throwIfAborted } from "../base/async.ts";
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { sliceBytes, validateByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { NodeNotFoundError, UnsupportedError } from "../base/errors.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { groupOf, planReads, runReads } from "./get-ranges.ts";
import type { GetRangesOptions, RangeGroup, ReadPart } from "./get-ranges.ts";
import { isMissingFile, localError } from "./local-errors.ts";
import { LocalFiles } from "./local-files.ts";
import { readLocal } from "./local-read.ts";
import { pathOf } from "./local-options.ts";
import type { LocalStoreOptions } from "./local-options.ts";
import { validateLocalKey } from "./local-key.ts";
import { createFile, replaceFile } from "./local-write.ts";
import { missingKeyError } from "./missing-key.ts";
import { giveSoon, readAndUse } from "./read-soon.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import { registerStore } from "./store-registry.ts";
import type { UseValue } from "./read-soon.ts";
import type { StoreJson } from "./store-registry.ts";
import { Store } from "./store.ts";

const LOCAL_GAP_BYTES = 4096;

/**
 * A directory of the local file system; a key is a path below it.
 *
 * `set` writes a temporary file in the same directory and renames it, so that readers and a
 * crash find the old value or the new one; `setIfNotExists` links it, so that of several
 * callers, also in other processes, one writes. Reads of a part touch only its bytes. No key
 * leaves the root: `..` and absolute keys are malformed, and a symbolic link below the root
 * that ends outside it is an error unless `followSymlinks` is set. Each directory is looked at
 * once and remembered; links that another process changes meanwhile are not noticed.
 *
 * A subclass may override `fromFile` to read files in a way of its own; see there.
 *
 * @example
 * ```ts
 * const store = new LocalStore("data/example.zarr", { readOnly: true });
 * String(store); // file://data/example.zarr
 * ```
 */
export class LocalStore extends Store {
  /**
   * Does `fromFile` give the whole file whatever range is asked for? Then the store takes the
   * range from it without copying.
   */
  static wholeFile: boolean = false;

  #files: LocalFiles;
  readonly #mustExist: boolean;

  /**
   * @throws TypeError when `root` is neither a string nor a `file:` URL; UnsupportedError where
   * the runtime has no file system.
   */
  constructor(root: string | URL, options: LocalStoreOptions = {}) {
    super(options);
    const { fsync = false, followSymlinks = false, syncReads, mode } = options;
    this.#files = new LocalFiles(pathOf(root, "root"), { fsync, followSymlinks, syncReads });
    this.#mustExist = this.readOnly || mode === "r" || mode === "r+";
  }

  /**
   * The files of a store that is exactly a `LocalStore`, for those who read them without it: threads, and large reads.
   * `undefined` for every other store, and where a member was replaced on the object: it must be called then.
   */
  static directFiles(store: Store): LocalFiles | undefined {
    if (Object.getPrototypeOf(store) !== LocalStore.prototype || Object.keys(store).length > 0)
      return undefined;
    return (store as LocalStore).#files; // by its prototype
  }

  static {
    registerStore("LocalStore", this, (json) => LocalStore.revive(LocalStore, json));
    giveSoon(this, (store: LocalStore, key, use, options) => {
      // What a subclass or a proxy makes of `get` or `fromFile` holds for every read.
      const isOwn = #files in store && store.get === LocalStore.prototype.get && !store.#hasOwnReader;
      if (!isOwn) return readAndUse(store, key, use, options);
      const ready = store.prepareGet(key, undefined, options);
      if (!isPromise(ready)) return store.#readSoon(key, use, options);
      return chain(ready, () => store.#readSoon(key, use, options));
    });
  }

  /** Root directory, in the form in which it prints; relative if it was given so. */
  get root(): string {
    return this.#files.root;
  }

  /** 4 KiB: the kernel copies that in the time of another read. */
  override get cheapGapBytes(): number {
    return LOCAL_GAP_BYTES;
  }

  /** The directory. */
  override get identity(): object | string {
    return `file://${this.#files.absolute}`;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: ReadOptions,
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    const range = byteRange ?? undefined;
    try {
      if (!this.#hasOwnReader) return await this.#files.read(key, range, options);
      const path = await this.#files.checkedPath(key);
      if (path === undefined) return undefined;
      return this.#part(await this.fromFile(path, this.#wholeFile ? undefined : range, options), range);
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw localError(error, "read", String(this), key, options?.signal);
    }
  }

  #readSoon<T>(key: string, use: UseValue<T>, options: AbortOptions | undefined): Awaitable<T | undefined> {
    let value: Awaitable<Uint8Array | undefined>;
    try {
      value = this.#files.readSmall(key, options);
    } catch (error) {
      return this.#missing(error, key, options);
    }
    if (!isPromise(value)) return value === undefined ? undefined : use(value);
    return value
      .catch((error: unknown) => this.#missing(error, key, options))
      .then((bytes) => (bytes === undefined ? undefined : use(bytes)));
  }

  /** Passes over the failure to read a file that is missing. */
  #missing(error: unknown, key: string, options: AbortOptions | undefined): undefined {
    if (isMissingFile(error)) return undefined;
    throw localError(error, "read", String(this), key, options?.signal);
  }

  override getRanges(
    key: string,
    ranges: Iterable<ByteRequest | null | undefined>,
    options: GetRangesOptions = {},
  ): AsyncIterable<RangeGroup> {
    // What a subclass makes of `get` or `fromFile` holds for every read.
    const isOwn = this.get === LocalStore.prototype.get && !this.#hasOwnReader;
    const given = { ...options, maxGapBytes: options.maxGapBytes ?? this.cheapGapBytes };
    return isOwn ? this.#rangesOf(key, ranges, given) : super.getRanges(key, ranges, given);
  }

  /** Small parts from a file that is opened once; else as any store. */
  async *#rangesOf(
    key: string,
    ranges: Iterable<ByteRequest | null | undefined>,
    options: GetRangesOptions,
  ): AsyncGenerator<RangeGroup, void, undefined> {
    const reads = planReads(ranges, options);
    await this.prepareGet(key, undefined, options);
    let parts: Uint8Array[] | undefined;
    try {
      const requests = reads.map(({ request }) => request);
      parts = reads.length > 1 ? this.#files.partsSoon(key, requests, options) : undefined;
    } catch (error) {
      if (!isMissingFile(error)) throw localError(error, "read", String(this), key, options.signal);
    }
    if (parts !== undefined) {
      for (const [i, read] of reads.entries()) {
        throwIfAborted(options.signal);
        yield groupOf(read, parts[i]!);
      }
      return;
    }
    const read: ReadPart = (request, part) => this.get(key, request, part);
    yield* runReads(reads, read, () => missingKeyError(String(this), key), options);
  }

  override async set(key: string, value: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.prepareSet(key, value, options);
    try {
      await this.#files.write(key, value, options, replaceFile);
    } catch (error) {
      throw localError(error, "write", String(this), key, options.signal);
    }
  }

  override async setIfNotExists(
    key: string,
    value: Uint8Array,
    options: AbortOptions = {},
  ): Promise<boolean> {
    await this.prepareSet(key, value, options);
    try {
      if (await this.exists(key, options)) return false; // spares the temporary file; the link decides
      return await this.#files.write(key, value, options, createFile);
    } catch (error) {
      throw localError(error, "create", String(this), key, options.signal);
    }
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
    try {
      await this.#files.remove(key);
    } catch (error) {
      throw localError(error, "delete", String(this), key, options?.signal);
    }
  }

  override async exists(key: string, options?: AbortOptions): Promise<boolean> {
    return (await this.#size(key, options)) !== undefined;
  }

  override async getSize(key: string, options?: AbortOptions): Promise<number> {
    const size = await this.#size(key, options);
    if (size === undefined) throw missingKeyError(String(this), key);
    return size;
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    return this.listPrefix("", options);
  }

  override async *listPrefix(prefix: string, options: AbortOptions = {}): AsyncIterable<string> {
    validatePrefix(prefix, this);
    await this.prepareList(options);
    try {
      yield* this.#files.keys(prefix, options);
    } catch (error) {
      throw localError(error, "list", String(this), prefix, options.signal);
    }
  }

  /** Names of files and directories, empty directories too. */
  override async *listDir(prefix: string, options: AbortOptions = {}): AsyncIterable<string> {
    const directory = directoryPrefix(prefix, this).slice(0, -1);
    await this.prepareList(options);
    try {
      for await (const entries of this.#files.entries(directory, options)) {
        for (const entry of entries) {
          throwIfAborted(options.signal);
          yield entry.name;
        }
      }
    } catch (error) {
      throw localError(error, "list", String(this), prefix, options.signal);
    }
  }

  /**
   * Removes the directory and all below it; the directories above stay, also if they are empty now.
   *
   * @throws StoreError when there is a file at `prefix`.
   */
  override async deleteDir(prefix: string, options: AbortOptions = {}): Promise<void> {
    const directory = directoryPrefix(prefix, this).slice(0, -1);
    await this.prepareWrite(options);
    try {
      await this.#files.removeDirectory(directory, options);
    } catch (error) {
      throw localError(error, "delete", String(this), prefix, options.signal);
    }
  }

  /**
   * Moves the directory; the store then is at the new place.
   *
   * @throws StoreError when there is something at `destination` already.
   */
  async move(destination: string | URL, options?: AbortOptions): Promise<void> {
    await this.prepareWrite(options);
    const root = pathOf(destination, "destination");
    try {
      this.#files = await this.#files.move(root);
    } catch (error) {
      throw localError(error, "move", String(this), root, options?.signal);
    }
  }

  /** As `get`, at once. */
  getSync(key: string, byteRange?: ByteRequest | null): Uint8Array | undefined {
    this.checkKey(key);
    validateByteRequest(byteRange);
    const range = byteRange ?? undefined;
    try {
      if (!this.#hasOwnReader) return this.#files.readSync(key, range);
      const path = this.#files.checkedPathSync(key);
      if (path === undefined) return undefined;
      const bytes = this.fromFile(path, this.#wholeFile ? undefined : range);
      if (!isPromise(bytes)) return this.#part(bytes, range);
      bytes.catch(() => {}); // nobody waits for it
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw localError(error, "read", String(this), key);
    }
    throw new UnsupportedError(`${String(this)} reads files asynchronously, so getSync is not possible.`, {
      store: String(this),
      key,
    });
  }

  /** As `set`, at once. */
  setSync(key: string, value: Uint8Array): void {
    this.checkKey(key);
    this.checkWritable();
    this.checkValue(value);
    try {
      this.#files.writeSync(key, value);
    } catch (error) {
      throw localError(error, "write", String(this), key);
    }
  }

  /** As `delete`, at once. */
  deleteSync(key: string): void {
    this.checkKey(key);
    this.checkWritable();
    try {
      this.#files.removeSync(key);
    } catch (error) {
      throw localError(error, "delete", String(this), key);
    }
  }

  /** Another store on the same directory. */
  override withReadOnly(readOnly: boolean = false): LocalStore {
    const { fsync, followSymlinks, syncReads } = this.#files;
    const copy = this.rebuild({ readOnly, fsync, followSymlinks, syncReads });
    copy.#files = this.#files; // the same directory, wherever the process has gone since
    return copy;
  }

  /** The same kind of store on the same directory, read-only or not. */
  override equals(other: unknown): boolean {
    return (
      other instanceof LocalStore &&
      other.constructor === this.constructor &&
      other.#files.absolute === this.#files.absolute
    );
  }

  override toString(): string {
    return String(this.#files);
  }

  override toJSON(): StoreJson {
    const { root, absolute, fsync, followSymlinks, syncReads } = this.#files;
    return this.jsonOf({
      root,
      absolute,
      readOnly: this.readOnly,
      fsync,
      followSymlinks,
      ...(syncReads === undefined ? {} : { syncReads }),
    });
  }

  /**
   * Reads a file, or a part of it: called for every read of a value when a subclass overrides
   * it. `path` is absolute and lies within the root. It returns exactly the range, clamped to
   * the file; or, in a class with `static wholeFile = true`, a view of the whole file, from
   * which the store takes the range without copying. A missing file is `undefined`, or an
   * `ENOENT` thrown. A view must stay valid until the store closes.
   *
   * @example
   * ```ts
   * import { readFileSync } from "node:fs";
   * import { LocalStore } from "zarrkit/storage";
   *
   * class CachedStore extends LocalStore {
   *   static override wholeFile = true;
   *   readonly #files = new Map<string, Uint8Array>();
   *   protected override fromFile(path: string): Uint8Array {
   *     let file = this.#files.get(path);
   *     if (file === undefined) this.#files.set(path, (file = readFileSync(path)));
   *     return file;
   *   }
   * }
   * ```
   */
  protected fromFile(
    path: string,
    range?: ByteRequest,
    options?: AbortOptions,
  ): Awaitable<Uint8Array | undefined> {
    return readLocal(path, range, true, options); // a link in its place has been looked at
  }

  /** A store of the same class on the same directory, with these options. */
  protected rebuild(options: LocalStoreOptions): LocalStore {
    // A subclass whose constructor takes other arguments overrides this method.
    const type = this.constructor as new (root: string, options: LocalStoreOptions) => LocalStore;
    return new type(this.root, options);
  }

  /**
   * `LocalStore.open` makes the root of a writable store, and requires that of another. A store
   * that is opened by its first use does neither: what is not there is missing, and `set` makes it.
   */
  protected override async onOpen(lazily: boolean): Promise<void> {
    if (lazily) return;
    const fs = nodeBuiltin("fs/promises", "LocalStore");
    const { absolute } = this.#files;
    try {
      if (!this.#mustExist) await fs.mkdir(absolute, { recursive: true });
      if ((await fs.stat(absolute)).isDirectory()) return;
    } catch (error) {
      if (!isMissingFile(error)) throw localError(error, "open", String(this), "");
    }
    throw new NodeNotFoundError(`${this.root} does not exist.`, { store: String(this) });
  }

  /** Refuses what would be another file on this system, and the names of temporary files. */
  protected override checkKey(key: string): void {
    validateLocalKey(key, this);
  }

  get #hasOwnReader(): boolean {
    return this.fromFile !== LocalStore.prototype.fromFile;
  }

  get #wholeFile(): boolean {
    // The constructor of a LocalStore is LocalStore or a subclass, which inherits the static member.
    return (this.constructor as typeof LocalStore).wholeFile;
  }

  #part(bytes: Uint8Array | undefined, range: ByteRequest | undefined): Uint8Array | undefined {
    return bytes !== undefined && this.#wholeFile ? sliceBytes(bytes, range) : bytes;
  }

  async #size(key: string, options: AbortOptions | undefined): Promise<number | undefined> {
    await this.prepareGet(key, undefined, options);
    try {
      return await this.#files.size(key);
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw localError(error, "look up", String(this), key, options?.signal);
    }
  }

  /** Makes a store of a class from the JSON of one; for `registerStore`. */
  protected static revive<S extends LocalStore>(
    type: new (root: string, options: LocalStoreOptions) => S,
    json: StoreJson,
  ): S {
    const { root, absolute, readOnly, fsync, followSymlinks, syncReads } = json;
    if (typeof root !== "string" || typeof absolute !== "string")
      throw new TypeError("The JSON of a LocalStore has a root and its absolute path.");
    const options = {
      fsync: fsync === true,
      followSymlinks: followSymlinks === true,
      syncReads: typeof syncReads === "boolean" ? syncReads : undefined,
    };
    const store = new type(absolute, { readOnly: readOnly === true, ...options });
    store.#files = new LocalFiles(root, { ...options, absolute }); // prints as the original does
    return store;
  }
}
