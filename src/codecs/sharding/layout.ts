/**
 * What reading and writing a shard of one shape have in common, worked out once.
 *
 * @module
 */
import { chain, type Awaitable } from "../../base/async.ts";
import { MetadataValidationError } from "../../base/errors.ts";
import { CodecError } from "../../base/errors.ts";
import { parseDataTypeV3 } from "../../dtypes/registry.ts";
import { regularGrid } from "../../grids/regular.ts";
import type { ChunkGrid } from "../../grids/grid.ts";
import { sizeOf, wrapBlock } from "../../kernels/block.ts";
import type { BoundChain, CodecChain } from "../chain.ts";
import { bindChain } from "../chain.ts";
import type { ChunkSpec } from "../codec.ts";
import { fillElementOf } from "../fill-element.ts";
import { IndexMemory } from "./index-memory.ts";
import { ShardIndex } from "./shard-index.ts";
import { ShardRoom } from "./shard-room.ts";
import type { SubchunkWriteOrder } from "./write-order.ts";

/** The configuration of a sharding codec, parsed. */
export interface ShardingConfiguration {
  readonly chunkShape: readonly number[];
  readonly codecs: CodecChain;
  readonly indexCodecs: CodecChain;
  readonly indexLocation: "start" | "end";
  /** How this writer lays out inner chunks; not stored. */
  readonly writeOrder: SubchunkWriteOrder;
}

/** A sharding codec bound to a shard. */
export interface ShardLayout {
  readonly configuration: ShardingConfiguration;
  readonly spec: ChunkSpec;
  /** The grid of inner chunks over the shard. */
  readonly grid: ChunkGrid;
  readonly cells: number;
  readonly inner: BoundChain;
  readonly index: BoundChain;
  /** Encoded size of the index in bytes. */
  readonly indexSize: number;
  /** One element of fill value. */
  readonly fill: unknown;
  /** Indexes that were read before. */
  readonly indexes: IndexMemory;
  /** Where shards are put together that are encoded without a promise. */
  readonly room: ShardRoom;
}

/**
 * @throws MetadataValidationError when the inner chunks do not tile the shard, or the index has no fixed size.
 */
export function layoutOf(configuration: ShardingConfiguration, spec: ChunkSpec): ShardLayout {
  const { chunkShape, codecs, indexCodecs } = configuration;
  if (chunkShape.length !== spec.shape.length) {
    throw new MetadataValidationError(
      `The shard's inner chunk has ${chunkShape.length} dimensions and the shard has ${spec.shape.length}.`,
      { codec: "sharding_indexed", expected: spec.shape.length, actual: chunkShape.length },
    );
  }
  for (const [axis, length] of chunkShape.entries()) {
    if (spec.shape[axis]! % length !== 0) {
      throw new MetadataValidationError(
        `Chunk edge length ${spec.shape[axis]!} in dimension ${axis} is not divisible by the shard's inner chunk size ${length}.`,
        { codec: "sharding_indexed", expected: length, actual: spec.shape[axis] },
      );
    }
  }
  const grid = regularGrid(spec.shape, chunkShape);
  const inner = bindChain(codecs, { ...spec, shape: chunkShape });
  const index = bindChain(indexCodecs, {
    shape: [...grid.shape, 2],
    dataType: parseDataTypeV3("uint64"),
    fillValue: 2n ** 64n - 1n,
  });
  if (index.encodedSize === undefined) {
    throw new MetadataValidationError("The index codecs of a shard must give an index of fixed size.", {
      codec: "sharding_indexed",
      actual: indexCodecs.codecs.map((codec) => codec.name),
    });
  }
  return {
    configuration,
    spec,
    grid,
    cells: sizeOf(grid.shape),
    inner,
    index,
    indexSize: index.encodedSize,
    fill: fillElementOf(spec),
    indexes: new IndexMemory(),
    room: new ShardRoom(),
  };
}

/** Decodes an index from its stored bytes. */
export function decodeIndex(layout: ShardLayout, stored: Uint8Array): Awaitable<ShardIndex> {
  if (stored.length !== layout.indexSize) throw shortShard(layout.indexSize, stored.length);
  // uint64 elements are bytes, and the chain of the index made this block itself.
  return chain(layout.index.decode(stored), (block) => new ShardIndex(block.data as Uint8Array));
}

/** Encodes an index from its entries. */
export function encodeIndex(layout: ShardLayout, entries: Uint8Array): Awaitable<Uint8Array> {
  return layout.index.encode(wrapBlock(entries, [...layout.grid.shape, 2], 8));
}

/** The error of a stored value that cannot hold even its index. */
export function shortShard(expected: number, actual: number): CodecError {
  return new CodecError(
    `The stored shard is too short to hold its index: it has ${actual} bytes and the index ${expected}; it is truncated or corrupt.`,
    { codec: "sharding_indexed", expected, actual },
  );
}

/** Position of an inner chunk in the grid of its shard. */
export function cellIndex(cell: number, grid: readonly number[]): number[] {
  const index = new Array<number>(grid.length);
  let rest = cell;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    index[axis] = rest % grid[axis]!;
    rest = (rest - index[axis]!) / grid[axis]!;
  }
  return index;
}

/** C-order number of a position in the grid. */
export function cellNumber(index: readonly number[], grid: readonly number[]): number {
  return index.reduce((cell, at, axis) => cell * grid[axis]! + at, 0);
}
