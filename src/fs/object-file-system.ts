/**
 * What the file systems of object stores share: paths are `bucket/key`, directories are what
 * lies between the slashes of keys, and listings come in pages.
 *
 * @module
 */
import { forEachLimited, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import {
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  StoreError,
  UnsupportedError,
  VersionMismatchError,
} from "../base/errors.ts";
import { protocolsOf } from "./abstract-file-system.ts";
import type { FileInfo, FindOptions, PipeFileOptions, RmFileOptions } from "./file-types.ts";
import { PreconditionFailed, preconditionOf } from "./precondition.ts";
import type { Precondition } from "./precondition.ts";
import { RemoteFileSystem } from "./remote-file-system.ts";
import type { RemoteObject } from "./remote-object.ts";

/** One object of a listing. */
export interface ObjectEntry {
  readonly key: string;
  readonly size: number | null;
  readonly etag: string | undefined;
  readonly lastModified: Date | undefined;
}

/** One page of a listing. */
export interface ObjectPage {
  readonly entries: readonly ObjectEntry[];
  /** Prefixes up to and including the delimiter. */
  readonly prefixes: readonly string[];
  /** Where the next page begins; `undefined` on the last. */
  readonly next: string | undefined;
}

/** Which page of a bucket's listing. */
export interface PageRequest extends AbortOptions {
  readonly prefix: string;
  /** Gather keys up to the next slash into prefixes. */
  readonly delimited?: boolean | undefined;
  /** `next` of the page before. */
  readonly token?: string | undefined;
  /** Entries at most. Default: what the service sends. */
  readonly limit?: number | undefined;
}

/** A write of one object. */
export interface ObjectWrite extends AbortOptions {
  readonly bucket: string;
  readonly key: string;
  readonly data: Uint8Array;
  readonly precondition: Precondition | undefined;
  /** To be called when an attempt is sent. */
  readonly sending: () => void;
  /** To be called when an attempt is refused in a way that shows that nothing was written. */
  readonly refused: () => void;
}

/** A bucket, and a key in it; either may be empty. */
export interface ObjectPath {
  readonly bucket: string;
  readonly key: string;
}

const DELETES_AT_A_TIME = 32;

/** Base class of object stores: a driver reads, writes, deletes and lists by bucket and key. */
export abstract class ObjectFileSystem extends RemoteFileSystem {
  static override stripProtocol(path: string): string {
    return withoutEndSlashes(withoutScheme(path, protocolsOf(this)));
  }

  override get supportsConditionalWrites(): boolean {
    return true;
  }

  /** One page of a bucket's keys. */
  protected abstract page(bucket: string, request: PageRequest): Promise<ObjectPage>;

  /** The names of all buckets. */
  protected abstract buckets(options: AbortOptions): Promise<string[]>;

  /** Writes one object. @throws PreconditionFailed when the service finds that it does not hold. */
  protected abstract put(write: ObjectWrite): Promise<void>;

  /** Deletes one object. @throws PreconditionFailed as `put`. */
  protected abstract remove(
    path: ObjectPath,
    precondition: Precondition | undefined,
    options: AbortOptions,
  ): Promise<void>;

  /** An object, ready to be asked for. */
  protected abstract object(path: ObjectPath): RemoteObject;

  /** Deletes the objects of one page; one that is gone already is no error. */
  protected async removeAll(bucket: string, keys: readonly string[], options: AbortOptions): Promise<void> {
    const remove = async (key: string): Promise<void> => {
      try {
        await this.remove({ bucket, key }, undefined, options);
      } catch (error) {
        if (!(error instanceof FileNotFoundError)) throw error;
      }
    };
    await forEachLimited(keys, DELETES_AT_A_TIME, remove, options);
  }

  override async info(path: string, options: AbortOptions = {}): Promise<FileInfo> {
    const { bucket, key } = this.parse(path);
    const name = withoutEndSlashes(this.bare(path));
    const directory: FileInfo = { name, size: null, type: "directory" };
    if (bucket === "") return directory;
    if (key === "" || key.endsWith("/")) {
      const found = await this.#hasKeys(bucket, key, options); // also whether the bucket is there
      if (key !== "" && !found) throw this.#missing(path);
      return directory;
    }
    try {
      return await this.fileInfo(path, options);
    } catch (error) {
      if (!(error instanceof FileNotFoundError) || !this.supportsListing) throw error;
      if (await this.#hasKeys(bucket, `${key}/`, options)) return directory;
      throw error;
    }
  }

  override async statFile(path: string, options: AbortOptions = {}): Promise<FileInfo | undefined> {
    const { key } = this.parse(path);
    if (key === "" || key.endsWith("/")) return undefined;
    try {
      return await this.fileInfo(path, options); // one HEAD: no look for a directory
    } catch (error) {
      if (error instanceof FileNotFoundError) return undefined;
      throw error;
    }
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    const { signal } = options;
    throwIfAborted(signal);
    const { bucket, key } = this.file(path);
    const precondition = preconditionOf(options);
    let uncertain = -1; // attempts before the last one whose end is not known
    try {
      await this.put({
        bucket,
        key,
        data,
        precondition,
        signal,
        sending: () => uncertain++,
        refused: () => uncertain--,
      });
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      // An earlier attempt may have written before its connection broke: then this file is ours.
      if (uncertain > 0 && (await this.#holds(path, data, { signal }))) return;
      throw this.#conflict(path, precondition, error);
    }
  }

  override async rmFile(path: string, options: RmFileOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const { bucket, key } = this.file(path);
    const precondition = preconditionOf({ ifMatch: options.ifMatch });
    if (precondition !== undefined && !this.supportsConditionalDeletes)
      throw new UnsupportedError(`${this.className} cannot delete by version.`);
    try {
      await this.remove({ bucket, key }, precondition, { signal: options.signal });
    } catch (error) {
      if (error instanceof PreconditionFailed) throw this.#conflict(path, precondition, error);
      throw error;
    }
  }

  override async rmBelow(path: string, options: AbortOptions = {}): Promise<void> {
    const { bucket, key } = this.parse(path);
    if (bucket === "") throw new StoreError("Deleting all buckets is refused.");
    // Keys that end in a slash, which mark directories, go too.
    for await (const page of this.#pages(bucket, { prefix: directoryPrefix(key), ...options }))
      await this.removeAll(
        bucket,
        page.entries.map((entry) => entry.key),
        options,
      );
  }

  override async *iterDir(
    path: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const { bucket, key } = this.parse(path);
    if (bucket === "") {
      this.#requireListing(path);
      for (const name of await this.buckets(options)) yield { name, size: null, type: "directory" };
      return;
    }
    const prefix = directoryPrefix(key);
    let found = key === "";
    for await (const page of this.#pages(bucket, { prefix, delimited: true, ...options })) {
      for (const entry of page.entries) {
        found = true;
        if (entry.key.startsWith(prefix) && !entry.key.endsWith("/")) yield infoOf(bucket, entry);
      }
      for (const common of page.prefixes) {
        found = true;
        const name = common.slice(prefix.length, -1);
        if (common.startsWith(prefix) && name !== "")
          yield { name: `${bucket}/${prefix}${name}`, size: null, type: "directory" };
      }
    }
    if (!found) throw this.#missing(path);
  }

  override async *iterFind(
    path: string,
    options: FindOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const { bucket, key } = this.parse(path);
    if (bucket === "" || options.maxDepth !== undefined || options.withDirs === true) {
      yield* super.iterFind(path, options);
      return;
    }
    let found = false;
    for await (const info of this.#below(bucket, directoryPrefix(key), options)) {
      found = true;
      yield info;
    }
    if (found) return;
    const file = await this.statFile(path, options);
    if (file !== undefined) yield file;
  }

  override iterPrefix(
    root: string,
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<FileInfo, void, undefined> {
    const { bucket, key } = this.parse(root);
    if (bucket === "") return super.iterPrefix(root, prefix, options);
    return this.#below(bucket, directoryPrefix(key) + prefix, options);
  }

  protected override objectAt(path: string): RemoteObject {
    return this.object(this.file(path));
  }

  /** A path without its protocol. */
  protected bare(path: string): string {
    return withoutScheme(path, this.protocol);
  }

  protected parse(path: string): ObjectPath {
    const bare = this.bare(path);
    const slash = bare.indexOf("/");
    if (slash < 0) return { bucket: bare, key: "" };
    return { bucket: bare.slice(0, slash), key: bare.slice(slash + 1) };
  }

  /** @throws IsADirectoryError when the path names no object. */
  protected file(path: string): ObjectPath {
    const parsed = this.parse(path);
    if (parsed.bucket !== "" && parsed.key !== "") return parsed;
    throw new IsADirectoryError(`${JSON.stringify(path)} is no object: a path is bucket/key.`);
  }

  /** The path as a URL without secrets. */
  protected urlOf(path: string): string {
    return `${this.protocol[0]}://${this.bare(path)}`;
  }

  #conflict(path: string, precondition: Precondition | undefined, cause: Error): StoreError {
    const facts = { status: 412, url: this.urlOf(path), cause };
    if (precondition === undefined)
      return new StoreError(`Whether ${this.urlOf(path)} was written is not known.`, facts);
    return precondition.kind === "absent"
      ? new FileExistsError(`${this.urlOf(path)} is there already.`, facts)
      : new VersionMismatchError(`${this.urlOf(path)} is no longer the version that was read.`, facts);
  }

  async #holds(path: string, data: Uint8Array, options: AbortOptions): Promise<boolean> {
    const stored = await this.catFile(path, options);
    return stored.byteLength === data.byteLength && stored.every((byte, index) => byte === data[index]);
  }

  async #hasKeys(bucket: string, prefix: string, options: AbortOptions): Promise<boolean> {
    this.#requireListing(`${bucket}/${prefix}`);
    for await (const page of this.#pages(bucket, { prefix, limit: 1, ...options }))
      if (page.entries.length > 0 || page.prefixes.length > 0) return true;
    return false;
  }

  async *#below(
    bucket: string,
    prefix: string,
    options: AbortOptions,
  ): AsyncGenerator<FileInfo, void, undefined> {
    for await (const page of this.#pages(bucket, { prefix, signal: options.signal }))
      for (const entry of page.entries)
        if (entry.key.startsWith(prefix) && !entry.key.endsWith("/")) yield infoOf(bucket, entry);
  }

  async *#pages(bucket: string, request: PageRequest): AsyncGenerator<ObjectPage, void, undefined> {
    this.#requireListing(`${bucket}/${request.prefix}`);
    for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
      throwIfAborted(request.signal);
      const page = await this.page(bucket, { ...request, token });
      if (page.next !== undefined && page.next === token)
        throw new StoreError(`The listing of ${this.urlOf(bucket)} goes in circles.`, {
          url: this.urlOf(bucket),
        });
      yield page;
      token = page.next;
    }
  }

  #requireListing(path: string): void {
    if (this.supportsListing) return;
    throw new UnsupportedError(`${this.urlOf(path)} cannot be listed: the file system sends GET alone.`, {
      url: this.urlOf(path),
    });
  }

  #missing(path: string): FileNotFoundError {
    return new FileNotFoundError(`There is nothing at ${this.urlOf(path)}.`);
  }
}

function withoutScheme(path: string, protocols: readonly string[]): string {
  for (const protocol of protocols)
    if (path.startsWith(`${protocol}://`)) return path.slice(protocol.length + 3).replace(/^\//, "");
  return path.replace(/^\//, "");
}

function directoryPrefix(key: string): string {
  return key === "" || key.endsWith("/") ? key : `${key}/`;
}

function withoutEndSlashes(path: string): string {
  return path.replace(/\/+$/, "");
}

function infoOf(bucket: string, entry: ObjectEntry): FileInfo {
  const { key, size, etag, lastModified } = entry;
  return { name: `${bucket}/${key}`, size, type: "file", etag, lastModified };
}
