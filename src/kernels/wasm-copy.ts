/**
 * Strided copies by the kernels, between boxes that lie in their memory.
 *
 * @module
 */
import { addressOf, kernelMemory, scratchRoom, type KernelMemory } from "./memory.ts";

const MAX_RANK = 64;
/** Less than this is copied sooner than a plan is written. */
const MIN_BYTES = 256;

/** Boxes of bytes: counts, strides and offsets are in elements. */
export interface ByteBoxes {
  readonly shape: readonly number[];
  readonly source: Uint8Array;
  readonly sourceOffset: number;
  readonly sourceStride: readonly number[];
  readonly target: Uint8Array;
  readonly targetOffset: number;
  readonly targetStride: readonly number[];
  readonly itemSize: number;
}

/** An axis of a copy; steps are in bytes. */
interface CopyAxis {
  readonly count: number;
  readonly sourceStep: number;
  readonly targetStep: number;
}

/** Copies a box that is not empty where both sides lie in the kernels' memory; false where they do not. */
export function copyInMemory(boxes: ByteBoxes): boolean {
  if (addressOf(boxes.source) < 0 || addressOf(boxes.target) < 0) return false;
  const axes = axesOf(boxes);
  const memory = kernelMemory();
  if (memory === undefined || axes === undefined) return false;
  const { itemSize } = boxes;
  const source = boxes.source.byteOffset + boxes.sourceOffset * itemSize;
  const target = boxes.target.byteOffset + boxes.targetOffset * itemSize;
  runCopy(memory, axes, source, target, itemSize);
  return true;
}

/**
 * Gathers a box of the kernels' memory into one run of bytes there, in C order of its shape, for a copy to somewhere
 * else: worth it where the elements of a row lie apart in the source. The result is valid until the next kernel call;
 * `undefined` where the source lies elsewhere, or there is no room.
 */
export function gatherInMemory(boxes: ByteBoxes): Uint8Array | undefined {
  if (addressOf(boxes.source) < 0) return undefined;
  const { shape, itemSize } = boxes;
  let size = itemSize;
  const stride = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = size / itemSize;
    size *= shape[axis]!;
  }
  const memory = kernelMemory();
  if (memory === undefined) return undefined;
  const at = scratchRoom(memory, size);
  if (at < 0) return undefined;
  const target = memory.heap.subarray(at, at + size);
  const axes = axesOf({ ...boxes, target, targetOffset: 0, targetStride: stride });
  if (axes === undefined) return undefined;
  runCopy(memory, axes, boxes.source.byteOffset + boxes.sourceOffset * itemSize, at, itemSize);
  return target;
}

/**
 * Copies a box from elsewhere to one in the kernels' memory by way of it, at the price of one more plain copy: worth it
 * where rows are short. False where the target lies elsewhere, there is no room, or too much lies between the elements.
 */
export function scatterInMemory(boxes: ByteBoxes): boolean {
  if (addressOf(boxes.target) < 0 || addressOf(boxes.source) >= 0) return false;
  const { shape, itemSize, sourceStride } = boxes;
  const memory = kernelMemory();
  const extent = extentOf(boxes.sourceOffset, sourceStride, shape);
  const size = (extent.end - extent.start) * itemSize;
  let wanted = itemSize;
  for (const count of shape) wanted *= count;
  if (memory === undefined || size > 2 * wanted) return false;
  const at = scratchRoom(memory, size);
  if (at < 0 || extent.start < 0 || extent.end * itemSize > boxes.source.length) return false;
  const source = memory.heap.subarray(at, at + size);
  const axes = axesOf({ ...boxes, source, sourceOffset: boxes.sourceOffset - extent.start });
  if (axes === undefined) return false;
  source.set(boxes.source.subarray(extent.start * itemSize, extent.end * itemSize));
  const target = boxes.target.byteOffset + boxes.targetOffset * itemSize;
  runCopy(memory, axes, at + (boxes.sourceOffset - extent.start) * itemSize, target, itemSize);
  return true;
}

/** The axes in the order in which to walk them; `undefined` where the kernel is not the way, or a box leaves its bytes. */
function axesOf(boxes: ByteBoxes): CopyAxis[] | undefined {
  const { shape, sourceStride, targetStride, itemSize } = boxes;
  if (shape.length === 0 || shape.length > MAX_RANK) return undefined;
  let size = itemSize;
  for (const count of shape) size *= count;
  if (size < MIN_BYTES) return undefined;
  if (!isWithin(boxes.source, boxes.sourceOffset, sourceStride, shape, itemSize)) return undefined;
  if (!isWithin(boxes.target, boxes.targetOffset, targetStride, shape, itemSize)) return undefined;
  const axes = shape.map((count, axis) => ({
    count,
    sourceStep: sourceStride[axis]! * itemSize,
    targetStep: targetStride[axis]! * itemSize,
  }));
  if (axes.length === 1) return axes;
  // Innermost what lies together in the target; next to it what lies together in the source, for copies by tiles.
  axes.sort((a, b) => Math.abs(b.targetStep) - Math.abs(a.targetStep));
  const last = axes.pop()!;
  if (last.sourceStep !== itemSize) {
    let nearest = axes.length - 1;
    for (let axis = nearest - 1; axis >= 0; axis--)
      if (Math.abs(axes[axis]!.sourceStep) < Math.abs(axes[nearest]!.sourceStep)) nearest = axis;
    axes.push(...axes.splice(nearest, 1));
  }
  axes.push(last);
  return axes;
}

function isWithin(
  bytes: Uint8Array,
  offset: number,
  stride: readonly number[],
  shape: readonly number[],
  itemSize: number,
): boolean {
  const { start, end } = extentOf(offset, stride, shape);
  return start >= 0 && end * itemSize <= bytes.length;
}

/** Where the first element of a box lies, and where the last ends, in elements. */
function extentOf(
  offset: number,
  stride: readonly number[],
  shape: readonly number[],
): { start: number; end: number } {
  let start = offset;
  let end = offset + 1;
  for (const [axis, count] of shape.entries()) {
    const reach = (count - 1) * stride[axis]!;
    if (reach < 0) start += reach;
    else end += reach;
  }
  return { start, end };
}

function runCopy(
  memory: KernelMemory,
  axes: readonly CopyAxis[],
  source: number,
  target: number,
  itemSize: number,
): void {
  const { plan } = memory;
  let word = 0;
  for (const { count, sourceStep, targetStep } of axes) {
    plan[word] = count;
    plan[word + 1] = sourceStep;
    plan[word + 2] = targetStep;
    word += 4;
  }
  memory.exports.copyBox(axes.length, source, target, itemSize);
}
