/**
 * The documents of a v2 array: `.zarray`, and `.zattrs` beside it.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { mergeObjects, omitKeys } from "../base/json-notes.ts";
import { writtenLike } from "../base/json-rewrite.ts";
import type { MetadataRepair } from "./chunk-repair.ts";
import { repairChunkShape } from "./chunk-repair.ts";
import type { DocumentContext } from "./document.ts";
import {
  invalidDocument,
  own,
  parseAttributes,
  parseLengths,
  pointer,
  requireFormat,
  requireKeys,
  requireObject,
} from "./document.ts";

/** Metadata of a v2 array. Data type and codecs are named, not resolved. */
export interface ArrayMetadataV2 {
  readonly zarrFormat: 2;
  /** Lengths of the dimensions, each up to 2^53. */
  readonly shape: readonly number[];
  /** Lengths of a chunk, at least 1. */
  readonly chunks: readonly number[];
  /** A NumPy type string, or a list of fields. */
  readonly dtype: JsonValue;
  /** As the document has it; `null` means none was given, and reads as the data type's default. */
  readonly fillValue: JsonValue;
  readonly order: "C" | "F";
  /** numcodecs configurations, each with an `id`; `null` for none. */
  readonly filters: readonly JsonObject[] | null;
  /** Default: `"."`. */
  readonly dimensionSeparator: "." | "/";
  /** A numcodecs configuration, or `null` for none. */
  readonly compressor: JsonObject | null;
  readonly attributes: JsonObject;
  /** Members of `.zarray` that the specification does not know; ignored, and written back. */
  readonly extra: JsonObject;
  /** What was read as something else than what the document says. */
  readonly repairs: readonly MetadataRepair[];
  /** The document that this was read from: the writer keeps its order of keys and its texts of numbers. */
  readonly source?: JsonObject | undefined;
}

const REQUIRED = ["shape", "chunks", "dtype"] as const;

const KNOWN: ReadonlySet<string> = new Set([
  ...REQUIRED,
  "fill_value",
  "order",
  "filters",
  "dimension_separator",
  "compressor",
  "zarr_format",
]);

/**
 * Reads a `.zarray`, with the parsed `.zattrs` if there is one.
 *
 * `fill_value`, `order`, `filters` and `compressor` may be absent (`null`, `"C"`, `null`, `null`), as zarr-python
 * reads them; an empty list of filters is none; chunk sizes that are not valid are repaired (`repairs`).
 *
 * @throws MetadataValidationError when the document is not a v2 array's.
 * @throws UnsupportedError for another version of Zarr.
 * @example
 * ```ts
 * const metadata = parseArrayV2({
 *   zarr_format: 2, shape: [8], chunks: [4], dtype: "<i4", order: "C",
 *   fill_value: 0, compressor: null, filters: null,
 * });
 * metadata.dimensionSeparator; // "."
 * ```
 */
export function parseArrayV2(
  json: JsonValue,
  attributes?: JsonValue,
  context: DocumentContext = {},
): ArrayMetadataV2 {
  const document = requireObject(json, "", context);
  requireFormat(document, 2, context);
  requireKeys(document, REQUIRED, context);
  const shape = parseLengths(own(document, "shape"), "/shape", 0, context);
  const repaired = repairChunkShape(own(document, "chunks"), shape, "/chunks");
  const chunks = parseLengths(repaired?.chunkShape ?? own(document, "chunks"), "/chunks", 1, context);
  if (chunks.length !== shape.length) {
    throw invalidDocument(context, "/chunks", `a list of ${shape.length} integers, one a dimension`, chunks);
  }
  return {
    zarrFormat: 2,
    shape,
    chunks,
    dtype: parseDtype(own(document, "dtype"), context),
    fillValue: own(document, "fill_value") ?? null,
    order: oneOf(document, "order", ["C", "F"], "C", context),
    filters: parseFilters(own(document, "filters"), context),
    dimensionSeparator: oneOf(document, "dimension_separator", [".", "/"], ".", context),
    compressor: parseCompressor(own(document, "compressor"), context),
    attributes: parseAttributes(attributes, "/attributes", context),
    extra: omitKeys(document, KNOWN),
    repairs: repaired?.repairs ?? [],
    source: document,
  };
}

/**
 * The `.zarray` of a v2 array, members in zarr-python's order, or in that of the document that the metadata was
 * read from. The attributes are a document of their own: `.zattrs`.
 */
export function serializeArrayV2(metadata: ArrayMetadataV2): JsonObject {
  const filters = metadata.filters;
  const whole = mergeObjects(
    {
      shape: metadata.shape,
      chunks: metadata.chunks,
      dtype: metadata.dtype,
      fill_value: metadata.fillValue,
      order: metadata.order,
      filters: filters === null || filters.length === 0 ? null : filters,
      dimension_separator: metadata.dimensionSeparator,
      compressor: metadata.compressor,
      zarr_format: 2,
    },
    metadata.extra,
  );
  return metadata.source === undefined ? whole : writtenLike(whole, metadata.source);
}

function parseDtype(json: JsonValue | undefined, context: DocumentContext): JsonValue {
  if (typeof json === "string" || (isJsonArray(json) && json.length > 0)) return json;
  throw invalidDocument(context, "/dtype", "a NumPy type string or a list of fields", json);
}

function parseFilters(json: JsonValue | undefined, context: DocumentContext): readonly JsonObject[] | null {
  if (json === undefined || json === null) return null;
  if (!isJsonArray(json)) throw invalidDocument(context, "/filters", "a list of codecs, or null", json);
  if (json.length === 0) return null;
  return json.map((filter, index) => parseNumcodec(filter, pointer("/filters", index), context));
}

function parseCompressor(json: JsonValue | undefined, context: DocumentContext): JsonObject | null {
  return json === undefined || json === null ? null : parseNumcodec(json, "/compressor", context);
}

function parseNumcodec(json: JsonValue, location: string, context: DocumentContext): JsonObject {
  if (isJsonObject(json) && typeof own(json, "id") === "string") return json;
  throw invalidDocument(context, location, 'a codec: an object with a string "id"', json);
}

function oneOf<T extends string>(
  document: JsonObject,
  key: string,
  values: readonly T[],
  absent: T,
  context: DocumentContext,
): T {
  const actual = own(document, key);
  if (actual === undefined) return absent;
  const value = values.find((candidate) => candidate === actual);
  if (value !== undefined) return value;
  const names = values.map((candidate) => JSON.stringify(candidate)).join(" or ");
  throw invalidDocument(context, pointer("", key), names, actual);
}
