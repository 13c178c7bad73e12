/**
 * Getting and setting through a normalised selection: what is allocated, what `out` may
 * be, and how values become blocks.
 *
 * @module
 */
import { ShapeMismatchError, UnsupportedError } from "../base/errors.ts";
import type { AbortOptions } from "../base/async.ts";
import type { Container, DataType } from "../dtypes/data-type.ts";
import type { DataOf, Scalar } from "../dtypes/data-types.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import type { Casting } from "../dtypes/casting.ts";
import { valuesFrom } from "../dtypes/nd-array-values.ts";
import { parseDataType } from "../dtypes/registry.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock, cStride, sizeOf, wrapBlock } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { BoundModel } from "./array-model.ts";
import type { FieldOptions } from "./field-access.ts";
import { fieldsNamed, fieldWrites, pickFields, placeFields } from "./field-access.ts";
import { pythonTuple } from "./print.ts";
import type { Progress } from "./read-engine.ts";
import { readSelection } from "./read-engine.ts";
import type { Sequence } from "./thread-chunk.ts";
import { readChunkApart } from "./thread-chunk.ts";
import { writeSelection } from "./write-engine.ts";

/** Somewhere to put a result: an `NDArray`, a typed array of the result's length, or strided data. */
export type OutputArray<D extends string = string> =
  | NDArray<D>
  | DataOf<D>
  | {
      readonly data: DataOf<D>;
      readonly shape: readonly number[];
      readonly stride: readonly number[];
      readonly offset?: number;
    };

/** Options of a read. */
export interface GetOptions<D extends string = string> extends AbortOptions, FieldOptions {
  /** Put the result here and return this very object. What does not fit is an error before any I/O. */
  readonly out?: OutputArray<D> | undefined;
  /** Return memory that can be shared with workers, or throw UnsupportedError where there is none. */
  readonly shared?: boolean | undefined;
  /** Called after each chunk. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** `"number"`: a `Float64Array` in place of 64-bit integers; a value beyond 2^53 is a RangeError. */
  readonly int64?: "bigint" | "number" | undefined;
}

/** Options of a read that is one of many, chunk by chunk. */
export interface SequenceOptions<D extends string = string> {
  /** Each of them may be done by one thread. */
  readonly sequence?: Sequence<D> | undefined;
}

/** Options of a write. */
export interface SetOptions extends AbortOptions, FieldOptions {
  /** How arrays of another data type convert. Default `same_kind`, as NumPy's. */
  readonly casting?: Casting | undefined;
  /** Refuse a write that covers some chunk only in part, and so would not be safe beside another process. */
  readonly requireAligned?: boolean | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Reads a selection into a fresh array, or into `out`. A scalar where the selection says so. */
export async function getSelection<D extends string>(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  options: GetOptions<D> & SequenceOptions<D>,
  readMissingChunks: boolean,
): Promise<NDArray<D> | Scalar<D> | OutputArray<D>> {
  const { dataType } = bound.model;
  const { resultShape } = selection;
  const { out, signal, onProgress, fields } = options;
  if (fields !== undefined) fieldsNamed(dataType, fields);
  if (fields !== undefined && out !== undefined)
    throw new TypeError("out takes whole records; read fields without it.");
  const engine = { signal, onProgress, readMissingChunks };
  const { sequence } = options;
  const apart = sequence && readChunkApart(at, bound, selection, engine, sequence);
  const made = apart && (await apart);
  if (made !== undefined)
    return finished(wrapBlock(made, resultShape, dataType.itemSize), dataType, selection, options);
  const place = out ?? (isGone(sequence?.recycled) ? undefined : sequence?.recycled);
  if (place !== undefined) {
    const target = outputBlock(dataType, place, resultShape);
    if (target.direct !== undefined) {
      await readSelection(at, bound, selection, targetView(target.direct, selection), engine);
    } else {
      const block = allocateBlock(resultShape, dataType.itemSize);
      await readSelection(at, bound, selection, targetView(block, selection), engine);
      target.receive(block);
    }
    return place;
  }
  const block =
    options.shared === true ? sharedBlock(dataType, resultShape) : resultBlock(dataType, resultShape);
  await readSelection(at, bound, selection, targetView(block, selection), engine);
  return finished(block, dataType, selection, options);
}

/** Has a thread been given the memory of an array, and not given it back? */
function isGone<D extends string>(array: NDArray<D> | undefined): boolean {
  const data = array?.data;
  return ArrayBuffer.isView(data) && data.buffer.byteLength === 0;
}

/** A result in the form that was asked for. */
function finished<D extends string>(
  block: Block,
  dataType: DataType,
  { resultShape, scalar }: NormalizedSelection,
  { fields, int64 }: GetOptions<D>,
): NDArray<D> | Scalar<D> {
  const whole = NDArray.fromBlock<D>(dataType, block);
  // Fields have data types of their own, which D does not name.
  const result = fields === undefined ? whole : (pickFields(whole, fields) as NDArray<D>);
  const converted = int64 === "number" ? withNumbers(result) : result;
  return scalar ? converted.get(...resultShape.map(() => 0)) : converted;
}

/** Writes values, broadcast to the selection. */
export async function setSelection(
  at: StorePath,
  bound: BoundModel,
  selection: NormalizedSelection,
  value: unknown,
  options: SetOptions,
  writeEmptyChunks: boolean,
): Promise<void> {
  const { dataType } = bound.model;
  const { casting, fields } = options;
  const { resultShape } = selection;
  if (fields !== undefined) {
    const axisShape = selection.kind === "points" ? resultShape : selection.axisShape;
    const writes = fieldWrites(value, dataType, fields, resultShape, casting).map(({ field, values }) => ({
      field,
      values: targetView(values, selection),
    }));
    const place = (part: ChunkPart, chunk: Block): void => placeFields(part, writes, chunk, axisShape);
    const nothing = {
      data: new Uint8Array(0),
      shape: axisShape,
      stride: axisShape,
      offset: 0,
      itemSize: dataType.itemSize,
    };
    await writeSelection(at, bound, selection, nothing, { ...options, writeEmptyChunks, place });
    return;
  }
  const block = valuesFrom(value, dataType, resultShape, { casting });
  await writeSelection(at, bound, selection, targetView(block, selection), {
    signal: options.signal,
    onProgress: options.onProgress,
    requireAligned: options.requireAligned,
    writeEmptyChunks,
  });
}

/**
 * A block of the result's shape seen with one axis per array axis: the same elements in the same order,
 * as only axes of length 1 come and go.
 */
function targetView(block: Block, selection: NormalizedSelection): Block {
  if (selection.kind === "points") return block;
  const { axisShape } = selection;
  if (isSameShape(block.shape, axisShape)) return block;
  const steps = block.shape.flatMap((length, axis) => (length === 1 ? [] : [block.stride[axis]!]));
  let next = 0;
  const stride = axisShape.map((length) => (length === 1 ? 0 : steps[next++]!));
  return { ...block, shape: axisShape, stride };
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

function resultBlock(dataType: DataType, shape: readonly number[]): Block {
  try {
    return allocateBlock(shape, dataType.itemSize);
  } catch (error) {
    throw tooLarge(dataType, shape, error);
  }
}

function sharedBlock(dataType: DataType, shape: readonly number[]): Block {
  if (!dataType.isView) {
    throw new UnsupportedError(`Elements of ${dataType.name} cannot lie in shared memory.`);
  }
  if (typeof SharedArrayBuffer === "undefined") {
    throw new UnsupportedError(
      "This runtime has no shared memory; in a browser the page must be cross-origin isolated.",
    );
  }
  try {
    const bytes = new Uint8Array(new SharedArrayBuffer(sizeOf(shape) * dataType.itemSize));
    return wrapBlock(bytes, shape, dataType.itemSize);
  } catch (error) {
    throw tooLarge(dataType, shape, error);
  }
}

function tooLarge(dataType: DataType, shape: readonly number[], cause: unknown): RangeError {
  return new RangeError(
    `A result of shape ${pythonTuple(shape)} and data type ${dataType.name} does not fit in memory; select less, or read it chunk by chunk.`,
    { cause },
  );
}

/** Where a result goes: straight into the caller's memory, or through a copy where it is not a view over bytes. */
interface Output {
  readonly direct?: Block;
  receive(block: Block): void;
}

function outputBlock(dataType: DataType, out: unknown, shape: readonly number[]): Output {
  const { data, ...layout } = partsOf(out, shape, dataType.containerStep);
  if (!dataType.isContainer(data)) {
    throw new TypeError(`out cannot hold elements of data type ${dataType.name}.`);
  }
  if (!isSameShape(layout.shape, shape)) {
    throw new ShapeMismatchError(
      `out has shape ${pythonTuple(layout.shape)} and the selection ${pythonTuple(shape)}.`,
      { expected: shape, actual: layout.shape },
    );
  }
  // Checks that the layout stays inside the data, too. `isContainer` has just checked the data.
  const array = new NDArray(dataType, { ...layout, data: data as DataOf });
  if (dataType.isView || Array.isArray(data)) {
    const bytes = Array.isArray(data) ? data : wholeBytes(data as ArrayBufferView);
    const block = { ...layout, data: bytes, itemSize: dataType.itemSize };
    if (dataType.isView || dataType.itemSize === 0) return { direct: block, receive: () => {} };
    return { receive: (result) => copyContainer(dataType, result, block) };
  }
  if (dataType.fields !== undefined) return { receive: (result) => receiveFields(dataType, result, array) };
  return { receive: (result) => receiveTyped(dataType, result, array) };
}

function partsOf(
  out: unknown,
  shape: readonly number[],
  step: number,
): { data: unknown; shape: readonly number[]; stride: readonly number[]; offset: number } {
  if (
    typeof out === "object" &&
    out !== null &&
    "data" in out &&
    "shape" in out &&
    !ArrayBuffer.isView(out)
  ) {
    const {
      data,
      shape: given,
      stride,
      offset,
    } = out as {
      data: unknown;
      shape: readonly number[];
      stride?: readonly number[];
      offset?: number;
    };
    if (!Array.isArray(given)) throw new TypeError("The shape of out is a list of lengths.");
    return { data, shape: given, stride: stride ?? cStride(given), offset: offset ?? 0 };
  }
  const length = outLength(out) / step;
  const given = length === sizeOf(shape) ? shape : [length];
  return { data: out, shape: given, stride: cStride(given), offset: 0 };
}

/** Length of a typed array or list. */
function outLength(out: unknown): number {
  const length: unknown = typeof out === "object" && out !== null ? Reflect.get(out, "length") : undefined;
  if (typeof length !== "number")
    throw new TypeError("out is an NDArray, a typed array, or { data, shape, stride }.");
  return length;
}

function wholeBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Lists of strings or bytes over a fixed-size memory form: converted element by element. */
function copyContainer(dataType: DataType, result: Block, out: Block): void {
  // Only types whose container is a list come here.
  const values = dataType.toContainer(result.data) as unknown[];
  copyBlock(wrapBlock(values, result.shape, 0), { ...out, itemSize: 0 });
}

/** Typed arrays that are not the memory form itself (bfloat16 in a Float32Array). */
function receiveTyped(dataType: DataType, result: Block, out: NDArray): void {
  const source = dataType.toContainer(result.data) as Container & ArrayBufferView; // such a container is a typed array
  const target = out.data as unknown as ArrayBufferView;
  const itemSize = source.byteLength / Math.max(1, sizeOf(result.shape));
  copyBlock(wrapBlock(wholeBytes(source), result.shape, itemSize), {
    data: wholeBytes(target),
    shape: out.shape,
    stride: out.stride,
    offset: out.offset,
    itemSize,
  });
}

function receiveFields(dataType: DataType, result: Block, out: NDArray): void {
  // A structured type's container is an NDArray by field, on both sides.
  const source = NDArray.fromBlock(dataType, result).data as unknown as Record<string, NDArray>;
  const target = out.data as unknown as Record<string, NDArray>;
  for (const [name, field] of Object.entries(source)) {
    const to = target[name]!;
    outputBlock(field.dataType, to, field.shape).receive(field.toBlock());
    if (field.dataType.isView || field.dataType.itemSize === 0) copyBlock(field.toBlock(), to.toBlock());
  }
}

/** 64-bit integers as doubles; every other type as it is. */
function withNumbers<D extends string>(result: NDArray<D>): NDArray<D> {
  const data: unknown = result.data;
  if (!(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) return result;
  if (result.dataType.castKind !== "signed" && result.dataType.castKind !== "unsigned") return result;
  const numbers = new Float64Array(data.length);
  for (const [i, value] of data.entries()) {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw new RangeError(
        `The value ${value} is beyond 2^53 and has no exact number; read it with int64: "bigint".`,
      );
    }
    numbers[i] = number;
  }
  return numberArray(result, numbers);
}

function numberArray<D extends string>(result: NDArray<D>, numbers: Float64Array): NDArray<D> {
  const parts = { data: numbers, shape: result.shape, stride: result.stride, offset: result.offset };
  // The caller asked for numbers in place of the type's own container.
  return new NDArray<"float64">(parseDataType("float64"), parts) as unknown as NDArray<D>;
}
