/**
 * `string` and `variable_length_bytes`: text and bytes of any length.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import { encodeBase64 } from "./base64.ts";
import { bytesOfFill, bytesText, isEmptyV2Fill, toBytesScalar } from "./bytes-fill.ts";
import type { CastKind, DataTypeDefinition } from "./data-type.ts";
import { requireNoConfiguration } from "./fixed-data-type.ts";
import { parseNumpyCode } from "./numpy-code.ts";
import { hasLoneSurrogate } from "./text-scalar.ts";
import { VariableDataType } from "./variable-data-type.ts";

/** The data type `string`: the container is `string[]`. */
export class StringDataType extends VariableDataType<string> {
  readonly name = "string";
  readonly castKind: CastKind = "string";
  readonly objectCodec = "vlen-utf8";
  readonly nominalSize = 16;
  readonly defaultFillValue: string = "";

  override toString(): string {
    return "StringDType()";
  }
  toInfoString(): string {
    return "VariableLengthUTF8()";
  }
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): string {
    if (isEmptyV2Fill(json, zarrFormat)) return "";
    if (typeof json !== "string") throw this.badFill(json, "it is not text");
    if (hasLoneSurrogate(json)) throw this.badFill(json, "it has half of a surrogate pair");
    return json;
  }
  fillValueToJson(value: string): JsonValue {
    return value;
  }
  /** Takes strings. Half of a surrogate pair has no encoding, and is out of range. */
  toScalar(value: unknown): string {
    if (typeof value !== "string") throw this.badKind(value);
    if (hasLoneSurrogate(value))
      throw new RangeError("A text with half of a surrogate pair cannot be stored.");
    return value;
  }
  scalarToString(value: string): string {
    return value;
  }
  isContainer(value: unknown): boolean {
    return Array.isArray(value);
  }
}

/** The data type `variable_length_bytes`, which the registry calls `bytes`: the container is `Uint8Array[]`. */
export class VariableLengthBytesDataType extends VariableDataType<Uint8Array> {
  readonly name = "variable_length_bytes";
  readonly castKind: CastKind = "bytes";
  readonly objectCodec = "vlen-bytes";
  readonly defaultFillValue: Uint8Array = new Uint8Array(0);

  toInfoString(): string {
    return "VariableLengthBytes()";
  }
  /** Base64, or a list of integers from 0 to 255. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): Uint8Array {
    const bytes = isEmptyV2Fill(json, zarrFormat) ? this.defaultFillValue : bytesOfFill(json);
    if (bytes === undefined) throw this.badFill(json, "it is neither base64 nor a list of bytes");
    return bytes;
  }
  fillValueToJson(value: Uint8Array): JsonValue {
    return encodeBase64(value);
  }
  /** Takes `Uint8Array`s, and ASCII text. */
  toScalar(value: unknown): Uint8Array {
    const bytes = toBytesScalar(value);
    if (bytes === undefined) throw this.badKind(value);
    return bytes;
  }
  scalarToString(value: Uint8Array): string {
    return bytesText(value);
  }
  isScalarObject(value: object): boolean {
    return value instanceof Uint8Array;
  }
  isSameScalar(a: unknown, b: unknown): boolean {
    if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return false;
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  isContainer(value: unknown): boolean {
    return Array.isArray(value);
  }
}

const STRING = new StringDataType();
const BYTES = new VariableLengthBytesDataType();

/** How the registry knows `string`. */
export const stringDefinition: DataTypeDefinition = {
  name: "string",
  fromV3(name, configuration) {
    requireNoConfiguration(name, configuration);
    return STRING;
  },
  fromV2: (dtype, objectCodec) =>
    isObject(dtype) && objectCodec === STRING.objectCodec ? STRING : undefined,
  fromText: (text) => (["string", "str", "T", "StringDType()"].includes(text) ? STRING : undefined),
};

/** How the registry knows `variable_length_bytes`. */
export const variableLengthBytesDefinition: DataTypeDefinition = {
  name: "variable_length_bytes",
  aliases: ["bytes"],
  fromV3(name, configuration) {
    requireNoConfiguration(name, configuration);
    return BYTES;
  },
  fromV2: (dtype, objectCodec) => (isObject(dtype) && objectCodec === BYTES.objectCodec ? BYTES : undefined),
  fromText: (text) => (["variable_length_bytes", "bytes"].includes(text) ? BYTES : undefined),
};

function isObject(dtype: JsonValue): boolean {
  return parseNumpyCode(dtype)?.kind === "O";
}
