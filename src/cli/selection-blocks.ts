/**
 * A selection block by block, in C order and in bounded memory.
 *
 * @module
 */
import type { NDArray } from "../dtypes/nd-array.ts";
import type { AxisMap } from "../indexing/projection.ts";
import { mapLength } from "../indexing/projection.ts";
import type { Selected } from "./selected.ts";
import { partOfMap } from "./selected.ts";

/** Bytes of elements read at a time. */
const BLOCK_BYTES = 128 * 2 ** 20;
/** What an element of variable length is taken to have. */
const VARIABLE_BYTES = 64;

/**
 * Reads a selection in blocks. The C-order elements of the blocks, one after the other, are those of the result. A
 * block ends at the edge of a chunk where one is within reach, so that chunks are decoded once; only where a row of
 * chunks is larger than `blockBytes` is a chunk decoded for more than one block.
 */
export async function* readBlocks(
  selected: Selected,
  blockBytes: number = BLOCK_BYTES,
): AsyncGenerator<NDArray, void, undefined> {
  const { selection } = selected;
  if (selected.size === 0) return;
  if (selection.kind === "points") {
    yield await selected.readPoints(selection.coordinates);
    return;
  }
  const itemSize = selected.dataType.itemSize || VARIABLE_BYTES;
  const chunks = chunkLengths(selected);
  for (const axes of boxes(selection.axes, chunks, Math.max(1, Math.floor(blockBytes / itemSize)))) {
    yield await selected.readBox(axes);
  }
}

/**
 * Splits a product of axes into boxes of at most `limit` elements, in C order: single positions along the outer
 * axes, runs along one, and everything along the inner ones.
 *
 * @param chunks - length of a chunk along each axis; `undefined` where chunks differ.
 */
export function* boxes(
  axes: readonly AxisMap[],
  chunks: readonly (number | undefined)[],
  limit: number,
): Generator<AxisMap[], void, undefined> {
  const lengths = axes.map(mapLength);
  if (lengths.includes(0)) return;
  // The first axis of which a whole position fits.
  let split = lengths.length;
  let inner = 1;
  while (split > 0 && inner * lengths[split - 1]! <= limit) inner *= lengths[--split]!;
  if (split === 0) {
    yield [...axes];
    return;
  }
  const run = split - 1;
  const most = Math.max(1, Math.floor(limit / inner));
  const outer = new Array<number>(run).fill(0);
  for (;;) {
    const before = outer.map((index, axis) => partOfMap(axes[axis]!, index, 1));
    for (let from = 0; from < lengths[run]!;) {
      const count = runLength(axes[run]!, from, Math.min(most, lengths[run]! - from), chunks[run]);
      yield [...before, partOfMap(axes[run]!, from, count), ...axes.slice(split)];
      from += count;
    }
    let axis = run - 1;
    for (; axis >= 0; axis--) {
      if (++outer[axis]! < lengths[axis]!) break;
      outer[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** How many positions from `from` on to read: up to `most`, fewer where that ends at the edge of a chunk. */
function runLength(map: AxisMap, from: number, most: number, chunk: number | undefined): number {
  if (map.kind === "list" || chunk === undefined || from + most === map.count) return most;
  const { start, step } = map;
  const next = start + (from + most) * step;
  // The first position of the chunk that holds `next`, seen in the direction of the step.
  const edge = step > 0 ? Math.floor(next / chunk) * chunk : (Math.floor(next / chunk) + 1) * chunk - 1;
  const count = Math.ceil((edge - start) / step) - from;
  return count > 0 ? count : most;
}

function chunkLengths({ array }: Selected): (number | undefined)[] {
  const { grid, chain } = array.model;
  const inner = chain.arrayBytes.innerChunkShape;
  return array.shape.map((_, axis) => inner?.[axis] ?? grid.dimensions[axis]!.chunkLength);
}
