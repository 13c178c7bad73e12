/**
 * `bool`: one byte an element, 0 or 1; its scalars are booleans.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import type { ByteWord, CastKind, Container, DataTypeDefinition } from "./data-type.ts";
import { FixedDataType, memoryBytes, requireNoConfiguration } from "./fixed-data-type.ts";
import { parseNumpyCode } from "./numpy-code.ts";
import { bytesOfView } from "./typed-array-view.ts";

/** The data type `bool`. Its container is a `Uint8Array` of zeros and ones. */
export class BoolDataType extends FixedDataType<boolean> {
  readonly name = "bool";
  readonly castKind: CastKind = "bool";
  readonly itemSize = 1;
  readonly words: readonly ByteWord[] = [];
  readonly defaultFillValue: boolean = false;
  readonly isView = true;
  readonly packedBits = 1;

  toInfoString(): string {
    return "Bool()";
  }
  toV2(): string {
    return "|b1";
  }

  /** `true` or `false`; 0 and 1 are read too, as zarr.js writes them also in v3. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): boolean {
    if (typeof json === "boolean") return json;
    if (json === 0 || json === 1) return json === 1;
    if (zarrFormat === 2 && (json === "" || json === "0")) return false;
    throw this.badFill(json, "it is neither true nor false");
  }
  fillValueToJson(value: boolean): JsonValue {
    return value;
  }

  /** Takes booleans, and the numbers 0 and 1. */
  toScalar(value: unknown): boolean {
    if (typeof value === "boolean") return value;
    if (typeof value === "number" || typeof value === "bigint") {
      if (value === 0 || value === 0n) return false;
      if (value === 1 || value === 1n) return true;
      throw this.badRange(value);
    }
    throw this.badKind(value);
  }
  scalarToString(value: boolean): string {
    return value ? "True" : "False";
  }

  writeScalar(value: boolean, target: Uint8Array, byteOffset: number): void {
    target[byteOffset] = value ? 1 : 0;
  }
  readScalar(source: Uint8Array, byteOffset: number): boolean {
    return source[byteOffset] !== 0;
  }

  toContainer(data: Uint8Array | unknown[]): Container {
    return this.canonicalize(memoryBytes(data));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    // Every container of this type is a Uint8Array.
    return bytesOfView(container as Uint8Array, start, count, 1);
  }
  scalarAt(container: Container, index: number): boolean {
    return (container as Uint8Array)[index] !== 0; // as above
  }
  isContainer(value: unknown): boolean {
    return value instanceof Uint8Array;
  }

  /** Stored bytes other than 0 and 1 are true. */
  canonicalize(data: Uint8Array): Uint8Array {
    let index = 0;
    while (index < data.length && data[index]! <= 1) index++;
    if (index === data.length) return data;
    const canonical = data.slice();
    for (; index < canonical.length; index++) if (canonical[index]! > 1) canonical[index] = 1;
    return canonical;
  }
}

const BOOL = new BoolDataType();

/** How the registry knows `bool`. */
export const boolDefinition: DataTypeDefinition = {
  name: "bool",
  fromV3(name, configuration) {
    requireNoConfiguration(name, configuration);
    return BOOL;
  },
  fromV2: (dtype) => (isBoolCode(dtype) ? BOOL : undefined),
  fromText: (text) => (text === "bool" || text === "bool_" || isBoolCode(text) ? BOOL : undefined),
};

function isBoolCode(text: unknown): boolean {
  const code = parseNumpyCode(text);
  return code?.kind === "b" && code.size === 1;
}
