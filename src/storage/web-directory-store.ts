import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { StoreError, isZarrError } from "../base/errors.ts";
import { missingKeyError } from "./missing-key.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import type { StoreOptions } from "./store-base.ts";
import { Store } from "./store.ts";

type DirectoryHandle = FileSystemDirectoryHandle;

/**
 * A directory that a browser gives access to: one that the user picked, or the origin-private
 * file system. The browser replaces a file in one step when a write is done, so readers find
 * the old value or the new one. Names that it does not allow are a `StoreError` to write and
 * missing to read.
 *
 * @example
 * ```ts no-run
 * const store = new WebDirectoryStore(await navigator.storage.getDirectory());
 * await store.set("zarr.json", new Uint8Array([123, 125]));
 * ```
 */
export class WebDirectoryStore extends Store {
  readonly #root: DirectoryHandle;

  /** @throws TypeError when it is given no directory handle. */
  constructor(handle: FileSystemDirectoryHandle, options: StoreOptions = {}) {
    super(options);
    if (handle?.kind !== "directory")
      throw new TypeError("WebDirectoryStore needs a FileSystemDirectoryHandle.");
    this.#root = handle;
  }

  override get identity(): object {
    return this.#root;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    return await this.#guarded("read", key, options, async () => {
      const file = await this.#file(key);
      if (file === undefined) return undefined;
      throwIfAborted(options?.signal);
      const { start, end } = resolveByteRequest(byteRange, file.size);
      return new Uint8Array(await file.slice(start, end).arrayBuffer());
    });
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.prepareSet(key, value, options);
    const copy = new Uint8Array(value);
    await this.#guarded("write", key, options, async () => {
      const { parent, name } = splitKey(key);
      const directory = await this.#directory(parent, true);
      const handle = await directory?.getFileHandle(name, { create: true });
      const stream = await handle?.createWritable();
      if (stream === undefined) throw new TypeError("This browser cannot write files here.");
      try {
        await stream.write(copy);
        throwIfAborted(options?.signal);
      } catch (error) {
        await stream.abort().catch(() => {}); // the first error is the one to report
        throw error;
      }
      await stream.close();
    });
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
    await this.#guarded("delete", key, options, async () => {
      if ((await this.#file(key)) === undefined) return; // a directory is no key
      const { parent, name } = splitKey(key);
      await (await this.#directory(parent, false))?.removeEntry(name);
    });
  }

  override async exists(key: string, options?: AbortOptions): Promise<boolean> {
    await this.prepareGet(key, undefined, options);
    return (await this.#guarded("look up", key, options, () => this.#file(key))) !== undefined;
  }

  override async getSize(key: string, options?: AbortOptions): Promise<number> {
    await this.prepareGet(key, undefined, options);
    const file = await this.#guarded("look up", key, options, () => this.#file(key));
    if (file === undefined) throw missingKeyError(String(this), key);
    return file.size;
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    return this.listPrefix("", options);
  }

  override async *listPrefix(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    validatePrefix(prefix, this);
    await this.prepareList(options);
    const start = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
    const pending = [start];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const below = path === "" ? "" : `${path}/`;
      for await (const [name, kind] of this.#entries(path, options)) {
        const key = below + name;
        if (kind === "file" && key.startsWith(prefix)) yield key;
        if (kind === "directory" && (key.startsWith(prefix) || prefix.startsWith(`${key}/`)))
          pending.push(key);
      }
    }
  }

  override async *listDir(prefix: string, options?: AbortOptions): AsyncIterable<string> {
    const directory = directoryPrefix(prefix, this).slice(0, -1);
    await this.prepareList(options);
    for await (const [name] of this.#entries(directory, options)) yield name;
  }

  override async deleteDir(prefix: string, options?: AbortOptions): Promise<void> {
    const path = directoryPrefix(prefix, this).slice(0, -1);
    await this.prepareWrite(options);
    await this.#guarded("delete", path, options, async () => {
      const { parent, name } = splitKey(path);
      const directory = await this.#directory(parent, false);
      if (path !== "") {
        if ((await this.#directory(path, false)) !== undefined)
          await directory?.removeEntry(name, { recursive: true });
        return;
      }
      const names: string[] = [];
      for await (const child of this.#root.keys()) names.push(child);
      for (const child of names) await this.#root.removeEntry(child, { recursive: true });
    });
  }

  override withReadOnly(readOnly: boolean = false): WebDirectoryStore {
    return new WebDirectoryStore(this.#root, { readOnly });
  }

  override equals(other: unknown): boolean {
    return other instanceof WebDirectoryStore && other.#root === this.#root;
  }

  override toString(): string {
    return `<WebDirectoryStore(${this.#root.name})>`;
  }

  async #file(key: string): Promise<File | undefined> {
    const { parent, name } = splitKey(key);
    try {
      const directory = await this.#directory(parent, false);
      return await (await directory?.getFileHandle(name))?.getFile();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #directory(path: string, create: boolean): Promise<DirectoryHandle | undefined> {
    let directory = this.#root;
    if (path === "") return directory;
    for (const name of path.split("/")) {
      try {
        directory = await directory.getDirectoryHandle(name, { create });
      } catch (error) {
        if (!create && isMissing(error)) return undefined;
        throw error;
      }
    }
    return directory;
  }

  async *#entries(
    path: string,
    options: AbortOptions | undefined,
  ): AsyncGenerator<[name: string, kind: "file" | "directory"], void, undefined> {
    try {
      const directory = await this.#directory(path, false);
      if (directory === undefined) return;
      for await (const [name, handle] of directory.entries()) {
        throwIfAborted(options?.signal);
        yield [name, handle.kind];
      }
    } catch (error) {
      if (!isMissing(error)) throw this.#failed("list", path, options, error);
    }
  }

  async #guarded<T>(
    what: string,
    key: string,
    options: AbortOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failed(what, key, options, error);
    }
  }

  #failed(what: string, key: string, options: AbortOptions | undefined, cause: unknown): unknown {
    if (options?.signal?.aborted === true) return options.signal.reason;
    if (isZarrError(cause)) return cause;
    const message = `Cannot ${what} ${JSON.stringify(key)} in ${String(this)}.`;
    return new StoreError(message, { store: String(this), key, cause });
  }
}

/** Is there nothing of that name, or something of another kind? A name that is not allowed (`TypeError`) cannot be there. */
function isMissing(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  const name = typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
  return name === "NotFoundError" || name === "TypeMismatchError";
}

function splitKey(key: string): { parent: string; name: string } {
  const slash = key.lastIndexOf("/");
  return { parent: key.slice(0, Math.max(0, slash)), name: key.slice(slash + 1) };
}
