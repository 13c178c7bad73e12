/**
 * Reads one chunk, or the part of it that is wanted, to its place.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { attempt, chain as whenHere } from "../base/async.ts";
import type { Room } from "../base/byte-source.ts";
import { CodecError, locateError } from "../base/errors.ts";
import type { BoundChain } from "../codecs/chain.ts";
import { copyPartOut, placeOf } from "../codecs/copy-part.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { planSelection } from "../indexing/plan.ts";
import type { ChunkPart, ChunkProjection } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf } from "../kernels/block.ts";
import { transientRoom } from "../kernels/memory.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { BoundModel } from "./array-model.ts";
import type { ChunkCache } from "./chunk-cache.ts";
import { StoreSource } from "./store-source.ts";

/** A part smaller than this share of a plain chunk is read alone. */
const PARTIAL_SHARE = 0.5;
/** The same of a chunk of compressed blocks, of which a part touches more than its share. */
const LOOKED_UP_SHARE = 0.125;
/** A chunk smaller than so many gaps that the store finds cheaper than a read is read whole. */
const LOOKUP_GAPS = 16;

/** Plain chunks larger than this are read straight to their place, where the system copies them beside this thread. */
export const STRAIGHT_BYTES: number = 256 * 1024;

/** The store key of a chunk. */
export function chunkKeyOf(at: StorePath, bound: BoundModel, chunkIndex: readonly number[]): string {
  const name = bound.model.chunkKeys.encode(chunkIndex);
  return at.path === "" ? name : `${at.path}/${name}`;
}

/** What may be done elsewhere than here. */
export interface ChunkHelp {
  /**
   * Reads a value in place of the store: a thread that reads files itself. Into `place` where that is given and exactly as
   * long as the value. `most`: bytes that it has at most unless it is damaged, where that is known.
   */
  get?(key: string, place: Uint8Array | undefined, most: number | undefined): Uint8Array | undefined;
  /** Decodes a stored chunk and places its part, on a thread; `undefined` where it is to be done here. */
  place?(
    chunkIndex: readonly number[],
    stored: Uint8Array,
    part: ChunkPart,
    target: Block,
    options: AbortOptions,
  ): Promise<boolean> | undefined;
}

/** Reads one chunk's part into `target`; false when the chunk is missing. No promise where nothing had to be waited for. */
export function readChunk(
  at: StorePath,
  bound: BoundModel,
  projection: ChunkProjection,
  target: Block,
  options: AbortOptions,
  help?: ChunkHelp,
): Awaitable<boolean> {
  const { chunkIndex, part } = projection;
  const key = chunkKeyOf(at, bound, chunkIndex);
  const read = (): Awaitable<boolean> => {
    const chain = bound.chainAt(chunkIndex);
    const cached = bound.chunkCache && readCached(bound.chunkCache, at, chain, key, part, target, options);
    if (cached !== undefined) return cached;
    const source = new StoreSource(at.store, key);
    if (wantsPart(chain, part, at.store.cheapGapBytes) && !(isWhole(part) && help?.place !== undefined)) {
      return chain.decodePart(source, part, target, options);
    }
    const place = storedPlace(chain, part, target);
    // What is decoded at once may lie where it is read to next.
    const isAtOnce = chain.synchronous && help?.place === undefined;
    const room: Room = (length) => (length === place?.length ? place : transientRoom(length));
    const stored =
      help?.get !== undefined
        ? help.get(key, place, chain.maxEncodedSize)
        : place !== undefined && place.length > STRAIGHT_BYTES
          ? source.getInto(place, options)
          : source.get(undefined, options, isAtOnce ? room : undefined);
    return whenHere(stored, (bytes) => {
      if (bytes === undefined) return false;
      const placed = help?.place?.(chunkIndex, bytes, part, target, options);
      return whenHere(placed ?? false, (isPlaced) => {
        if (!isPlaced) return placeHere(chain, part, bytes, target, place);
        return true;
      });
    });
  };
  return attempt(read, (error) => {
    throw locateError(error, { store: String(at.store), path: at.path, chunkKey: key, chunkIndex });
  });
}

/** Reads through the cache of decoded chunks; `undefined` where that is not the way: whole chunks, and plain bytes. */
function readCached(
  cache: ChunkCache,
  at: StorePath,
  chain: BoundChain,
  key: string,
  part: ChunkPart,
  target: Block,
  options: AbortOptions,
): Awaitable<boolean> | undefined {
  if (isWhole(part)) return undefined;
  const { partial } = chain;
  if (partial !== undefined && !partial.looksUp) {
    if (partial.innerChunkShape === undefined) return undefined;
    const source = new StoreSource(at.store, key, cache.cellsOf(cache.nameOf(at.store, key)));
    return chain.decodePart(source, part, target, options);
  }
  const load = async (signal: AbortSignal | undefined): Promise<Block | undefined> => {
    const bytes = await at.store.get(key, undefined, { signal });
    return bytes === undefined ? undefined : checkedBlock(chain, await chain.decode(bytes));
  };
  return cache.chunk(at.store, key, load, options).then((block) => {
    if (block !== undefined) copyPartOut(part, block, target);
    return block !== undefined;
  });
}

/** Decodes a stored chunk and copies its part out. */
function placeHere(
  chain: BoundChain,
  part: ChunkPart,
  bytes: Uint8Array,
  target: Block,
  place: Uint8Array | undefined,
): Awaitable<true> {
  // The block is copied out at once, so it may lie in the kernels' memory.
  return whenHere(decodeWhole(chain, bytes), (block) => {
    if (block.data !== bytes || !isAt(bytes, place)) copyPartOut(part, block, target);
    return true;
  });
}

/** Where in the target a plain chunk lies as it is stored; `undefined` where it does not. */
function storedPlace(chain: BoundChain, part: ChunkPart, target: Block): Uint8Array | undefined {
  // Where a codec changes bytes, or only their order as a transposition does, they have to be decoded first.
  return chain.isPlain ? placeOf(part, chain.spec.shape, target) : undefined;
}

/** Does a selection consist of chunks that can be read straight to their places? Judged by its first. */
export function readsStraight(bound: BoundModel, selection: NormalizedSelection, target: Block): boolean {
  const { chunkShape } = bound.model.grid;
  if (chunkShape === undefined || sizeOf(chunkShape) * target.itemSize <= STRAIGHT_BYTES) return false;
  const chain = bound.chainFor(chunkShape);
  if (!chain.isPlain) return false;
  for (const { part } of planSelection(selection, bound.model.grid))
    return storedPlace(chain, part, target) !== undefined;
  return false;
}

function isAt(bytes: Uint8Array, place: Uint8Array | undefined): boolean {
  return (
    place !== undefined &&
    bytes.buffer === place.buffer &&
    bytes.byteOffset === place.byteOffset &&
    bytes.length === place.length
  );
}

/** A whole chunk, decoded and checked against its shape; valid until the next one is decoded, as `decodeTransient` says. */
export function decodeWhole(chain: BoundChain, bytes: Uint8Array): Awaitable<Block> {
  return whenHere(chain.decodeTransient(bytes), (block) => checkedBlock(chain, block));
}

function checkedBlock(chain: BoundChain, block: Block): Block {
  const { shape } = chain.spec;
  if (sizeOf(block.shape) === sizeOf(shape)) return block;
  throw new CodecError("A chunk decodes to another number of elements than its shape says.", {
    expected: shape,
    actual: block.shape,
  });
}

/**
 * Cells inside a chunk are always read one by one; plain bytes only where most of them are not wanted; and where another
 * read says first where they are, only where that costs less than what it spares.
 */
function wantsPart(chain: BoundChain, part: ChunkPart, cheapGapBytes: number): boolean {
  const { partial, spec } = chain;
  if (partial === undefined) return false;
  if (partial.innerChunkShape !== undefined && !partial.looksUp) return true;
  const total = sizeOf(spec.shape);
  if (isWhole(part)) return false;
  const share = wantedOf(part) / total;
  if (!partial.looksUp) return share <= PARTIAL_SHARE;
  return share <= LOOKED_UP_SHARE && total * spec.dataType.itemSize >= LOOKUP_GAPS * cheapGapBytes;
}

function isWhole(part: ChunkPart): boolean {
  return part.kind === "orthogonal" && part.full;
}

function wantedOf(part: ChunkPart): number {
  if (part.kind === "points") return part.to.length;
  let wanted = 1;
  for (const axis of part.axes) wanted *= mapLength(axis.from);
  return wanted;
}
