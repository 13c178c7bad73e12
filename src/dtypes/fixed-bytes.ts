/**
 * Bytes of a fixed length: `r<bits>` and `raw_bytes` hold them as they are, `null_terminated_bytes`
 * drops trailing zeros. Scalars are `Uint8Array`s.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { encodeBase64 } from "./base64.ts";
import { bytesOfFill, bytesText, isEmptyV2Fill, toBytesScalar } from "./bytes-fill.ts";
import type { ByteWord, CastKind, Container, DataTypeDefinition } from "./data-type.ts";
import { FixedDataType, memoryBytes, requireNoConfiguration } from "./fixed-data-type.ts";
import { lengthBytesOf, requireElementLength } from "./length-bytes.ts";
import { parseNumpyCode } from "./numpy-code.ts";

abstract class FixedBytesDataType extends FixedDataType<Uint8Array> {
  readonly itemSize: number;
  readonly words: readonly ByteWord[] = [];
  readonly isView = false;

  constructor(itemSize: number) {
    super();
    this.itemSize = itemSize;
  }

  abstract override get defaultFillValue(): Uint8Array;

  /** Bytes that may stand here, or an error. */
  protected abstract accepts(length: number): boolean;

  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): Uint8Array {
    if (isEmptyV2Fill(json, zarrFormat)) return this.defaultFillValue;
    const bytes = bytesOfFill(json);
    if (bytes === undefined) throw this.badFill(json, "it is neither base64 nor a list of bytes");
    if (!this.accepts(bytes.length))
      throw this.badFill(json, `it has ${bytes.length} bytes, not ${this.itemSize}`);
    return this.trim(bytes);
  }
  fillValueToJson(value: Uint8Array): JsonValue {
    return encodeBase64(value);
  }

  toScalar(value: unknown): Uint8Array {
    const bytes = toBytesScalar(value);
    if (bytes === undefined) throw this.badKind(value);
    if (this.accepts(bytes.length)) return bytes.slice();
    throw new RangeError(
      `${bytes.length} bytes do not fit data type ${this.name} of ${this.itemSize} bytes.`,
    );
  }
  scalarToString(value: Uint8Array): string {
    return bytesText(value);
  }
  isScalarObject(value: object): boolean {
    return value instanceof Uint8Array;
  }

  writeScalar(value: Uint8Array, target: Uint8Array, byteOffset: number): void {
    target.fill(0, byteOffset, byteOffset + this.itemSize);
    target.set(value, byteOffset);
  }
  readScalar(source: Uint8Array, byteOffset: number): Uint8Array {
    return this.trim(source.slice(byteOffset, byteOffset + this.itemSize));
  }
  toContainer(data: Uint8Array | unknown[]): Container {
    const bytes = memoryBytes(data);
    const length = Math.floor(bytes.length / this.itemSize);
    return Array.from({ length }, (_, i) => this.readScalar(bytes, i * this.itemSize));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * this.itemSize);
    for (let i = 0; i < count; i++) {
      this.writeScalar(this.toScalar(this.scalarAt(container, start + i)), bytes, i * this.itemSize);
    }
    return bytes;
  }
  scalarAt(container: Container, index: number): Uint8Array {
    return (container as Uint8Array[])[index]!; // what toContainer makes
  }
  isContainer(value: unknown): boolean {
    return Array.isArray(value);
  }

  protected trim(bytes: Uint8Array): Uint8Array {
    return bytes;
  }
}

/** `r<bits>` or `raw_bytes`: every element has exactly so many bytes. */
export class RawBytesDataType extends FixedBytesDataType {
  readonly name: string;
  readonly castKind: CastKind = "void";

  /** @param name - `r16`, or `raw_bytes`. */
  constructor(name: string, itemSize: number) {
    requireElementLength(name, itemSize);
    super(itemSize);
    this.name = name;
  }

  /** Zeros, made when asked for: metadata alone allocates nothing. */
  get defaultFillValue(): Uint8Array {
    return new Uint8Array(this.itemSize);
  }

  override toString(): string {
    return `|V${this.itemSize}`;
  }
  toInfoString(): string {
    return `RawBytes(length=${this.itemSize})`;
  }
  override toV3(): JsonValue {
    return this.name === "raw_bytes"
      ? { name: this.name, configuration: { length_bytes: this.itemSize } }
      : this.name;
  }
  toV2(): string {
    return `|V${this.itemSize}`;
  }
  /** The core specification's `r<bits>` has a list of integers, `raw_bytes` base64; both are read for either. */
  override fillValueToJson(value: Uint8Array, zarrFormat: 2 | 3 = 3): JsonValue {
    return zarrFormat === 3 && this.name !== "raw_bytes" ? [...value] : encodeBase64(value);
  }
  /** NumPy prints raw bytes as hexadecimal digits, all of them. */
  override scalarToString(value: Uint8Array): string {
    const digits = Array.from(value, (byte) => `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`);
    return `b'${digits.join("")}'`;
  }
  protected accepts(length: number): boolean {
    return length === this.itemSize;
  }
}

/** `null_terminated_bytes`, NumPy's `S`: up to so many bytes, without trailing zeros. */
export class NullTerminatedBytesDataType extends FixedBytesDataType {
  readonly name = "null_terminated_bytes";
  readonly castKind: CastKind = "bytes";

  constructor(itemSize: number) {
    requireElementLength("null_terminated_bytes", itemSize);
    super(itemSize);
  }

  get defaultFillValue(): Uint8Array {
    return new Uint8Array(0);
  }

  override toString(): string {
    return this.toV2();
  }
  toInfoString(): string {
    return `NullTerminatedBytes(length=${this.itemSize})`;
  }
  override toV3(): JsonValue {
    return { name: this.name, configuration: { length_bytes: this.itemSize } };
  }
  toV2(): string {
    return `|S${this.itemSize}`;
  }
  protected accepts(length: number): boolean {
    return length <= this.itemSize;
  }
  protected override trim(bytes: Uint8Array): Uint8Array {
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end--;
    return end === bytes.length ? bytes : bytes.slice(0, end);
  }
}

/** How the registry knows `r8`, `r16`, and so on. */
export const rawBitsDefinition: DataTypeDefinition = {
  name: /^r\d{1,10}$/,
  printedName: "r<bits>",
  fromV3(name, configuration) {
    requireNoConfiguration(name, configuration);
    const bits = Number(name.slice(1));
    if (bits % 8 !== 0 || bits === 0) {
      throw new MetadataValidationError(`The bits of data type ${name} must be a positive multiple of 8.`, {
        actual: name,
      });
    }
    return new RawBytesDataType(name, bits / 8);
  },
};

/** How the registry knows `raw_bytes`, NumPy's `V`. */
export const rawBytesDefinition: DataTypeDefinition = {
  name: "raw_bytes",
  fromV3: (name, configuration) => new RawBytesDataType(name, lengthBytesOf(name, configuration, 1)),
  fromV2: (dtype) => fromCode(dtype, "V", (size) => new RawBytesDataType("raw_bytes", size)),
  fromText: (text) => fromCode(text, "V", (size) => new RawBytesDataType("raw_bytes", size)),
};

/** How the registry knows `null_terminated_bytes`, NumPy's `S`. */
export const nullTerminatedBytesDefinition: DataTypeDefinition = {
  name: "null_terminated_bytes",
  fromV3: (name, configuration) => new NullTerminatedBytesDataType(lengthBytesOf(name, configuration, 1)),
  fromV2: (dtype) => fromCode(dtype, "S", (size) => new NullTerminatedBytesDataType(size)),
  fromText: (text) => fromCode(text, "S", (size) => new NullTerminatedBytesDataType(size)),
};

function fromCode<T>(text: unknown, kind: "S" | "V", make: (size: number) => T): T | undefined {
  const code = parseNumpyCode(text);
  return code?.kind === kind && code.size !== undefined ? make(code.size) : undefined;
}
