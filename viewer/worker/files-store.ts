/**
 * A folder that was dropped where browsers give no handle of it.
 *
 * @module
 */
import type { AbortOptions, ByteRequest } from "zarrkit/storage";
import { resolveByteRequest, Store } from "zarrkit/storage";

/** Files by key, read-only. */
export class FilesStore extends Store {
  readonly #files: ReadonlyMap<string, File>;

  constructor(files: ReadonlyMap<string, File>) {
    super({ readOnly: true });
    this.#files = files;
  }

  override get supportsWrites(): boolean {
    return false;
  }
  override get supportsDeletes(): boolean {
    return false;
  }
  override get supportsListing(): boolean {
    return true;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options?: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    options?.signal?.throwIfAborted();
    const file = this.#files.get(key);
    if (file === undefined) return undefined;
    const { start, end } = resolveByteRequest(byteRange ?? undefined, file.size);
    return new Uint8Array(await file.slice(start, end).arrayBuffer());
  }

  override async getSize(key: string, options?: AbortOptions): Promise<number> {
    return this.#files.get(key)?.size ?? (await super.getSize(key, options));
  }

  override exists(key: string): Promise<boolean> {
    return Promise.resolve(this.#files.has(key));
  }

  override set(): Promise<void> {
    return Promise.reject(new TypeError("A dropped folder is not written to."));
  }
  override delete(): Promise<void> {
    return Promise.reject(new TypeError("A dropped folder is not written to."));
  }

  override async *list(): AsyncGenerator<string, void, undefined> {
    yield* this.#files.keys();
  }

  override async *listPrefix(prefix: string): AsyncGenerator<string, void, undefined> {
    for (const key of this.#files.keys()) if (key.startsWith(prefix)) yield key;
  }

  override async *listDir(path: string): AsyncGenerator<string, void, undefined> {
    const prefix = path === "" ? "" : `${path.replace(/\/$/, "")}/`;
    const names = new Set<string>();
    for (const key of this.#files.keys())
      if (key.startsWith(prefix)) names.add(key.slice(prefix.length).split("/")[0] ?? "");
    yield* names;
  }

  override toString(): string {
    return `<FilesStore of ${this.#files.size} files>`;
  }
}
