import { BoundsCheckError, SelectionError, ShapeMismatchError } from "../base/errors.ts";
import { type Block, cStride, isCContiguous, sizeOf } from "../kernels/block.ts";
import type { Container, DataType } from "./data-type.ts";
import type { DataOf, Scalar } from "./data-types.ts";
import { gatherBlock } from "./gather-block.ts";
import { printArray } from "./nd-array-text.ts";

/** Nested lists of scalars, as deep as the array has dimensions; a scalar if it has none. */
export type NestedArray<D extends string = string> = Scalar<D> | NestedArray<D>[];

/** What an `NDArray` is made of. */
export interface NDArrayParts<D extends string> {
  readonly data: DataOf<D>;
  readonly shape: readonly number[];
  /** In elements. Default: C order. */
  readonly stride?: readonly number[];
  /** In elements. Default: 0. */
  readonly offset?: number;
}

const INSPECT = Symbol.for("nodejs.util.inspect.custom");
const BRAND = Symbol.for("zarrkit.NDArray");

/**
 * An N-dimensional array in memory: what reading gives, and what writing takes.
 *
 * `stride` and `offset` count elements; those of a result are C order and 0. The data is a typed array
 * for numbers (`int64` is a `BigInt64Array`, complex numbers lie as re, im), `string[]` and `Uint8Array[]`
 * for text and bytes, and an `NDArray` by field for structured types.
 *
 * @example
 * ```ts
 * const a = new NDArray(parseDataType("float64"), { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
 * a.get(1, -1); // 4
 * ```
 */
export class NDArray<D extends string = string> {
  readonly data: DataOf<D>;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  /** Logical name of the data type: `float64`, `datetime64[ns]`. */
  readonly dtype: D;
  readonly dataType: DataType;

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
    Object.defineProperty(this.prototype, INSPECT, {
      value(this: NDArray): string {
        return `NDArray ${shapeText(this.shape)} ${this.dataType.toString()} ${printArray(this)}`;
      },
    });
  }

  /**
   * Wraps data; nothing is copied.
   *
   * @throws TypeError when the data is not what `dataType` lies in.
   * @throws ShapeMismatchError when shape and strides reach outside the data.
   */
  constructor(dataType: DataType, parts: NDArrayParts<D>) {
    this.data = parts.data;
    this.shape = [...parts.shape];
    this.stride = [...(parts.stride ?? cStride(this.shape))];
    this.offset = parts.offset ?? 0;
    this.dtype = dataType.name as D; // the caller's D is the name of the type by definition
    this.dataType = dataType;
    checkExtent(this);
  }

  /** An array over a block in memory form. Where the data type's container is a view, it aliases the block. */
  static fromBlock<D extends string = string>(dataType: DataType, block: Block): NDArray<D> {
    const direct = dataType.isView || dataType.itemSize === 0;
    const source = direct || isWhole(block) ? block : gatherBlock(block);
    const { shape } = source;
    let data = dataType.toContainer(source.data);
    // A structured type's container has one flat array a field; users see the fields in the shape of the array.
    if (dataType.fields !== undefined) data = reshapeFields(data, shape);
    // `toContainer` makes what `DataOf` says of the type's name.
    return new NDArray<D>(dataType, {
      data: data as DataOf<D>,
      shape,
      stride: source.stride,
      offset: source.offset,
    });
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
  get length(): number {
    return this.shape[0] ?? 0;
  }

  /**
   * The scalar at an index: one integer an axis, negative ones from the end.
   *
   * @throws BoundsCheckError when an integer is outside its axis.
   * @throws SelectionError when there are not as many integers as axes.
   */
  get(...index: readonly number[]): Scalar<D> {
    if (index.length !== this.shape.length) {
      throw new SelectionError(
        `An element of an array of shape ${shapeText(this.shape)} has ${this.shape.length} indices, not ${index.length}.`,
        { expected: this.shape.length, actual: index.length },
      );
    }
    let at = this.offset;
    for (const [axis, given] of index.entries()) {
      at += resolveIndex(given, this.shape[axis]!, axis) * this.stride[axis]!;
    }
    return this.#scalarAt(at);
  }

  /** The scalars as nested lists, as `tolist()` of NumPy. */
  toNestedArray(): NestedArray<D> {
    const list = (axis: number, at: number): NestedArray<D> => {
      if (axis === this.shape.length) return this.#scalarAt(at);
      const length = this.shape[axis]!;
      const step = this.stride[axis]!;
      return Array.from({ length }, (_, i) => list(axis + 1, at + i * step));
    };
    return list(0, this.offset);
  }

  /** The scalar at a position in C order, as `flat[index]` of NumPy. */
  flatScalar(index: number): Scalar<D> {
    let at = this.offset;
    let rest = resolveIndex(index, this.size, 0);
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const length = this.shape[axis]!;
      at += (rest % length) * this.stride[axis]!;
      rest = Math.floor(rest / length);
    }
    return this.#scalarAt(at);
  }

  /** All scalars in C order. */
  *scalars(): IterableIterator<Scalar<D>> {
    for (const at of positions(this.shape, this.stride, this.offset)) yield this.#scalarAt(at);
  }

  /** The elements along the first axis: scalars of a 1-d array, else arrays, which share the data. */
  *[Symbol.iterator](): IterableIterator<Scalar<D> | NDArray<D>> {
    if (this.shape.length === 0) throw new TypeError("iteration over a 0-d array");
    for (let i = 0; i < this.shape[0]!; i++) {
      const at = this.offset + i * this.stride[0]!;
      yield this.shape.length === 1 ? this.#scalarAt(at) : this.subarray(i);
    }
  }

  /**
   * Element `index` of the first axis, as an array with one dimension less. Shares the data.
   *
   * @throws BoundsCheckError when the index is outside the axis.
   */
  subarray(index: number): NDArray<D> {
    const i = resolveIndex(index, this.shape[0] ?? 0, 0);
    const shape = this.shape.slice(1);
    if (this.dataType.fields !== undefined) {
      // The container of a structured type is an NDArray by field, which DataOf does not tell for an open D.
      const fields = Object.entries(this.data as unknown as Record<string, NDArray>);
      const data = fieldsOf(fields.map(([name, field]) => [name, field.subarray(i)]));
      return new NDArray<D>(this.dataType, { data: data as unknown as DataOf<D>, shape });
    }
    return new NDArray<D>(this.dataType, {
      data: this.data,
      shape,
      stride: this.stride.slice(1),
      offset: this.offset + i * this.stride[0]!,
    });
  }

  /**
   * The same elements in C order in another shape. Shares the data where it is contiguous.
   *
   * @throws ShapeMismatchError when the number of elements differs.
   */
  reshape(shape: readonly number[]): NDArray<D> {
    if (sizeOf(shape) !== this.size) {
      throw new ShapeMismatchError(
        `An array of shape ${shapeText(this.shape)} cannot be reshaped to ${shapeText(shape)}.`,
        { expected: this.shape, actual: shape },
      );
    }
    const { data, offset } = isCContiguous(this.#layout()) ? this : this.#compact();
    if (this.dataType.fields === undefined) return new NDArray<D>(this.dataType, { data, shape, offset });
    const reshaped = reshapeFields(data as Container, shape, this.shape.length);
    return new NDArray<D>(this.dataType, { data: reshaped as DataOf<D>, shape, offset });
  }

  /** The elements as a block in memory form. Aliases the data where the container is a view over it. */
  toBlock(): Block {
    const { dataType, shape, stride, offset } = this;
    const data = dataType.fromContainer(this.data as Container, 0, extentOf(this)); // DataOf is always a Container
    return { data, shape, stride, offset, itemSize: dataType.itemSize };
  }

  /**
   * The elements as bytes: C order, little-endian, bool 0/1, sub-byte types widened to a byte, fixed-length
   * strings as UCS-4 and bytes padded to the item size, structured types as records in the stored layout.
   *
   * @throws UnsupportedError for variable-length types.
   */
  toBytes(): Uint8Array {
    const block = this.toBlock();
    if (!(block.data instanceof Uint8Array)) return this.dataType.toBytes(new Uint8Array(0));
    const whole = isWhole(block) ? block : gatherBlock(block);
    return this.dataType.toBytes(whole.data as Uint8Array); // as above: gathering keeps the kind of data
  }

  /** NumPy's printed form. */
  toString(): string {
    return printArray(this);
  }

  /** Shape, stride and offset as a block without its data, for questions of layout. */
  #layout(): Block {
    return { data: [], shape: this.shape, stride: this.stride, offset: this.offset, itemSize: 0 };
  }

  #compact(): NDArray<D> {
    return NDArray.fromBlock<D>(this.dataType, gatherBlock(this.toBlock()));
  }

  #scalarAt(at: number): Scalar<D> {
    // `scalarAt` gives a scalar of the type named D, and every DataOf is a Container.
    return this.dataType.scalarAt(this.data as Container, at) as Scalar<D>;
  }
}

/** Is this an NDArray, also one of another copy of the library? */
export function isNDArray(value: unknown): value is NDArray {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** `(2, 3)`, as Python prints a tuple. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** Flat positions of a strided array in C order. */
function* positions(
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): IterableIterator<number> {
  if (sizeOf(shape) === 0) return;
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (;;) {
    yield at;
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      at += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Number of elements from the start of the data that an array can reach. */
function extentOf(array: { shape: readonly number[]; stride: readonly number[]; offset: number }): number {
  if (sizeOf(array.shape) === 0) return 0;
  let last = array.offset;
  const { shape, stride } = array;
  for (let axis = 0; axis < shape.length; axis++) last += Math.max(0, (shape[axis]! - 1) * stride[axis]!);
  return last + 1;
}

function resolveIndex(given: number, length: number, axis: number): number {
  const index = given < 0 ? given + length : given;
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new BoundsCheckError(`index ${given} is out of bounds for axis ${axis} with size ${length}`, {
    expected: length,
    actual: given,
  });
}

/** Does the block's data hold exactly its elements, in C order? */
function isWhole(block: Block): boolean {
  const length = block.itemSize === 0 ? block.data.length : block.data.length / block.itemSize;
  return block.offset === 0 && isCContiguous(block) && length === sizeOf(block.shape);
}

function isCount(length: number): boolean {
  return Number.isSafeInteger(length) && length >= 0;
}

function checkExtent(array: NDArray): void {
  const { shape, stride, offset, dataType } = array;
  if (!shape.every(isCount) || !isCount(offset)) {
    throw new RangeError(`Shape and offset are non-negative integers, not ${shapeText([...shape, offset])}.`);
  }
  if (stride.length !== shape.length || !stride.every(Number.isSafeInteger)) {
    throw new ShapeMismatchError(`A shape ${shapeText(shape)} does not fit a stride ${shapeText(stride)}.`, {
      expected: shape,
      actual: stride,
    });
  }
  if (!dataType.isContainer(array.data)) {
    throw new TypeError(`This data cannot hold elements of data type ${dataType.name}.`);
  }
  if (dataType.fields !== undefined) return; // each field has been checked
  // Every other container is a list of elements.
  const { length } = array.data as unknown as { readonly length: number };
  const available = length / dataType.containerStep;
  let first = offset;
  for (let axis = 0; axis < shape.length; axis++) first += Math.min(0, (shape[axis]! - 1) * stride[axis]!);
  const needed = extentOf(array);
  if (needed > available || (needed > 0 && first < 0)) {
    throw new ShapeMismatchError(
      `An array of shape ${shapeText(shape)} needs elements ${Math.min(first, 0)} to ${needed}, and the data has ${available}.`,
      { expected: needed, actual: available },
    );
  }
}

function reshapeFields(data: Container, shape: readonly number[], oldRank = 1): Container {
  // Called for structured types only, whose container is an NDArray by field.
  const fields = Object.entries(data as Record<string, NDArray>);
  return fieldsOf(
    // A subarray field has axes of its own after those of the records.
    fields.map(([name, field]) => [name, field.reshape([...shape, ...field.shape.slice(oldRank)])]),
  );
}

/** Arrays by field name; `__proto__` is a name like any other. */
export function fieldsOf(entries: readonly (readonly [string, NDArray])[]): Record<string, NDArray> {
  return Object.fromEntries(entries);
}
