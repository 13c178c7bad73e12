/**
 * `fixed_length_utf32`, NumPy's `U`: text of up to so many code points.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { isEmptyV2Fill } from "./bytes-fill.ts";
import type { ByteWord, CastKind, Container, DataTypeDefinition } from "./data-type.ts";
import { FixedDataType, endiannessOf, memoryBytes } from "./fixed-data-type.ts";
import { lengthBytesOf, MAX_WORDED_LENGTH, requireElementLength } from "./length-bytes.ts";
import { parseNumpyCode } from "./numpy-code.ts";
import { countCodePoints, hasLoneSurrogate } from "./text-scalar.ts";

/** The data type `fixed_length_utf32`; scalars are strings without trailing NULs, the container is `string[]`. */
export class FixedLengthUtf32DataType extends FixedDataType<string> {
  readonly name = "fixed_length_utf32";
  readonly castKind: CastKind = "string";
  readonly itemSize: number;
  readonly isView = false;
  readonly defaultFillValue: string = "";
  readonly #bigEndian: boolean;
  /** Code points. */
  readonly length: number;
  #words: readonly ByteWord[] | undefined;

  constructor(length: number, bigEndian = false) {
    super();
    requireElementLength(this.name, length * 4, MAX_WORDED_LENGTH);
    this.length = length;
    this.itemSize = length * 4;
    this.#bigEndian = bigEndian;
  }

  get words(): readonly ByteWord[] {
    return (this.#words ??= Array.from({ length: this.length }, (_, i) => {
      return { offset: 4 * i, size: 4 as const, bigEndian: this.#bigEndian };
    }));
  }
  override get hasEndianness(): boolean {
    return true;
  }
  protected override get bigEndian(): boolean {
    return this.#bigEndian;
  }

  override toString(): string {
    return this.toV2();
  }
  toInfoString(): string {
    return `FixedLengthUTF32(length=${this.length}, ${endiannessOf(this.#bigEndian)})`;
  }
  override toV3(): JsonValue {
    return { name: this.name, configuration: { length_bytes: this.itemSize } };
  }
  toV2(): string {
    return `${this.#bigEndian ? ">" : "<"}U${this.length}`;
  }

  /** Text; what is longer than the type is refused. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): string {
    if (isEmptyV2Fill(json, zarrFormat)) return "";
    if (typeof json !== "string") throw this.badFill(json, "it is not text");
    if (hasLoneSurrogate(json)) throw this.badFill(json, "it has half of a surrogate pair");
    if (countCodePoints(json) > this.length)
      throw this.badFill(json, `it is longer than ${this.length} code points`);
    return json;
  }
  fillValueToJson(value: string): JsonValue {
    return value;
  }

  toScalar(value: unknown): string {
    if (typeof value !== "string") throw this.badKind(value);
    if (hasLoneSurrogate(value)) throw this.badRange(value);
    const count = countCodePoints(value);
    if (count <= this.length) return value;
    throw new RangeError(`A text of ${count} code points does not fit data type ${this}.`);
  }
  scalarToString(value: string): string {
    return value;
  }

  writeScalar(value: string, target: Uint8Array, byteOffset: number): void {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const end = byteOffset + this.itemSize;
    let at = byteOffset;
    for (let i = 0; i < value.length && at < end; i++) {
      const code = value.codePointAt(i)!; // i is inside the text
      if (code > 0xffff) i++;
      view.setUint32(at, code, true);
      at += 4;
    }
    target.fill(0, at, end);
  }
  readScalar(source: Uint8Array, byteOffset: number): string {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    let end = byteOffset + this.itemSize;
    while (end > byteOffset && view.getUint32(end - 4, true) === 0) end -= 4;
    let text = "";
    for (let at = byteOffset; at < end; at += 4) {
      const code = view.getUint32(at, true);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        throw new CodecError(`A text holds 0x${code.toString(16)}, which is no Unicode character.`, {
          actual: code,
        });
      }
      text += String.fromCodePoint(code);
    }
    return text;
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
  scalarAt(container: Container, index: number): string {
    return (container as string[])[index]!; // what toContainer makes
  }
  isContainer(value: unknown): boolean {
    return Array.isArray(value);
  }
}

/** How the registry knows `fixed_length_utf32`. */
export const fixedLengthUtf32Definition: DataTypeDefinition = {
  name: "fixed_length_utf32",
  fromV3: (name, configuration) => new FixedLengthUtf32DataType(lengthBytesOf(name, configuration, 4) / 4),
  fromV2: fromCode,
  fromText: fromCode,
};

function fromCode(text: unknown): FixedLengthUtf32DataType | undefined {
  const code = parseNumpyCode(text);
  if (code?.kind !== "U" || code.size === undefined) return undefined;
  return new FixedLengthUtf32DataType(code.size, code.bigEndian);
}
