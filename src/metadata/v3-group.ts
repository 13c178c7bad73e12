/**
 * The document of a v3 group: `zarr.json` with `"node_type": "group"`.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../base/json.ts";
import { mergeObjects, omitKeys } from "../base/json-notes.ts";
import { writtenLike } from "../base/json-rewrite.ts";
import type { DocumentContext } from "./document.ts";
import {
  invalidDocument,
  isFormat,
  own,
  parseAttributes,
  requireFormat,
  requireIgnorable,
  requireObject,
  unknownKeys,
} from "./document.ts";

/** Metadata of a v3 group. */
export interface GroupMetadataV3 {
  readonly zarrFormat: 3;
  readonly attributes: JsonObject;
  /** `consolidated_metadata` as stored; `parseConsolidatedV3` reads it. `undefined` where there is none. */
  readonly consolidated: JsonObject | undefined;
  /** Members that the specification does not know and that may be ignored; they are written back. */
  readonly extra: JsonObject;
  /** The document that this was read from: the writer keeps its order of keys and its texts of numbers. */
  readonly source?: JsonObject | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  "attributes",
  "zarr_format",
  "consolidated_metadata",
  "node_type",
]);

/** What kind of node a document describes, if it is certainly one of v3; else `nodeKindV3` says what is wrong. */
export function certainKindV3(document: JsonObject): "array" | "group" | undefined {
  const type = own(document, "node_type");
  const isNode = type === "array" || type === "group";
  return isNode && isFormat(document, 3) ? type : undefined;
}

/**
 * What kind of node a `zarr.json` describes.
 *
 * @throws MetadataValidationError when it is neither an array's nor a group's.
 * @throws UnsupportedError for another version of Zarr.
 */
export function nodeKindV3(json: JsonValue, context: DocumentContext = {}): "array" | "group" {
  const document = requireObject(json, "", context);
  const kind = certainKindV3(document);
  if (kind !== undefined) return kind;
  requireFormat(document, 3, context);
  const type = own(document, "node_type");
  if (type !== "array" && type !== "group") {
    throw invalidDocument(context, "/node_type", '"array" or "group"', type);
  }
  return type;
}

/**
 * Reads a v3 group document. `consolidated_metadata: null`, which zarr-python 3.0 writes, is no consolidated metadata.
 *
 * @throws MetadataValidationError when the document is not a v3 group's.
 * @throws UnsupportedError for another version of Zarr.
 * @example
 * ```ts
 * parseGroupV3({ zarr_format: 3, node_type: "group", attributes: { title: "ocean" } }).attributes.title; // "ocean"
 * ```
 */
export function parseGroupV3(json: JsonValue, context: DocumentContext = {}): GroupMetadataV3 {
  const document = requireObject(json, "", context);
  if (nodeKindV3(document, context) !== "group") {
    throw invalidDocument(context, "/node_type", '"group"', own(document, "node_type"));
  }
  requireIgnorable(document, unknownKeys(document, KNOWN), context);
  const consolidated = own(document, "consolidated_metadata") ?? undefined;
  return {
    zarrFormat: 3,
    attributes: parseAttributes(own(document, "attributes"), "/attributes", context),
    consolidated:
      consolidated === undefined ? undefined : requireObject(consolidated, "/consolidated_metadata", context),
    extra: omitKeys(document, KNOWN),
    source: document,
  };
}

/**
 * The document of a v3 group, members in zarr-python's order, or in that of the document that the metadata was
 * read from. `consolidated_metadata` is there only where the group has it.
 */
export function serializeGroupV3(metadata: GroupMetadataV3): JsonObject {
  const document: Record<string, JsonValue> = { attributes: metadata.attributes, zarr_format: 3 };
  if (metadata.consolidated !== undefined) document["consolidated_metadata"] = metadata.consolidated;
  document["node_type"] = "group";
  const whole = mergeObjects(document, metadata.extra);
  return metadata.source === undefined ? whole : writtenLike(whole, metadata.source);
}
