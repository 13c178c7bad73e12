import { abortable, isPromise, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { addFacts, UnsupportedError } from "../base/errors.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { localError } from "./local-errors.ts";
import { fileUrlToLocalPath, normalizeLocalPath } from "./local-root.ts";
import { missingKeyError } from "./missing-key.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import { registerStore } from "./store-registry.ts";
import type { StoreJson } from "./store-registry.ts";
import { Store } from "./store.ts";
import type { StoreOptions } from "./store-base.ts";
import { ZipArchive } from "../fs/zip/archive.ts";
import type { ArchiveSource, ArchiveWork, ZipMode } from "../fs/zip/archive.ts";
import type { ZipCompression } from "../fs/zip/encode-entry.ts";
import { fileHandleFile, isFileHandle } from "../fs/zip/local-file.ts";
import type { FileHandleLike } from "../fs/zip/local-file.ts";
import { FORMAT_LIMITS } from "../fs/zip/open-archive.ts";
import { blobFile, isRandomAccessFile } from "../fs/zip/random-access-file.ts";
import type { RandomAccessFile } from "../fs/zip/random-access-file.ts";

/** What a `ZipStore` opens: a path or `file:` URL, a `Blob`, an open file of Node's, or any file that can be read at any place. */
export type ZipSource = string | URL | Blob | FileHandleLike | RandomAccessFile;

/** Options of a `ZipStore`. */
export interface ZipStoreOptions extends StoreOptions {
  /**
   * `r` an existing archive; `w` a new one in place of what is there; `a` an existing or new
   * one; `x` a new one that must not exist. `w` and `x` apply to the first opening alone: a
   * store that is used again after `close()` keeps its entries. Default `r`.
   */
  readonly mode?: ZipMode | undefined;
  /** Default `true` in mode `r`, else `false`. `false` in mode `r` writes to an archive that must exist. */
  readonly readOnly?: boolean | undefined;
  /** Of entries that are written: 0 stored, 8 deflated. Chunks are compressed by their codecs. Default 0. */
  readonly compression?: ZipCompression | undefined;
  /** `false` refuses what needs zip64: 65,535 entries, or 4 GiB. Default `true`. */
  readonly allowZip64?: boolean | undefined;
}

/** A file that is no local one is searched for a torn archive's directory this far from its end, in bytes. */
const REMOTE_SEARCH_LIMIT = 2 ** 26;

/**
 * One zip archive as a store.
 *
 * It opens at first use with one or two reads, and reads each value with one. Values are
 * appended; setting a key again appends it again, and the last one counts. The space of
 * replaced values and of earlier directories is not reclaimed: `copyStore` into a new
 * archive does that. Keys cannot be deleted. A part of a stored entry costs its own bytes, a
 * part of a deflated one the whole entry.
 *
 * `flush()` and `close()` write a new directory behind the old one and return when it is
 * durable. A process that is killed while it writes loses what came after the last of them,
 * and nothing before: the next opening finds the last whole directory, and appending goes on
 * from there. An archive has one writer at a time; a reader sees what was flushed when it
 * opened.
 *
 * A `Blob` is read-only. A file that the caller opened stays the caller's: `close()` flushes
 * it and does not close it.
 *
 * @example
 * ```ts
 * const store = new ZipStore("data.zip", { mode: "w" });
 * await store.set("zarr.json", new TextEncoder().encode('{"zarr_format":3,"node_type":"group"}'));
 * await store.close();
 * String(store); // zip://data.zip
 * ```
 */
export class ZipStore extends Store {
  readonly #given: ZipSource;
  readonly #options: ZipStoreOptions;
  #archive: ZipArchive;

  /**
   * @throws TypeError for a source or an option that is none; UnsupportedError for a path where
   * there is no file system, and for what cannot be written.
   */
  constructor(source: ZipSource, options: ZipStoreOptions = {}) {
    const { mode = "r", compression = 0, allowZip64 = true } = options;
    const readOnly = options.readOnly ?? mode === "r";
    super({ readOnly });
    if (mode !== "r" && mode !== "w" && mode !== "a" && mode !== "x")
      throw new TypeError(`mode must be one of r, w, a, x, got ${JSON.stringify(mode)}.`);
    if (compression !== 0 && compression !== 8)
      throw new UnsupportedError(
        `Zip entries cannot be written with compression ${JSON.stringify(compression)}; known: 0 (stored), 8 (deflate).`,
        { known: ["0", "8"], actual: compression },
      );
    if (typeof allowZip64 !== "boolean")
      throw new TypeError(`allowZip64 must be a boolean, got ${typeof allowZip64}.`);
    const place = locate(source);
    if (place.kind === "file" && place.file.write === undefined && (mode !== "r" || !readOnly))
      throw new UnsupportedError(`A zip archive in ${shownOf(place)} cannot be written.`);
    const remote = place.kind === "file" && !isFileHandle(source) && !(source instanceof Blob);
    const searchLimit = remote ? REMOTE_SEARCH_LIMIT : Infinity;
    const limits = { ...FORMAT_LIMITS, allowZip64, searchLimit };
    this.#given = source;
    this.#options = { mode, compression, allowZip64 };
    this.#archive = new ZipArchive(place, { mode, compression, limits });
  }

  static {
    registerStore("ZipStore", this, (json) => ZipStore.#revive(json));
  }

  override get supportsWrites(): boolean {
    const { source } = this.#archive;
    return source.kind === "path" || source.file.write !== undefined;
  }

  /** `false`: a zip archive only grows. */
  override get supportsDeletes(): boolean {
    return false;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options: AbortOptions = {},
  ): Promise<Uint8Array | undefined> {
    const opening = this.prepareGet(key, byteRange, options);
    if (isPromise(opening)) await abortable(opening, options.signal);
    return this.#read("read", key, (archive) => archive.read(key, byteRange, options), options);
  }

  override async exists(key: string, options: AbortOptions = {}): Promise<boolean> {
    await this.prepareGet(key, undefined, options);
    return this.#read("find", key, (archive) => archive.entries.has(key), options);
  }

  /** As in `Store`; the size is the one that the directory declares, and costs no read. */
  override async getSize(key: string, options: AbortOptions = {}): Promise<number> {
    await this.prepareGet(key, undefined, options);
    const size = await this.#read("find", key, (archive) => archive.entries.get(key)?.size, options);
    if (size === undefined) throw missingKeyError(String(this), key);
    return size;
  }

  /** Appends the value. It is part of the archive for good after `flush()` or `close()`. */
  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.#append(key, value, false, options);
  }

  /** As in `Store`, in one step for all that use this store. */
  override async setIfNotExists(key: string, value: Uint8Array, options?: AbortOptions): Promise<boolean> {
    return this.#append(key, value, true, options);
  }

  /** @throws UnsupportedError when there is such a key. */
  override async delete(key: string, options: AbortOptions = {}): Promise<void> {
    await this.prepareDelete(key, options);
    if (await this.#read("find", key, (archive) => archive.entries.has(key), options))
      throw this.#cannotDelete(`key ${JSON.stringify(key)}`);
  }

  /** @throws UnsupportedError when there is a key below. */
  override async deleteDir(prefix: string, options: AbortOptions = {}): Promise<void> {
    await this.prepareWrite(options);
    if (!(await this.isEmpty(prefix, options)))
      throw this.#cannotDelete(`keys below ${JSON.stringify(prefix)}`);
  }

  /** Empties the file, also one that is no archive any more. */
  override async clear(options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    this.checkWritable();
    try {
      await this.#archive.clear(this, options);
      await this.ensureOpen();
    } catch (error) {
      throw localError(error, "clear", String(this), "", options.signal);
    }
  }

  override async *list(options?: AbortOptions): AsyncGenerator<string, void, undefined> {
    yield* this.listPrefix("", options);
  }

  override async *listPrefix(
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    validatePrefix(prefix, String(this));
    await this.prepareList(options);
    const entries = await this.#read("list", prefix, (archive) => archive.entries, options);
    for (const key of entries.keys()) {
      throwIfAborted(options.signal);
      if (key.startsWith(prefix)) yield key;
    }
  }

  override async *listDir(
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    const directory = directoryPrefix(prefix, String(this));
    await this.prepareList(options);
    for (const name of await this.#read("list", prefix, (archive) => archive.names(directory), options)) {
      throwIfAborted(options.signal);
      yield name;
    }
  }

  override async isEmpty(prefix: string, options: AbortOptions = {}): Promise<boolean> {
    for await (const _ of this.listDir(prefix, options)) return false;
    return true;
  }

  /** Makes durable what was written: after this, a crash does not lose it. */
  async flush(options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    try {
      await this.#archive.flush(options);
    } catch (error) {
      throw localError(error, "flush", String(this), "", options.signal);
    }
  }

  /**
   * Flushes and closes. When that fails, say because the disk is full, the archive stays as it
   * is: nothing is lost, and `close()` can be called again.
   */
  override async close(): Promise<void> {
    await super.close();
    // After a failed close, or when another call opened the archive meanwhile.
    if (this.#archive.isUsedBy(this)) await this.#release();
  }

  /**
   * Flushes the archive and moves its file; the store, and those made by `withReadOnly`, go on
   * at the new place.
   *
   * @throws StoreError when there is a file already; UnsupportedError when the archive was not opened by its path.
   */
  async move(path: string | URL, options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    this.checkWritable();
    const target = localPlace(path);
    try {
      await this.#archive.move(target.path, target.shown, options);
    } catch (error) {
      throw addFacts(localError(error, "move", String(this), "", options.signal), { store: String(this) });
    }
  }

  /** Another store on the same open archive. */
  override withReadOnly(readOnly: boolean = false): ZipStore {
    const view = new ZipStore(this.#given, { ...this.#options, readOnly });
    view.#archive = this.#archive;
    return view;
  }

  /** The same kind of store on the same path, or on the same file object. */
  override equals(other: unknown): boolean {
    if (this === other) return true;
    if (!(other instanceof ZipStore) || other.constructor !== this.constructor) return false;
    const mine = this.#archive.source;
    const theirs = other.#archive.source;
    if (mine.kind === "path") return theirs.kind === "path" && mine.path === theirs.path;
    return this.#given === other.#given;
  }

  /**
   * The path and options. Of a store that was opened, mode `w` is carried as `a`, so that the
   * copy keeps the entries; it sees those that were flushed.
   *
   * @throws UnsupportedError when the store is on a `Blob` or an open file.
   */
  override toJSON(): StoreJson {
    const { source, mode } = this.#archive;
    if (source.kind !== "path")
      throw new UnsupportedError(`${String(this)} is on an open file and cannot be carried as JSON.`, {
        store: String(this),
      });
    const { compression = 0, allowZip64 = true } = this.#options;
    return this.jsonOf({
      path: source.path,
      shown: source.shown,
      mode,
      readOnly: this.readOnly,
      compression,
      allowZip64,
    });
  }

  override toString(): string {
    return `zip://${shownOf(this.#archive.source)}`;
  }

  protected override async onOpen(): Promise<void> {
    await this.#read("open", "", () => {}, {});
  }

  protected override async onClose(): Promise<void> {
    await this.#release();
  }

  static #revive(json: StoreJson): ZipStore {
    const { path, shown, mode, compression, allowZip64, readOnly } = json;
    if (typeof path !== "string" || typeof shown !== "string")
      throw new TypeError("The JSON of a ZipStore has its path, absolute and as it prints.");
    if (mode !== "r" && mode !== "w" && mode !== "a" && mode !== "x")
      throw new TypeError("The JSON of a ZipStore has its mode.");
    const store = new ZipStore(path, {
      mode,
      readOnly: readOnly === true,
      compression: compression === 8 ? 8 : 0,
      allowZip64: allowZip64 !== false,
    });
    store.#archive.showAs(shown);
    return store;
  }

  async #release(): Promise<void> {
    try {
      await this.#archive.release(this);
    } catch (error) {
      throw localError(error, "close", String(this), "");
    }
  }

  async #append(
    key: string,
    value: Uint8Array,
    unlessPresent: boolean,
    options: AbortOptions = {},
  ): Promise<boolean> {
    let copy = value;
    const opening = this.prepareSet(key, value, options);
    if (isPromise(opening)) {
      copy = new Uint8Array(value); // the caller may change it while the store opens
      await opening;
    }
    try {
      // `append` copies it before it first waits.
      return await this.#archive.append(this, key, copy, { ...options, unlessPresent });
    } catch (error) {
      throw this.#explain(error, "write", key, options);
    }
  }

  async #read<T>(what: string, key: string, work: ArchiveWork<T>, options: AbortOptions): Promise<T> {
    try {
      return await this.#archive.read(this, work, options);
    } catch (error) {
      throw this.#explain(error, what, key, options);
    }
  }

  #explain(error: unknown, what: string, key: string, options: AbortOptions): unknown {
    const store = String(this);
    const known = localError(error, what, store, key, options.signal);
    return addFacts(known, { store, key: key === "" ? undefined : key });
  }

  #cannotDelete(what: string): UnsupportedError {
    const store = String(this);
    return new UnsupportedError(`${store} has ${what}, and a zip archive cannot delete.`, { store });
  }
}

function locate(source: unknown): ArchiveSource {
  if (typeof source === "string" || source instanceof URL) return { kind: "path", ...localPlace(source) };
  if (source instanceof Blob) return { kind: "file", file: blobFile(source) };
  if (isFileHandle(source)) return { kind: "file", file: fileHandleFile(source) };
  if (isRandomAccessFile(source)) return { kind: "file", file: source };
  throw new TypeError(
    `A ZipStore needs a path, a Blob, an open file, or an object with size() and read(), got ${source === null ? "null" : typeof source}.`,
  );
}

/** A path, resolved at once so that a later change of directory does not move the archive. */
function localPlace(path: string | URL): { readonly path: string; readonly shown: string } {
  const shown = normalizeLocalPath(typeof path === "string" ? path : fileUrlToLocalPath(path));
  return { path: nodeBuiltin("path", "A zip archive at a path").resolve(shown), shown };
}

function shownOf(source: ArchiveSource): string {
  return source.kind === "path" ? source.shown : (source.file.name ?? "<RandomAccessFile>");
}
