/**
 * Subarray fields of v2 structured types: `["a", "<i2", [2, 3]]`.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import type { ByteWord, CastKind, Container, DataType, DataTypeV2 } from "./data-type.ts";
import { FixedDataType, memoryBytes } from "./fixed-data-type.ts";
import { isNDArray, NDArray } from "./nd-array.ts";
import { nestedLeaves } from "./nested-list.ts";

/** A block of elements of another type, as one field. Its scalars are `NDArray`s of its shape. */
export class SubarrayDataType extends FixedDataType<NDArray> {
  readonly name: string;
  readonly castKind: CastKind = "void";
  readonly itemSize: number;
  readonly isView = false;
  readonly base: DataType;
  readonly shape: readonly number[];
  #words: readonly ByteWord[] | undefined;

  constructor(base: DataType, shape: readonly number[]) {
    super();
    this.base = base;
    this.shape = shape;
    this.itemSize = base.itemSize * sizeOf(shape);
    this.name = `${base.name}[${shape.join(",")}]`;
  }

  get defaultFillValue(): NDArray {
    return this.readScalar(new Uint8Array(this.itemSize), 0);
  }

  get words(): readonly ByteWord[] {
    const { base, shape } = this;
    this.#words ??= Array.from({ length: sizeOf(shape) }, (_, i) =>
      base.words.map((word) => ({ ...word, offset: word.offset + i * base.itemSize })),
    ).flat();
    return this.#words;
  }
  override get hasEndianness(): boolean {
    return this.base.hasEndianness;
  }

  toInfoString(): string {
    return `Subarray(${this.base.toInfoString()}, shape=(${this.shape.join(", ")}))`;
  }
  override toV3(): JsonValue {
    throw new UnsupportedError("Zarr format 3 has no fields of several elements.");
  }
  /** The type of the elements; the field holds the shape. */
  toV2(): DataTypeV2 {
    return this.base.toV2();
  }

  parseFillValue(json: JsonValue): NDArray {
    throw this.badFill(json, "fields of several elements have no fill value of their own");
  }
  fillValueToJson(): JsonValue {
    throw new UnsupportedError("Fields of several elements have no fill value of their own.");
  }

  /** Takes an array of this shape, and nested lists. */
  toScalar(value: unknown): NDArray {
    const { base, shape } = this;
    let leaves: Iterable<unknown>;
    if (isNDArray(value) && String(value.shape) === String(shape)) leaves = value.scalars();
    else if (Array.isArray(value)) leaves = nestedLeaves(value, shape);
    else throw this.badKind(value);
    const bytes = new Uint8Array(this.itemSize);
    let at = 0;
    for (const leaf of leaves) {
      base.writeScalar(base.toScalar(leaf), bytes, at);
      at += base.itemSize;
    }
    return this.readScalar(bytes, 0);
  }
  scalarToString(value: NDArray): string {
    return String(value);
  }
  writeScalar(value: NDArray, target: Uint8Array, byteOffset: number): void {
    let at = byteOffset;
    for (const scalar of value.scalars()) {
      this.base.writeScalar(scalar, target, at);
      at += this.base.itemSize;
    }
  }
  readScalar(source: Uint8Array, byteOffset: number): NDArray {
    const bytes = source.slice(byteOffset, byteOffset + this.itemSize);
    return NDArray.fromBlock(this.base, wrapBlock(bytes, this.shape, this.base.itemSize));
  }

  /** The elements of all records; the structured type gives them the records' shape. */
  toContainer(data: Uint8Array | unknown[]): Container {
    return this.base.toContainer(memoryBytes(data));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    const each = sizeOf(this.shape);
    return memoryBytes(this.base.fromContainer(container, start * each, count * each));
  }
  scalarAt(container: Container, index: number): NDArray {
    return this.readScalar(this.fromContainer(container, index, 1), 0);
  }
  isContainer(value: unknown): boolean {
    return this.base.isContainer(value);
  }
}
