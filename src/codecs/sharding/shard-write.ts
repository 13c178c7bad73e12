/**
 * Writes shards: whole without a read, or a part merged into what is stored, in one rewrite.
 *
 * @module
 */
import type { Awaitable } from "../../base/async.ts";
import { throwIfAborted } from "../../base/async.ts";
import { addFacts } from "../../base/errors.ts";
import { planPart } from "../../indexing/plan.ts";
import type { ChunkPart } from "../../indexing/projection.ts";
import { entirePart } from "../../indexing/projection.ts";
import type { Block } from "../../kernels/block.ts";
import { allocateBlock } from "../../kernels/block.ts";
import { isFilledWith } from "../../kernels/block-fill-test.ts";
import type { EncodeOptions } from "../codec.ts";
import { copyPartIn, fillPart } from "../copy-part.ts";
import type { ShardLayout } from "./layout.ts";
import { cellIndex, cellNumber, encodeIndex } from "./layout.ts";
import { emptyIndex, writeIndexEntry } from "./shard-index.ts";
import { indexOf, sliceOf, spanOf } from "./shard-read.ts";
import { writeSequence } from "./write-order.ts";

/** Is a shard encoded without a promise? */
export function encodesAtOnce({ inner, index }: ShardLayout): boolean {
  return inner.encodesSynchronously && index.encodesSynchronously;
}

/**
 * Encodes a whole shard; inner chunks that hold only the fill value are left out unless told otherwise.
 *
 * @param transient May the result lie in room that the next shard is encoded in? Default: no.
 */
export function writeWhole(
  layout: ShardLayout,
  block: Block,
  options: EncodeOptions,
  transient = false,
): Awaitable<Uint8Array> {
  if (!encodesAtOnce(layout)) return writeWholeLater(layout, block, options);
  const { grid, room, configuration, indexSize } = layout;
  const atStart = configuration.indexLocation === "start";
  const entries = emptyIndex(layout.cells);
  room.begin(atStart ? indexSize : 0);
  for (const cell of writeSequence(grid.shape, configuration.writeOrder)) {
    const { index, view } = innerView(layout, block, cell);
    if (isLeftOut(layout, view, options)) continue;
    const start = room.length;
    try {
      // Without a promise, as was asked; it is taken before another one is made.
      room.append(layout.inner.encodeTransient(view, options) as Uint8Array);
    } catch (error) {
      throw addFacts(error, { innerChunk: index });
    }
    writeIndexEntry(entries, cell, start, room.length - start);
  }
  const encoded = encodeIndex(layout, entries) as Uint8Array; // likewise
  if (atStart) room.put(encoded, 0);
  else room.append(encoded);
  return transient ? room.view() : new Uint8Array(room.view());
}

async function writeWholeLater(
  layout: ShardLayout,
  block: Block,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const parts = new Map<number, Uint8Array>();
  for (let cell = 0; cell < layout.cells; cell++) {
    throwIfAborted(options.signal);
    const { index, view } = innerView(layout, block, cell);
    if (isLeftOut(layout, view, options)) continue;
    parts.set(cell, await innerStep(index, () => layout.inner.encode(view, options)));
  }
  return await assemble(layout, parts);
}

/** An inner chunk of a shard that is not encoded yet. */
function innerView(
  { grid, inner, configuration }: ShardLayout,
  block: Block,
  cell: number,
): { index: readonly number[]; view: Block } {
  const index = cellIndex(cell, grid.shape);
  let { offset } = block;
  for (const [axis, at] of index.entries())
    offset += at * configuration.chunkShape[axis]! * block.stride[axis]!;
  return { index, view: { ...block, shape: inner.spec.shape, offset } };
}

function isLeftOut(layout: ShardLayout, view: Block, { writeEmptyChunks }: EncodeOptions): boolean {
  return !writeEmptyChunks && isFilledWith(view, layout.fill, sameValue(layout.spec));
}

/** Merges a part into a stored shard and returns the new one; `undefined` when every inner chunk is empty. */
export async function writePart(
  layout: ShardLayout,
  existing: Uint8Array | undefined,
  part: ChunkPart,
  value: Block,
  options: EncodeOptions,
): Promise<Uint8Array | undefined> {
  const { grid, inner } = layout;
  const parts = existing === undefined ? new Map<number, Uint8Array>() : await storedParts(layout, existing);
  for (const projection of planPart(part, grid)) {
    throwIfAborted(options.signal);
    const index = projection.chunkIndex;
    const cell = cellNumber(index, grid.shape);
    const encoded = await innerStep(index, () =>
      inner.partial?.writes === true
        ? inner.encodePart(parts.get(cell), projection.part, value, options)
        : mergeInner(layout, parts.get(cell), projection.part, value, options),
    );
    if (encoded === undefined || encoded.length === 0) parts.delete(cell);
    else parts.set(cell, encoded);
  }
  return parts.size === 0 ? undefined : await assemble(layout, parts);
}

/** Encoded inner chunks of a stored shard, by cell; they alias it. */
async function storedParts(layout: ShardLayout, shard: Uint8Array): Promise<Map<number, Uint8Array>> {
  const index = await indexOf(layout, shard);
  const parts = new Map<number, Uint8Array>();
  for (let cell = 0; cell < layout.cells; cell++) {
    const position = cellIndex(cell, layout.grid.shape);
    const span = spanOf(layout, index, position);
    if (span !== undefined) parts.set(cell, sliceOf(shard, { span, index: position }));
  }
  return parts;
}

async function mergeInner(
  layout: ShardLayout,
  existing: Uint8Array | undefined,
  part: ChunkPart,
  value: Block,
  options: EncodeOptions,
): Promise<Uint8Array | undefined> {
  const { inner, fill, spec } = layout;
  const block = allocateBlock(inner.spec.shape, value.itemSize);
  const whole = entirePart(inner.spec.shape);
  if (!(part.kind === "orthogonal" && part.full)) {
    if (existing === undefined) fillPart(whole, block, fill);
    else copyPartIn(whole, await inner.decode(existing), block);
  }
  copyPartIn(part, value, block);
  if (!options.writeEmptyChunks && isFilledWith(block, fill, sameValue(spec))) return undefined;
  return await inner.encode(block, options);
}

async function assemble(layout: ShardLayout, parts: ReadonlyMap<number, Uint8Array>): Promise<Uint8Array> {
  const { grid, indexSize, configuration } = layout;
  const atStart = configuration.indexLocation === "start";
  const entries = emptyIndex(layout.cells);
  let size = indexSize;
  for (const bytes of parts.values()) size += bytes.length;
  const shard = new Uint8Array(size);
  let offset = atStart ? indexSize : 0;
  for (const cell of writeSequence(grid.shape, configuration.writeOrder)) {
    const bytes = parts.get(cell);
    if (bytes === undefined) continue;
    shard.set(bytes, offset);
    writeIndexEntry(entries, cell, offset, bytes.length);
    offset += bytes.length;
  }
  shard.set(await encodeIndex(layout, entries), atStart ? 0 : offset);
  return shard;
}

function sameValue(spec: ShardLayout["spec"]): (a: unknown, b: unknown) => boolean {
  return spec.dataType.isSameScalar ?? Object.is;
}

async function innerStep<T>(index: readonly number[], step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw addFacts(error, { innerChunk: index });
  }
}
