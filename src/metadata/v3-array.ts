/**
 * The document of a v3 array: `zarr.json` with `"node_type": "array"`.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import { mergeObjects, omitKeys } from "../base/json-notes.ts";
import { writtenLike } from "../base/json-rewrite.ts";
import type { DocumentContext } from "./document.ts";
import {
  invalidDocument,
  nameDocument,
  own,
  parseAttributes,
  parseLengths,
  pointer,
  requireFormat,
  requireIgnorable,
  requireKeys,
  requireObject,
  unknownKeys,
} from "./document.ts";
import type { NamedConfiguration } from "./extension.ts";
import { parseExtension, parseExtensions, serializeExtension } from "./extension.ts";

/** Metadata of a v3 array. Extensions are named, not resolved. */
export interface ArrayMetadataV3 {
  readonly zarrFormat: 3;
  /** Lengths of the dimensions, each up to 2^53. */
  readonly shape: readonly number[];
  /** A name, or `{ name, configuration }`. */
  readonly dataType: JsonValue;
  readonly chunkGrid: NamedConfiguration;
  readonly chunkKeyEncoding: NamedConfiguration;
  /**
   * As the document has it; what it means is the data type's. `null`, which zarrita writes where none is given and the
   * specification does not allow, means the data type's default.
   */
  readonly fillValue: JsonValue;
  readonly codecs: readonly NamedConfiguration[];
  readonly attributes: JsonObject;
  /** One a dimension, `null` for a dimension without a name; `undefined` where there are none at all. */
  readonly dimensionNames: readonly (string | null)[] | undefined;
  /** Only those that may be ignored; none is known. */
  readonly storageTransformers: readonly NamedConfiguration[];
  /** Members that the specification does not know and that may be ignored; they are written back. */
  readonly extra: JsonObject;
  /** The document that this was read from: the writer keeps its order of keys and its texts of numbers. */
  readonly source?: JsonObject | undefined;
}

const REQUIRED = ["shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs"] as const;

const KNOWN: ReadonlySet<string> = new Set([
  ...REQUIRED,
  "attributes",
  "dimension_names",
  "zarr_format",
  "node_type",
  "storage_transformers",
]);

/**
 * Reads a v3 array document. Whether its data type, grid, key encoding and codecs exist is for their registries to say.
 *
 * @throws MetadataValidationError when the document is not a v3 array's.
 * @throws UnsupportedError for another version of Zarr, and for a storage transformer that must be understood.
 * @example
 * ```ts
 * const metadata = parseArrayV3({
 *   zarr_format: 3, node_type: "array", shape: [8], data_type: "int32",
 *   chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } },
 *   chunk_key_encoding: "default", fill_value: 0, codecs: ["bytes"],
 * });
 * metadata.chunkKeyEncoding.name; // "default"
 * ```
 */
export function parseArrayV3(json: JsonValue, context: DocumentContext = {}): ArrayMetadataV3 {
  const document = requireObject(json, "", context);
  requireFormat(document, 3, context);
  if (own(document, "node_type") !== "array") {
    throw invalidDocument(context, "/node_type", '"array"', own(document, "node_type"));
  }
  requireKeys(document, REQUIRED, context);
  const extraKeys = unknownKeys(document, KNOWN);
  requireIgnorable(document, extraKeys, context);

  const shape = parseLengths(own(document, "shape"), "/shape", 0, context);
  return {
    zarrFormat: 3,
    shape,
    dataType: parseDataType(own(document, "data_type"), context),
    chunkGrid: parseExtension(own(document, "chunk_grid"), "/chunk_grid", context),
    chunkKeyEncoding: parseExtension(own(document, "chunk_key_encoding"), "/chunk_key_encoding", context),
    fillValue: own(document, "fill_value") ?? null,
    codecs: parseExtensions(own(document, "codecs"), "/codecs", context),
    attributes: parseAttributes(own(document, "attributes"), "/attributes", context),
    dimensionNames: parseDimensionNames(own(document, "dimension_names"), shape.length, context),
    storageTransformers: parseStorageTransformers(own(document, "storage_transformers"), context),
    extra: extraKeys.length === 0 ? {} : omitKeys(document, KNOWN),
    source: document,
  };
}

/**
 * The document of a v3 array, members in zarr-python's order, or in that of the document that the metadata
 * was read from. Extensions are in object form.
 */
export function serializeArrayV3(metadata: ArrayMetadataV3): JsonObject {
  const document: Record<string, JsonValue> = {
    shape: metadata.shape,
    data_type: metadata.dataType,
    chunk_grid: serializeExtension(metadata.chunkGrid),
    chunk_key_encoding: serializeExtension(metadata.chunkKeyEncoding),
    fill_value: metadata.fillValue,
    codecs: metadata.codecs.map(serializeExtension),
    attributes: metadata.attributes,
  };
  if (metadata.dimensionNames !== undefined) document["dimension_names"] = metadata.dimensionNames;
  document["zarr_format"] = 3;
  document["node_type"] = "array";
  document["storage_transformers"] = metadata.storageTransformers.map(serializeExtension);
  const whole = mergeObjects(document, metadata.extra);
  return metadata.source === undefined ? whole : writtenLike(whole, metadata.source);
}

/** A data type may never be ignored, so `must_understand` says nothing about it and is dropped. */
function parseDataType(json: JsonValue | undefined, context: DocumentContext): JsonValue {
  const { name, configuration } = parseExtension(json, "/data_type", context);
  return configuration === undefined ? name : { name, configuration };
}

function parseDimensionNames(
  json: JsonValue | undefined,
  ndim: number,
  context: DocumentContext,
): readonly (string | null)[] | undefined {
  if (json === undefined || json === null) return undefined;
  if (!isJsonArray(json) || json.length !== ndim) {
    throw invalidDocument(context, "/dimension_names", `a list of ${ndim} names or null`, json);
  }
  return json.map((name, index) => {
    if (name !== null && typeof name !== "string") {
      throw invalidDocument(context, pointer("/dimension_names", index), "a string or null", name);
    }
    return name;
  });
}

function parseStorageTransformers(
  json: JsonValue | undefined,
  context: DocumentContext,
): readonly NamedConfiguration[] {
  if (json === undefined || (isJsonArray(json) && json.length === 0)) return [];
  const transformers = parseExtensions(json, "/storage_transformers", context);
  const unknown = transformers.find((transformer) => transformer.mustUnderstand);
  if (unknown === undefined) return transformers;
  throw new UnsupportedError(
    `${nameDocument(context)}: storage transformer ${JSON.stringify(unknown.name)} is not supported; none is.`,
    { ...context, actual: unknown.name, known: [] },
  );
}
