/**
 * Files in memory.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  VersionMismatchError,
} from "../base/errors.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type {
  CatFileOptions,
  FileInfo,
  PipeFileOptions,
  RmFileOptions,
  VersionedFile,
} from "./file-types.ts";
import { parseFileRange } from "./file-range.ts";
import { readOptions } from "./options.ts";
import { preconditionOf } from "./precondition.ts";

/** Options of `MemoryFileSystem`. */
export interface MemoryFileSystemOptions {
  /** The files by path. Default: those that all instances of this class share, as in fsspec. */
  readonly store?: Map<string, Uint8Array> | undefined;
}

/**
 * Files in a `Map`. Paths begin with a slash; a directory is there while something lies below it.
 *
 * @example
 * ```ts
 * const fs = new MemoryFileSystem({ store: new Map() });
 * await fs.pipeFile("/a/b", new Uint8Array([1, 2, 3]));
 * await fs.catFile("/a/b", { start: -2 }); // Uint8Array [2, 3]
 * ```
 */
export class MemoryFileSystem extends AbstractFileSystem {
  static override readonly protocol: string = "memory";
  /** The files that instances share when they are not given their own. */
  static readonly store: Map<string, Uint8Array> = new Map();
  readonly #files: Map<string, Uint8Array>;

  constructor(options: MemoryFileSystemOptions = {}) {
    super();
    const store = readOptions("MemoryFileSystem", options, ["store"]).get("store") ?? MemoryFileSystem.store;
    if (!(store instanceof Map)) throw new TypeError("MemoryFileSystem option store must be a Map.");
    this.#files = store;
  }

  static override stripProtocol(path: string): string {
    return normalize(path);
  }

  /** A map is here and nowhere else. */
  override carriable(): boolean {
    return false;
  }

  override get className(): string {
    return this.constructor === MemoryFileSystem ? "MemoryFileSystem" : super.className;
  }

  override location(path: string): string {
    let id = ids.get(this.#files);
    if (id === undefined) ids.set(this.#files, (id = ++lastId));
    return `memory:${id}:${normalize(path)}`;
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    throwIfAborted(options.signal);
    const name = normalize(path);
    const file = this.#files.get(name);
    if (file !== undefined) return { name, size: file.byteLength, type: "file" };
    if (name === "/" || this.#hasBelow(name)) return { name, size: null, type: "directory" };
    throw missing(name);
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    throwIfAborted(options.signal);
    const range = parseFileRange(options.start, options.end);
    const name = normalize(path);
    const file = this.#files.get(name);
    if (file === undefined) {
      if (this.#hasBelow(name)) throw new IsADirectoryError(`memory:/${name} is a directory.`);
      throw missing(name);
    }
    const request = range.kind === "request" ? range.request : range.resolve(file.byteLength);
    const { start, end } = resolveByteRequest(request, file.byteLength);
    options.onVersion?.(versionOf(file));
    return file.slice(start, end);
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const name = normalize(path);
    const precondition = preconditionOf(options);
    if (precondition?.kind === "absent" && this.#files.has(name))
      throw new FileExistsError(`memory:/${name} is there already.`);
    if (precondition?.kind === "version") this.#requireVersion(name, precondition.version);
    this.#files.set(name, new Uint8Array(data));
  }

  override async rmFile(path: string, options: RmFileOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const name = normalize(path);
    if (options.ifMatch !== undefined) this.#requireVersion(name, options.ifMatch);
    if (!this.#files.delete(name)) throw missing(name);
  }

  override get tellsVersions(): boolean {
    return true;
  }

  override get supportsConditionalWrites(): boolean {
    return true;
  }

  override get supportsConditionalDeletes(): boolean {
    return true;
  }

  override async catFileVersioned(path: string, options: AbortOptions = {}): Promise<VersionedFile> {
    const file = this.#files.get(normalize(path));
    const bytes = await this.catFile(path, options); // reads before it first waits; throws when there is no file
    return { bytes, version: versionOf(file!) };
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    throwIfAborted(options.signal);
    const directory = normalize(path);
    const prefix = directory === "/" ? "/" : `${directory}/`;
    const seen = new Set<string>();
    for (const [name, file] of this.#files) {
      if (!name.startsWith(prefix)) continue;
      const slash = name.indexOf("/", prefix.length);
      const child = slash < 0 ? name : name.slice(0, slash);
      if (seen.has(child)) continue;
      seen.add(child);
      yield slash < 0
        ? { name, size: file.byteLength, type: "file" }
        : { name: child, size: null, type: "directory" };
    }
    if (seen.size > 0 || directory === "/") return;
    if (this.#files.has(directory)) throw new NotADirectoryError(`memory:/${directory} is a file.`);
    throw missing(directory);
  }

  #requireVersion(name: string, version: string): void {
    const file = this.#files.get(name);
    if (file === undefined || versionOf(file) !== version)
      throw new VersionMismatchError(`memory:/${name} is no longer the version that was read.`);
  }

  #hasBelow(directory: string): boolean {
    const prefix = `${directory}/`;
    for (const name of this.#files.keys()) if (name.startsWith(prefix)) return true;
    return false;
  }
}

const ids = new WeakMap<object, number>();
let lastId = 0;

// Each write puts another array in place, so that which array it is tells the version.
const versions = new WeakMap<Uint8Array, string>();
let lastVersion = 0;

function versionOf(file: Uint8Array): string {
  let version = versions.get(file);
  if (version === undefined) versions.set(file, (version = String(++lastVersion)));
  return version;
}

function normalize(path: string): string {
  const bare = path.replace(/^memory:\/\//, "").replace(/\/+$/, "");
  return bare.startsWith("/") ? bare : `/${bare}`;
}

function missing(name: string): FileNotFoundError {
  return new FileNotFoundError(`There is nothing at memory:/${name}.`);
}
