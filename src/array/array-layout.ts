/**
 * Facts about an array's chunks that follow from its metadata.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { Codec } from "../codecs/codec.ts";
import type { GridDimension } from "../grids/grid.ts";
import type { ArrayModel } from "./array-model.ts";

/** Chunk lengths by dimension. */
export type ChunkSizes = readonly (readonly number[])[];

/** More chunks along a dimension are not listed one by one. */
const MAX_LISTED = 2 ** 24;

/** Shape of the cells that are decoded alone: inner chunks of a sharded array, else chunks. */
export function chunkShapeOf(model: ArrayModel): readonly number[] {
  const inner = model.chain.arrayBytes.innerChunkShape;
  if (inner !== undefined) return inner;
  if (model.grid.chunkShape !== undefined) return model.grid.chunkShape;
  throw new UnsupportedError(
    "The `chunks` attribute is only defined for arrays using regular chunk grids; use readChunkSizes.",
  );
}

/** Shape of a shard where the array is sharded. */
export function shardShapeOf(model: ArrayModel): readonly number[] | undefined {
  if (model.chain.arrayBytes.innerChunkShape === undefined) return undefined;
  if (model.grid.chunkShape !== undefined) return model.grid.chunkShape;
  throw new UnsupportedError(
    "The `shards` attribute is only defined for arrays using regular chunk grids; use writeChunkSizes.",
  );
}

/** Lengths of the chunks along each dimension, the last cut at the array's end. */
export function chunkSizes(model: ArrayModel, what: "read" | "write"): ChunkSizes {
  const inner = what === "read" ? model.chain.arrayBytes.innerChunkShape : undefined;
  return model.grid.dimensions.map((dimension, axis) =>
    inner === undefined ? cellSizes(dimension) : regularSizes(dimension.extent, inner[axis]!),
  );
}

/** Number of chunks along each dimension; inner chunks where the array is sharded. */
export function chunkCounts(model: ArrayModel): readonly number[] {
  const inner = model.chain.arrayBytes.innerChunkShape;
  return inner === undefined
    ? model.grid.shape
    : model.shape.map((length, axis) => Math.ceil(length / inner[axis]!));
}

/** Codecs of the cells that are decoded alone: by kind in v3, as the document names them in v2. */
export function codecsOf(model: ArrayModel): {
  filters: readonly Codec[];
  serializer: Codec;
  compressors: readonly Codec[];
} {
  const { chain, document } = model;
  if (document.zarrFormat === 2) {
    // The layout in column-major order and, where no filter does it, the step to bytes are codecs of the chain alone.
    const count = document.filters?.length ?? 0;
    const listed = count + (document.compressor === null ? 0 : 1);
    const named = chain.codecs.slice(document.order === "F" ? 1 : 0);
    const codecs = named.length > listed ? named.filter((codec) => codec !== chain.arrayBytes) : named;
    return {
      filters: codecs.slice(0, count),
      serializer: chain.arrayBytes,
      compressors: codecs.slice(count),
    };
  }
  const codecs = chain.arrayBytes.innerCodecs ?? chain.codecs;
  return {
    filters: codecs.filter((codec) => codec.kind === "array-array"),
    serializer: codecs.find((codec) => codec.kind === "array-bytes")!, // a chain has one
    compressors: codecs.filter((codec) => codec.kind === "bytes-bytes"),
  };
}

function cellSizes(dimension: GridDimension): number[] {
  checkListable(dimension.count);
  return Array.from({ length: dimension.count }, (_, cell) =>
    Math.min(dimension.cellLength(cell), dimension.extent - dimension.cellStart(cell)),
  );
}

function regularSizes(extent: number, length: number): number[] {
  const count = Math.ceil(extent / length);
  checkListable(count);
  return Array.from({ length: count }, (_, cell) => Math.min(length, extent - cell * length));
}

function checkListable(count: number): void {
  if (count <= MAX_LISTED) return;
  throw new RangeError(
    `A dimension of ${count} chunks has too many to list; compute them from chunks and shape.`,
  );
}
