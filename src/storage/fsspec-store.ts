import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { validateByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import {
  addFacts,
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  UnsupportedError,
  VersionMismatchError,
} from "../base/errors.ts";
import { AbstractFileSystem } from "../fs/abstract-file-system.ts";
import type { CatFileOptions, FileInfo } from "../fs/abstract-file-system.ts";
import { filesystem, registeredProtocol, urlToFs } from "../fs/registry.ts";
import type { FileSystemClass, StorageOptions } from "../fs/registry.ts";
import { isAllowedException } from "./allowed-exception.ts";
import type { AllowedException } from "./allowed-exception.ts";
import { missingKeyError } from "./missing-key.ts";
import type { StoreOptions } from "./store-base.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import { registerStore } from "./store-registry.ts";
import type { FromJsonOptions, StoreJson } from "./store-registry.ts";
import { Store } from "./store.ts";
import type { KeyRange } from "./store.ts";
import type { VersionedValue } from "./versioned.ts";

/** Options of `FsspecStore`. */
export interface FsspecStoreOptions extends StoreOptions {
  /** Path of the root within the file system. Default: its root. */
  readonly path?: string | undefined;
  /**
   * Errors of a read that mean "there is no such key", besides those of a missing file, of a
   * directory in its place, and of a file in place of a directory above it.
   */
  readonly allowedExceptions?: readonly AllowedException[] | undefined;
}

/** Options of `FsspecStore.fromUrl`. */
export interface FsspecFromUrlOptions extends StoreOptions {
  /** Options of the file system: credentials, endpoint, headers. */
  readonly storageOptions?: StorageOptions | undefined;
  readonly allowedExceptions?: readonly AllowedException[] | undefined;
}

const MISSING: readonly AllowedException[] = [FileNotFoundError, IsADirectoryError, NotADirectoryError];
/** Segments that no store key has; an object whose name has one cannot be named by a key. */
const MALFORMED = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * A directory of any file system: S3, a web server, or another that is registered. Many
 * stores may share one file system; closing a store leaves it open.
 *
 * @example
 * ```ts
 * const store = await FsspecStore.fromUrl("s3://noaa-nwm-retro-v2-zarr-pds", {
 *   readOnly: true,
 *   storageOptions: { anon: true },
 * });
 * String(store); // <FsspecStore(S3FileSystem, noaa-nwm-retro-v2-zarr-pds)>
 * ```
 */
export class FsspecStore extends Store {
  readonly #fs: AbstractFileSystem;
  readonly #path: string;
  readonly #allowed: readonly AllowedException[];

  /** @throws TypeError when `fs` is no file system. */
  constructor(fs: AbstractFileSystem, options: FsspecStoreOptions = {}) {
    super(options);
    if (!(fs instanceof AbstractFileSystem))
      throw new TypeError("FsspecStore needs an AbstractFileSystem; for a URL use FsspecStore.fromUrl.");
    const { path = "/", allowedExceptions = [] } = options;
    if (typeof path !== "string") throw new TypeError(`path must be a string, got ${typeof path}.`);
    this.#fs = fs;
    // The constructor of a file system is its class, which has the static members of the base class.
    this.#path = (fs.constructor as unknown as FileSystemClass).stripProtocol(path);
    this.#allowed = allowedExceptions;
  }

  static {
    registerStore("FsspecStore", this, (json, options) => FsspecStore.#revive(json, options));
  }

  /**
   * The store at a URL.
   *
   * @throws TypeError for an unknown protocol, which lists the known ones, or a wrong option.
   */
  static async fromUrl(url: string | URL, options: FsspecFromUrlOptions = {}): Promise<FsspecStore> {
    const { storageOptions, readOnly, allowedExceptions } = options;
    const [fs, path] = urlToFs(url, storageOptions ?? {});
    return new FsspecStore(fs, { path, readOnly, allowedExceptions });
  }

  /** The file system. */
  get fs(): AbstractFileSystem {
    return this.#fs;
  }

  /** Path of the root within the file system; it may hold a secret if it is a URL. */
  get path(): string {
    return this.#path;
  }

  override get concurrentReads(): number {
    return this.#fs.concurrentReads;
  }

  override get supportsWrites(): boolean {
    return this.#fs.supportsWrites;
  }

  override get supportsDeletes(): boolean {
    return this.#fs.supportsWrites;
  }

  override get supportsListing(): boolean {
    return this.#fs.supportsListing;
  }

  override get supportsConditionalWrites(): boolean {
    return this.#fs.supportsConditionalWrites;
  }

  override get supportsConditionalDeletes(): boolean {
    return this.#fs.supportsConditionalDeletes;
  }

  override get identity(): string {
    return `fsspec:${this.#fs.location(this.#path)}`;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options: ReadOptions = {},
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    const range = { ...boundsOf(byteRange), signal: options.signal, onVersion: options.onVersion };
    return this.#unlessMissing(key, options, (path) => this.#fs.catFile(path, range));
  }

  override async getPartialValues(
    keyRanges: Iterable<KeyRange>,
    options: AbortOptions = {},
  ): Promise<(Uint8Array | undefined)[]> {
    throwIfAborted(options.signal);
    const keys: string[] = [];
    const bounds: Bounds[] = [];
    for (const [key, byteRange] of keyRanges) {
      this.checkKey(key);
      validateByteRequest(byteRange);
      keys.push(key);
      bounds.push(boundsOf(byteRange));
    }
    if (keys.length === 0) return [];
    await this.ensureOpen();
    const values = await this.#fs.catRanges(
      keys.map((key) => this.#fs.join(this.#path, key)),
      bounds.map(({ start }) => start),
      bounds.map(({ end }) => end),
      { signal: options.signal, onError: "return" },
    );
    return values.map((value, index) => {
      if (!(value instanceof Error)) return value;
      if (this.#isAllowed(value)) return undefined;
      throw addFacts(value, { store: String(this), key: keys[index] });
    });
  }

  override async set(key: string, value: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.prepareSet(key, value, options);
    await this.#named(key, () =>
      this.#fs.pipeFile(this.#fs.join(this.#path, key), value, { signal: options.signal }),
    );
  }

  /** Atomic where the file system can create atomically: local files, memory, S3, Google Cloud Storage and Azure. */
  override async setIfNotExists(
    key: string,
    value: Uint8Array,
    options: AbortOptions = {},
  ): Promise<boolean> {
    await this.prepareSet(key, value, options);
    const path = this.#fs.join(this.#path, key);
    try {
      await this.#named(key, () =>
        this.#fs.pipeFile(path, value, { mode: "create", signal: options.signal }),
      );
      return true;
    } catch (error) {
      if (error instanceof FileExistsError) return false;
      throw error;
    }
  }

  override async getVersioned(key: string, options: AbortOptions = {}): Promise<VersionedValue | undefined> {
    await this.prepareGet(key, undefined, options);
    const { signal } = options;
    const found = await this.#unlessMissing(key, options, (path) =>
      this.#fs.catFileVersioned(path, { signal }),
    );
    return found === undefined ? undefined : { value: found.bytes, version: found.version };
  }

  override async setIfVersion(
    key: string,
    value: Uint8Array,
    version: string | undefined,
    options: AbortOptions = {},
  ): Promise<boolean> {
    if (version === undefined) return this.setIfNotExists(key, value, options);
    await this.prepareSet(key, value, options);
    const conditional = { ifMatch: version, signal: options.signal };
    return this.#unlessChanged(key, (path) => this.#fs.pipeFile(path, value, conditional));
  }

  override async deleteIfVersion(key: string, version: string, options: AbortOptions = {}): Promise<boolean> {
    await this.prepareDelete(key, options);
    const conditional = { ifMatch: version, signal: options.signal };
    return this.#unlessChanged(key, (path) => this.#fs.rmFile(path, conditional));
  }

  override async delete(key: string, options: AbortOptions = {}): Promise<void> {
    await this.prepareDelete(key, options);
    await this.#unlessMissing(key, options, (path) => this.#fs.rmFile(path, { signal: options.signal }));
  }

  override async deleteDir(prefix: string, options: AbortOptions = {}): Promise<void> {
    this.requireDeletesAndListing("deleteDir");
    const directory = directoryPrefix(prefix, this).slice(0, -1);
    await this.prepareWrite(options);
    await this.#named(prefix, () =>
      this.#fs.rmBelow(this.#fs.join(this.#path, directory), { signal: options.signal }),
    );
  }

  /** Is there a value at exactly this key? A directory is none. */
  override async exists(key: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.#stat(key, options)) !== undefined;
  }

  override async getSize(key: string, options: AbortOptions = {}): Promise<number> {
    const info = await this.#stat(key, options);
    if (info === undefined) throw missingKeyError(String(this), key);
    return info.size ?? (await super.getSize(key, options));
  }

  override async *list(options: AbortOptions = {}): AsyncGenerator<string, void, undefined> {
    yield* this.listPrefix("", options);
  }

  override async *listPrefix(
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    validatePrefix(prefix, this);
    await this.prepareList(options);
    const files = this.#fs.iterPrefix(this.#path, prefix, { signal: options.signal });
    for await (const info of this.#listed(files, prefix)) {
      const key = this.#fs.relative(this.#path, info.name);
      if (key !== undefined && !MALFORMED.test(key)) yield key;
    }
  }

  override async *listDir(
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    const directory = this.#fs.join(this.#path, directoryPrefix(prefix, this).slice(0, -1));
    await this.prepareList(options);
    const children = this.#fs.iterDir(directory, { signal: options.signal });
    for await (const info of this.#listed(children, prefix)) {
      const name = this.#fs.relative(directory, info.name);
      if (name !== undefined && !name.includes("/") && !MALFORMED.test(name)) yield name;
    }
  }

  /** Another store on the same file system. */
  override withReadOnly(readOnly: boolean = false): FsspecStore {
    return new FsspecStore(this.#fs, { path: this.#path, readOnly, allowedExceptions: this.#allowed });
  }

  override equals(other: unknown): boolean {
    if (!(other instanceof FsspecStore) || other.constructor !== this.constructor) return false;
    if (other.#path !== this.#path || other.readOnly !== this.readOnly) return false;
    if (other.#fs === this.#fs) return true;
    return (
      other.#fs.constructor === this.#fs.constructor &&
      other.#fs.location(other.#path) === this.#fs.location(this.#path) &&
      JSON.stringify(other.#fs.getOptions()) === JSON.stringify(this.#fs.getOptions())
    );
  }

  override toString(): string {
    return `<FsspecStore(${this.#fs.className}, ${this.#fs.printable(this.#path)})>`;
  }

  /**
   * The file system by its protocol and its options without secrets; `Store.fromJSON` takes
   * the secrets, callbacks and transport again as `storageOptions`.
   *
   * @throws UnsupportedError when the class of the file system is not registered, its files are
   * in this process alone, the path may hold a secret, or `allowedExceptions` were given.
   */
  override toJSON(): StoreJson {
    const protocol = registeredProtocol(this.#fs);
    if (protocol === undefined || !this.#fs.carriable(this.#path) || this.#allowed.length > 0)
      throw new UnsupportedError(`${String(this)} cannot be carried as JSON.`, { store: String(this) });
    return this.jsonOf({
      protocol,
      path: this.#path,
      readOnly: this.readOnly,
      options: this.#fs.getOptions(),
    });
  }

  async #stat(key: string, options: AbortOptions): Promise<FileInfo | undefined> {
    await this.prepareGet(key, undefined, options);
    return this.#unlessMissing(key, options, (path) => this.#fs.statFile(path, { signal: options.signal }));
  }

  async #unlessMissing<T>(
    key: string,
    options: AbortOptions,
    work: (path: string) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await work(this.#fs.join(this.#path, key));
    } catch (error) {
      throwIfAborted(options.signal);
      if (this.#isAllowed(error)) return undefined;
      throw addFacts(error, { store: String(this), key });
    }
  }

  async #unlessChanged(key: string, write: (path: string) => Promise<void>): Promise<boolean> {
    try {
      await this.#named(key, () => write(this.#fs.join(this.#path, key)));
      return true;
    } catch (error) {
      if (error instanceof VersionMismatchError) return false;
      throw error;
    }
  }

  async #named<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw addFacts(error, { store: String(this), key });
    }
  }

  /** What is not there, or is a file, has no children. */
  async *#listed(infos: AsyncIterable<FileInfo>, key: string): AsyncGenerator<FileInfo, void, undefined> {
    try {
      yield* infos;
    } catch (error) {
      if (!isAllowedException(error, MISSING)) throw addFacts(error, { store: String(this), key });
    }
  }

  #isAllowed(error: unknown): boolean {
    return isAllowedException(error, MISSING) || isAllowedException(error, this.#allowed);
  }

  static #revive(json: StoreJson, { storageOptions }: FromJsonOptions): FsspecStore {
    const { protocol, path, readOnly, options } = json;
    if (typeof protocol !== "string" || typeof path !== "string")
      throw new TypeError("The JSON of an FsspecStore has a protocol and a path.");
    const carried = typeof options === "object" && options !== null ? { ...options } : {};
    const fs = filesystem(protocol, { ...carried, ...storageOptions });
    return new FsspecStore(fs, { path, readOnly: readOnly === true });
  }
}

type Bounds = Pick<CatFileOptions, "start" | "end">;

/** A byte request in fsspec's words: a negative start is a suffix. */
function boundsOf(request: ByteRequest | null | undefined): Bounds {
  if (request === undefined || request === null) return {};
  if ("start" in request) return { start: request.start, end: Math.max(request.start, request.end) };
  if ("offset" in request) return { start: request.offset };
  // There is no negative zero: no bytes are an empty range, not the whole value.
  return request.suffix === 0 ? { start: 0, end: 0 } : { start: -request.suffix };
}
