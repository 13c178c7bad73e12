/**
 * Undoing Blosc's byte shuffle straight into a strided box of the kernels' memory.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { addressOf, kernelMemory } from "./memory.ts";

const MAX_RANK = 64;
/** Shorter rows are put together first and copied then: a row costs a call of its own. */
const LEAST_ROW_BYTES = 64;

/** Rows of bytes, one after another along some axes; steps are in bytes. */
interface Rows {
  readonly rowBytes: number;
  readonly axes: readonly { readonly count: number; readonly step: number }[];
}

/** How shuffled blocks go to their places. */
export interface ScatterPlan {
  readonly rows: Rows;
  /** Bytes of the target from the first row of a block to that of the next. */
  readonly step: number;
  readonly blockBytes: number;
  readonly itemSize: number;
  /** Address of the first row. */
  readonly at: number;
}

/**
 * Plans to put the elements of shuffled blocks in their places in `target`, whose elements they are in C order.
 *
 * @param bytes Bytes of all blocks. They have `blockBytes`, the last may be shorter, and each was shuffled by items of
 * `itemSize` bytes.
 * @returns `undefined` where that is not the way, or cannot be done.
 */
export function planScatter(
  bytes: number,
  blockBytes: number,
  itemSize: number,
  target: Block,
): ScatterPlan | undefined {
  const { data, offset } = target;
  if (!(data instanceof Uint8Array) || addressOf(data) < 0) return undefined;
  const rows = rowsOf(target, data.length);
  if (rows === undefined || rows.rowBytes % itemSize !== 0) return undefined;
  const step = blockStep(bytes, blockBytes, itemSize, rows);
  if (step === undefined) return undefined;
  return { rows, step, blockBytes, itemSize, at: data.byteOffset + offset * target.itemSize };
}

/** Carries a plan out, for blocks that do not overlap its target; false where they are not in the kernels' memory. */
export function scatterShuffled(
  blocks: Uint8Array,
  { rows, step, blockBytes, itemSize, at }: ScatterPlan,
): boolean {
  const memory = kernelMemory();
  const source = addressOf(blocks);
  if (memory === undefined || source < 0) return false;
  const { plan, exports } = memory;
  let word = 0;
  for (const axis of rows.axes) {
    plan[word] = axis.count;
    plan[word + 2] = axis.step;
    word += 4;
  }
  const row = rows.rowBytes / itemSize;
  let target = at;
  for (let start = 0; start < blocks.length; start += blockBytes) {
    const count = Math.min(blockBytes, blocks.length - start) / itemSize;
    exports.scatterPlanes(source + start, count, itemSize, row, rows.axes.length, target);
    target += step;
  }
  return true;
}

/** The box as rows in C order; `undefined` where it leaves its `bytes`, or its rows are short. */
function rowsOf({ shape, stride, offset, itemSize }: Block, bytes: number): Rows | undefined {
  const first = shape.findIndex((length) => length > 1);
  if (first < 0 || shape.length > MAX_RANK || shape.includes(0)) return undefined;
  let row = 1;
  let axis = shape.length - 1;
  // Inner axes that lie together are one row; the first one stays, so that blocks are parts of it.
  for (; axis > first && (shape[axis] === 1 || stride[axis] === row); axis--) row *= shape[axis]!;
  const axes: { count: number; step: number }[] = [];
  let low = offset;
  let high = offset + row;
  for (let at = first; at <= axis; at++) {
    if (shape[at] === 1) continue;
    const reach = (shape[at]! - 1) * stride[at]!;
    if (reach < 0) low += reach;
    else high += reach;
    axes.push({ count: shape[at]!, step: stride[at]! * itemSize });
  }
  const rowBytes = row * itemSize;
  return low < 0 || high * itemSize > bytes || rowBytes < LEAST_ROW_BYTES ? undefined : { rowBytes, axes };
}

/** Bytes from the first row of a block to that of the next; `undefined` where blocks do not hold whole positions of the first axis. */
function blockStep(
  bytes: number,
  blockBytes: number,
  itemSize: number,
  { rowBytes, axes }: Rows,
): number | undefined {
  const perPosition = axes.slice(1).reduce((all, { count }) => all * count, rowBytes);
  const outer = axes[0]!; // the first axis stays
  if (bytes !== perPosition * outer.count) return undefined;
  if (bytes <= blockBytes) return 0;
  return blockBytes % perPosition === 0 && blockBytes % itemSize === 0
    ? (blockBytes / perPosition) * outer.step
    : undefined;
}
