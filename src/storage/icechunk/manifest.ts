/**
 * A manifest of an Icechunk repository: where the chunks of arrays are.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";
import { decodeZstdValue } from "../../kernels/zstd-value.ts";
import { ZstdDictionary } from "../../kernels/zstd-dictionary.ts";
import type { Store } from "../store.ts";
import type { FlatTable, FlatVector } from "./flatbuffer.ts";
import { explained, readMetadataFile } from "./metadata-file.ts";
import { encodeObjectId } from "./object-id.ts";

/** Where a chunk is: in the manifest, in a file of the repository, or in a file elsewhere. */
export type ChunkPlace =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | { readonly kind: "native"; readonly id: string; readonly offset: number; readonly length: number }
  | {
      readonly kind: "virtual";
      readonly location: string;
      readonly offset: number;
      readonly length: number;
      readonly etag: string | undefined;
      /** Seconds since 1970; 0 when it is not recorded. */
      readonly lastModified: number;
    };

const MANIFEST = { id: 0, arrays: 1, dictionary: 2 };
const ARRAY = { nodeId: 0, refs: 1 };
const CHUNK = {
  index: 0,
  inline: 1,
  offset: 2,
  length: 3,
  id: 4,
  location: 5,
  etag: 6,
  lastModified: 7,
  compressedLocation: 8,
};
const MAX_LOCATION = 1024;
const MAX_AXES = 256;

/** One manifest. Chunks are looked up in the file's bytes, as they are. */
export class Manifest {
  /** Bytes that it holds in memory. */
  readonly size: number;
  readonly #store: Store;
  readonly #key: string;
  readonly #root: FlatTable;
  #dictionary: ZstdDictionary | undefined;

  private constructor(store: Store, key: string, root: FlatTable, size: number) {
    this.#store = store;
    this.#key = key;
    this.#root = root;
    this.size = size;
  }

  /** @throws StoreError when it is not there, or damaged. */
  static async read(store: Store, id: string, options: AbortOptions): Promise<Manifest> {
    const key = `manifests/${id}`;
    const file = await readMetadataFile(store, key, "manifest", options);
    if (file === undefined)
      throw new StoreError(`The Icechunk manifest ${id} is not there.`, { store: String(store), key });
    explained(store, key, () => {
      const own = file.root.struct(MANIFEST.id, 12);
      if (own === undefined || encodeObjectId(own) !== id) throw new StoreError("It is another manifest.");
    });
    return new Manifest(store, key, file.root, file.size);
  }

  /** Where a chunk of an array is; `undefined` when there is none at that index. */
  find(nodeId: Uint8Array, index: readonly number[]): ChunkPlace | undefined {
    return explained(this.#store, this.#key, () => {
      const refs = this.#refsOf(nodeId);
      if (refs === undefined) return undefined;
      const found = search(refs, (ref) => compareIndex(ref.uint32s(CHUNK.index), index));
      return found === undefined ? undefined : this.#placeOf(found);
    });
  }

  /** The indexes of all chunks of an array. */
  *indexes(nodeId: Uint8Array): Generator<number[], void, undefined> {
    const refs = explained(this.#store, this.#key, () => this.#refsOf(nodeId));
    for (let at = 0; at < (refs?.length ?? 0); at++)
      yield explained(this.#store, this.#key, () => {
        const numbers = refs!.at(at).uint32s(CHUNK.index);
        if (numbers.length > MAX_AXES)
          throw new StoreError(`A chunk has an index of ${numbers.length} axes.`);
        return Array.from({ length: numbers.length }, (_, axis) => numbers.at(axis));
      });
  }

  #refsOf(nodeId: Uint8Array): FlatVector<FlatTable> | undefined {
    const arrays = this.#root.tables(MANIFEST.arrays);
    const found = search(arrays, (array) => {
      const own = array.struct(ARRAY.nodeId, 8);
      if (own === undefined) throw new StoreError("It has an array without an id.");
      return compareBytes(own, nodeId);
    });
    return found?.tables(ARRAY.refs);
  }

  #placeOf(ref: FlatTable): ChunkPlace {
    const id = ref.struct(CHUNK.id, 12);
    const offset = ref.uint64(CHUNK.offset);
    const length = ref.uint64(CHUNK.length);
    if (!Number.isSafeInteger(offset + length)) throw new StoreError("A chunk ends beyond 2^53.");
    if (id !== undefined) return { kind: "native", id: encodeObjectId(id), offset, length };
    const location = this.#locationOf(ref);
    if (location !== undefined) {
      const lastModified = ref.uint32(CHUNK.lastModified);
      return { kind: "virtual", location, offset, length, etag: ref.string(CHUNK.etag), lastModified };
    }
    const bytes = ref.bytes(CHUNK.inline);
    if (bytes === undefined) throw new StoreError("A chunk has neither data nor a place.");
    return { kind: "inline", bytes };
  }

  #locationOf(ref: FlatTable): string | undefined {
    const compressed = ref.bytes(CHUNK.compressedLocation);
    if (compressed === undefined) return ref.string(CHUNK.location);
    const dictionary = this.#root.bytes(MANIFEST.dictionary);
    if (dictionary === undefined) throw new StoreError("It lacks the dictionary of its locations.");
    this.#dictionary ??= new ZstdDictionary(dictionary);
    const bytes = decodeZstdValue(compressed, MAX_LOCATION, this.#dictionary);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  }
}

/** Looks for an item in a sorted vector; `compare` tells how an item compares to what is sought. */
function search<T>(items: FlatVector<T>, compare: (item: T) => number): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const item = items.at(middle);
    const order = compare(item);
    if (order === 0) return item;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

function compareIndex(own: FlatVector<number>, sought: readonly number[]): number {
  const common = Math.min(own.length, sought.length);
  for (let axis = 0; axis < common; axis++) {
    const difference = own.at(axis) - sought[axis]!;
    if (difference !== 0) return difference;
  }
  return own.length - sought.length;
}

function compareBytes(own: Uint8Array, sought: Uint8Array): number {
  for (let index = 0; index < own.length; index++) {
    const difference = own[index]! - (sought[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
