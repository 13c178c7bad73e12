/**
 * What a codec is: parsed once from metadata, bound once to a chunk's shape, data type
 * and fill value, then run for many chunks without further decisions.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import type { ByteSource } from "../base/byte-source.ts";
import type { OpenValue } from "../base/open-value.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";

/** A chunk as one codec sees it: the representation before it encodes, after it decodes. */
export interface ChunkSpec {
  readonly shape: readonly number[];
  readonly dataType: DataType;
  /** A scalar of `dataType`. */
  readonly fillValue: unknown;
  /** Its bytes in memory form where a scalar cannot carry them all (the payload of a NaN). */
  readonly fillBytes?: Uint8Array | undefined;
}

/** A codec that maps arrays to arrays, bound. */
export interface BoundArrayArrayCodec {
  readonly kind: "array-array";
  readonly name: string;
  /** The representation of the encoded side. */
  readonly encoded: ChunkSpec;
  /** Does `decode` never return a promise, and keep nothing of its input but in its result? */
  readonly synchronous?: true | undefined;
  /** The same of `encode`. */
  readonly encodesSynchronously?: true | undefined;
  encode(block: Block): Awaitable<Block>;
  /** The result may alias its input (a transpose only permutes strides). */
  decode(block: Block): Awaitable<Block>;
  /** Where it only rearranges elements: the part of the encoded array that holds a part of the decoded one, and the result seen through the same rearrangement. */
  project?(part: ChunkPart, target: Block): { part: ChunkPart; target: Block };
}

/** A codec that maps an array to bytes, bound. */
export interface BoundArrayBytesCodec {
  readonly kind: "array-bytes";
  readonly name: string;
  /** Exact number of bytes of an encoded chunk, where it is the same for all. */
  readonly encodedSize: number | undefined;
  /** Upper bound of the bytes of an encoded chunk; `undefined` where only the data tells. */
  readonly maxEncodedSize: number | undefined;
  /** Does `decode` never return a promise, and keep nothing of its input but in its result? */
  readonly synchronous?: true | undefined;
  /** The same of `encode`. */
  readonly encodesSynchronously?: true | undefined;
  /**
   * `options` matter to codecs that store cells of their own (shards).
   *
   * @param transient As for codecs from bytes to bytes.
   */
  encode(block: Block, options?: EncodeOptions, transient?: boolean): Awaitable<Uint8Array>;
  /**
   * The result may alias `bytes`. Throws CodecError when the length is not what the spec says.
   *
   * @param transient As for codecs from bytes to bytes.
   */
  decode(bytes: Uint8Array, transient?: boolean): Awaitable<Block>;
  /** Reading and writing a part of a chunk without the rest. */
  readonly partial?: PartialCodec | undefined;
  /**
   * Decodes some whole elements that lie one after another, where any of them can be had alone: from their stored bytes
   * to memory form, of the same length. The result may alias `bytes`, and lie in the kernels' memory.
   */
  decodeRun?(bytes: Uint8Array): Uint8Array;
  /** Are stored bytes the memory form, so that `decodeRun` gives back what it is given? */
  readonly keepsRuns?: boolean | undefined;
}

/** What an array-to-bytes codec can do with a part of a chunk. */
export interface PartialCodec {
  /** Shape of the cells that are read and written as a whole (a shard's inner chunks); `undefined` where any byte can be had alone. */
  readonly innerChunkShape: readonly number[] | undefined;
  /** Reads only what `part` needs and writes it into `target`; false when the source has no value (nothing was written). */
  decodePart(source: ByteSource, part: ChunkPart, target: Block, options: AbortOptions): Awaitable<boolean>;
  /**
   * Merges `part` of `value` into the stored bytes and returns the new ones, or `undefined` when all that is left is fill value.
   * `existing` is what is stored, if anything. Absent where a part cannot be written without decoding everything.
   */
  encodePart?(
    existing: Uint8Array | undefined,
    part: ChunkPart,
    value: Block,
    options: EncodeOptions,
  ): Promise<Uint8Array | undefined>;
}

/** How chunks are written. */
export interface EncodeOptions extends AbortOptions {
  /** Store chunks (and inner chunks) that hold only the fill value. Default: they are left out. */
  readonly writeEmptyChunks: boolean;
}

/** A codec that maps bytes to bytes, bound. */
export interface BoundBytesBytesCodec {
  readonly kind: "bytes-bytes";
  readonly name: string;
  /** Exact encoded size of `decodedSize` bytes where it is known (checksums: +4). */
  encodedSize(decodedSize: number): number | undefined;
  /** Upper bound of the encoded size of `decodedSize` bytes. */
  maxEncodedSize(decodedSize: number): number;
  /** Does `decode` never return a promise, and keep nothing of its input but in its result? */
  readonly synchronous?: true | undefined;
  /** The same of `encode`. */
  readonly encodesSynchronously?: true | undefined;
  /** @param transient As for `decode`. */
  encode(bytes: Uint8Array, transient?: boolean): Awaitable<Uint8Array>;
  /**
   * Never returns or allocates more than the limit says; throws CodecError when the data would.
   * The result may alias `bytes`.
   *
   * @param transient May the result lie in the memory of the kernels, valid until the next kernel call that makes
   * output on this thread? Default: no. Only chains whose every step is `synchronous` ask for it.
   */
  decode(bytes: Uint8Array, limit: DecodeLimit, transient?: boolean): Awaitable<Uint8Array>;
  /**
   * The decoded value, which has `size` bytes, as a source of its own: parts of it cost a read of what says where they
   * are, and of little else. Absent where only all can be decoded.
   */
  decodedSource?(source: ByteSource, size: number): ByteSource;
  /** The same of a value that is held open, without promises. */
  openDecoded?(value: OpenValue, size: number): OpenValue;
}

/** How many bytes a decoded value may have. */
export interface DecodeLimit {
  /** Exact size, where the metadata tells. */
  readonly exact: number | undefined;
  /** The most it may be. */
  readonly max: number;
}

export type BoundCodec = BoundArrayArrayCodec | BoundArrayBytesCodec | BoundBytesBytesCodec;

/** A codec as configured in metadata, not yet bound. */
export interface Codec {
  readonly kind: BoundCodec["kind"];
  /** Registered name: `gzip`, `numcodecs.delta`. */
  readonly name: string;
  /** The `configuration` of v3 metadata; `undefined` where it has none. */
  readonly configuration: JsonObject | undefined;
  /** zarr-python's printed form, as `info` shows it: `ZstdCodec(level=0, checksum=False)`. */
  toString(): string;
  /**
   * Binds to a chunk. For bytes-to-bytes codecs the spec is that of the array-to-bytes codec before them.
   * Throws MetadataValidationError when the codec cannot work on such a chunk.
   */
  bind(spec: ChunkSpec): BoundCodec;
  /** Fills in what is derived from the data type (blosc's `typesize`, `endian`) when an array is created. Default: itself. */
  resolve?(spec: ChunkSpec): Codec;
  /** Does an array-to-array codec turn objects into numbers, so that v2's `|O` goes with it? Array-to-bytes codecs may. */
  readonly takesObjects?: boolean | undefined;
  /** Shape of the cells inside a chunk (a shard's inner chunks), for codecs that have them. */
  readonly innerChunkShape?: readonly number[] | undefined;
  /** Has it settings for this process alone, which metadata do not hold? */
  readonly hasOwnSettings?: boolean | undefined;
  /** The codecs within, for codecs that have them. */
  readonly innerCodecs?: readonly Codec[] | undefined;
  /** The numcodecs configuration of v2 metadata (`{ id, … }`), for codecs that v2 has. */
  toV2?(): JsonObject;
}

/** What a codec's parser may use. */
export interface CodecContext {
  /** Parses nested codecs. */
  parseCodecs(json: unknown, location: string): readonly Codec[];
}

/** A codec as its registry knows it. */
export interface CodecDefinition {
  readonly kind: BoundCodec["kind"];
  /** Name in v3 metadata. */
  readonly name: string;
  /** Further v3 names that are read. */
  readonly aliases?: readonly string[];
  /** `id` in v2 metadata, where v2 has this codec. */
  readonly v2Id?: string;
  /** From v3 metadata. Throws MetadataValidationError. */
  fromV3(configuration: JsonObject | undefined, context: CodecContext): Codec;
  /** From v2 metadata; `configuration` has `id`. Throws MetadataValidationError. */
  fromV2?(configuration: JsonObject): Codec;
}

/** Loads a definition when a codec of that name is first met, so that a page that reads zstd ships no blosc. */
export type CodecLoader = () => Promise<CodecDefinition>;
