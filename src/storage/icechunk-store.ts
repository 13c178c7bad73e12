import type { AbortOptions } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import { resolveByteRequest, sliceBytes } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { addFacts, StoreError, UnsupportedError } from "../base/errors.ts";
import { SharedValue } from "../fs/shared-value.ts";
import { Manifest } from "./icechunk/manifest.ts";
import type { ChunkPlace } from "./icechunk/manifest.ts";
import { isObjectId } from "./icechunk/object-id.ts";
import { findSnapshot } from "./icechunk/repository.ts";
import type { RepositoryRef } from "./icechunk/repository.ts";
import { Snapshot } from "./icechunk/snapshot.ts";
import type { SnapshotNode } from "./icechunk/snapshot.ts";
import { VirtualChunks } from "./icechunk/virtual-chunks.ts";
import type { VirtualChunkAccess } from "./icechunk/virtual-chunks.ts";
import { missingKeyError } from "./missing-key.ts";
import { resolveStore } from "./resolve.ts";
import { directoryPrefix, validatePrefix } from "./store-key.ts";
import { registerStore } from "./store-registry.ts";
import type { FromJsonOptions, StoreJson } from "./store-registry.ts";
import { isStore, Store } from "./store.ts";

/** Options of an `IcechunkStore`. At most one of branch, tag and snapshot is given. */
export interface IcechunkStoreOptions {
  /** Default `"main"`. */
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  /** The id of a snapshot: 20 characters. */
  readonly snapshot?: string | undefined;
  /** Options of the file system of the repository's URL. */
  readonly storageOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Which files outside the repository may be read, by the beginning of their URL. Default: none. */
  readonly virtualChunkAccess?: VirtualChunkAccess | undefined;
  /** How many bytes of manifests are kept in memory. Default 256 MiB. */
  readonly maxManifestBytes?: number | undefined;
}

interface Repository {
  readonly files: Store;
  readonly isOwned: boolean;
  readonly snapshot: Snapshot;
}

type Place =
  | { readonly kind: "metadata"; readonly bytes: Uint8Array }
  | { readonly kind: "chunk"; readonly place: ChunkPlace }
  | undefined;

const METADATA = "zarr.json";

/**
 * A snapshot of an Icechunk repository (format versions 1 and 2), read-only. Opening it reads the
 * repository's file of branches and the snapshot; a chunk costs one read, and the manifest that
 * lists it one more for the first of its chunks. What the store shows does not change while it is
 * open, also when somebody commits to the branch.
 *
 * Chunks may be parts of files outside the repository. They are read only where
 * `virtualChunkAccess` names the beginning of their URL, with the options of its file system.
 *
 * @example
 * ```ts no-run
 * const store = await IcechunkStore.open("s3://bucket/repository", {
 *   branch: "main",
 *   storageOptions: { anon: true },
 *   virtualChunkAccess: { "s3://archive/": { anon: true } },
 * });
 * ```
 */
export class IcechunkStore extends Store {
  readonly #given: string | Store;
  readonly #options: IcechunkStoreOptions;
  readonly #ref: RepositoryRef;
  readonly #virtual: VirtualChunks;
  readonly #manifests = new Map<string, SharedValue<Manifest>>();
  #manifestBytes = 0;
  #repository: Repository | undefined;

  /**
   * @param repository A path or URL, or a store whose root is the repository; the store stays the caller's.
   * @throws TypeError when more than one of branch, tag and snapshot is given, or an option is wrong.
   */
  constructor(repository: string | URL | Store, options: IcechunkStoreOptions = {}) {
    super({ readOnly: true });
    if (!isStore(repository) && typeof repository !== "string" && !(repository instanceof URL))
      throw new TypeError("An IcechunkStore needs the path, URL or store of a repository.");
    this.#given = isStore(repository) ? repository : String(repository);
    this.#options = options;
    this.#ref = readRef(options);
    this.#virtual = new VirtualChunks(options.virtualChunkAccess);
  }

  static {
    registerStore("IcechunkStore", this, (json, options) => IcechunkStore.#revive(json, options));
  }

  override get supportsWrites(): boolean {
    return false;
  }

  override get supportsDeletes(): boolean {
    return false;
  }

  /** As many as its repository's files; before it is open, as many as over a network. */
  override get concurrentReads(): number {
    return this.#repository?.files.concurrentReads ?? 32;
  }

  /** The id of the snapshot that the store shows; `undefined` until it is open. */
  get snapshotId(): string | undefined {
    return this.#repository?.snapshot.id;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options: AbortOptions = {},
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    const found = await this.#find(key, options);
    if (found === undefined) return undefined;
    if (found.kind === "metadata") return sliceBytes(found.bytes, byteRange);
    if (found.place.kind === "inline") return sliceBytes(found.place.bytes, byteRange);
    const { start, end } = resolveByteRequest(byteRange, found.place.length);
    try {
      return await this.#readPart(found.place, start, end, options);
    } catch (error) {
      throwIfAborted(options.signal);
      throw this.#explain(error, key);
    }
  }

  override async exists(key: string, options: AbortOptions = {}): Promise<boolean> {
    await this.prepareGet(key, undefined, options);
    return (await this.#find(key, options)) !== undefined;
  }

  /** As in `Store`; manifests tell the size, so that no chunk is read. */
  override async getSize(key: string, options: AbortOptions = {}): Promise<number> {
    await this.prepareGet(key, undefined, options);
    const found = await this.#find(key, options);
    if (found === undefined) throw missingKeyError(String(this), key);
    if (found.kind === "metadata") return found.bytes.byteLength;
    return found.place.kind === "inline" ? found.place.bytes.byteLength : found.place.length;
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.prepareSet(key, value, options);
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
  }

  override async *list(options?: AbortOptions): AsyncGenerator<string, void, undefined> {
    yield* this.listPrefix("", options);
  }

  override async *listPrefix(
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    validatePrefix(prefix, this);
    await this.prepareList(options);
    for (const node of this.#opened().snapshot.nodes.values()) {
      throwIfAborted(options.signal);
      const metadata = keyOf(node, METADATA);
      if (metadata.startsWith(prefix)) yield metadata;
      const chunks = keyOf(node, "c");
      // A manifest is read only when what it lists can match.
      if (node.manifests === undefined || !(chunks.startsWith(prefix) || prefix.startsWith(chunks))) continue;
      for await (const key of this.#chunkKeys(node, options)) if (key.startsWith(prefix)) yield key;
    }
  }

  override async *listDir(
    prefix: string,
    options: AbortOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    const directory = directoryPrefix(prefix, this);
    await this.prepareList(options);
    const { nodes } = this.#opened().snapshot;
    const seen = new Set<string>();
    for (const path of nodes.keys()) {
      if (path === "" || !path.startsWith(directory)) continue;
      const name = path.slice(directory.length).replace(/\/.*$/s, "");
      if (name !== "") seen.add(name);
    }
    const node = nodes.get(directory.slice(0, -1));
    if (node !== undefined) {
      seen.add(METADATA);
      if (node.manifests !== undefined && node.manifests.length > 0) seen.add("c");
    }
    yield* seen;
    if (node === undefined && seen.size === 0) yield* super.listDir(prefix, options); // among the chunks of an array
  }

  override withReadOnly(readOnly: boolean = false): IcechunkStore {
    if (!readOnly) throw new UnsupportedError(`${String(this)} cannot be written.`, { store: String(this) });
    return new IcechunkStore(this.#given, this.#options);
  }

  override equals(other: unknown): boolean {
    if (!(other instanceof IcechunkStore) || other.constructor !== this.constructor) return false;
    if (JSON.stringify(other.#ref) !== JSON.stringify(this.#ref)) return false;
    return isStore(this.#given) ? this.#given.equals(other.#given) : this.#given === other.#given;
  }

  override toString(): string {
    const { kind } = this.#ref;
    const name = this.#ref.kind === "snapshot" ? this.#ref.id : this.#ref.name;
    return `<IcechunkStore(${this.#printed()}, ${kind}=${name})>`;
  }

  /** @throws UnsupportedError when the repository was given as a store that cannot be carried, or files outside it may be read. */
  override toJSON(): StoreJson {
    if (this.#options.virtualChunkAccess !== undefined || (!isStore(this.#given) && /[?@]/.test(this.#given)))
      throw new UnsupportedError(`${String(this)} cannot be carried as JSON.`, { store: String(this) });
    const repository = isStore(this.#given) ? this.#given.toJSON() : this.#given;
    return this.jsonOf({ repository, ref: { ...this.#ref } });
  }

  protected override async onOpen(): Promise<void> {
    const { files, isOwned } = await this.#openFiles();
    try {
      const id = await findSnapshot(files, this.#ref, {});
      this.#repository = { files, isOwned, snapshot: await Snapshot.read(files, id, {}) };
    } catch (error) {
      if (isOwned) await files.close();
      throw addFacts(error, { store: String(this) });
    }
  }

  protected override async onClose(): Promise<void> {
    const repository = this.#repository;
    this.#repository = undefined;
    this.#manifests.clear();
    this.#manifestBytes = 0;
    if (repository?.isOwned === true) await repository.files.close();
  }

  async #openFiles(): Promise<{ readonly files: Store; readonly isOwned: boolean }> {
    if (isStore(this.#given)) return { files: this.#given, isOwned: false };
    const { storageOptions } = this.#options;
    const { storePath, owned } = await resolveStore(this.#given, { mode: "r", storageOptions });
    return { files: storePath.store, isOwned: owned };
  }

  async #find(key: string, options: AbortOptions): Promise<Place> {
    const { nodes } = this.#opened().snapshot;
    if (key === METADATA || key.endsWith(`/${METADATA}`)) {
      const node = nodes.get(key.slice(0, -METADATA.length - 1));
      return node === undefined ? undefined : { kind: "metadata", bytes: node.metadata };
    }
    const chunk = parseChunkKey(key);
    const node = chunk === undefined ? undefined : nodes.get(chunk.path);
    if (chunk === undefined || node?.manifests === undefined) return undefined;
    for (const { id, extents } of node.manifests) {
      if (!covers(extents, chunk.index)) continue;
      const place = (await this.#manifest(id, options)).find(node.id, chunk.index);
      if (place !== undefined) return { kind: "chunk", place };
    }
    return undefined;
  }

  async #readPart(
    place: Exclude<ChunkPlace, { kind: "inline" }>,
    start: number,
    end: number,
    options: AbortOptions,
  ): Promise<Uint8Array> {
    if (start === end) return new Uint8Array(0);
    const range = { start: place.offset + start, end: place.offset + end };
    const bytes =
      place.kind === "virtual"
        ? await this.#virtual.read(place, start, end, options)
        : await this.#opened().files.get(`chunks/${place.id}`, range, options);
    if (bytes === undefined)
      throw new StoreError(`The Icechunk file chunks/${(place as { id: string }).id} is not there.`);
    if (bytes.byteLength === end - start) return bytes;
    throw new StoreError(
      `A chunk of ${place.length} bytes is cut off: ${bytes.byteLength} of ${end - start} bytes are there.`,
      {
        expected: end - start,
        actual: bytes.byteLength,
      },
    );
  }

  async *#chunkKeys(node: SnapshotNode, options: AbortOptions): AsyncGenerator<string, void, undefined> {
    for (const { id, extents } of node.manifests ?? []) {
      const manifest = await this.#manifest(id, options);
      for (const index of manifest.indexes(node.id)) {
        throwIfAborted(options.signal);
        if (covers(extents, index)) yield keyOf(node, ["c", ...index].join("/"));
      }
    }
  }

  async #manifest(id: string, options: AbortOptions): Promise<Manifest> {
    const { files } = this.#opened();
    let shared = this.#manifests.get(id);
    if (shared === undefined) {
      shared = new SharedValue(async (signal) => {
        const manifest = await Manifest.read(files, id, { signal });
        this.#keep(manifest.size);
        return manifest;
      });
    } else this.#manifests.delete(id);
    this.#manifests.set(id, shared); // the most recently used is last
    return shared.get(options.signal);
  }

  /** Makes room for a manifest that has been read: all others go when they are too many together. */
  #keep(size: number): void {
    const limit = this.#options.maxManifestBytes ?? 2 ** 28;
    this.#manifestBytes += size;
    if (this.#manifestBytes <= limit) return;
    const latest = [...this.#manifests].at(-1);
    this.#manifests.clear();
    this.#manifestBytes = size;
    if (latest !== undefined) this.#manifests.set(...latest);
  }

  #opened(): Repository {
    if (this.#repository === undefined)
      throw new StoreError(`${String(this)} was closed while it was read.`, { store: String(this) });
    return this.#repository;
  }

  #printed(): string {
    return isStore(this.#given)
      ? String(this.#given)
      : this.#given.replace(/\?.*$/s, "").replace(/\/\/[^/@]*@/, "//");
  }

  #explain(error: unknown, key: string): unknown {
    const facts = { store: String(this), key };
    if (error instanceof StoreError || error instanceof UnsupportedError) {
      // "Not there" is for a file of the repository, not for the key.
      if (error.constructor === StoreError || error instanceof UnsupportedError)
        return addFacts(error, facts);
      return new StoreError(`The chunk ${key} cannot be read: ${error.message}`, { ...facts, cause: error });
    }
    return error;
  }

  static #revive(json: StoreJson, { storageOptions }: FromJsonOptions): IcechunkStore {
    const { repository, ref } = json;
    const { kind, name, id } =
      typeof ref === "object" && ref !== null && !Array.isArray(ref)
        ? { name: undefined, id: undefined, kind: undefined, ...ref }
        : { kind: undefined, name: undefined, id: undefined };
    const value = kind === "snapshot" ? id : name;
    if (
      typeof kind !== "string" ||
      !["branch", "tag", "snapshot"].includes(kind) ||
      typeof value !== "string"
    )
      throw new TypeError("The JSON of an IcechunkStore has a branch, tag or snapshot.");
    const given =
      typeof repository === "string" ? repository : Store.fromJSON(repository, { storageOptions });
    return new IcechunkStore(given, { [kind]: value, storageOptions });
  }
}

function readRef({ branch, tag, snapshot }: IcechunkStoreOptions): RepositoryRef {
  const given = [branch, tag, snapshot].filter((name) => name !== undefined);
  if (given.length > 1) throw new TypeError("An IcechunkStore takes one of branch, tag and snapshot.");
  if (given.some((name) => typeof name !== "string"))
    throw new TypeError("The branch, tag or snapshot of an IcechunkStore must be a string.");
  if (tag !== undefined) return { kind: "tag", name: tag };
  if (snapshot === undefined) return { kind: "branch", name: branch ?? "main" };
  if (!isObjectId(snapshot))
    throw new TypeError(
      `The id of a snapshot has 20 characters in base 32, got ${JSON.stringify(snapshot)}.`,
    );
  return { kind: "snapshot", id: snapshot };
}

function keyOf(node: SnapshotNode, name: string): string {
  return node.path === "" ? name : `${node.path}/${name}`;
}

/** `a/b/c/0/1` is chunk 0, 1 of the array `a/b`; `a/b/c` is the chunk of one without axes. */
function parseChunkKey(key: string): { readonly path: string; readonly index: number[] } | undefined {
  const match = /^(?:(.*)\/)?c((?:\/(?:0|[1-9]\d{0,9}))*)$/s.exec(key);
  if (match === null) return undefined;
  const index = match[2] === "" ? [] : match[2]!.slice(1).split("/").map(Number);
  return { path: match[1] ?? "", index };
}

function covers(extents: readonly number[], index: readonly number[]): boolean {
  return (
    extents.length === 2 * index.length &&
    index.every((position, axis) => position >= extents[2 * axis]! && position < extents[2 * axis + 1]!)
  );
}
