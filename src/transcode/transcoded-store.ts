/**
 * A node and all below it as another hierarchy: v3, with plain chunks.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { SharedWork, throwIfAborted } from "../base/async.ts";
import { sliceBytes } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import {
  MetadataValidationError,
  MissingDependencyError,
  UnknownCodecError,
  UnknownDataTypeError,
  UnsupportedError,
} from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { encodeJson } from "../base/json-write.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { ZarrGroup } from "../array/zarr-group.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { buildConsolidatedV3 } from "../metadata/consolidated.ts";
import type { NodeDocuments } from "../metadata/consolidated.ts";
import type { GroupMetadataV3 } from "../metadata/v3-group.ts";
import { serializeGroupV3 } from "../metadata/v3-group.ts";
import { missingKeyError } from "../storage/missing-key.ts";
import { Store } from "../storage/store.ts";
import { directoryPrefix, validatePrefix } from "../storage/store-key.ts";
import { ByteLru } from "./byte-lru.ts";
import { NodeCache } from "./node-cache.ts";
import type { PlainNode } from "./node-cache.ts";
import { PlainArray } from "./plain-array.ts";
import type { PlainTypes } from "./plain-type.ts";

/** How a node is presented. */
export interface TranscodeOptions {
  /** Which data types arrays are presented with; see there. Default `"own"`. */
  readonly dataTypes?: PlainTypes | undefined;
  /** How many bytes of decoded chunks are kept. Default 128 MiB; 0 keeps none. */
  readonly cacheBytes?: number | undefined;
  /**
   * For how long a decoded chunk, and the metadata that it was decoded by, are used before they are read again.
   * Default: for ever, which suits data that nobody writes. Reading a metadata document always reads it anew.
   */
  readonly maxAgeSeconds?: number | undefined;
}

const DEFAULT_CACHE_BYTES = 128 * 2 ** 20;
const INDEX = /^(?:0|[1-9]\d{0,15})$/;

/**
 * A read-only store whose values are made on request: for each node a v3 `zarr.json` that names no codec but `bytes`
 * (for text `vlen-utf8`), and for each array its inner chunks, decoded, in little-endian C order, by the keys `c/0/1`.
 * v2 and v3 arrays, shards, and rectilinear grids all look alike. A chunk of nothing but fill value is missing.
 */
export class TranscodedStore extends Store {
  readonly #root: ZarrNode;
  readonly #nodes: NodeCache;
  readonly #chunks: ByteLru<Uint8Array | undefined>;
  readonly #decoding = new Map<string, SharedWork<Uint8Array | undefined>>();
  readonly #ids = new WeakMap<PlainArray, number>();
  #lastId = 0;

  constructor(root: ZarrNode, options: TranscodeOptions = {}) {
    super({ readOnly: true });
    if (!(root instanceof ZarrArray) && !(root instanceof ZarrGroup))
      throw new TypeError("Only an array or a group can be transcoded.");
    const { dataTypes = "own", cacheBytes = DEFAULT_CACHE_BYTES, maxAgeSeconds = Infinity } = options;
    if (dataTypes !== "own" && dataTypes !== "core")
      throw new TypeError(`dataTypes is "own" or "core", not ${JSON.stringify(dataTypes)}.`);
    if (!(cacheBytes >= 0)) throw new RangeError(`cacheBytes is at least 0, not ${String(cacheBytes)}.`);
    if (!(maxAgeSeconds >= 0))
      throw new RangeError(`maxAgeSeconds is at least 0, not ${String(maxAgeSeconds)}.`);
    this.#root = root;
    this.#nodes = new NodeCache(root, dataTypes, maxAgeSeconds * 1000);
    this.#chunks = new ByteLru(cacheBytes, maxAgeSeconds * 1000);
  }

  override get supportsWrites(): boolean {
    return false;
  }
  override get supportsDeletes(): boolean {
    return false;
  }
  override get supportsListing(): boolean {
    return this.#root.store.supportsListing || (this.#root instanceof ZarrGroup && this.#root.isConsolidated);
  }

  /** Bytes of decoded chunks that are kept at the moment. */
  get cachedBytes(): number {
    return this.#chunks.bytes;
  }

  override async get(
    key: string,
    byteRange?: ByteRequest | null,
    options: AbortOptions = {},
  ): Promise<Uint8Array | undefined> {
    await this.prepareGet(key, byteRange, options);
    const place = placeOf(key);
    if (place === undefined) return undefined;
    const value =
      place.kind === "document"
        ? await this.#document(place.path, options)
        : await this.#chunk(place.path, place.chunkIndex, options);
    throwIfAborted(options.signal);
    return value === undefined ? undefined : sliceBytes(value, byteRange);
  }

  override async set(key: string, value: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.prepareSet(key, value, options);
  }

  override async delete(key: string, options?: AbortOptions): Promise<void> {
    await this.prepareDelete(key, options);
  }

  override async getSize(key: string, options?: AbortOptions): Promise<number> {
    const value = await this.get(key, undefined, options);
    if (value === undefined) throw missingKeyError(String(this), key);
    return value.byteLength;
  }

  override list(options?: AbortOptions): AsyncIterable<string> {
    return this.listPrefix("", options);
  }

  /** Decodes each chunk to tell whether it is there: slow. Members of a group are found as `members()` finds them. */
  override async *listPrefix(prefix: string, options: AbortOptions = {}): AsyncIterable<string> {
    validatePrefix(prefix, this);
    await this.prepareList(options);
    const root = await this.#nodes.find("", false, options);
    if (root === undefined) return;
    yield* this.#keysOf("", root, prefix, options);
    if (!(root instanceof ZarrGroup)) return;
    for await (const path of root.keys({ maxDepth: null, signal: options.signal })) {
      if (!`${path}/`.startsWith(prefix) && !prefix.startsWith(`${path}/`)) continue;
      const node = await this.#nodes.find(path, false, options);
      if (node !== undefined) yield* this.#keysOf(`${path}/`, node, prefix, options);
    }
  }

  /** Says of chunks where they may be, without decoding them. */
  override async *listDir(prefix: string, options: AbortOptions = {}): AsyncIterable<string> {
    const directory = directoryPrefix(prefix, this).slice(0, -1);
    await this.prepareList(options);
    const node = await this.#nodes.find(directory, false, options);
    if (node !== undefined) {
      yield "zarr.json";
      if (node instanceof ZarrGroup) yield* node.keys({ signal: options.signal });
      else if (node.gridShape.every((count) => count > 0)) yield "c";
      return;
    }
    const place = placeOf(directory);
    if (place?.kind !== "chunk") return;
    const array = await this.#nodes.find(place.path, false, options);
    if (!(array instanceof PlainArray)) return;
    const { gridShape } = array;
    const depth = place.chunkIndex.length;
    if (depth >= gridShape.length || place.chunkIndex.some((cell, axis) => cell >= gridShape[axis]!)) return;
    for (let cell = 0; cell < gridShape[depth]!; cell++) yield String(cell);
  }

  /** Is this the key of a chunk of some array, stored or not? Nothing is decoded. */
  async isChunkKey(key: string, options: AbortOptions = {}): Promise<boolean> {
    const place = placeOf(key);
    if (place?.kind !== "chunk") return false;
    const node = await this.#nodes.find(place.path, false, options);
    return node instanceof PlainArray && node.has(place.chunkIndex);
  }

  override equals(other: unknown): boolean {
    return this === other || (other instanceof TranscodedStore && other.#root.equals(this.#root));
  }

  override toString(): string {
    return `<TranscodedStore(${String(this.#root.storePath)})>`;
  }

  async *#keysOf(
    base: string,
    node: PlainNode,
    prefix: string,
    options: AbortOptions,
  ): AsyncGenerator<string> {
    if (`${base}zarr.json`.startsWith(prefix)) yield `${base}zarr.json`;
    if (!(node instanceof PlainArray)) return;
    for (const chunkIndex of indicesOf(node.gridShape)) {
      const key = `${base}${["c", ...chunkIndex].join("/")}`;
      if (key.startsWith(prefix) && (await this.get(key, undefined, options)) !== undefined) yield key;
    }
  }

  async #document(path: string, options: AbortOptions): Promise<Uint8Array | undefined> {
    const node = await this.#nodes.find(path, true, options);
    if (node === undefined) return undefined;
    const json = node instanceof PlainArray ? node.document : await groupDocument(node, this.#nodes, options);
    return encodeJson(json, { indent: 2 });
  }

  async #chunk(
    path: string,
    chunkIndex: readonly number[],
    options: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    let array = await this.#nodes.find(path, false, options);
    // An array that has grown since has more chunks.
    if (!(array instanceof PlainArray) || !array.has(chunkIndex))
      array = await this.#nodes.find(path, true, options);
    if (!(array instanceof PlainArray) || !array.has(chunkIndex)) return undefined;
    return await this.#decoded(array, chunkIndex, options.signal);
  }

  /** Callers that want a chunk at the same time share its decoding. */
  #decoded(
    array: PlainArray,
    chunkIndex: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    const id = `${this.#idOf(array)}:${chunkIndex.join()}`;
    const kept = this.#chunks.get(id);
    if (kept !== undefined) return Promise.resolve(kept.value);
    const under = this.#decoding.get(id);
    if (under !== undefined && !under.cancelled) return under.join(signal);
    const work = new SharedWork(async (shared) => {
      try {
        const bytes = await array.chunk(chunkIndex, { signal: shared });
        this.#chunks.set(id, bytes, (bytes?.byteLength ?? 0) + ENTRY_BYTES);
        return bytes;
      } finally {
        if (this.#decoding.get(id) === work) this.#decoding.delete(id);
      }
    });
    this.#decoding.set(id, work);
    return work.join(signal);
  }

  #idOf(array: PlainArray): number {
    let id = this.#ids.get(array);
    if (id === undefined) this.#ids.set(array, (id = ++this.#lastId));
    return id;
  }
}

/** What an entry costs besides its bytes: chunks that are known to be missing take room, too. */
const ENTRY_BYTES = 128;

type Place =
  | { readonly kind: "document"; readonly path: string }
  | { readonly kind: "chunk"; readonly path: string; readonly chunkIndex: readonly number[] };

/** What a key names: a document, or a chunk by its canonical indices. */
function placeOf(key: string): Place | undefined {
  const segments = key.split("/");
  let at = segments.length - 1;
  if (segments[at] === "zarr.json") return { kind: "document", path: segments.slice(0, at).join("/") };
  while (at >= 0 && INDEX.test(segments[at]!)) at--;
  if (at < 0 || segments[at] !== "c") return undefined;
  const chunkIndex = segments.slice(at + 1).map(Number);
  if (!chunkIndex.every(Number.isSafeInteger)) return undefined;
  return { kind: "chunk", path: segments.slice(0, at).join("/"), chunkIndex };
}

/** A group's document; where it has consolidated metadata, that of the nodes as they are presented. */
async function groupDocument(group: ZarrGroup, nodes: NodeCache, options: AbortOptions): Promise<JsonObject> {
  const consolidated = group.isConsolidated ? await consolidatedOf(group, nodes, options) : undefined;
  return serializeGroupV3({ ...plainGroup(group), consolidated });
}

async function consolidatedOf(
  group: ZarrGroup,
  nodes: NodeCache,
  options: AbortOptions,
): Promise<JsonObject | undefined> {
  const documents = new Map<string, NodeDocuments>();
  try {
    for await (const [path, node] of group.members({ maxDepth: null, signal: options.signal })) {
      if (node instanceof ZarrArray) {
        const { document } = await nodes.present(node);
        documents.set(path, { kind: "array", zarrFormat: 3, document });
      } else {
        const document = serializeGroupV3({ ...plainGroup(node), consolidated: undefined });
        documents.set(path, { kind: "group", zarrFormat: 3, document });
      }
    }
  } catch (error) {
    // With a member that cannot be presented there is no whole picture: readers then look at the nodes one by one.
    if (UNPRESENTABLE.some((type) => error instanceof type)) return undefined;
    throw error;
  }
  return buildConsolidatedV3(documents);
}

const UNPRESENTABLE = [
  UnsupportedError,
  UnknownCodecError,
  UnknownDataTypeError,
  MetadataValidationError,
  MissingDependencyError,
] as const;

function plainGroup({ metadata }: ZarrGroup): GroupMetadataV3 {
  return { zarrFormat: 3, attributes: metadata.attributes, consolidated: undefined, extra: {} };
}

/** All indices of a grid, in C order. */
function* indicesOf(shape: readonly number[]): Generator<number[]> {
  if (shape.includes(0)) return;
  const index = shape.map(() => 0);
  for (;;) {
    yield [...index];
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
