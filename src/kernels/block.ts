/**
 * A block: elements of one data type in memory, strided. Codecs, selections and
 * results all speak of blocks, so that an element is copied once, from the decoded
 * chunk to the result.
 *
 * @module
 */

/** Elements as bytes in memory form (little-endian, `itemSize` bytes each), or as JavaScript values. */
export type BlockData = Uint8Array | unknown[];

/**
 * Elements of one data type, strided over `data`.
 *
 * `stride` and `offset` count elements, and strides may be negative or zero. `itemSize`
 * is the number of bytes of an element in memory, or 0 where `data` is a list of
 * values (variable-length types).
 */
export interface Block {
  readonly data: BlockData;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  readonly itemSize: number;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Strides of a C-order (row-major) array, in elements. */
export function cStride(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return stride;
}

/** Are the elements contiguous in C order? Axes of length 1 do not count. */
export function isCContiguous(block: Block): boolean {
  let step = 1;
  for (let axis = block.shape.length - 1; axis >= 0; axis--) {
    const length = block.shape[axis]!;
    if (length === 0) return true;
    if (length !== 1 && block.stride[axis] !== step) return false;
    step *= length;
  }
  return true;
}

/** A new C-order block: bytes are zero, values are `undefined`. */
export function allocateBlock(shape: readonly number[], itemSize: number): Block {
  const size = sizeOf(shape);
  const data = itemSize === 0 ? new Array<unknown>(size) : new Uint8Array(size * itemSize);
  return { data, shape: [...shape], stride: cStride(shape), offset: 0, itemSize };
}

/** A C-order block over data at hand; aliases it. */
export function wrapBlock(data: BlockData, shape: readonly number[], itemSize: number): Block {
  return { data, shape: [...shape], stride: cStride(shape), offset: 0, itemSize };
}
