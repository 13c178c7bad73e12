/**
 * Is a block nothing but the fill value? Decides whether a chunk is stored at all.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { isCContiguous } from "./block.ts";
import { kernelMemory } from "./memory.ts";

/**
 * Compares every element with one, bit by bit: -0 is not 0, and NaN equals NaN of the
 * same bits. Lists of values compare with `isSameValue`.
 */
export function isFilledWith(
  block: Block,
  element: unknown,
  isSameValue: (a: unknown, b: unknown) => boolean = Object.is,
): boolean {
  const { data, shape, stride, offset, itemSize } = block;
  let size = 1;
  for (const length of shape) size *= length;
  if (data instanceof Uint8Array) {
    // Byte blocks are compared with the bytes of one element.
    const bytes = element as Uint8Array;
    if (isCContiguous(block)) return isRunOf(data, offset * itemSize, size * itemSize, bytes);
    return everyElement(shape, stride, offset, (at) => isRunOf(data, at * itemSize, itemSize, bytes));
  }
  return everyElement(shape, stride, offset, (at) => isSameValue(data[at], element));
}

/** What is not fill value mostly shows within so many bytes; only what follows is worth a kernel's time. */
const FIRST_LOOK = 1024;

function isRunOf(data: Uint8Array, start: number, length: number, element: Uint8Array): boolean {
  const first = Math.min(length, Math.max(1, Math.floor(FIRST_LOOK / element.length)) * element.length);
  if (!isPlainRunOf(data, start, first, element)) return false;
  if (first === length) return true;
  return (
    isRunByKernel(data, start + first, length - first, element) ??
    isPlainRunOf(data, start + first, length - first, element)
  );
}

/** The same by the kernels: in place, or a piece at a time through their memory; `undefined` where there are none. */
function isRunByKernel(
  data: Uint8Array,
  start: number,
  length: number,
  element: Uint8Array,
): boolean | undefined {
  const memory = kernelMemory();
  const itemSize = element.length;
  if (memory === undefined || itemSize * 2 > memory.stagingBytes) return undefined;
  const { exports, heap, staging } = memory;
  heap.set(element, staging);
  if (data.buffer === memory.buffer)
    return exports.isFilled(data.byteOffset + start, length, staging, itemSize) !== 0;
  const room = memory.stagingBytes - itemSize;
  const most = room - (room % itemSize);
  for (let at = start; at < start + length; at += most) {
    const end = Math.min(at + most, start + length);
    heap.set(data.subarray(at, end), staging + itemSize);
    if (exports.isFilled(staging + itemSize, end - at, staging, itemSize) === 0) return false;
  }
  return true;
}

function isPlainRunOf(data: Uint8Array, start: number, length: number, element: Uint8Array): boolean {
  const itemSize = element.length;
  if (length === 0) return true;
  for (let i = 0; i < itemSize; i++) if (data[start + i] !== element[i]) return false;
  // Every element equals the one before it, so each byte equals the byte one element back.
  if (((start + data.byteOffset) & 3) === 0 && (itemSize & 3) === 0 && (length & 3) === 0) {
    const words = new Uint32Array(data.buffer, data.byteOffset + start, length >> 2);
    const back = itemSize >> 2;
    for (let i = back; i < words.length; i++) if (words[i] !== words[i - back]) return false;
    return true;
  }
  const end = start + length;
  for (let i = start + itemSize; i < end; i++) if (data[i] !== data[i - itemSize]) return false;
  return true;
}

function everyElement(
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
  test: (at: number) => boolean,
): boolean {
  if (shape.includes(0)) return true;
  const index = shape.map(() => 0);
  let at = offset;
  for (;;) {
    if (!test(at)) return false;
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      at += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return true;
  }
}
