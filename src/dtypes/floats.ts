/**
 * `float16`, `float32`, `float64`, and the narrow formats of the registry: `bfloat16`, `float8_*`,
 * `float6_*`, `float4_*`. Scalars are numbers.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import type { ByteWord, CastKind, Container, DataType, DataTypeDefinition } from "./data-type.ts";
import {
  endiannessOf,
  FixedDataType,
  memoryBytes,
  requireNoConfiguration,
  singleWord,
} from "./fixed-data-type.ts";
import { type FloatContainer, floatContainer, type NumberView } from "./float-container.ts";
import { floatFillToJson, numberToFill, writeFloatFill } from "./float-fill.ts";
import {
  EXPANDED_FORMATS,
  FLOAT16_FORMAT,
  FLOAT32_FORMAT,
  FLOAT64_FORMAT,
  type FloatFormat,
} from "./float-format.ts";
import { floatToString } from "./float-text.ts";
import { parseNumpyCode } from "./numpy-code.ts";

/** A data type of floating-point numbers. */
export class FloatDataType extends FixedDataType<number> {
  readonly name: string;
  readonly castKind: CastKind = "float";
  readonly itemSize: number;
  readonly words: readonly ByteWord[];
  /** The value of zero bytes: 0, but in a format without zero its smallest value. */
  readonly defaultFillValue: number;
  readonly isView: boolean;
  readonly packedBits: number | undefined;
  readonly format: FloatFormat;
  readonly #container: FloatContainer;

  constructor(format: FloatFormat, bigEndian = false) {
    super();
    this.format = format;
    this.name = format.name;
    this.itemSize = format.byteLength;
    this.words = singleWord(format.byteLength, bigEndian);
    this.packedBits = format.bits < 8 ? format.bits : undefined;
    this.defaultFillValue = format.read(new Uint8Array(format.byteLength), 0);
    this.#container = floatContainer(format);
    this.isView = this.#container.isView;
  }

  toInfoString(): string {
    const [name, rest] = [
      `${this.name[0]!.toUpperCase()}${this.name.slice(1)}`,
      endiannessOf(this.bigEndian),
    ];
    return `${name}(${this.hasEndianness ? rest : ""})`;
  }
  /** NumPy's code where it has one; else the name, as tensorstore writes it. */
  toV2(): string {
    return isNumpyFormat(this.format) ? `${this.bigEndian ? ">" : "<"}f${this.itemSize}` : this.name;
  }

  override parseFillBytes(json: JsonValue, zarrFormat: 2 | 3): Uint8Array {
    const bytes = new Uint8Array(this.itemSize);
    const problem = writeFloatFill(json, this.format, zarrFormat, bytes, 0);
    if (problem !== undefined) throw this.badFill(json, problem);
    return bytes;
  }
  override fillBytesToJson(bytes: Uint8Array, zarrFormat: 2 | 3): JsonValue {
    return floatFillToJson(bytes, this.format, zarrFormat, 0);
  }
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): number {
    return this.format.read(this.parseFillBytes(json, zarrFormat), 0);
  }
  fillValueToJson(value: number): JsonValue {
    return numberToFill(value);
  }

  /** Takes numbers, rounded to the format; bigints that a double holds exactly; booleans. A finite number that overflows is out of range. */
  toScalar(value: unknown): number {
    return roundToFormat(
      toNumber(value, (bad) => this.badKind(bad)),
      this.format,
    );
  }
  scalarToString(value: number): string {
    return floatToString(value, (number) => this.format.round(number), this.format.maxDigits);
  }

  writeScalar(value: number, target: Uint8Array, byteOffset: number): void {
    this.format.write(value, target, byteOffset);
  }
  readScalar(source: Uint8Array, byteOffset: number): number {
    return this.format.read(source, byteOffset);
  }
  toContainer(data: Uint8Array | unknown[]): Container {
    return this.#container.toView(memoryBytes(data));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    return this.#container.toBytes(container as NumberView, start, count); // what toContainer makes
  }
  scalarAt(container: Container, index: number): number {
    return (container as NumberView)[index]!; // what toContainer makes
  }
  isContainer(value: unknown): boolean {
    return this.#container.isContainer(value);
  }
}

/** The double that a user's value is: numbers, bigints that are exact, booleans. */
export function toNumber(value: unknown, badKind: (value: unknown) => TypeError): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "bigint") throw badKind(value);
  const number = Number(value);
  if (!Number.isFinite(number) || BigInt(number) !== value) {
    throw new RangeError(`${value} is not exactly representable as a number.`);
  }
  return number;
}

/** Rounds to a format; throws RangeError for a finite number beyond it and for a special value it does not have. */
export function roundToFormat(value: number, format: FloatFormat): number {
  const rounded = format.round(value);
  const fits =
    value !== value
      ? format.hasNaN
      : Number.isFinite(value)
        ? Number.isFinite(rounded) && (format.hasInfinity || Math.abs(value) <= Math.abs(rounded) * 1.5)
        : format.hasInfinity;
  if (fits) return rounded;
  throw new RangeError(`${value} is not representable in data type ${format.name}.`);
}

/** How the registry knows the floating-point types. */
export const floatDefinitions: readonly DataTypeDefinition[] = [
  FLOAT16_FORMAT,
  FLOAT32_FORMAT,
  FLOAT64_FORMAT,
  ...EXPANDED_FORMATS,
].map(floatDefinition);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["half", "float16"],
  ["single", "float32"],
  ["double", "float64"],
  ["float", "float64"],
]);

function isNumpyFormat(format: FloatFormat): boolean {
  return format.byteLength > 2 || format.name === "float16";
}

function floatDefinition(format: FloatFormat): DataTypeDefinition {
  const little = new FloatDataType(format);
  const big = format.byteLength === 1 ? little : new FloatDataType(format, true);
  const ofCode = (text: unknown): DataType | undefined => {
    if (text === format.name) return little;
    const code = parseNumpyCode(text);
    if (code?.kind !== "f" || code.size !== format.byteLength || !isNumpyFormat(format)) return undefined;
    return code.bigEndian ? big : little;
  };
  return {
    name: format.name,
    fromV3(name, configuration) {
      requireNoConfiguration(name, configuration);
      return little;
    },
    fromV2: ofCode,
    fromText: (text) => ofCode(ALIASES.get(text) ?? text),
  };
}
