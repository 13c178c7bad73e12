/**
 * `int8` to `int64` and `uint8` to `uint64`. Scalars are numbers up to 32 bits and bigints at 64.
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
import { parseNumpyCode } from "./numpy-code.ts";
import { bytesOfView, type TypedArrayClass, viewAs } from "./typed-array-view.ts";

type SmallIntegerArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;
type Integer = number | bigint;

abstract class AnyIntegerDataType<S extends Integer> extends FixedDataType<S> {
  readonly name: string;
  readonly castKind: CastKind;
  readonly itemSize: 1 | 2 | 4 | 8;
  readonly words: readonly ByteWord[];
  readonly isView = true;
  protected readonly min: bigint;
  protected readonly max: bigint;
  protected readonly signed: boolean;

  constructor(itemSize: 1 | 2 | 4 | 8, signed: boolean, bigEndian: boolean, width: number) {
    super();
    const bits = BigInt(width);
    this.name = `${signed ? "" : "u"}int${bits}`;
    this.castKind = signed ? "signed" : "unsigned";
    this.itemSize = itemSize;
    this.words = singleWord(itemSize, bigEndian);
    this.signed = signed;
    this.min = signed ? -(1n << (bits - 1n)) : 0n;
    this.max = (1n << (signed ? bits - 1n : bits)) - 1n;
  }

  protected abstract narrow(value: bigint): S;

  toInfoString(): string {
    const name = this.name.replace(/^(u?)i/, (_, unsigned: string) => `${unsigned.toUpperCase()}I`);
    return `${name}(${this.itemSize === 1 ? "" : endiannessOf(this.bigEndian)})`;
  }
  toV2(): string {
    const order = this.itemSize === 1 ? "|" : this.bigEndian ? ">" : "<";
    return `${order}${this.signed ? "i" : "u"}${this.itemSize}`;
  }

  /** An integer, also as `0.0`; in v2 also as text, as some Java writers have it, `""`, and booleans. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): S {
    const value = parseIntegerFill(json, zarrFormat);
    if (typeof value === "string") throw this.badFill(json, value);
    if (value < this.min || value > this.max) throw this.badFill(json, "it is out of range");
    return this.narrow(value);
  }
  fillValueToJson(value: S): JsonValue {
    return typeof value === "bigint" ? smallestJson(value) : value;
  }

  /** Takes integral numbers within ±2^53, bigints and booleans. */
  toScalar(value: unknown): S {
    const exact = toExactInteger(value);
    if (exact === undefined) {
      if (typeof value === "number") throw this.badRange(value);
      throw this.badKind(value);
    }
    if (exact < this.min || exact > this.max) throw this.badRange(value);
    return this.narrow(exact);
  }
  scalarToString(value: S): string {
    return String(value);
  }
}

/** `int8`, `int16`, `int32`, `uint8`, `uint16` or `uint32`; the container is the typed array of that name. */
export class IntegerDataType extends AnyIntegerDataType<number> {
  readonly defaultFillValue = 0;
  readonly #array: TypedArrayClass<SmallIntegerArray>;
  readonly #min: number;
  readonly #max: number;

  /** @param bits - those that count, where they are fewer than the bytes have. */
  constructor(itemSize: 1 | 2 | 4, signed: boolean, bigEndian = false, bits: number = itemSize * 8) {
    super(itemSize, signed, bigEndian, bits);
    this.#min = Number(this.min);
    this.#max = Number(this.max);
    if (itemSize === 1) this.#array = signed ? Int8Array : Uint8Array;
    else if (itemSize === 2) this.#array = signed ? Int16Array : Uint16Array;
    else this.#array = signed ? Int32Array : Uint32Array;
  }

  protected narrow(value: bigint): number {
    return Number(value);
  }
  override toScalar(value: unknown): number {
    // Lists of numbers come by here, and bigints would make them slow. Adding 0 turns -0 into 0.
    const isFast =
      typeof value === "number" && value >= this.#min && value <= this.#max && Number.isInteger(value);
    return isFast ? value + 0 : super.toScalar(value);
  }
  writeScalar(value: number, target: Uint8Array, byteOffset: number): void {
    for (let byte = 0; byte < this.itemSize; byte++) target[byteOffset + byte] = value >> (8 * byte);
  }
  readScalar(source: Uint8Array, byteOffset: number): number {
    let value = 0;
    for (let byte = this.itemSize - 1; byte >= 0; byte--) value = (value << 8) | source[byteOffset + byte]!;
    if (!this.signed) return value >>> 0;
    const unused = 32 - 8 * this.itemSize;
    return (value << unused) >> unused;
  }
  toContainer(data: Uint8Array | unknown[]): Container {
    return viewAs(this.#array, memoryBytes(data));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    // Every container of this type is the typed array of its name.
    return bytesOfView(container as SmallIntegerArray, start, count, this.itemSize);
  }
  scalarAt(container: Container, index: number): number {
    return (container as SmallIntegerArray)[index]!; // as above
  }
  isContainer(value: unknown): boolean {
    return value instanceof this.#array;
  }
}

/** `int64` or `uint64`; the container is a `BigInt64Array` or `BigUint64Array`. */
export class BigIntegerDataType extends AnyIntegerDataType<bigint> {
  readonly defaultFillValue = 0n;

  constructor(signed: boolean, bigEndian = false) {
    super(8, signed, bigEndian, 64);
  }

  protected narrow(value: bigint): bigint {
    return value;
  }
  writeScalar(value: bigint, target: Uint8Array, byteOffset: number): void {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    view.setBigInt64(byteOffset, value, true);
  }
  readScalar(source: Uint8Array, byteOffset: number): bigint {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    return this.signed ? view.getBigInt64(byteOffset, true) : view.getBigUint64(byteOffset, true);
  }
  toContainer(data: Uint8Array | unknown[]): Container {
    const bytes = memoryBytes(data);
    return this.signed ? viewAs(BigInt64Array, bytes) : viewAs(BigUint64Array, bytes);
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    // Every container of this type is the typed array of its name.
    return bytesOfView(container as BigInt64Array | BigUint64Array, start, count, 8);
  }
  scalarAt(container: Container, index: number): bigint {
    return (container as BigInt64Array | BigUint64Array)[index]!; // as above
  }
  isContainer(value: unknown): boolean {
    return value instanceof (this.signed ? BigInt64Array : BigUint64Array);
  }
}

/** The integer a fill value stands for, or why it stands for none. */
export function parseIntegerFill(json: JsonValue, zarrFormat: 2 | 3): bigint | string {
  if (typeof json === "bigint") return json;
  if (typeof json === "number") {
    if (Number.isSafeInteger(json)) return BigInt(json);
    return Number.isInteger(json) ? "a number beyond 2^53 is not exact" : "it is not an integer";
  }
  if (zarrFormat === 2) {
    if (json === "") return 0n;
    if (typeof json === "boolean") return BigInt(json);
    if (typeof json === "string" && /^[+-]?\d{1,20}$/.test(json)) return BigInt(json.replace("+", ""));
  }
  return "it is not an integer";
}

/** The exact integer that a user's value is, or `undefined`. */
export function toExactInteger(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "boolean" ? BigInt(value) : undefined;
}

/** A bigint as JSON has it: a number where that is exact. */
export function smallestJson(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Makes an integer type of so many bytes. */
export function integerDataType(itemSize: 1 | 2 | 4 | 8, signed: boolean, bigEndian = false): DataType {
  return itemSize === 8
    ? new BigIntegerDataType(signed, bigEndian)
    : new IntegerDataType(itemSize, signed, bigEndian);
}

/** How the registry knows the eight integer types. */
export const integerDefinitions: readonly DataTypeDefinition[] = ([1, 2, 4, 8] as const).flatMap((itemSize) =>
  [true, false].map((signed) => integerDefinition(itemSize, signed)),
);

function integerDefinition(itemSize: 1 | 2 | 4 | 8, signed: boolean): DataTypeDefinition {
  const little = integerDataType(itemSize, signed);
  const big = itemSize === 1 ? little : integerDataType(itemSize, signed, true);
  const ofCode = (text: unknown): DataType | undefined => {
    const code = parseNumpyCode(text);
    if (code?.kind !== (signed ? "i" : "u") || code.size !== itemSize) return undefined;
    return code.bigEndian ? big : little;
  };
  return {
    name: little.name,
    fromV3(name, configuration) {
      requireNoConfiguration(name, configuration);
      return little;
    },
    fromV2: ofCode,
    fromText(text) {
      const isDefault = itemSize === 8 && text === (signed ? "int" : "uint");
      return isDefault || text === little.name ? little : ofCode(text);
    },
  };
}
