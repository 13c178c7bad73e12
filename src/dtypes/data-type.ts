/**
 * What a data type is to the rest of the library.
 *
 * A data type has a memory form, in which codecs and selections move elements, and
 * a container, which users see as `NDArray.data`. For numbers the container is a typed
 * array over the very bytes of the memory form, and nothing is converted.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../base/json.ts";

/**
 * Byte-order words within an element: `size` bytes at `offset` are reversed when the
 * stored byte order is not little-endian. Single bytes are left out.
 * `bigEndian`: this word is big-endian in the stored v2 layout (`>f4`), whatever the others are.
 */
export interface ByteWord {
  readonly offset: number;
  readonly size: 2 | 4 | 8;
  readonly bigEndian: boolean;
}

/** A JSON form in v2 metadata: a NumPy type string, or a list of fields. */
export type DataTypeV2 = string | readonly JsonValue[];

/** How NumPy's `same_kind` casting sees a type. */
export type CastKind =
  | "bool"
  | "unsigned"
  | "signed"
  | "float"
  | "complex"
  | "datetime"
  | "timedelta"
  | "string"
  | "bytes"
  | "void"
  | "other";

/** What `NDArray.data` holds: a typed array, a list of values, or arrays by field. */
export type Container = ArrayBufferView<ArrayBufferLike> | unknown[] | { readonly [field: string]: unknown };

/** A field of a structured type. */
export interface StructField {
  readonly name: string;
  readonly dataType: DataType;
  /** Bytes from the start of the record, in the stored (packed or padded) layout. */
  readonly offset: number;
}

/**
 * A data type: its names, its fill values, its elements in memory.
 *
 * `S` is the scalar, for example `number` or `bigint`.
 */
export interface DataType<S = unknown> {
  /** Logical name, the same for either byte order: `float64`, `datetime64[ns]`, `<U5` → `fixed_length_utf32`… It is the `D` of `NDArray<D>`. */
  readonly name: string;
  /** NumPy's printed form, byte order included: `float64`, `>i4`, `<U5`, `datetime64[ns]`, `StringDType()`. */
  toString(): string;
  /** zarr-python's printed form in `info`: `Float64(endianness='little')`. */
  toInfoString(): string;

  readonly castKind: CastKind;
  /** Bytes of an element in memory and in the plain stored form; 0: variable length. */
  readonly itemSize: number;
  /** Bytes that an element of variable length counts as in `nbytes`: what it takes in NumPy's own arrays. Default 8, a pointer. */
  readonly nominalSize?: number | undefined;
  /** What to reverse when the stored byte order is big-endian. Empty for single bytes. */
  readonly words: readonly ByteWord[];
  /** Does `bytes` need its `endian`? True when `words` is not empty. */
  readonly hasEndianness: boolean;
  /** Fields of a structured type. */
  readonly fields?: readonly StructField[] | undefined;
  /** The codec that turns values into bytes where `bytes` cannot (`vlen-utf8`, `vlen-bytes`), and its v2 object codec. */
  readonly objectCodec?: string | undefined;
  /** Bits of an element under `packbits`, where fewer than the memory form has. */
  readonly packedBits?: number | undefined;

  /** The `data_type` of v3 metadata. Throws UnsupportedError if v3 has no name for it. */
  toV3(): JsonValue;
  /** The `dtype` of v2 metadata. Throws UnsupportedError if v2 has no name for it. */
  toV2(): DataTypeV2;

  /** The scalar an array has where nothing was written and no fill value given. */
  readonly defaultFillValue: S;
  /** Reads a `fill_value` strictly. Throws MetadataValidationError. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): S;
  fillValueToJson(value: S, zarrFormat: 2 | 3): JsonValue;
  /**
   * Reads a `fill_value` into one element in memory form. Unlike a scalar, it keeps the bits of a NaN.
   * Throws UnsupportedError for variable-length types.
   */
  parseFillBytes(json: JsonValue, zarrFormat: 2 | 3): Uint8Array;
  /** The `fill_value` of an element in memory form; the reverse of `parseFillBytes`. */
  fillBytesToJson(bytes: Uint8Array, zarrFormat: 2 | 3): JsonValue;

  /**
   * Checks and converts a user's value to a scalar of this type.
   * Throws RangeError when it is not representable, TypeError when it is of another kind.
   */
  toScalar(value: unknown): S;
  /** NumPy's text of a scalar, for printing. */
  scalarToString(value: S): string;

  /** Writes a scalar in memory form at a byte offset. Only where `itemSize > 0`. */
  writeScalar(value: S, target: Uint8Array, byteOffset: number): void;
  /** Are two scalars the same value, for the test whether a chunk holds only fill value? Only where `itemSize === 0`; default `Object.is`. */
  isSameScalar?(a: unknown, b: unknown): boolean;
  /** Reads a scalar from memory form. Only where `itemSize > 0`. */
  readScalar(source: Uint8Array, byteOffset: number): S;

  /**
   * The user's container over elements in memory form (`itemSize > 0`), C order. Aliases `bytes`
   * where `isView`; copies otherwise. For variable-length types the list itself is the container.
   */
  toContainer(data: Uint8Array | unknown[]): Container;
  /** Memory form of `count` elements of a container from element `start` on; aliases where `isView`. */
  fromContainer(container: Container, start: number, count: number): Uint8Array | unknown[];
  /** Is the container a typed array over the memory form itself? */
  readonly isView: boolean;
  /** Typed-array elements per element where `isView`: 2 for complex, else 1. */
  readonly containerStep: number;
  /** The scalar of element `index` of a container. */
  scalarAt(container: Container, index: number): S;
  /**
   * For types whose stored bytes have bits that do not count (bool, `int4`): the same elements with those bits
   * canonical. Returns `data` itself when nothing had to change, and never writes to it. Codecs that turn stored
   * bytes into memory form call it.
   */
  canonicalize?(data: Uint8Array): Uint8Array;
  /** Is this object one scalar, though it looks like an array: bytes of a bytes type, a list of an object type? */
  isScalarObject?(value: object): boolean;
  /** Is this value a container of this type (for `out` and for written values)? */
  isContainer(value: unknown): boolean;
  /** Bytes per the contract's `toBytes()`: C order little-endian. Throws UnsupportedError for variable-length types. */
  toBytes(data: Uint8Array): Uint8Array;
}

/** A data type as its registry knows it. */
export interface DataTypeDefinition {
  /** Extension name in v3 metadata; a pattern where a name has a number in it (`r16`). */
  readonly name: string | RegExp;
  /** How a pattern is listed among the known names: `r<bits>`. */
  readonly printedName?: string;
  /** Further v3 names that are read. */
  readonly aliases?: readonly string[];
  /** v3: from name and configuration. Throws MetadataValidationError on a bad configuration. */
  fromV3?(
    name: string,
    configuration: JsonObject | undefined,
    context: DataTypeContext,
  ): DataType | undefined;
  /** v2: from the `dtype` and the id of the object codec, or `undefined` when it is not this type's. */
  fromV2?(dtype: JsonValue, objectCodec: string | undefined, context: DataTypeContext): DataType | undefined;
  /** From what users write: `"f8"`, `"<U5"`, `"datetime64[ns]"`, `"string"`. `undefined` when it is not this type's. */
  fromText?(text: string): DataType | undefined;
}

/** How nested types (fields of a struct) are resolved: by the same registry. `location` is relative: `/configuration/fields/1/data_type`. */
export interface DataTypeContext {
  parseV3(json: JsonValue, location: string): DataType;
  parseV2(json: JsonValue, objectCodec: string | undefined, location: string): DataType;
}
