/**
 * Where caching file systems keep what they fetched: files in a directory, or memory.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { isZarrError } from "../base/errors.ts";
import { tryNodeBuiltin } from "../base/platform.ts";
import type { AbstractFileSystem } from "./abstract-file-system.ts";
import type { CatFileOptions } from "./abstract-file-system.ts";
import { sha256Hex } from "./digest.ts";
import { LocalFileSystem } from "./local-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

/** What is kept in memory where no directory is named, in bytes. */
const DEFAULT_MEMORY = 2 ** 28;

/**
 * Values by name, within a bound on their size: the oldest go first. Failures to read or write
 * count as values that are not there.
 */
export class CacheDirectory {
  readonly #fs: AbstractFileSystem;
  readonly #root: string;
  readonly #maxSize: number;
  /** Sizes by name, the oldest first; read from the directory at first need. */
  #sizes: Map<string, number> | undefined;
  #total = 0;

  /** @param directory A local directory; without one, or where there are no local files, memory. */
  constructor(directory: string | undefined, maxSize: number | undefined) {
    const isLocal = directory !== undefined && tryNodeBuiltin("fs/promises") !== undefined;
    this.#fs = isLocal ? new LocalFileSystem() : new MemoryFileSystem({ store: new Map() });
    this.#root = isLocal ? LocalFileSystem.stripProtocol(directory) : "/";
    this.#maxSize = maxSize ?? (isLocal ? Infinity : DEFAULT_MEMORY);
  }

  /** Bytes of a value; `undefined` when it is not there. */
  async read(name: string, options: CatFileOptions): Promise<Uint8Array | undefined> {
    try {
      return await this.#fs.catFile(this.#fs.join(this.#root, name), options);
    } catch (error) {
      if (isZarrError(error)) return undefined;
      throw error;
    }
  }

  /** Keeps a value, whole or not at all. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength > this.#maxSize) return;
    try {
      if (this.#maxSize !== Infinity) await this.#makeRoom(name, bytes.byteLength);
      await this.#fs.pipeFile(this.#fs.join(this.#root, name), bytes);
    } catch (error) {
      if (!isZarrError(error)) throw error;
    }
  }

  async remove(name: string): Promise<void> {
    const size = this.#sizes?.get(name);
    if (size !== undefined) {
      this.#sizes?.delete(name);
      this.#total -= size;
    }
    await this.#fs.rmFile(this.#fs.join(this.#root, name)).catch(ignoreFailure);
  }

  async #makeRoom(name: string, size: number): Promise<void> {
    this.#sizes ??= await this.#list({});
    const known = this.#sizes.get(name) ?? 0;
    this.#sizes.delete(name);
    this.#sizes.set(name, size);
    this.#total += size - known;
    for (const oldest of this.#sizes.keys()) {
      if (this.#total <= this.#maxSize || oldest === name) return;
      await this.remove(oldest);
    }
  }

  async #list(options: AbortOptions): Promise<Map<string, number>> {
    const found = await this.#fs.find(this.#root, { ...options, detail: true });
    found.sort((a, b) => (a.lastModified?.getTime() ?? 0) - (b.lastModified?.getTime() ?? 0));
    const sizes = new Map<string, number>();
    for (const { name, size } of found) {
      const relative = this.#fs.relative(this.#root, name);
      // Only what a cache named: other files in the directory are somebody else's.
      if (relative === undefined || !CACHED_NAME.test(relative)) continue;
      sizes.set(relative, size ?? 0);
      this.#total += size ?? 0;
    }
    return sizes;
  }
}

const CACHED_NAME = /^[0-9a-f]{64}(?:-\d+)?$/;
const PROCESS = `${Date.now()}-${Math.random()}`;

/** The name under which a version of a file is kept. What cannot be carried elsewhere has a name for this process alone. */
export async function cacheName(fs: AbstractFileSystem, path: string, version: string): Promise<string> {
  const place = fs.carriable(path) ? "" : PROCESS;
  return sha256Hex(JSON.stringify([fs.className, fs.getOptions(), fs.location(path), version, place]));
}

function ignoreFailure(error: unknown): void {
  if (!isZarrError(error)) throw error;
}
