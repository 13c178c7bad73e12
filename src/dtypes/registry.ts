/**
 * Which data types there are: parsing of metadata and of what users write.
 *
 * @module
 */
import { MetadataValidationError, UnknownDataTypeError } from "../base/errors.ts";
import { JsonMemo } from "../base/json-memo.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { boolDefinition } from "./bool.ts";
import { complexDefinitions } from "./complex.ts";
import type { DataType, DataTypeContext, DataTypeDefinition } from "./data-type.ts";
import { timeDefinitions } from "./datetimes.ts";
import { describeValue } from "./describe-value.ts";
import { nullTerminatedBytesDefinition, rawBitsDefinition, rawBytesDefinition } from "./fixed-bytes.ts";
import { fixedLengthUtf32Definition } from "./fixed-utf32.ts";
import { floatDefinitions } from "./floats.ts";
import { integerDefinitions } from "./integers.ts";
import { objectDefinition } from "./objects.ts";
import { smallIntegerDefinitions } from "./small-integers.ts";
import { structDefinition } from "./struct-definition.ts";
import { stringDefinition, variableLengthBytesDefinition } from "./variable-length.ts";

/** How deep structured types may nest. */
const MAX_DEPTH = 32;

/** What users may give where a data type is asked for: text in NumPy's or Zarr's form, v3 JSON, a v2 list of fields, or a data type. */
export type DataTypeLike = string | DataType | JsonObject | readonly JsonValue[];

/** A fill value of metadata, read. */
export interface ParsedFillValue {
  /** A scalar of the data type. */
  readonly value: unknown;
  /** Its bytes in memory form, where elements have a fixed size. */
  readonly bytes: Uint8Array | undefined;
}

/** The data types that are known, by name. The latest registration of a name wins. */
export class DataTypeRegistry {
  readonly #byName = new Map<string, DataTypeDefinition>();
  readonly #patterns: DataTypeDefinition[] = [];
  readonly #definitions: DataTypeDefinition[] = [];

  readonly #registered: (string | RegExp)[] = [];
  readonly #v3 = new JsonMemo<DataType>();
  readonly #v2 = new JsonMemo<DataType>();
  readonly #fills = { 2: newFills(), 3: newFills() };
  #revision = 0;

  constructor(definitions: Iterable<DataTypeDefinition> = []) {
    for (const definition of definitions) this.#add(definition);
  }

  /** Names of the data types that were added later. */
  get registered(): readonly (string | RegExp)[] {
    return this.#registered;
  }

  /** Grows when a data type is registered: what was made with one of an earlier revision may mean another one now. */
  get revision(): number {
    return this.#revision;
  }

  /** Adds a data type; one of the same name is replaced. */
  register(definition: DataTypeDefinition): void {
    this.#registered.push(definition.name, ...(definition.aliases ?? []));
    this.#add(definition);
    this.#v3.clear();
    this.#v2.clear();
    this.#revision++;
  }

  #add(definition: DataTypeDefinition): void {
    const { name } = definition;
    if (typeof name === "string") {
      for (const known of [name, ...(definition.aliases ?? [])]) this.#byName.set(known, definition);
    } else {
      this.#patterns.unshift(definition);
    }
    this.#definitions.unshift(definition);
  }

  /** Names that v3 metadata may have; patterns as `r<bits>`. */
  get names(): string[] {
    const names = [...this.#byName].filter(([, definition]) => definition.fromV3 !== undefined);
    const patterns = this.#patterns.map(({ name, printedName }) => printedName ?? String(name));
    return [...names.map(([name]) => name), ...patterns];
  }

  /**
   * Parses the `data_type` of v3 metadata: `"int32"`, `{ "name": "int32" }` or `{ "name", "configuration" }`.
   *
   * @throws UnknownDataTypeError when no data type has that name; `known` lists those that exist.
   * @throws MetadataValidationError when it is malformed.
   * @example
   * ```ts
   * new DataTypeRegistry([boolDefinition]).parseV3("bool").name; // "bool"
   * ```
   */
  parseV3(json: JsonValue): DataType {
    return this.#v3.find(json) ?? this.#v3.add(json, this.#parseV3(json, "", 0));
  }

  /**
   * Reads a fill value of metadata that is not `null`, once for all arrays of a data type that have it.
   *
   * @throws MetadataValidationError when the data type has no such value.
   * @example
   * ```ts
   * dataTypeRegistry.parseFill(parseDataType("float32"), "NaN", 3).value; // NaN
   * ```
   */
  parseFill(dataType: DataType, json: JsonValue, zarrFormat: 2 | 3): ParsedFillValue {
    let known = this.#fills[zarrFormat].get(dataType);
    if (known === undefined) this.#fills[zarrFormat].set(dataType, (known = new JsonMemo()));
    const found = known.find(json);
    if (found !== undefined) return found;
    const value = dataType.parseFillValue(json, zarrFormat);
    const bytes = dataType.itemSize === 0 ? undefined : dataType.parseFillBytes(json, zarrFormat);
    // An object is what a user could change, so each array has its own.
    const isShared = typeof value !== "object" || value === null;
    return isShared ? known.add(json, { value, bytes }) : { value, bytes };
  }

  /**
   * Parses the `dtype` of v2 metadata: a NumPy type string, or a list of fields.
   *
   * @param objectCodec - id of the object codec among the filters or the compressor (`vlen-utf8`), for `|O`.
   */
  parseV2(json: JsonValue, objectCodec?: string): DataType {
    const key = [json, objectCodec ?? null];
    return this.#v2.find(key) ?? this.#v2.add(key, this.#parseV2(json, objectCodec, "", 0));
  }

  /**
   * Parses what a user gives as a data type.
   *
   * @throws UnknownDataTypeError when it is none that is known.
   * @example
   * ```ts
   * parseDataType("<f8").name; // "float64"
   * ```
   */
  parse(value: DataTypeLike): DataType {
    if (isDataType(value)) return value;
    if (typeof value === "string") return this.#parseText(value);
    if (Array.isArray(value)) return this.parseV2(value as readonly JsonValue[]); // the only lists of a DataTypeLike
    if (typeof value === "object" && value !== null) return this.parseV3(value as JsonObject); // all else is excluded
    throw new TypeError(`A data type is text, an object or a list of fields, not ${describeValue(value)}.`);
  }

  #parseText(text: string): DataType {
    for (const definition of this.#definitions) {
      const dataType = definition.fromText?.(text);
      if (dataType !== undefined) return dataType;
    }
    if (text === "O" || text === "|O" || text === "object") {
      throw new UnknownDataTypeError(
        `The data type "${text}" is ambiguous; name what it holds: "string" or "variable_length_bytes".`,
        { actual: text, known: this.names },
      );
    }
    const definition = this.#find(text);
    if (definition?.fromV3 !== undefined) return this.#parseV3(text, "", 0);
    throw this.#unknown(text, "");
  }

  #find(name: string): DataTypeDefinition | undefined {
    return (
      this.#byName.get(name) ??
      this.#patterns.find(({ name: pattern }) => pattern instanceof RegExp && pattern.test(name))
    );
  }

  #parseV3(json: JsonValue, location: string, depth: number): DataType {
    const { name, configuration } = namedConfiguration(json, location);
    const dataType = this.#find(name)?.fromV3?.(name, configuration, this.#context(location, depth));
    if (dataType === undefined) throw this.#unknown(json, location);
    return dataType;
  }

  #parseV2(json: JsonValue, objectCodec: string | undefined, location: string, depth: number): DataType {
    if (typeof json !== "string" && !Array.isArray(json)) {
      throw new MetadataValidationError(
        `A v2 data type is text or a list of fields, not ${describeValue(json)}${at(location)}.`,
        { actual: json },
      );
    }
    const context = this.#context(location, depth);
    for (const definition of this.#definitions) {
      const dataType = definition.fromV2?.(json, objectCodec, context);
      if (dataType !== undefined) return dataType;
    }
    throw this.#unknown(json, location);
  }

  #context(outer: string, depth: number): DataTypeContext {
    const deeper = (): number => {
      if (depth < MAX_DEPTH) return depth + 1;
      throw new MetadataValidationError(`Data types nest more than ${MAX_DEPTH} deep${at(outer)}.`);
    };
    return {
      parseV3: (json, location) => this.#parseV3(json, outer + location, deeper()),
      parseV2: (json, objectCodec, location) => this.#parseV2(json, objectCodec, outer + location, deeper()),
    };
  }

  #unknown(json: JsonValue, location: string): UnknownDataTypeError {
    const { names } = this;
    const shown = isObject(json) && typeof json["name"] === "string" ? json["name"] : json;
    return new UnknownDataTypeError(
      `No Zarr data type found that matches ${describeValue(shown)}${at(location)}; known: ${names.join(", ")}.`,
      { actual: json, known: names },
    );
  }
}

function newFills(): WeakMap<DataType, JsonMemo<ParsedFillValue>> {
  return new WeakMap();
}

/** Is this a data type, rather than the name of one? */
export function isDataType(value: unknown): value is DataType {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<DataType>).parseFillValue === "function"
  );
}

/** The registry that arrays use. */
export const dataTypeRegistry: DataTypeRegistry = new DataTypeRegistry([
  objectDefinition, // the last to be asked: it refuses what no other type of v2 takes
  variableLengthBytesDefinition,
  stringDefinition,
  structDefinition,
  ...timeDefinitions,
  fixedLengthUtf32Definition,
  nullTerminatedBytesDefinition,
  rawBytesDefinition,
  rawBitsDefinition,
  ...smallIntegerDefinitions,
  ...complexDefinitions,
  ...floatDefinitions,
  ...integerDefinitions,
  boolDefinition,
]);

/**
 * Makes a data type known to everything that opens or creates arrays afterwards.
 *
 * @example
 * ```ts
 * registerDataType({ name: "my.int32", fromV3: () => parseDataType("int32") });
 * ```
 */
export function registerDataType(definition: DataTypeDefinition): void {
  dataTypeRegistry.register(definition);
}

/** Parses the `data_type` of v3 metadata with the default registry; see `DataTypeRegistry.parseV3`. */
export function parseDataTypeV3(json: JsonValue): DataType {
  return dataTypeRegistry.parseV3(json);
}

/** Parses the `dtype` of v2 metadata with the default registry; see `DataTypeRegistry.parseV2`. */
export function parseDataTypeV2(json: JsonValue, objectCodec?: string): DataType {
  return dataTypeRegistry.parseV2(json, objectCodec);
}

/** Parses a user's data type with the default registry; see `DataTypeRegistry.parse`. */
export function parseDataType(value: DataTypeLike): DataType {
  return dataTypeRegistry.parse(value);
}

function namedConfiguration(
  json: JsonValue,
  location: string,
): { name: string; configuration: JsonObject | undefined } {
  if (typeof json === "string") return { name: json, configuration: undefined };
  if (isObject(json)) {
    const { name, configuration, ...rest } = json;
    const extra = Object.keys(rest).filter((key) => key !== "must_understand");
    const isConfiguration = configuration === undefined || isObject(configuration);
    if (typeof name === "string" && isConfiguration && extra.length === 0) {
      return { name, configuration };
    }
  }
  throw new MetadataValidationError(
    `A data type is a name or an object of "name" and "configuration", not ${describeValue(json)}${at(location)}.`,
    { actual: json },
  );
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function at(location: string): string {
  return location === "" ? "" : ` at ${location}`;
}
