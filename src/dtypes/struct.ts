/**
 * Structured types: records of fields. Scalars are objects by field, the container is an `NDArray` by field.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { encodeBase64 } from "./base64.ts";
import { bytesOfFill, isEmptyV2Fill } from "./bytes-fill.ts";
import type { ByteWord, CastKind, Container, DataType, StructField } from "./data-type.ts";
import type { StructScalar } from "./data-types.ts";
import { elementTexts } from "./element-text.ts";
import { FixedDataType, memoryBytes } from "./fixed-data-type.ts";
import { gatherBlock } from "./gather-block.ts";
import { fieldsOf, isNDArray, NDArray } from "./nd-array.ts";
import { pythonTuple } from "./python-tuple.ts";
import { fieldToNumpy, fieldToV2 } from "./struct-text.ts";
import { SubarrayDataType } from "./subarray.ts";

/** A structured type. Fields lie behind each other; a v2 layout may have gaps. */
export class StructDataType extends FixedDataType<StructScalar> {
  readonly name = "struct";
  readonly castKind: CastKind = "void";
  readonly itemSize: number;
  readonly isView = false;
  readonly fields: readonly StructField[];
  #words: readonly ByteWord[] | undefined;

  /**
   * @param fields - in the order of their offsets, of a fixed size each.
   * @param itemSize - bytes of a record, gaps included.
   */
  constructor(fields: readonly StructField[], itemSize: number) {
    super();
    this.fields = fields;
    this.itemSize = itemSize;
  }

  get words(): readonly ByteWord[] {
    this.#words ??= this.fields.flatMap(({ dataType, offset }) =>
      dataType.words.map((word) => ({ ...word, offset: word.offset + offset })),
    );
    return this.#words;
  }

  /** As NumPy's zeros: a date is 1970, a text empty. */
  get defaultFillValue(): StructScalar {
    return this.readScalar(new Uint8Array(this.itemSize), 0);
  }

  override toString(): string {
    return `[${this.#layout(fieldToNumpy).join(", ")}]`;
  }
  toInfoString(): string {
    const fields = this.fields.map(({ name, dataType }) => `('${name}', ${dataType.toInfoString()})`);
    return `Struct(fields=${pythonTuple(fields)})`;
  }
  override toV3(): JsonValue {
    const packed = this.fields.reduce((size, { dataType }) => size + dataType.itemSize, 0);
    if (packed !== this.itemSize) {
      throw new UnsupportedError("Zarr format 3 has no structured types with gaps between their fields.");
    }
    const fields = this.fields.map(({ name, dataType }) => ({ name, data_type: dataType.toV3() }));
    return { name: "struct", configuration: { fields } };
  }
  toV2(): readonly JsonValue[] {
    return this.#layout(fieldToV2);
  }

  /** An object by field, where missing ones have their type's default; or base64 of a record. In v2 base64 of a stored record. */
  override parseFillBytes(json: JsonValue, zarrFormat: 2 | 3): Uint8Array {
    if (isEmptyV2Fill(json, zarrFormat)) return new Uint8Array(this.itemSize);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return this.#parseFields(json as JsonObject, zarrFormat); // no other object is left
    }
    const bytes = bytesOfFill(json);
    if (bytes === undefined) throw this.badFill(json, "it is neither an object by field nor base64");
    if (bytes.length !== this.itemSize) {
      throw this.badFill(json, `it has ${bytes.length} bytes, not ${this.itemSize}`);
    }
    return zarrFormat === 2 ? this.#swapStored(bytes) : bytes;
  }
  override fillBytesToJson(bytes: Uint8Array, zarrFormat: 2 | 3): JsonValue {
    if (zarrFormat === 2) return encodeBase64(this.#swapStored(bytes));
    return Object.fromEntries(
      this.fields.map(({ name, dataType, offset }) => {
        return [
          name,
          dataType.fillBytesToJson(bytes.subarray(offset, offset + dataType.itemSize), zarrFormat),
        ];
      }),
    );
  }
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): StructScalar {
    return this.readScalar(this.parseFillBytes(json, zarrFormat), 0);
  }
  fillValueToJson(value: StructScalar, zarrFormat: 2 | 3): JsonValue {
    const bytes = new Uint8Array(this.itemSize);
    this.writeScalar(value, bytes, 0);
    return this.fillBytesToJson(bytes, zarrFormat);
  }

  #parseFields(json: JsonObject, zarrFormat: 2 | 3): Uint8Array {
    const unknown = Object.keys(json).find((key) => !this.fields.some(({ name }) => name === key));
    if (unknown !== undefined) throw this.badFill(json, `it names a field "${unknown}" that there is not`);
    const bytes = new Uint8Array(this.itemSize);
    for (const { name, dataType, offset } of this.fields) {
      if (Object.hasOwn(json, name)) bytes.set(dataType.parseFillBytes(json[name]!, zarrFormat), offset);
      else dataType.writeScalar(dataType.defaultFillValue, bytes, offset);
    }
    return bytes;
  }

  /** A record with the words that are big-endian in the stored layout reversed; its own inverse. */
  #swapStored(bytes: Uint8Array): Uint8Array {
    const swapped = bytes.slice();
    for (const { offset, size, bigEndian } of this.words) {
      if (bigEndian) swapped.subarray(offset, offset + size).reverse();
    }
    return swapped;
  }

  /** Takes an object with a value for each field. */
  toScalar(value: unknown): StructScalar {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.badKind(value);
    const given = value as Record<string, unknown>; // any object may be read by key
    const unknown = Object.keys(given).find((key) => !this.fields.some(({ name }) => name === key));
    if (unknown !== undefined) throw new TypeError(`The data type ${this} has no field "${unknown}".`);
    return Object.fromEntries(
      this.fields.map(({ name, dataType }) => {
        if (Object.hasOwn(given, name)) return [name, dataType.toScalar(given[name])];
        throw new TypeError(`The data type ${this} needs a value for its field "${name}".`);
      }),
    );
  }
  scalarToString(value: StructScalar): string {
    const texts = this.fields.map(({ name, dataType }) => {
      if (dataType.castKind === "complex") return elementTexts(dataType, [value[name]])[0]!; // as within an array
      const text = dataType.scalarToString(value[name]);
      return ["string", "datetime"].includes(dataType.castKind) ? `'${text}'` : text;
    });
    return pythonTuple(texts);
  }

  writeScalar(value: StructScalar, target: Uint8Array, byteOffset: number): void {
    for (const { name, dataType, offset } of this.fields) {
      dataType.writeScalar(value[name], target, byteOffset + offset);
    }
  }
  readScalar(source: Uint8Array, byteOffset: number): StructScalar {
    return Object.fromEntries(
      this.fields.map(({ name, dataType, offset }) => [
        name,
        dataType.readScalar(source, byteOffset + offset),
      ]),
    );
  }

  /** One array of one dimension a field, with further axes for a field of several elements. */
  toContainer(data: Uint8Array | unknown[]): Container {
    const bytes = memoryBytes(data);
    const count = Math.floor(bytes.length / this.itemSize);
    const entries = this.fields.map(({ name, dataType, offset }) => {
      const column = this.#takeColumn(bytes, count, offset, dataType.itemSize);
      const isSubarray = dataType instanceof SubarrayDataType;
      const elementType = isSubarray ? dataType.base : dataType;
      const shape = isSubarray ? [count, ...dataType.shape] : [count];
      return [name, NDArray.fromBlock(elementType, wrapBlock(column, shape, elementType.itemSize))] as const;
    });
    return fieldsOf(entries);
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * this.itemSize);
    for (const { name, dataType, offset } of this.fields) {
      const column = columnOf(fieldOf(container, name));
      const size = dataType.itemSize;
      for (let i = 0; i < count; i++) {
        const from = (start + i) * size;
        bytes.set(column.subarray(from, from + size), i * this.itemSize + offset);
      }
    }
    return bytes;
  }
  scalarAt(container: Container, index: number): StructScalar {
    return Object.fromEntries(
      this.fields.map(({ name, dataType }) => {
        const field = fieldOf(container, name);
        if (!(dataType instanceof SubarrayDataType)) return [name, field.flatScalar(index)];
        const records = sizeOf(field.shape) / Math.max(1, sizeOf(dataType.shape));
        return [name, field.reshape([records, ...dataType.shape]).subarray(index)];
      }),
    );
  }
  isContainer(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return this.fields.every(({ name, dataType }) => {
      // Own keys only: a field may be called `constructor`.
      const field: unknown = Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined;
      const elementType: DataType = dataType instanceof SubarrayDataType ? dataType.base : dataType;
      return isNDArray(field) && field.dtype === elementType.name;
    });
  }

  #takeColumn(bytes: Uint8Array, count: number, offset: number, size: number): Uint8Array {
    const column = new Uint8Array(count * size);
    for (let i = 0; i < count; i++) {
      const from = i * this.itemSize + offset;
      column.set(bytes.subarray(from, from + size), i * size);
    }
    return column;
  }

  #layout<T>(describe: (name: string, dataType: DataType | undefined, bytes: number) => T): T[] {
    const parts: T[] = [];
    let at = 0;
    const gap = (to: number): void => {
      if (to > at) parts.push(describe("", undefined, to - at));
    };
    for (const { name, dataType, offset } of this.fields) {
      gap(offset);
      parts.push(describe(name, dataType, dataType.itemSize));
      at = offset + dataType.itemSize;
    }
    gap(this.itemSize);
    return parts;
  }
}

/** A field's array in a container, which `isContainer` has found to have it. */
function fieldOf(container: Container, name: string): NDArray {
  return (container as Record<string, NDArray>)[name]!;
}

/** The elements of a field in memory form, behind each other. */
function columnOf(field: NDArray): Uint8Array {
  return memoryBytes(gatherBlock(field.toBlock()).data);
}
