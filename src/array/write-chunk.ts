/**
 * Writes one chunk, or the part of it that a write covers.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import { locateError } from "../base/errors.ts";
import type { BoundChain } from "../codecs/chain.ts";
import { copyPartIn, fillPart } from "../codecs/copy-part.ts";
import type { ChunkPart, ChunkProjection } from "../indexing/projection.ts";
import { entirePart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock } from "../kernels/block.ts";
import { isFilledWith } from "../kernels/block-fill-test.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { BoundModel } from "./array-model.ts";
import { forgetChunk } from "./chunk-cache.ts";
import { changeValue } from "./chunk-update.ts";
import { chunkKeyOf } from "./read-chunk.ts";
import { readChunkForUpdate } from "./read-engine.ts";

/** How a chunk is written. */
export interface ChunkWriteOptions extends AbortOptions {
  readonly writeEmptyChunks: boolean;
  /** Writes only some fields of the records: called with the decoded chunk in place of copying elements. */
  readonly place?: ((part: ChunkPart, chunk: Block) => void) | undefined;
  /** Are encoded bytes that come without a promise used before anything else is? They may lie in the kernels' memory then. */
  readonly isStoredAtOnce?: boolean | undefined;
}

/** Writes a chunk's part of `value`. The caller holds the lock of its key. */
export async function writeLocked(
  at: StorePath,
  bound: BoundModel,
  { chunkIndex, part }: ChunkProjection,
  value: Block,
  options: ChunkWriteOptions,
): Promise<void> {
  const key = chunkKeyOf(at, bound, chunkIndex);
  try {
    throwIfAborted(options.signal);
    if (!isFull(part) || options.place !== undefined) {
      const change = {
        next: (existing: Uint8Array | undefined) =>
          encodeMerged(at, bound, chunkIndex, existing, part, value, options),
        remove: () => removeChunk(at, bound, key, chunkIndex, options),
        blank: () => encodeBlank(bound, chunkIndex),
      };
      await changeValue(at.store, key, change, { signal: options.signal });
      return;
    }
    const encoded = await encodeFull(bound, chunkIndex, part, value, options);
    throwIfAborted(options.signal);
    if (encoded === undefined) await removeChunk(at, bound, key, chunkIndex, options);
    else await at.store.set(key, encoded, { signal: options.signal });
  } catch (error) {
    throw locateError(error, { store: String(at.store), path: at.path, chunkKey: key, chunkIndex });
  } finally {
    forgetChunk(at.store, key);
  }
}

/** A chunk that the write covers: nothing is read. No promise where no codec needs one. */
export function encodeFull(
  bound: BoundModel,
  chunkIndex: readonly number[],
  part: ChunkPart,
  value: Block,
  options: ChunkWriteOptions,
): Awaitable<Uint8Array | undefined> {
  const chain = bound.chainAt(chunkIndex);
  const { shape, dataType } = chain.spec;
  const view = directView(part, shape, value);
  if (view !== undefined) return encodeUnlessEmpty(bound, chain, view, options);
  const block = allocateBlock(shape, dataType.itemSize);
  // An edge chunk reaches beyond the array; what lies there is fill value.
  fillPart(entirePart(shape), block, bound.fill);
  copyPartIn(part, value, block);
  return encodeUnlessEmpty(bound, chain, block, options);
}

/** A chunk that the write covers in part: merged with what is stored, and encoded. */
async function encodeMerged(
  at: StorePath,
  bound: BoundModel,
  chunkIndex: readonly number[],
  existing: Uint8Array | undefined,
  part: ChunkPart,
  value: Block,
  options: ChunkWriteOptions,
): Promise<Uint8Array | undefined> {
  const chain = bound.chainAt(chunkIndex);
  if (chain.partial?.writes === true && options.place === undefined) {
    return await chain.encodePart(existing, part, value, options);
  }
  const block = await readChunkForUpdate(at, bound, chunkIndex, existing);
  if (options.place === undefined) copyPartIn(part, value, block);
  else options.place(part, block);
  return await encodeUnlessEmpty(bound, chain, block, options);
}

function encodeUnlessEmpty(
  bound: BoundModel,
  chain: BoundChain,
  block: Block,
  options: ChunkWriteOptions,
): Awaitable<Uint8Array | undefined> {
  const { dataType, fillValue } = bound.model;
  // Without a fill value (v2's null) no chunk is empty.
  const mayBeEmpty = !options.writeEmptyChunks && fillValue !== undefined;
  if (mayBeEmpty && isFilledWith(block, bound.fill, dataType.isSameScalar)) return undefined;
  const encoding = { ...options, writeEmptyChunks: !mayBeEmpty };
  return options.isStoredAtOnce === true
    ? chain.encodeTransient(block, encoding)
    : chain.encode(block, encoding);
}

/** A chunk of nothing but fill value is not stored; a store that cannot delete gets the chunk instead. */
async function removeChunk(
  at: StorePath,
  bound: BoundModel,
  key: string,
  chunkIndex: readonly number[],
  options: AbortOptions,
): Promise<void> {
  if (at.store.supportsDeletes) {
    await at.store.delete(key, options);
  } else if (await at.store.exists(key, options)) {
    await at.store.set(key, await encodeBlank(bound, chunkIndex), options);
  }
}

/** A stored chunk of nothing but fill value. */
async function encodeBlank(bound: BoundModel, chunkIndex: readonly number[]): Promise<Uint8Array> {
  const chain = bound.chainAt(chunkIndex);
  const { shape, dataType } = chain.spec;
  const block = allocateBlock(shape, dataType.itemSize);
  fillPart(entirePart(shape), block, bound.fill);
  return await chain.encode(block, { writeEmptyChunks: true });
}

/** Does the part cover its chunk, so that nothing needs to be read? */
export function isFull(part: ChunkPart): boolean {
  return part.kind === "orthogonal" && part.full;
}

/** The values themselves as a chunk, when they are one already: every axis a forward range of the chunk's length. */
function directView(part: ChunkPart, shape: readonly number[], value: Block): Block | undefined {
  if (part.kind !== "orthogonal") return undefined;
  let { offset } = value;
  const stride: number[] = [];
  for (const [axis, { from, to }] of part.axes.entries()) {
    if (from.kind !== "range" || to.kind !== "range") return undefined;
    if (from.start !== 0 || (from.step !== 1 && from.count > 1) || from.count !== shape[axis])
      return undefined;
    offset += to.start * value.stride[axis]!;
    stride.push(to.step * value.stride[axis]!);
  }
  return { ...value, shape, stride, offset };
}
