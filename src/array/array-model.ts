/**
 * What an array is to the engines, whichever format its metadata has.
 *
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import type { BoundChain, CodecChain } from "../codecs/chain.ts";
import { bindChain } from "../codecs/chain.ts";
import { fillElementOf } from "../codecs/fill-element.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { ChunkGrid, ChunkKeyEncoding } from "../grids/grid.ts";
import type { ArrayMetadataV2 } from "../metadata/v2-array.ts";
import type { ArrayMetadataV3 } from "../metadata/v3-array.ts";
import type { ChunkCache } from "./chunk-cache.ts";

/** An array's metadata, interpreted. */
export interface ArrayModel {
  readonly zarrFormat: 2 | 3;
  /** The document as it was read or is written; its `shape` is that of `grid`. */
  readonly document: ArrayMetadataV2 | ArrayMetadataV3;
  readonly shape: readonly number[];
  readonly dataType: DataType;
  /** `undefined` only for v2's `null`: missing chunks then read as the type's default and are never left out of a write. */
  readonly fillValue: unknown;
  /** The fill value in memory form, where elements have a fixed size. */
  readonly fillBytes: Uint8Array | undefined;
  readonly grid: ChunkGrid;
  readonly chunkKeys: ChunkKeyEncoding;
  readonly chain: CodecChain;
  readonly dimensionNames: readonly (string | null)[] | undefined;
  readonly attributes: JsonObject;
  /** Memory layout of v2 chunks; `C` in v3. */
  readonly order: "C" | "F";
  /** What the user should know of how the document was read: one sentence each. */
  readonly warnings: readonly string[];
  /**
   * The document that must be stored before a chunk is: the stored one is invalid and was read as this one, and a reader
   * of it would look elsewhere for chunks.
   */
  readonly repaired: ArrayMetadataV2 | ArrayMetadataV3 | undefined;
}

/** The chain of a model bound to chunk shapes, each once; and one element of its fill value. */
export class BoundModel {
  readonly model: ArrayModel;
  /** One element of fill value: bytes in memory form, or the value. */
  readonly fill: unknown;
  readonly #fillValue: unknown;
  readonly #chains = new Map<string, BoundChain>();
  #regular: BoundChain | undefined;

  /** Where decoded chunks are kept, if the array's configuration has a place for them. */
  readonly chunkCache: ChunkCache | undefined;

  constructor(model: ArrayModel, chunkCache?: ChunkCache) {
    this.model = model;
    this.chunkCache = chunkCache;
    this.#fillValue = model.fillValue ?? model.dataType.defaultFillValue;
    const { dataType, fillBytes } = model;
    this.fill = fillElementOf({ shape: [], dataType, fillValue: this.#fillValue, fillBytes });
  }

  /** The chain for one chunk; chunks of one shape share it. */
  chainAt(chunkIndex: readonly number[]): BoundChain {
    const { chunkShape } = this.model.grid;
    if (chunkShape !== undefined) return (this.#regular ??= this.chainFor(chunkShape));
    return this.chainFor(this.model.grid.chunkShapeAt(chunkIndex));
  }

  /** The chain for chunks of a shape. */
  chainFor(shape: readonly number[]): BoundChain {
    const key = shape.join();
    let bound = this.#chains.get(key);
    if (bound === undefined) {
      const { dataType, chain, fillBytes } = this.model;
      bound = bindChain(chain, { shape, dataType, fillValue: this.#fillValue, fillBytes });
      this.#chains.set(key, bound);
    }
    return bound;
  }
}
