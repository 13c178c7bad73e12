/**
 * The file system interface: path → bytes on a service, the counterpart of fsspec's.
 * Paths are opaque strings without a protocol; nothing in them is decoded.
 *
 * @module
 */
import { forEachLimited, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { addInspect } from "../base/dispose.ts";
import {
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  UnsupportedError,
} from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type {
  CatFileOptions,
  CatRangesOptions,
  FileInfo,
  FindOptions,
  PipeFileOptions,
  RmFileOptions,
  SignOptions,
  VersionedFile,
} from "./file-types.ts";

export type {
  CatFileOptions,
  CatRangesOptions,
  FileInfo,
  FileType,
  FindOptions,
  PipeFileOptions,
  RmFileOptions,
  SignOptions,
  VersionedFile,
} from "./file-types.ts";

/** Requests under way at a time in one bulk operation of a file system. */
const BULK_CONCURRENCY = 16;

/**
 * Base class of file systems. A subclass writes `info`, `catFile` and `iterDir`, and
 * `pipeFile` and `rmFile` where it can write; it inherits the rest. Constructors do no I/O.
 *
 * A missing path rejects with `FileNotFoundError`; a failed request rejects with another
 * `StoreError` and is never taken for a missing path.
 */
export abstract class AbstractFileSystem {
  /** The scheme of its URLs, or several; the first is the principal one. */
  static readonly protocol: string | readonly string[] = [];

  /** Removes the protocol and what else is not part of a path; a path stays as it is. */
  static stripProtocol(path: string): string {
    for (const protocol of protocolsOf(this))
      if (path.startsWith(`${protocol}://`)) return path.slice(protocol.length + 3).replace(/\/+$/, "");
    return path;
  }

  /** The schemes of its URLs. */
  get protocol(): readonly string[] {
    return protocolsOf(this.constructor);
  }

  /** The class name, as printed in `<FsspecStore(S3FileSystem, bucket/prefix)>`. */
  get className(): string {
    return this.constructor.name;
  }

  /** Can it write and delete? */
  get supportsWrites(): boolean {
    return true;
  }

  /** Reads that it pays to have under way at a time. Default 10; where each waits for a network, more. */
  get concurrentReads(): number {
    return 10;
  }

  /** Can it list? */
  get supportsListing(): boolean {
    return true;
  }

  /** Does `pipeFile` heed `ifMatch`, and `catFileVersioned` give versions? */
  get supportsConditionalWrites(): boolean {
    return false;
  }

  /** Does `catFile` tell the version of what it reads, where the service names one? Default `false`. */
  get tellsVersions(): boolean {
    return false;
  }

  /** Does `rmFile` heed `ifMatch`? */
  get supportsConditionalDeletes(): boolean {
    return false;
  }

  /**
   * Facts about a path.
   *
   * @throws FileNotFoundError when nothing is there.
   */
  abstract info(path: string, options?: AbortOptions): Promise<FileInfo>;

  /**
   * Bytes of a file. A negative `start` counts from the end; a range past the end is
   * clamped, an empty one gives zero bytes.
   *
   * @throws FileNotFoundError, IsADirectoryError.
   */
  abstract catFile(path: string, options?: CatFileOptions): Promise<Uint8Array>;

  /**
   * A whole file and its version, from one answer.
   *
   * @throws UnsupportedError where files have no versions; otherwise as `catFile`.
   */
  catFileVersioned(path: string, _options: AbortOptions = {}): Promise<VersionedFile> {
    return Promise.reject(this.#cannot("tell the version of", path, "it has none"));
  }

  /**
   * The immediate children of a directory, each once, in no particular order.
   *
   * @throws FileNotFoundError when nothing is there; NotADirectoryError for a file.
   */
  abstract iterDir(path: string, options?: AbortOptions): AsyncIterable<FileInfo>;

  /**
   * Writes a whole file, parents included.
   *
   * @throws FileExistsError in mode `"create"` when the file is there; VersionMismatchError
   * when it is not the version that `ifMatch` names.
   */
  pipeFile(path: string, _data: Uint8Array, _options: PipeFileOptions = {}): Promise<void> {
    return Promise.reject(this.#cannot("write", path));
  }

  /**
   * Deletes one file.
   *
   * @throws FileNotFoundError where the service says that it was not there;
   * VersionMismatchError when it is not the version that `ifMatch` names.
   */
  rmFile(path: string, _options: RmFileOptions = {}): Promise<void> {
    return Promise.reject(this.#cannot("delete", path));
  }

  /**
   * A URL that anyone can use for a while without credentials; it is a secret. The second argument is a number of seconds,
   * or options.
   *
   * @throws UnsupportedError where there is nothing to sign with.
   */
  sign(path: string, _options?: number | SignOptions): Promise<string> {
    return Promise.reject(this.#cannot("sign", path, "it signs no URLs"));
  }

  /** The options that made this file system, without secrets. */
  getOptions(): JsonObject {
    return {};
  }

  /** The path of `key` below `root`; `key` is an opaque string. */
  join(root: string, key: string): string {
    if (key === "") return root;
    return root === "" || root.endsWith("/") ? root + key : `${root}/${key}`;
  }

  /** The key of `name` below `root`: what `join` turns into `name`; `undefined` when it lies elsewhere. */
  relative(root: string, name: string): string | undefined {
    const prefix = root === "" || root.endsWith("/") ? root : `${root}/`;
    return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
  }

  /** The same string for the same place, and another for another, in this process; it may be a secret. */
  location(path: string): string {
    return `${this.protocol[0] ?? this.className}:${path}`;
  }

  /** May the path be written down and carried elsewhere, or may it hold a secret? */
  carriable(_path: string): boolean {
    return true;
  }

  /** A path as it may be printed: without credentials and signatures. */
  printable(path: string): string {
    return path;
  }

  /** The children of a directory; of a file, the file itself. With `detail: false` names alone. */
  ls(path: string, options?: AbortOptions & { readonly detail?: true }): Promise<FileInfo[]>;
  ls(path: string, options: AbortOptions & { readonly detail: false }): Promise<string[]>;
  async ls(
    path: string,
    options: AbortOptions & { readonly detail?: boolean } = {},
  ): Promise<FileInfo[] | string[]> {
    const found: FileInfo[] = [];
    try {
      for await (const info of this.iterDir(path, options)) found.push(info);
    } catch (error) {
      if (!isMissingOrWrongType(error)) throw error;
      const info = await this.info(path, options);
      if (info.type !== "file") throw error;
      found.push(info);
    }
    found.sort(byName);
    return options.detail === false ? found.map((info) => info.name) : found;
  }

  /** Names of all files below a path, sorted; facts with `detail: true`. Empty when nothing is there. */
  find(path: string, options?: FindOptions & { readonly detail?: false }): Promise<string[]>;
  find(path: string, options: FindOptions & { readonly detail: true }): Promise<FileInfo[]>;
  async find(
    path: string,
    options: FindOptions & { readonly detail?: boolean } = {},
  ): Promise<FileInfo[] | string[]> {
    const found: FileInfo[] = [];
    for await (const info of this.iterFind(path, options)) found.push(info);
    found.sort(byName);
    return options.detail === true ? found : found.map((info) => info.name);
  }

  /** Streams all files below a path, the path itself when it is a file; nothing when nothing is there. */
  async *iterFind(path: string, options: FindOptions = {}): AsyncGenerator<FileInfo, void, undefined> {
    const pending: { path: string; depth: number }[] = [{ path, depth: 1 }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      throwIfAborted(options.signal);
      const below = next.depth < (options.maxDepth ?? Infinity);
      try {
        for await (const info of this.iterDir(next.path, options)) {
          if (info.type === "directory" && below) pending.push({ path: info.name, depth: next.depth + 1 });
          if (info.type === "file" || options.withDirs === true) yield info;
        }
      } catch (error) {
        // A directory that goes away while it is walked holds nothing.
        if (!isMissingOrWrongType(error)) throw error;
        if (error instanceof NotADirectoryError && next.path === path) yield await this.info(path, options);
      }
    }
  }

  /** Streams all files below `root` whose key there starts with the string `prefix`, which need not end at a `/`. */
  async *iterPrefix(
    root: string,
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const directory = this.join(root, prefix.slice(0, Math.max(0, prefix.lastIndexOf("/"))));
    for await (const info of this.iterFind(directory, options))
      if (this.relative(root, info.name)?.startsWith(prefix)) yield info;
  }

  /** Is there a file or a directory? */
  async exists(path: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.#tryInfo(path, options)) !== undefined;
  }

  /** Facts about a file; `undefined` when there is none, or a directory. */
  async statFile(path: string, options: AbortOptions = {}): Promise<FileInfo | undefined> {
    const info = await this.#tryInfo(path, options);
    return info?.type === "file" ? info : undefined;
  }

  /** Is there a file? A directory is none. */
  async isFile(path: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.statFile(path, options)) !== undefined;
  }

  /** Is there a directory? */
  async isDir(path: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.#tryInfo(path, options))?.type === "directory";
  }

  /**
   * Reads `paths[i]` from `starts[i]` to `ends[i]`, a bounded number at a time; a single
   * number, or nothing, stands for all. Results are in the order of `paths`.
   */
  catRanges(
    paths: readonly string[],
    starts: Bounds,
    ends: Bounds,
    options: CatRangesOptions & { readonly onError: "raise" },
  ): Promise<Uint8Array[]>;
  catRanges(
    paths: readonly string[],
    starts?: Bounds,
    ends?: Bounds,
    options?: CatRangesOptions,
  ): Promise<(Uint8Array | Error)[]>;
  async catRanges(
    paths: readonly string[],
    starts?: Bounds,
    ends?: Bounds,
    options: CatRangesOptions = {},
  ): Promise<(Uint8Array | Error)[]> {
    checkBounds(paths, starts, "starts");
    checkBounds(paths, ends, "ends");
    const { signal } = options;
    const results = new Array<Uint8Array | Error>(paths.length);
    await forEachLimited(
      paths.keys(),
      BULK_CONCURRENCY,
      async (index) => {
        try {
          const range = { start: boundAt(starts, index), end: boundAt(ends, index), signal };
          results[index] = await this.catFile(paths[index]!, range);
        } catch (error) {
          throwIfAborted(signal);
          if (options.onError === "raise" || !(error instanceof Error)) throw error;
          results[index] = error;
        }
      },
      { signal },
    );
    return results;
  }

  /**
   * Deletes a file, or with `recursive: true` a directory and all below it.
   *
   * @throws FileNotFoundError when nothing is there; IsADirectoryError for a directory without `recursive`.
   */
  async rm(path: string, options: AbortOptions & { readonly recursive?: boolean } = {}): Promise<void> {
    const { signal } = options;
    const info = await this.info(path, { signal });
    if (info.type === "file") return this.rmFile(path, { signal });
    if (options.recursive !== true)
      throw new IsADirectoryError(`${this.printable(path)} is a directory; rm it with recursive: true.`);
    await this.rmBelow(path, { signal });
  }

  /** Deletes all files below a directory; a file at `path` itself stays. Nothing there is no error. */
  async rmBelow(path: string, options: AbortOptions = {}): Promise<void> {
    const names: string[] = []; // all of them first: a service need not stand deletes beside its listing
    for await (const info of this.iterFind(path, options)) if (info.name !== path) names.push(info.name);
    await forEachLimited(
      names,
      BULK_CONCURRENCY,
      (name) => this.rmFile(name, options).catch(ignoreMissing),
      options,
    );
  }

  /** `<S3FileSystem>` */
  toString(): string {
    return `<${this.className}>`;
  }

  async #tryInfo(path: string, options: AbortOptions): Promise<FileInfo | undefined> {
    try {
      return await this.info(path, options);
    } catch (error) {
      if (isMissingOrWrongType(error)) return undefined;
      throw error;
    }
  }

  #cannot(verb: string, path: string, why: string = "it is read-only"): UnsupportedError {
    return new UnsupportedError(`${this.className} cannot ${verb} ${this.printable(path)}: ${why}.`);
  }
}

addInspect(AbstractFileSystem);

/** One bound for all ranges, or one for each. */
export type Bounds = number | null | undefined | readonly (number | null | undefined)[];

/** Is this the error of a path that is missing, or is not of the type that was asked for? */
function isMissingOrWrongType(error: unknown): boolean {
  return error instanceof FileNotFoundError || error instanceof NotADirectoryError;
}

/** The protocols that a file system class declares. */
export function protocolsOf(type: object): readonly string[] {
  const { protocol } = type as { protocol?: string | readonly string[] }; // a static of every subclass
  return typeof protocol === "string" ? [protocol] : (protocol ?? []);
}

/** Swallows the error of a file that is gone already; throws any other. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof FileNotFoundError)) throw error;
}

function boundAt(bounds: Bounds, index: number): number | undefined {
  return (typeof bounds === "object" && bounds !== null ? bounds[index] : bounds) ?? undefined;
}

function checkBounds(paths: readonly string[], bounds: Bounds, name: string): void {
  if (typeof bounds === "object" && bounds !== null && bounds.length !== paths.length)
    throw new RangeError(`catRanges got ${paths.length} paths and ${bounds.length} ${name}.`);
}

function byName(a: FileInfo, b: FileInfo): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
