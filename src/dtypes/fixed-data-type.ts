import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { ByteWord, CastKind, Container, DataType, DataTypeV2 } from "./data-type.ts";
import { describeValue } from "./describe-value.ts";

/**
 * What data types with elements of a fixed size have in common. A type of your own may extend it:
 * what is abstract here is what differs between types.
 */
export abstract class FixedDataType<S> implements DataType<S> {
  abstract readonly name: string;
  abstract readonly castKind: CastKind;
  abstract readonly itemSize: number;
  abstract readonly words: readonly ByteWord[];
  abstract readonly defaultFillValue: S;
  abstract readonly isView: boolean;
  readonly containerStep: number = 1;

  get hasEndianness(): boolean {
    return this.words.length > 0;
  }

  /** Are stored elements big-endian (v2 only)? */
  protected get bigEndian(): boolean {
    return this.words[0]?.bigEndian ?? false;
  }

  toString(): string {
    const code = this.toV2();
    return this.bigEndian && typeof code === "string" ? code : this.name;
  }

  abstract toInfoString(): string;
  toV3(): JsonValue {
    return this.name;
  }
  abstract toV2(): DataTypeV2;
  abstract parseFillValue(json: JsonValue, zarrFormat: 2 | 3): S;
  abstract fillValueToJson(value: S, zarrFormat: 2 | 3): JsonValue;

  parseFillBytes(json: JsonValue, zarrFormat: 2 | 3): Uint8Array {
    const bytes = new Uint8Array(this.itemSize);
    this.writeScalar(this.parseFillValue(json, zarrFormat), bytes, 0);
    return bytes;
  }
  fillBytesToJson(bytes: Uint8Array, zarrFormat: 2 | 3): JsonValue {
    return this.fillValueToJson(this.readScalar(bytes, 0), zarrFormat);
  }

  abstract toScalar(value: unknown): S;
  abstract scalarToString(value: S): string;
  abstract writeScalar(value: S, target: Uint8Array, byteOffset: number): void;
  abstract readScalar(source: Uint8Array, byteOffset: number): S;
  abstract toContainer(data: Uint8Array | unknown[]): Container;
  abstract fromContainer(container: Container, start: number, count: number): Uint8Array;
  abstract scalarAt(container: Container, index: number): S;
  abstract isContainer(value: unknown): boolean;

  toBytes(data: Uint8Array): Uint8Array {
    return data.slice();
  }

  /** The error for a fill value that this type does not have. */
  protected badFill(json: JsonValue, why: string): MetadataValidationError {
    return new MetadataValidationError(
      `The fill value ${describeValue(json)} is not valid for data type ${this.name}: ${why}.`,
      { expected: this.name, actual: json },
    );
  }
  /** The error for a value of another kind. */
  protected badKind(value: unknown): TypeError {
    return new TypeError(`Cannot convert ${describeValue(value)} to a value of data type ${this.name}.`);
  }
  /** The error for a value that is out of range. */
  protected badRange(value: unknown): RangeError {
    return new RangeError(`${describeValue(value)} is not representable in data type ${this.name}.`);
  }
}

/** The bytes of memory form; the engine never hands a list to a type of fixed size. */
export function memoryBytes(data: Uint8Array | unknown[]): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new TypeError("Elements of a fixed size are bytes in memory, not a list of values.");
}

/** The one word of an element of `size` bytes; none for single bytes. */
export function singleWord(size: 1 | 2 | 4 | 8, bigEndian: boolean): readonly ByteWord[] {
  return size === 1 ? [] : [{ offset: 0, size, bigEndian }];
}

/** `little` or `big`, as zarr-python prints it. */
export function endiannessOf(bigEndian: boolean): string {
  return `endianness='${bigEndian ? "big" : "little"}'`;
}

/** Refuses a configuration where a data type takes none. */
export function requireNoConfiguration(name: string, configuration: JsonObject | undefined): void {
  if (configuration !== undefined && Object.keys(configuration).length > 0) {
    throw new MetadataValidationError(`The data type ${name} takes no configuration.`, {
      expected: {},
      actual: configuration,
    });
  }
}
