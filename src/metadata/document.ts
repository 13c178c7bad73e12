/**
 * What every metadata document has in common: it is a JSON object, and what is wrong with
 * it is said with its key, the place within it, and what was expected.
 *
 * @module
 */
import { addFacts, MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { hasNotes, isIntegerAt, notedText } from "../base/json-notes.ts";
import { parseJson } from "../base/json-parse.ts";
import { stringifyJson } from "../base/json-write.ts";

/** Where a document comes from; it goes into errors. */
export interface DocumentContext {
  /** Printed form of the store. */
  readonly store?: string | undefined;
  /** Path of the node. */
  readonly path?: string | undefined;
  /** Store key of the document, for example `a/zarr.json`. */
  readonly key?: string | undefined;
  /** JSON pointer of the document within the file at `key`, where it is not the whole file: an entry of consolidated metadata. */
  readonly location?: string | undefined;
}

/** More dimensions are refused: NumPy has the same bound, and every chunk costs time for each. */
export const MAX_DIMENSIONS = 64;

/** Positions and lengths are numbers; beyond this they would be rounded. */
const MAX_LENGTH = 2 ** 53;

/**
 * Reads the bytes of a metadata document.
 *
 * @throws MetadataValidationError when they are not a JSON object.
 * @example
 * ```ts
 * parseDocument(new TextEncoder().encode('{"zarr_format": 2}'), { key: ".zgroup" }); // { zarr_format: 2 }
 * ```
 */
export function parseDocument(bytes: Uint8Array, context: DocumentContext = {}): JsonObject {
  let json: JsonValue;
  try {
    json = parseJson(bytes, { key: context.key });
  } catch (error) {
    throw addFacts(error, context); // the JSON parser knows the key alone
  }
  return requireObject(json, "", context);
}

/**
 * An error about one place in a document: `Metadata document "a/zarr.json": /shape/0 must be an integer, got "8".`
 *
 * @param location - JSON pointer; `""` is the document itself.
 * @param shown - How the message shows `actual`, where its text in the document says more.
 */
export function invalidDocument(
  context: DocumentContext,
  location: string,
  expected: string,
  actual: JsonValue | undefined,
  shown: string = showJson(actual),
): MetadataValidationError {
  const found = actual === undefined ? "is missing" : `got ${shown}`;
  return new MetadataValidationError(
    `${nameDocument(context)}: ${location === "" ? "it" : location} must be ${expected}, ${found}.`,
    { ...context, expected, actual },
  );
}

/** `Metadata document "a/zarr.json"`, as messages begin. */
export function nameDocument(context: DocumentContext): string {
  const key = context.key === undefined ? "" : ` ${JSON.stringify(context.key)}`;
  return `Metadata document${key}${context.location === undefined ? "" : ` at ${context.location}`}`;
}

/** The JSON pointer of a member. */
export function pointer(location: string, key: string | number): string {
  return `${location}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Checks that a value is a JSON object. */
export function requireObject(
  value: JsonValue | undefined,
  location: string,
  context: DocumentContext,
): JsonObject {
  if (!isJsonObject(value)) throw invalidDocument(context, location, "a JSON object", value);
  return value;
}

/** The `attributes` of a node; `null` and absent mean none. */
export function parseAttributes(
  value: JsonValue | undefined,
  location = "",
  context: DocumentContext = {},
): JsonObject {
  return value === undefined || value === null ? {} : requireObject(value, location, context);
}

/** Checks that all of these keys are there, and names those that are not. */
export function requireKeys(document: JsonObject, keys: readonly string[], context: DocumentContext): void {
  const missing: string[] = [];
  for (const key of keys) if (!Object.hasOwn(document, key)) missing.push(key);
  if (missing.length === 0) return;
  throw new MetadataValidationError(
    `${nameDocument(context)}: missing required ${missing.length > 1 ? "keys" : "key"} ${missing.join(", ")}.`,
    { ...context, expected: keys, actual: Object.keys(document) },
  );
}

/** Is `zarr_format` this very integer? */
export function isFormat(document: JsonObject, format: 2 | 3): boolean {
  return own(document, "zarr_format") === format && isIntegerAt(document, "zarr_format");
}

/**
 * Checks that `zarr_format` is this very integer: `3.0`, `true` and `"3"` are not 3.
 *
 * @throws UnsupportedError for a version of Zarr that does not exist here.
 */
export function requireFormat(document: JsonObject, format: 2 | 3, context: DocumentContext): void {
  if (isFormat(document, format)) return;
  const actual = own(document, "zarr_format");
  const isInteger = isIntegerAt(document, "zarr_format");
  if (isInteger && actual !== 2 && actual !== 3) {
    throw new UnsupportedError(
      `${nameDocument(context)}: zarr_format ${String(actual)} is not supported; 2 and 3 are.`,
      { ...context, expected: format, actual },
    );
  }
  const shown = typeof actual === "number" ? notedText(document, "zarr_format", actual) : undefined;
  throw invalidDocument(context, "/zarr_format", `the integer ${format}`, actual, shown);
}

/** Reads a shape: a list of integers from `least` to 2^53, written as integers, at most 64 of them. */
export function parseLengths(
  value: JsonValue | undefined,
  location: string,
  least: 0 | 1,
  context: DocumentContext,
): number[] {
  if (!isJsonArray(value)) throw invalidDocument(context, location, "a list of integers", value);
  if (value.length > MAX_DIMENSIONS) {
    throw new MetadataValidationError(
      `${nameDocument(context)}: ${location} has ${value.length} dimensions; at most ${MAX_DIMENSIONS} are supported.`,
      { ...context, expected: `at most ${MAX_DIMENSIONS} dimensions`, actual: value.length },
    );
  }
  const hasTexts = hasNotes(value);
  return value.map((length, index) => {
    if (!hasTexts && typeof length === "number" && Number.isInteger(length)) {
      if (length >= least && length <= MAX_LENGTH) return length + 0; // -0 is 0
    } else if ((typeof length === "number" || typeof length === "bigint") && isIntegerAt(value, index)) {
      // Compared before conversion, which would round.
      if (length >= least && length <= MAX_LENGTH) return Number(length) + 0; // -0 is 0
    }
    const shown = typeof length === "number" ? notedText(value, index, length) : undefined;
    throw invalidDocument(
      context,
      pointer(location, index),
      `an integer from ${least} to 2^53`,
      length,
      shown,
    );
  });
}

/** An own member of a document; what `Object.prototype` has does not count. */
export function own(document: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(document, key) ? document[key] : undefined;
}

/** Members of a document apart from the known ones, with their order. */
export function unknownKeys(document: JsonObject, known: ReadonlySet<string>): string[] {
  const unknown: string[] = [];
  for (const key in document) if (!known.has(key) && Object.hasOwn(document, key)) unknown.push(key);
  return unknown;
}

/**
 * Checks the members that the specification does not know: only objects that say `"must_understand": false`
 * may be there.
 */
export function requireIgnorable(
  document: JsonObject,
  keys: readonly string[],
  context: DocumentContext,
): void {
  if (keys.length === 0) return;
  const wrong = keys.filter((key) => {
    const value = document[key];
    return !isJsonObject(value) || own(value, "must_understand") !== false;
  });
  if (wrong.length === 0) return;
  const names = wrong.slice(0, 8).map((key) => JSON.stringify(key));
  throw new MetadataValidationError(
    `${nameDocument(context)}: unknown ${wrong.length > 1 ? "keys" : "key"} ${names.join(", ")}; ` +
      'only objects with "must_understand": false may be ignored.',
    { ...context, expected: "no unknown keys", actual: wrong },
  );
}

/** JSON for a message: cut where it is long. */
function showJson(value: unknown, limit = 80): string {
  let text: string;
  try {
    text = stringifyJson(value);
  } catch {
    text = String(value);
  }
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
