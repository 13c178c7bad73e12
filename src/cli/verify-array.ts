/**
 * Decodes the stored chunks of an array, and inner chunk by inner chunk those that do not decode whole.
 *
 * @module
 */
import { BoundModel } from "../array/array-model.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import { isZarrError } from "../base/errors.ts";
import { cellBytes } from "../compute/rechunk-regions.ts";
import { InPlaceExecutor } from "../compute/in-place-executor.ts";
import { canList } from "../compute/listing.ts";
import { chunkKey } from "../compute/new-array.ts";
import { cellRegion, cellsIn, pieces, regionSelection } from "../compute/region.ts";
import type { Stage, Task } from "../compute/task.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { StorePath } from "../storage/store-path.ts";

/** A chunk that does not decode. */
export interface Damage {
  readonly path: string;
  /** Store key of the chunk. */
  readonly key: string;
  readonly chunkIndex: readonly number[];
  /** Position of the inner chunk in its shard. */
  readonly innerChunk?: readonly number[];
  readonly codec?: string;
  readonly error: string;
  readonly message: string;
}

/** What was found of an array. */
export interface VerifiedArray {
  readonly path: string;
  readonly chunks: number;
  readonly bytes: number;
  readonly damaged: readonly Damage[];
}

interface ChunkTask extends Task {
  readonly chunkIndex: readonly number[];
  readonly key: string;
}

/** Decodes every stored chunk. */
export async function verifyArray(
  array: ZarrArray,
  options: AbortOptions & { readonly maxMemory: number; readonly onChunk?: (bytes: number) => Promise<void> },
): Promise<VerifiedArray> {
  const bound = new BoundModel(array.model);
  const damaged: Damage[] = [];
  const found = { chunks: 0, bytes: 0 };
  const chunkBytes = cellBytes(array.model.grid, array.dataType.itemSize || 64);
  const stage: Stage<ChunkTask> = {
    name: "verify",
    chunks: undefined,
    size: undefined,
    tasks: (each) => storedChunks(array, 2 * chunkBytes, each),
    async run({ key, chunkIndex }, each) {
      let bytes: Uint8Array | undefined;
      try {
        bytes = await array.store.get(key, undefined, each);
        if (bytes !== undefined) {
          const chain = bound.chainAt(chunkIndex);
          const block = await chain.decode(bytes);
          requireSize(block.shape, chain.spec.shape);
        }
      } catch (error) {
        throwIfAborted(each.signal);
        const inner = bytes === undefined ? [] : await damagedInner(array, chunkIndex, key, bytes, each);
        damaged.push(...(inner.length > 0 ? inner : [damageOf(array, chunkIndex, key, error)]));
      }
      if (bytes !== undefined) {
        found.chunks++;
        found.bytes += bytes.length;
        await options.onChunk?.(bytes.length);
      }
      return { skipped: false, chunks: 1, result: undefined };
    },
  };
  await new InPlaceExecutor().execute(stage, { signal: options.signal, maxMemory: options.maxMemory });
  return { path: array.path, ...found, damaged: damaged.sort((a, b) => compareIndex(a, b)) };
}

/** Keys of the chunks that are stored; where a store cannot be listed, all that may be. */
async function* storedChunks(
  array: ZarrArray,
  bytes: number,
  options: AbortOptions,
): AsyncGenerator<ChunkTask, void, undefined> {
  const { grid, chunkKeys, shape } = array.model;
  const task = (key: string, chunkIndex: readonly number[]): ChunkTask => ({
    id: key,
    key,
    chunkIndex,
    bytes,
    size: 0,
  });
  if (!(await canList(array.storePath, options))) {
    const everything = shape.map((length) => [0, length] as const);
    for (const index of cellsIn(grid, everything)) yield task(chunkKey(array, index), index);
    return;
  }
  const prefix = array.path === "" ? "" : `${array.path}/`;
  for await (const key of array.store.listPrefix(prefix, options)) {
    const index = chunkKeys.decode(key.slice(prefix.length), shape.length);
    if (index?.every((cell, axis) => cell < grid.shape[axis]!) === true) yield task(key, index);
  }
}

/** The inner chunks of a shard that do not decode, read one by one from the bytes at hand. */
async function damagedInner(
  array: ZarrArray,
  chunkIndex: readonly number[],
  key: string,
  bytes: Uint8Array,
  options: AbortOptions,
): Promise<Damage[]> {
  const { grid, chain } = array.model;
  const lengths = chain.arrayBytes.innerChunkShape;
  if (lengths === undefined || chain.codecs.length > 1) return [];
  // The array, over a store that has this shard alone.
  const at = new StorePath(new MemoryStore({ [key]: bytes }), array.path);
  const alone = new ZarrArray({ context: { at, owned: false }, model: array.model, config: array.config });
  const damaged: Damage[] = [];
  const cell = cellRegion(grid, chunkIndex);
  const starts = cell.map(([start]) => start);
  const local = cell.map(([start, stop]) => [0, stop - start] as const);
  for (const piece of pieces(local, lengths)) {
    const inner = piece.map(([start], axis) => Math.floor(start / lengths[axis]!));
    const region = piece.map(([from, to], axis) => [from + starts[axis]!, to + starts[axis]!] as const);
    try {
      await alone.get(regionSelection(region), options);
    } catch (error) {
      throwIfAborted(options.signal);
      // Without the index no inner chunk can be found: the whole shard is lost.
      if (isZarrError(error) && error.innerChunk === undefined) return [];
      damaged.push({ ...damageOf(array, chunkIndex, key, error), innerChunk: inner });
    }
  }
  return damaged;
}

function damageOf(array: ZarrArray, chunkIndex: readonly number[], key: string, error: unknown): Damage {
  const codec = isZarrError(error) ? error.codec : undefined;
  const name = error instanceof Error ? error.name : "Error";
  return {
    path: array.path,
    key,
    chunkIndex,
    ...(codec === undefined ? {} : { codec }),
    error: name,
    message: (error instanceof Error ? error.message : String(error)).replace(
      / Array "[^"]*", chunk "[^"]*".*$/s,
      "",
    ),
  };
}

function requireSize(actual: readonly number[], expected: readonly number[]): void {
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  if (size(actual) === size(expected)) return;
  throw new RangeError(`It decodes to ${size(actual)} elements, and its shape says ${size(expected)}.`);
}

function compareIndex(a: Damage, b: Damage): number {
  const [left, right] = [
    [...a.chunkIndex, ...(a.innerChunk ?? [])],
    [...b.chunkIndex, ...(b.innerChunk ?? [])],
  ];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i]! - (right[i] ?? 0);
  return 0;
}
