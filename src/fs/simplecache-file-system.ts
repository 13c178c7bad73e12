/**
 * A file system with a cache of whole files in front of it.
 *
 * @module
 */
import { SharedWork, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { JsonObject } from "../base/json.ts";
import type { CatFileOptions, FileInfo, PipeFileOptions } from "./abstract-file-system.ts";
import { CacheDirectory, cacheName } from "./cache-directory.ts";
import { parseFileRange } from "./file-range.ts";
import { booleanOption, countOption, readOptions, stringOption } from "./options.ts";
import type { EitherCase } from "./options.ts";
import type { LocatedFileSystem, StorageOptions } from "./file-system-class.ts";
import { WRAPPED_OPTIONS, wrappedFileSystem, WrappingFileSystem } from "./wrapping-file-system.ts";
import type { WrappedOptions } from "./wrapping-file-system.ts";

interface SimpleCacheOptions extends WrappedOptions {
  /** A local directory, which later processes use too. Default: memory, for as long as this file system lives. */
  readonly cacheStorage?: string | undefined;
  /** Bytes that are kept at most; the oldest go first. Default: no limit in a directory, 256 MiB in memory. */
  readonly maxSize?: number | undefined;
  /** Ask for the ETag, or size and time, of a file before a cached one is used, once for each file. Default `false`. */
  readonly checkFiles?: boolean | undefined;
}

/** Options of `SimpleCacheFileSystem`, in camelCase or as fsspec spells them. */
export type SimpleCacheFileSystemOptions = EitherCase<SimpleCacheOptions>;

const OWNER = "SimpleCacheFileSystem";

/**
 * Fetches each file whole at its first use, also when only a part is asked for, and keeps it. By
 * itself it never looks whether a file has changed; with `check_files` it does.
 *
 * @example
 * ```ts no-run
 * const store = await FsspecStore.fromUrl("simplecache::https://example.org/data.zarr", {
 *   storageOptions: { cache_storage: "cache" },
 * });
 * ```
 */
export class SimpleCacheFileSystem extends WrappingFileSystem {
  static override readonly protocol: string = "simplecache";
  readonly #directory: CacheDirectory;
  readonly #cacheStorage: string | undefined;
  readonly #checkFiles: boolean;
  readonly #versions = new Map<string, string>();
  readonly #fetching = new Map<string, SharedWork<Uint8Array>>();

  /** @throws TypeError for an unknown option, or when no file system is given. */
  constructor(options: SimpleCacheFileSystemOptions = {}) {
    const read = readOptions(OWNER, options, [
      ...WRAPPED_OPTIONS,
      "cacheStorage",
      "maxSize",
      "checkFiles",
      "sameNames",
    ]);
    super(wrappedFileSystem(OWNER, read));
    this.#cacheStorage = stringOption(OWNER, read, "cacheStorage");
    this.#checkFiles = booleanOption(OWNER, read, "checkFiles") ?? false;
    this.#directory = new CacheDirectory(this.#cacheStorage, countOption(OWNER, read, "maxSize"));
  }

  /** `simplecache::s3://bucket/path` */
  static chain([fs, path]: LocatedFileSystem, _path: string, options: StorageOptions): LocatedFileSystem {
    return [new SimpleCacheFileSystem({ ...options, fs }), path];
  }

  override get className(): string {
    return this.constructor === SimpleCacheFileSystem ? OWNER : super.className;
  }

  override getOptions(): JsonObject {
    const own: JsonObject = this.#cacheStorage === undefined ? {} : { cache_storage: this.#cacheStorage };
    const checks: JsonObject = this.#checkFiles ? { check_files: true } : {};
    return { ...super.getOptions(), ...own, ...checks };
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    const { signal } = options;
    throwIfAborted(signal);
    const range = parseFileRange(options.start, options.end);
    const name = await this.#nameOf(path, options);
    const cached = await this.#directory.read(name, options);
    if (cached !== undefined) return cached;
    let work = this.#fetching.get(name);
    if (work === undefined || work.cancelled) {
      work = new SharedWork((own) => this.#fetch(path, name, own));
      this.#fetching.set(name, work);
    }
    const whole = await work.join(signal);
    const request = range.kind === "request" ? range.request : range.resolve(whole.byteLength);
    const { start, end } = resolveByteRequest(request, whole.byteLength);
    return whole.slice(start, end);
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    await this.#change(path, options, () => super.pipeFile(path, data, options));
  }

  override async rmFile(path: string, options: AbortOptions = {}): Promise<void> {
    await this.#change(path, options, () => super.rmFile(path, options));
  }

  async #fetch(path: string, name: string, signal: AbortSignal): Promise<Uint8Array> {
    await Promise.resolve(); // so that the caller has the work, whatever follows
    const work = this.#fetching.get(name);
    try {
      const bytes = await this.inner.catFile(path, { signal });
      // A file that was written meanwhile has left the map, and these bytes are old.
      if (this.#fetching.get(name) === work) await this.#directory.write(name, bytes);
      return bytes;
    } finally {
      if (this.#fetching.get(name) === work) this.#fetching.delete(name);
    }
  }

  async #nameOf(path: string, options: AbortOptions): Promise<string> {
    if (!this.#checkFiles) return cacheName(this.inner, path, "");
    let version = this.#versions.get(path);
    if (version === undefined) {
      version = versionOf(await this.inner.info(path, options));
      this.#versions.set(path, version);
    }
    return cacheName(this.inner, path, version);
  }

  /** A write through this file system: what is cached goes before it and after it. */
  async #change(path: string, options: AbortOptions, work: () => Promise<void>): Promise<void> {
    const forget = async (): Promise<void> => {
      const known = this.#versions.get(path);
      if (this.#checkFiles && known === undefined) return;
      const name = await cacheName(this.inner, path, known ?? "");
      this.#fetching.delete(name);
      await this.#directory.remove(name);
    };
    throwIfAborted(options.signal);
    await forget();
    try {
      await work();
    } finally {
      await forget();
      this.#versions.delete(path);
    }
  }
}

/** What tells two versions of a file apart. */
export function versionOf({ etag, size, lastModified }: FileInfo): string {
  return etag ?? `${String(size)}:${String(lastModified?.getTime())}`;
}
