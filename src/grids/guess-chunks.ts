/**
 * Chunk shapes for arrays whose user names none: zarr-python's heuristics.
 *
 * @module
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** The most bytes of an automatic chunk; inner chunks of shards have {@link MAX_INNER_CHUNK_BYTES}. */
export const MAX_CHUNK_BYTES: number = 64 * MIB;

/** The most bytes of an automatic inner chunk. */
export const MAX_INNER_CHUNK_BYTES: number = MIB;

/**
 * An automatic chunk shape: axes are halved in turn until a chunk is near a size that grows with the array's,
 * from 128 KiB to `maxBytes`. An axis of length 0 gets chunks of length 1.
 *
 * `itemSize` is in bytes; pass 1 for types without one. `maxBytes` defaults to 64 MiB.
 *
 * @example
 * ```ts
 * guessChunks([10_000, 10_000], 4); // [625, 625]
 * ```
 */
export function guessChunks(
  shape: readonly number[],
  itemSize: number,
  options: { readonly maxBytes?: number | undefined } = {},
): number[] {
  const { maxBytes = MAX_CHUNK_BYTES } = options;
  const chunks = shape.map((length) => Math.max(1, length));
  if (itemSize === 0) return chunks;
  const arrayBytes = product(chunks) * itemSize;
  const target = Math.min(Math.max(256 * KIB * 2 ** Math.log10(arrayBytes / MIB), 128 * KIB), maxBytes);
  for (let turn = 0; ; turn++) {
    const elements = product(chunks);
    const bytes = elements * itemSize;
    const small = bytes < target || Math.abs(bytes - target) / target < 0.5;
    if ((small && bytes < maxBytes) || elements === 1) return chunks;
    const axis = turn % chunks.length;
    chunks[axis] = Math.ceil(chunks[axis]! / 2);
  }
}

/**
 * An automatic shard shape over regular chunks. Without a target, axes of more than 8 chunks have two per shard.
 * With `targetBytes`, every axis has the same number of chunks per shard: the most that fit in these bytes
 * and in the array on every axis.
 *
 * @example
 * ```ts
 * guessShards([100, 100], [10, 10], 8); // [20, 20]
 * ```
 */
export function guessShards(
  shape: readonly number[],
  chunkShape: readonly number[],
  itemSize: number,
  options: { readonly targetBytes?: number | undefined } = {},
): number[] {
  const { targetBytes } = options;
  if (targetBytes === undefined) {
    return chunkShape.map((length, axis) => (Math.floor(shape[axis]! / length) > 8 ? length * 2 : length));
  }
  const times = chunksPerShardAxis(shape, chunkShape, product(chunkShape) * itemSize, targetBytes);
  return chunkShape.map((length) => length * times);
}

function chunksPerShardAxis(
  shape: readonly number[],
  chunkShape: readonly number[],
  chunkBytes: number,
  targetBytes: number,
): number {
  if (shape.length === 0 || chunkBytes === 0) return 1;
  const byShape = Math.min(...shape.map((length, axis) => Math.floor(length / chunkShape[axis]!)));
  const fits = (times: number): boolean => chunkBytes * times ** shape.length <= targetBytes;
  // A rounded root is a start; the exact product decides.
  let times = Math.max(1, Math.min(byShape, Math.floor((targetBytes / chunkBytes) ** (1 / shape.length))));
  while (times < byShape && fits(times + 1)) times++;
  while (times > 1 && !fits(times)) times--;
  return times;
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((result, length) => result * length, 1);
}
