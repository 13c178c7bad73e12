import { MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { ByteWord, CastKind, Container, DataType } from "./data-type.ts";
import { describeValue } from "./describe-value.ts";

/**
 * What data types of variable length have in common: in memory they are lists of values, and a codec
 * of their own turns them into bytes.
 */
export abstract class VariableDataType<S> implements DataType<S> {
  abstract readonly name: string;
  abstract readonly castKind: CastKind;
  abstract readonly objectCodec: string;
  abstract readonly defaultFillValue: S;
  readonly itemSize = 0;
  readonly words: readonly ByteWord[] = [];
  readonly hasEndianness = false;
  readonly isView = false;
  readonly containerStep = 1;

  abstract toInfoString(): string;
  abstract parseFillValue(json: JsonValue, zarrFormat: 2 | 3): S;
  abstract fillValueToJson(value: S, zarrFormat: 2 | 3): JsonValue;
  abstract toScalar(value: unknown): S;
  abstract scalarToString(value: S): string;

  /** NumPy has only `object` for such values. */
  toString(): string {
    return "object";
  }
  toV3(): JsonValue {
    return this.name;
  }
  toV2(): string {
    return "|O";
  }

  parseFillBytes(): Uint8Array {
    throw this.#noBytes();
  }
  fillBytesToJson(): JsonValue {
    throw this.#noBytes();
  }
  writeScalar(): void {
    throw this.#noBytes();
  }
  readScalar(): S {
    throw this.#noBytes();
  }
  toBytes(): Uint8Array {
    throw this.#noBytes();
  }

  toContainer(data: Uint8Array | unknown[]): Container {
    return data;
  }
  fromContainer(container: Container, start: number, count: number): unknown[] {
    const list = container as unknown[]; // the list in memory is the container
    return start === 0 && count === list.length ? list : list.slice(start, start + count);
  }
  scalarAt(container: Container, index: number): S {
    return (container as S[])[index]!; // as above
  }
  abstract isContainer(value: unknown): boolean;

  protected badFill(json: JsonValue, why: string): MetadataValidationError {
    return new MetadataValidationError(
      `The fill value ${describeValue(json)} is not valid for data type ${this.name}: ${why}.`,
      { expected: this.name, actual: json },
    );
  }
  protected badKind(value: unknown): TypeError {
    return new TypeError(`Cannot convert ${describeValue(value)} to a value of data type ${this.name}.`);
  }

  #noBytes(): UnsupportedError {
    return new UnsupportedError(
      `Elements of data type ${this.name} have no fixed size, and so no plain bytes.`,
    );
  }
}
