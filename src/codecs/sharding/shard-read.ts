/**
 * Reads shards: whole, or only the inner chunks that a selection touches.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../../base/async.ts";
import { attempt, chain, forEachInTurn, forEachLimited } from "../../base/async.ts";
import type { ByteSpan } from "../../base/byte-request.ts";
import { resolveByteRequest } from "../../base/byte-request.ts";
import type { ByteSource, CellMemory, ReadOptions } from "../../base/byte-source.ts";
import { LATER } from "../../base/byte-source.ts";
import { addFacts, CodecError } from "../../base/errors.ts";
import { planPart } from "../../indexing/plan.ts";
import type { ChunkPart } from "../../indexing/projection.ts";
import type { Block } from "../../kernels/block.ts";
import { transientRoom } from "../../kernels/memory.ts";
import { copyPartOut, fillPart } from "../copy-part.ts";
import type { IndexedShard } from "./index-memory.ts";
import type { ShardLayout } from "./layout.ts";
import { cellNumber, decodeIndex, shortShard } from "./layout.ts";
import type { ShardIndex } from "./shard-index.ts";

/** Encoded bytes of inner chunks that are held at a time. */
const BATCH_BYTES = 32 * 2 ** 20;

/** How often a shard that changes under a read is read anew. */
const MAX_ATTEMPTS = 4;

/** An inner chunk that is there, and its part of the selection. */
interface Wanted {
  readonly index: readonly number[];
  readonly part: ChunkPart;
  readonly span: ByteSpan;
}

/** The index of a shard held as bytes. */
export function indexOf(layout: ShardLayout, shard: Uint8Array): Awaitable<ShardIndex> {
  const { indexSize, configuration } = layout;
  if (shard.length < indexSize) throw shortShard(indexSize, shard.length);
  const stored =
    configuration.indexLocation === "end"
      ? shard.subarray(shard.length - indexSize)
      : shard.subarray(0, indexSize);
  return decodeIndex(layout, stored);
}

/**
 * Where the inner chunk at a position is; `undefined` when it is empty.
 *
 * @throws CodecError when the index says what cannot be, or another length than its codecs always give.
 */
export function spanOf(
  layout: ShardLayout,
  index: ShardIndex,
  position: readonly number[],
): ByteSpan | undefined {
  try {
    const span = index.span(cellNumber(position, layout.grid.shape));
    const { encodedSize } = layout.inner;
    // A part of plain bytes would be read at the wrong place, and nothing after would notice.
    if (span !== undefined && encodedSize !== undefined && span.end - span.start !== encodedSize) {
      const actual = span.end - span.start;
      throw new CodecError(
        `The index of a shard says that an inner chunk has ${actual} bytes; its codecs give ${encodedSize}.`,
        { codec: "sharding_indexed", expected: encodedSize, actual },
      );
    }
    return span;
  } catch (error) {
    throw addFacts(error, { innerChunk: position });
  }
}

/** Decodes the part of a shard held as bytes into `target`. */
export function readHeld(
  layout: ShardLayout,
  shard: Uint8Array,
  part: ChunkPart,
  target: Block,
): Awaitable<void> {
  return chain(indexOf(layout, shard), (index) =>
    forEachInTurn(planPart(part, layout.grid), (projection) => {
      const span = spanOf(layout, index, projection.chunkIndex);
      if (span === undefined) return fillPart(projection.part, target, layout.fill);
      const wanted = { index: projection.chunkIndex, part: projection.part, span };
      return decodeInner(layout, wanted, sliceOf(shard, wanted), target);
    }),
  );
}

/** Reads the part of a shard through a byte source: the whole value where all is wanted, else the index and the inner chunks. */
export function readPart(
  layout: ShardLayout,
  source: ByteSource,
  part: ChunkPart,
  target: Block,
  options: AbortOptions,
): Awaitable<boolean> {
  if (part.kind !== "orthogonal" || !part.full) return readIndexed(layout, source, part, target, options, 1);
  return chain(source.get(undefined, options), (shard) => {
    if (shard === undefined) return false;
    return chain(readHeld(layout, shard, part, target), () => true);
  });
}

function readIndexed(
  layout: ShardLayout,
  source: ByteSource,
  part: ChunkPart,
  target: Block,
  options: AbortOptions,
  attempts: number,
): Awaitable<boolean> {
  const known = attempts === 1 ? layout.indexes.get(source.name) : undefined;
  return chain(known ?? readIndex(layout, source, options), (indexed) => {
    if (indexed === undefined) return false;
    return chain(readInner(layout, source, indexed, part, target, options), (outcome) => {
      // Nothing but empty inner chunks was wanted: no read has shown that a remembered index is still the shard's.
      if (outcome === "read" || (outcome === "empty" && known === undefined)) return true;
      // The shard may have been replaced since its index was read: nothing of the old one may be mixed with the new.
      layout.indexes.forget(source.name);
      source.cells?.forget();
      if (attempts === MAX_ATTEMPTS) throw changing();
      return readIndexed(layout, source, part, target, options, attempts + 1);
    });
  });
}

/** Reads the index, and remembers it where the source tells versions of values apart. */
function readIndex(
  layout: ShardLayout,
  source: ByteSource,
  options: AbortOptions,
): Awaitable<IndexedShard | undefined> {
  const { indexSize, configuration } = layout;
  let version: unknown;
  const request =
    configuration.indexLocation === "end" ? { suffix: indexSize } : { start: 0, end: indexSize };
  const reading = source.get(request, { ...options, onVersion: (told) => (version = told) });
  return chain(reading, (stored) => {
    if (stored === undefined) return undefined;
    return chain(decodeIndex(layout, stored), (index) => {
      const indexed = { index, version };
      layout.indexes.remember(source.name, indexed);
      return indexed;
    });
  });
}

/** Reads the inner chunks of the part. `stale`: the shard is another one than the index belongs to. `empty`: there was none to read. */
function readInner(
  layout: ShardLayout,
  given: ByteSource,
  { index, version }: IndexedShard,
  part: ChunkPart,
  target: Block,
  options: AbortOptions,
): Awaitable<"read" | "empty" | "stale"> {
  const { source, isStale } = watched(given, version);
  const projections = planPart(part, layout.grid)[Symbol.iterator]();
  const readOn = (outcome: "read" | "empty"): Awaitable<"read" | "empty" | "stale"> => {
    const batch: Wanted[] = [];
    let bytes = 0;
    while (bytes < BATCH_BYTES) {
      const next = projections.next();
      if (next.done === true) break;
      const span = spanOf(layout, index, next.value.chunkIndex);
      if (span === undefined) {
        fillPart(next.value.part, target, layout.fill);
        continue;
      }
      batch.push({ index: next.value.chunkIndex, part: next.value.part, span });
      bytes += span.end - span.start;
    }
    if (batch.length === 0) return outcome;
    const reading = readUnlessStale(layout, source, isStale, batch, target, options);
    return chain(reading, (isFresh) => (isFresh ? readOn("read") : "stale"));
  };
  return readOn("empty");
}

/** A stale index may also show as a chunk that cannot be decoded, or as a shard that is gone. */
function readUnlessStale(
  layout: ShardLayout,
  source: ByteSource,
  isStale: () => boolean,
  batch: readonly Wanted[],
  target: Block,
  options: AbortOptions,
): Awaitable<boolean> {
  const reading = attempt(
    () => readBatch(layout, source, batch, target, options),
    (error) => {
      if (!isStale()) throw error;
    },
  );
  return chain(reading, () => !isStale());
}

/** The source, and whether any read of it saw another value than the one of this version. */
function watched(source: ByteSource, version: unknown): { source: ByteSource; isStale: () => boolean } {
  if (version === undefined) return { source, isStale: () => false };
  let stale = false;
  const watch = (options: AbortOptions | undefined): ReadOptions => ({
    ...options,
    onVersion: (told) => (stale ||= !Object.is(told, version)),
  });
  // A shard that is gone is another one, too.
  const seen = <T>(value: T | undefined): T | undefined => {
    stale ||= value === undefined;
    return value;
  };
  return {
    source: {
      cells: source.cells,
      get: (request, options, room) => chain(source.get(request, watch(options), room), seen),
      getSpans: (spans, options, room) => chain(source.getSpans(spans, watch(options), room), seen),
      getRunsNow: (runs, options, room) =>
        source.getRunsNow === undefined ? LATER : seen(source.getRunsNow(runs, watch(options), room)),
    },
    isStale: () => stale,
  };
}

function changing(): CodecError {
  return new CodecError("A shard kept changing while it was being read.", { codec: "sharding_indexed" });
}

function readBatch(
  layout: ShardLayout,
  source: ByteSource,
  batch: readonly Wanted[],
  target: Block,
  options: AbortOptions,
): Awaitable<void> {
  if (readsInPart(layout, batch)) {
    const read = (wanted: Wanted): Awaitable<void> => readInnerPart(layout, source, wanted, target, options);
    return batch.length === 1 ? read(batch[0]!) : forEachLimited(batch, 8, read, options);
  }
  if (source.cells !== undefined) {
    return readRemembered(layout, source, source.cells, batch, target, options);
  }
  const spans = batch.map((wanted) => wanted.span);
  // What is decoded at once may lie where it is read to next.
  const room = layout.inner.synchronous ? transientRoom : undefined;
  return chain(source.getSpans(spans, options, room), (pieces) => {
    let next = 0;
    return forEachInTurn(batch, (wanted) => {
      const piece = pieces?.[next++];
      if (piece === undefined) throw vanished(wanted);
      return decodeInner(layout, wanted, checked(piece, wanted), target);
    });
  });
}

function readInnerPart(
  layout: ShardLayout,
  source: ByteSource,
  wanted: Wanted,
  target: Block,
  options: AbortOptions,
): Awaitable<void> {
  const read = (): Awaitable<void> =>
    chain(layout.inner.decodePart(innerSource(source, wanted), wanted.part, target, options), (isThere) => {
      if (!isThere) throw vanished(wanted);
    });
  return attempt(read, (error) => {
    throw addFacts(error, { innerChunk: wanted.index });
  });
}

/** As `readBatch`, of inner chunks that are kept from one read to the next; those that are not there are read in one go. */
async function readRemembered(
  layout: ShardLayout,
  source: ByteSource,
  cells: CellMemory,
  batch: readonly Wanted[],
  target: Block,
  options: AbortOptions,
): Promise<void> {
  const numberOf = ({ index }: Wanted): number => cellNumber(index, layout.grid.shape);
  const absent = batch.filter((wanted) => !cells.has(numberOf(wanted)));
  const places = new Map(absent.map((wanted, place) => [wanted, place]));
  // Others may wait for these cells, too: an abort of this read does not stop theirs.
  const pieces =
    absent.length === 0
      ? Promise.resolve([])
      : Promise.resolve(
          source.getSpans(
            absent.map(({ span }) => span),
            {},
          ),
        );
  pieces.catch(() => {}); // whoever waits for a cell has the error
  await Promise.all(
    batch.map(async (wanted) => {
      const load = async (): Promise<Block> => {
        const place = places.get(wanted);
        // A cell that was there a moment ago may be gone again.
        const piece = place === undefined ? await source.getSpans([wanted.span], {}) : await pieces;
        const bytes = piece?.[place ?? 0];
        if (bytes === undefined) throw vanished(wanted);
        return await layout.inner.decode(checked(bytes, wanted));
      };
      try {
        // Cells are what `load` makes.
        const block = (await cells.get(numberOf(wanted), load, options)) as Block;
        copyPartOut(wanted.part, block, target);
      } catch (error) {
        throw options.signal?.aborted === true ? error : addFacts(error, { innerChunk: wanted.index });
      }
    }),
  );
}

/** Inner shards are read in part; so is a single plain inner chunk of which little is wanted. */
function readsInPart(layout: ShardLayout, batch: readonly Wanted[]): boolean {
  const { partial } = layout.inner;
  // Another read for each inner chunk would cost more than the rest of it.
  if (partial === undefined || partial.looksUp) return false;
  if (partial.innerChunkShape !== undefined) return true;
  const [only] = batch;
  return batch.length === 1 && !(only!.part.kind === "orthogonal" && only!.part.full);
}

function decodeInner(layout: ShardLayout, wanted: Wanted, bytes: Uint8Array, target: Block): Awaitable<void> {
  // Copied at once where it is here: others may decode while this waits.
  const decode = (): Awaitable<void> =>
    chain(layout.inner.decodeTransient(bytes), (decoded) => copyPartOut(wanted.part, decoded, target));
  return attempt(decode, (error) => {
    throw addFacts(error, { innerChunk: wanted.index });
  });
}

/** The bytes of an inner chunk within a shard held as bytes. */
export function sliceOf(shard: Uint8Array, wanted: { span: ByteSpan; index: readonly number[] }): Uint8Array {
  return checked(shard.subarray(wanted.span.start, wanted.span.end), wanted);
}

function checked(
  bytes: Uint8Array,
  { span, index }: { span: ByteSpan; index: readonly number[] },
): Uint8Array {
  if (bytes.length === span.end - span.start) return bytes;
  throw new CodecError("The index of a shard points outside its file.", {
    codec: "sharding_indexed",
    innerChunk: index,
    expected: span.end - span.start,
    actual: bytes.length,
  });
}

/** An inner chunk as a byte source of its own, so that a shard within a shard needs no further code. */
function innerSource(source: ByteSource, wanted: Wanted): ByteSource {
  const { span } = wanted;
  const length = span.end - span.start;
  const within = (part: ByteSpan): ByteSpan => ({
    start: span.start + part.start,
    end: span.start + part.end,
  });
  const exact = (bytes: Uint8Array | undefined, part: ByteSpan): Uint8Array => {
    if (bytes === undefined) throw vanished(wanted);
    return checked(bytes, { span: part, index: wanted.index });
  };
  return {
    get(request, options, room) {
      const part = within(resolveByteRequest(request, length));
      return chain(source.get(part, options, room), (bytes) => exact(bytes, part));
    },
    getSpans(spans, options, room) {
      const parts = spans.map((part) => within(resolveByteRequest(part, length)));
      return chain(source.getSpans(parts, options, room), (pieces) =>
        parts.map((part, i) => exact(pieces?.[i], part)),
      );
    },
    getRunsNow({ starts, length: each }, options, room) {
      // What reaches further is refused by `getSpans`.
      if (source.getRunsNow === undefined || starts.some((start) => start + each > length)) return LATER;
      const runs = { starts: starts.map((start) => span.start + start), length: each };
      const bytes = source.getRunsNow(runs, options, room);
      if (bytes === undefined) throw vanished(wanted);
      return bytes;
    },
  };
}

function vanished(wanted: Wanted): CodecError {
  return new CodecError("A shard went missing while it was being read.", {
    codec: "sharding_indexed",
    innerChunk: wanted.index,
  });
}
