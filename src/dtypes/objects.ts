/**
 * NumPy's `object` of v2, whose object codec says what the values are. Text and bytes have data types of
 * their own; all others are read as this one.
 *
 * @module
 */
import { MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import type { CastKind, DataTypeDefinition } from "./data-type.ts";
import { parseNumpyCode } from "./numpy-code.ts";
import { VariableDataType } from "./variable-data-type.ts";

/** The data type `object` of v2: any values, as its object codec gives and takes them. */
export class ObjectDataType extends VariableDataType<unknown> {
  readonly name = "object";
  readonly castKind: CastKind = "other";
  readonly objectCodec: string;
  readonly defaultFillValue: unknown = null;

  constructor(objectCodec: string) {
    super();
    this.objectCodec = objectCodec;
  }

  toInfoString(): string {
    return `Object(object_codec='${this.objectCodec}')`;
  }
  override toV3(): JsonValue {
    throw new UnsupportedError("Zarr format 3 has no name for the data type object.");
  }
  parseFillValue(json: JsonValue): unknown {
    return json;
  }
  fillValueToJson(value: unknown): JsonValue {
    return toJson(value, 0);
  }
  toScalar(value: unknown): unknown {
    return value;
  }
  scalarToString(value: unknown): string {
    return typeof value === "object" && value !== null ? JSON.stringify(value, printable) : String(value);
  }
  isScalarObject(): boolean {
    return false;
  }
  isSameScalar(a: unknown, b: unknown): boolean {
    return Object.is(a, b);
  }
  isContainer(value: unknown): boolean {
    return Array.isArray(value);
  }
}

/** Object codecs of numcodecs that values of no fixed kind go through. */
const OBJECT_CODECS: readonly string[] = ["vlen-array", "json2", "msgpack2", "categorize"];

/** How the registry knows `|O`. */
export const objectDefinition: DataTypeDefinition = {
  name: "object",
  fromV2(dtype, objectCodec) {
    if (parseNumpyCode(dtype)?.kind !== "O") return undefined;
    if (objectCodec === "pickle") {
      throw new UnsupportedError(
        "The object codec pickle cannot be read: its data are Python programs, which are not safe to run.",
        { codec: "pickle", known: OBJECT_CODECS },
      );
    }
    if (objectCodec === undefined || !OBJECT_CODECS.includes(objectCodec)) {
      throw new MetadataValidationError(
        objectCodec === undefined
          ? "The v2 data type |O needs an object codec among its filters, for example vlen-utf8."
          : `The v2 data type |O does not go with the object codec ${objectCodec}.`,
        { actual: objectCodec, known: OBJECT_CODECS },
      );
    }
    return new ObjectDataType(objectCodec);
  },
};

const MAX_DEPTH = 32;

function toJson(value: unknown, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new UnsupportedError(`A fill value nests more than ${MAX_DEPTH} deep.`);
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (Array.isArray(value)) return value.map((item: unknown) => toJson(item, depth + 1));
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, depth + 1)]));
  }
  throw new UnsupportedError("A fill value of data type object must be plain JSON.");
}

function printable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
