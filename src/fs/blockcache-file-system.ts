/**
 * A file system with a cache of blocks of files in front of it.
 *
 * @module
 */
import { SharedWork, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import { IsADirectoryError, StoreError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { CatFileOptions, PipeFileOptions } from "./abstract-file-system.ts";
import { CacheDirectory, cacheName } from "./cache-directory.ts";
import { parseFileRange } from "./file-range.ts";
import { countOption, readOptions, stringOption } from "./options.ts";
import type { EitherCase } from "./options.ts";
import type { LocatedFileSystem, StorageOptions } from "./file-system-class.ts";
import { versionOf } from "./simplecache-file-system.ts";
import { WRAPPED_OPTIONS, wrappedFileSystem, WrappingFileSystem } from "./wrapping-file-system.ts";
import type { WrappedOptions } from "./wrapping-file-system.ts";

interface BlockCacheOptions extends WrappedOptions {
  /** A local directory, which later processes use too. Default: memory, for as long as this file system lives. */
  readonly cacheStorage?: string | undefined;
  /** Bytes that are kept at most; the oldest go first. Default: no limit in a directory, 256 MiB in memory. */
  readonly maxSize?: number | undefined;
  /** Length of a block in bytes. Default 1 MiB. */
  readonly cacheBlockSize?: number | undefined;
}

/** Options of `BlockCacheFileSystem`, in camelCase or as fsspec spells them. */
export type BlockCacheFileSystemOptions = EitherCase<BlockCacheOptions>;

const OWNER = "BlockCacheFileSystem";
const DEFAULT_BLOCK = 2 ** 20;
/** Neighbouring blocks are fetched together up to this many bytes. */
const MAX_FETCH = 2 ** 24;

/** A file, as it was when this file system looked at it first. */
interface KnownFile {
  readonly name: string;
  readonly size: number;
}

/** Blocks that are fetched together. */
interface BlockRun {
  readonly first: number;
  readonly work: SharedWork<Uint8Array>;
}

/**
 * Fetches the blocks of a file that are asked for, and keeps them: for large files of which parts
 * are read. The size and version of a file are looked up once; blocks of another version are not used.
 *
 * @example
 * ```ts no-run
 * const [fs, path] = urlToFs("blockcache::https://example.org/large.nc", { cache_storage: "cache" });
 * ```
 */
export class BlockCacheFileSystem extends WrappingFileSystem {
  static override readonly protocol: string = "blockcache";
  readonly #directory: CacheDirectory;
  readonly #cacheStorage: string | undefined;
  readonly #blockSize: number;
  readonly #files = new Map<string, KnownFile>();
  readonly #fetching = new Map<string, BlockRun>();

  /** @throws TypeError for an unknown option, or when no file system is given. */
  constructor(options: BlockCacheFileSystemOptions = {}) {
    const read = readOptions(OWNER, options, [
      ...WRAPPED_OPTIONS,
      "cacheStorage",
      "maxSize",
      "cacheBlockSize",
    ]);
    super(wrappedFileSystem(OWNER, read));
    this.#cacheStorage = stringOption(OWNER, read, "cacheStorage");
    this.#blockSize = countOption(OWNER, read, "cacheBlockSize") ?? DEFAULT_BLOCK;
    if (!Number.isSafeInteger(this.#blockSize) || this.#blockSize < 1)
      throw new TypeError(`${OWNER} option cache_block_size must be at least 1.`);
    this.#directory = new CacheDirectory(this.#cacheStorage, countOption(OWNER, read, "maxSize"));
  }

  /** `blockcache::s3://bucket/path` */
  static chain([fs, path]: LocatedFileSystem, _path: string, options: StorageOptions): LocatedFileSystem {
    return [new BlockCacheFileSystem({ ...options, fs }), path];
  }

  override get className(): string {
    return this.constructor === BlockCacheFileSystem ? OWNER : super.className;
  }

  override getOptions(): JsonObject {
    const own: JsonObject = this.#cacheStorage === undefined ? {} : { cache_storage: this.#cacheStorage };
    return { ...super.getOptions(), ...own, cache_block_size: this.#blockSize };
  }

  override async catFile(path: string, options: CatFileOptions = {}): Promise<Uint8Array> {
    throwIfAborted(options.signal);
    const range = parseFileRange(options.start, options.end);
    const file = await this.#look(path, options);
    if (file === undefined) return this.inner.catFile(path, options); // of no known size
    const request = range.kind === "request" ? range.request : range.resolve(file.size);
    const { start, end } = resolveByteRequest(request, file.size);
    const result = new Uint8Array(end - start);
    if (end === start) return result;
    const first = Math.floor(start / this.#blockSize);
    const last = Math.floor((end - 1) / this.#blockSize);
    const missing: number[] = [];
    const place = (block: number, bytes: Uint8Array): void => {
      const at = block * this.#blockSize;
      const from = Math.max(start, at);
      const to = Math.min(end, at + bytes.byteLength);
      result.set(bytes.subarray(from - at, to - at), from - start);
    };
    for (let block = first; block <= last; block++) {
      const cached = await this.#directory.read(`${file.name}-${block}`, { signal: options.signal });
      if (cached?.byteLength === this.#lengthOf(file, block)) place(block, cached);
      else missing.push(block);
    }
    for (const [block, bytes] of await this.#fetch(path, file, missing, options)) place(block, bytes);
    return result;
  }

  override async pipeFile(path: string, data: Uint8Array, options: PipeFileOptions = {}): Promise<void> {
    await super.pipeFile(path, data, options).finally(() => this.#forget(path));
  }

  override async rmFile(path: string, options: AbortOptions = {}): Promise<void> {
    await super.rmFile(path, options).finally(() => this.#forget(path));
  }

  /** The blocks that are not cached: those that are under way for others, and the rest in runs of neighbours. */
  async #fetch(
    path: string,
    file: KnownFile,
    missing: readonly number[],
    options: AbortOptions,
  ): Promise<(readonly [block: number, bytes: Uint8Array])[]> {
    const most = Math.max(1, Math.floor(MAX_FETCH / this.#blockSize));
    let open: { first: number; last: number } | undefined;
    const runs: { first: number; last: number }[] = [];
    const shared: number[] = [];
    for (const block of missing) {
      const under = this.#fetching.get(`${file.name}-${block}`);
      if (under !== undefined && !under.work.cancelled) {
        shared.push(block);
        continue;
      }
      if (open !== undefined && open.last === block - 1 && block - open.first < most) open.last = block;
      else runs.push((open = { first: block, last: block }));
    }
    for (const { first, last } of runs) {
      const run: BlockRun = {
        first,
        work: new SharedWork((signal) => this.#fetchRun(path, file, first, last, signal)),
      };
      for (let block = first; block <= last; block++) {
        this.#fetching.set(`${file.name}-${block}`, run);
        shared.push(block);
      }
    }
    const joined = shared.map((block) => ({ block, run: this.#fetching.get(`${file.name}-${block}`)! }));
    return Promise.all(
      joined.map(async ({ block, run }) => {
        const bytes = await run.work.join(options.signal);
        const at = (block - run.first) * this.#blockSize;
        return [block, bytes.subarray(at, at + this.#lengthOf(file, block))] as const;
      }),
    );
  }

  async #fetchRun(
    path: string,
    file: KnownFile,
    first: number,
    last: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    await Promise.resolve(); // so that the caller has the work, whatever follows
    try {
      const start = first * this.#blockSize;
      const end = Math.min(file.size, (last + 1) * this.#blockSize);
      const bytes = await this.inner.catFile(path, { start, end, signal });
      if (bytes.byteLength !== end - start) {
        this.#files.delete(path);
        throw new StoreError(
          `${this.printable(path)} has changed: it has ${bytes.byteLength} bytes at ${start}.`,
          {
            expected: end - start,
            actual: bytes.byteLength,
          },
        );
      }
      if (this.#files.get(path) === file)
        for (let block = first; block <= last; block++) {
          const at = (block - first) * this.#blockSize;
          await this.#directory.write(`${file.name}-${block}`, bytes.slice(at, at + this.#blockSize));
        }
      return bytes;
    } finally {
      for (let block = first; block <= last; block++) this.#fetching.delete(`${file.name}-${block}`);
    }
  }

  async #look(path: string, options: AbortOptions): Promise<KnownFile | undefined> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const info = await this.inner.info(path, options);
    if (info.type === "directory") throw new IsADirectoryError(`${this.printable(path)} is a directory.`);
    if (info.size === null) return undefined;
    const name = await cacheName(this.inner, path, `${versionOf(info)}/${this.#blockSize}`);
    const file = { name, size: info.size };
    this.#files.set(path, file);
    return file;
  }

  #lengthOf(file: KnownFile, block: number): number {
    return Math.min(this.#blockSize, file.size - block * this.#blockSize);
  }

  /** The file has another version from now on, and with it other names. Its old blocks go when room is needed. */
  #forget(path: string): void {
    const file = this.#files.get(path);
    this.#files.delete(path);
    if (file === undefined) return;
    for (const name of this.#fetching.keys()) if (name.startsWith(file.name)) this.#fetching.delete(name);
  }
}
