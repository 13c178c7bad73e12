/**
 * The documents of a v2 group: `.zgroup`, and `.zattrs` beside it.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../base/json.ts";
import { mergeObjects, omitKeys } from "../base/json-notes.ts";
import { writtenLike } from "../base/json-rewrite.ts";
import type { DocumentContext } from "./document.ts";
import { parseAttributes, requireFormat, requireObject } from "./document.ts";

/** Metadata of a v2 group. */
export interface GroupMetadataV2 {
  readonly zarrFormat: 2;
  readonly attributes: JsonObject;
  /** Members of `.zgroup` that the specification does not know; ignored, and written back. */
  readonly extra: JsonObject;
  /** The document that this was read from: the writer keeps its order of keys. */
  readonly source?: JsonObject | undefined;
}

/**
 * Keys of `.zgroup` that are not kept: zarr-python puts the second into the entries of `.zmetadata`, where it means
 * nothing.
 */
const NOT_EXTRA: ReadonlySet<string> = new Set(["zarr_format", "consolidated_metadata"]);

/**
 * Reads a `.zgroup`, with the parsed `.zattrs` if there is one.
 *
 * @throws MetadataValidationError when the document is not a v2 group's.
 * @throws UnsupportedError for another version of Zarr.
 * @example
 * ```ts
 * parseGroupV2({ zarr_format: 2 }, { title: "ocean" }).attributes.title; // "ocean"
 * ```
 */
export function parseGroupV2(
  json: JsonValue,
  attributes?: JsonValue,
  context: DocumentContext = {},
): GroupMetadataV2 {
  const document = requireObject(json, "", context);
  requireFormat(document, 2, context);
  return {
    zarrFormat: 2,
    attributes: parseAttributes(attributes, "/attributes", context),
    extra: omitKeys(document, NOT_EXTRA),
    source: document,
  };
}

/** The `.zgroup` of a v2 group. The attributes are a document of their own: `.zattrs`. */
export function serializeGroupV2(metadata: GroupMetadataV2): JsonObject {
  const whole = mergeObjects({ zarr_format: 2 }, metadata.extra);
  return metadata.source === undefined ? whole : writtenLike(whole, metadata.source);
}
