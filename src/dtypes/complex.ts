/**
 * Complex numbers: `complex64`, `complex128`, and the registry's `complex_*` over any floating-point
 * format. A scalar is `{ re, im }`; the container holds re and im in turn.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import type { ByteWord, CastKind, Container, DataType, DataTypeDefinition } from "./data-type.ts";
import { endiannessOf, FixedDataType, memoryBytes, requireNoConfiguration } from "./fixed-data-type.ts";
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
import { roundToFormat, toNumber } from "./floats.ts";
import { parseNumpyCode } from "./numpy-code.ts";

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A data type of complex numbers. */
export class ComplexDataType extends FixedDataType<Complex> {
  readonly name: string;
  readonly castKind: CastKind = "complex";
  readonly itemSize: number;
  readonly words: readonly ByteWord[];
  readonly defaultFillValue: Complex;
  readonly isView: boolean;
  override readonly containerStep = 2;
  readonly packedBits: number | undefined;
  /** The format of either part. */
  readonly format: FloatFormat;
  readonly #container: FloatContainer;

  constructor(name: string, format: FloatFormat, bigEndian = false) {
    super();
    const size = format.byteLength;
    this.name = name;
    this.format = format;
    this.itemSize = 2 * size;
    this.words = size === 1 ? [] : [0, size].map((offset) => ({ offset, size, bigEndian }));
    this.packedBits = format.bits < 8 ? 2 * format.bits : undefined;
    const zero = format.read(new Uint8Array(size), 0);
    this.defaultFillValue = { re: zero, im: zero };
    this.#container = floatContainer(format);
    this.isView = this.#container.isView;
  }

  toInfoString(): string {
    const name = `${this.name[0]!.toUpperCase()}${this.name.slice(1)}`;
    return `${name}(${this.hasEndianness ? endiannessOf(this.bigEndian) : ""})`;
  }
  toV2(): string {
    return this.format.byteLength < 4 ? this.name : `${this.bigEndian ? ">" : "<"}c${this.itemSize}`;
  }

  override parseFillBytes(json: JsonValue, zarrFormat: 2 | 3): Uint8Array {
    const bytes = new Uint8Array(this.itemSize);
    const pair = zarrFormat === 2 && isScalarJson(json) ? [json, 0] : json;
    if (!Array.isArray(pair) || pair.length !== 2) throw this.badFill(json, "it is not a pair of numbers");
    for (const [index, part] of pair.entries()) {
      const problem = writeFloatFill(part, this.format, zarrFormat, bytes, index * this.format.byteLength);
      if (problem !== undefined) throw this.badFill(json, problem);
    }
    return bytes;
  }
  override fillBytesToJson(bytes: Uint8Array, zarrFormat: 2 | 3): JsonValue {
    return [0, this.format.byteLength].map((at) => floatFillToJson(bytes, this.format, zarrFormat, at));
  }
  /** A pair of numbers, each as for floats; v2 metadata may have a single number. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): Complex {
    return this.readScalar(this.parseFillBytes(json, zarrFormat), 0);
  }
  fillValueToJson(value: Complex): JsonValue {
    return [numberToFill(value.re), numberToFill(value.im)];
  }

  /** Takes `{ re, im }`, `[re, im]`, and real numbers. */
  toScalar(value: unknown): Complex {
    const badKind = (bad: unknown): TypeError => this.badKind(bad);
    if (Array.isArray(value) && value.length === 2) return this.toScalar({ re: value[0], im: value[1] });
    if (typeof value === "object" && value !== null && "re" in value && "im" in value) {
      return { re: this.#round(toNumber(value.re, badKind)), im: this.#round(toNumber(value.im, badKind)) };
    }
    return { re: this.#round(toNumber(value, badKind)), im: 0 };
  }
  #round(value: number): number {
    return roundToFormat(value, this.format);
  }

  scalarToString(value: Complex): string {
    const text = (part: number): string =>
      floatToString(part, (number) => this.format.round(number), this.format.maxDigits).replace(/\.0$/, "");
    const im = text(value.im);
    // Python leaves out a real part of positive zero.
    if (Object.is(value.re, 0)) return `${im}j`;
    return `(${text(value.re)}${im.startsWith("-") ? "" : "+"}${im}j)`;
  }

  writeScalar(value: Complex, target: Uint8Array, byteOffset: number): void {
    this.format.write(value.re, target, byteOffset);
    this.format.write(value.im, target, byteOffset + this.format.byteLength);
  }
  readScalar(source: Uint8Array, byteOffset: number): Complex {
    const re = this.format.read(source, byteOffset);
    return { re, im: this.format.read(source, byteOffset + this.format.byteLength) };
  }
  toContainer(data: Uint8Array | unknown[]): Container {
    return this.#container.toView(memoryBytes(data));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    return this.#container.toBytes(container as NumberView, 2 * start, 2 * count); // what toContainer makes
  }
  scalarAt(container: Container, index: number): Complex {
    const view = container as NumberView; // what toContainer makes
    return { re: view[2 * index]!, im: view[2 * index + 1]! };
  }
  isContainer(value: unknown): boolean {
    return this.#container.isContainer(value);
  }
}

/** How the registry knows the complex types. */
export const complexDefinitions: readonly DataTypeDefinition[] = [
  complexDefinition("complex64", FLOAT32_FORMAT, ["complex_float32"]),
  complexDefinition("complex128", FLOAT64_FORMAT, ["complex_float64"]),
  ...[FLOAT16_FORMAT, ...EXPANDED_FORMATS].map((format) =>
    complexDefinition(`complex_${format.name}`, format, []),
  ),
];

function isScalarJson(json: JsonValue): boolean {
  return typeof json !== "object" || json === null;
}

function complexDefinition(
  name: string,
  format: FloatFormat,
  aliases: readonly string[],
): DataTypeDefinition {
  const little = new ComplexDataType(name, format);
  const big = format.byteLength === 1 ? little : new ComplexDataType(name, format, true);
  const ofCode = (text: unknown): DataType | undefined => {
    if (text === name) return little;
    const code = parseNumpyCode(text);
    if (code?.kind !== "c" || code.size !== little.itemSize || format.byteLength < 4) return undefined;
    return code.bigEndian ? big : little;
  };
  return {
    name,
    aliases,
    fromV3(given, configuration) {
      requireNoConfiguration(given, configuration);
      return little;
    },
    fromV2: ofCode,
    fromText(text) {
      const isDefault = text === "complex" && name === "complex128";
      return isDefault || aliases.includes(text) ? little : ofCode(text);
    },
  };
}
