/**
 * Metadata documents of Zarr v2 and v3, and JSON without loss: parse, change, write back. No extension
 * is known by name here, and nothing reads or writes a store.
 *
 * @example
 * ```ts
 * import { parseArrayV3, parseJson, serializeArrayV3, stringifyJson } from "zarrkit/metadata";
 *
 * const bytes = new TextEncoder().encode(`{
 *   "zarr_format": 3, "node_type": "array", "shape": [8], "data_type": "int32",
 *   "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": [4] } },
 *   "chunk_key_encoding": "default", "fill_value": 0, "codecs": ["bytes"]
 * }`);
 * const metadata = parseArrayV3(parseJson(bytes), { key: "a/zarr.json" });
 * const text = stringifyJson(serializeArrayV3({ ...metadata, attributes: { units: "K" } }), { indent: 2 });
 * text.includes('"units": "K"'); // true
 * ```
 *
 * @module
 */
export { isJsonArray, isJsonObject, MAX_JSON_DEPTH } from "./base/json.ts";
export type { JsonObject, JsonValue } from "./base/json.ts";
export { copyJson, isIntegerAt, jsonKeys, mergeObjects, omitKeys } from "./base/json-notes.ts";
export { parseJson } from "./base/json-parse.ts";
export type { ParseJsonOptions } from "./base/json-parse.ts";
export { writtenLike } from "./base/json-rewrite.ts";
export { canonicalJson, encodeJson, equalJson, stringifyJson, toJsonValue } from "./base/json-write.ts";
export type { StringifyJsonOptions } from "./base/json-write.ts";
export { repairChunkShape } from "./metadata/chunk-repair.ts";
export type { MetadataRepair, RepairedChunkShape } from "./metadata/chunk-repair.ts";
export {
  buildConsolidatedV2,
  buildConsolidatedV3,
  consolidatedBelow,
  parseConsolidatedV2,
  parseConsolidatedV3,
} from "./metadata/consolidated.ts";
export type { ConsolidatedMetadata, NodeDocuments } from "./metadata/consolidated.ts";
export { MAX_DIMENSIONS, parseAttributes, parseDocument } from "./metadata/document.ts";
export type { DocumentContext } from "./metadata/document.ts";
export { parseExtension, parseExtensions, serializeExtension } from "./metadata/extension.ts";
export type { NamedConfiguration } from "./metadata/extension.ts";
export { isStoredNodePath, nodeNameProblem, requireNodePath } from "./metadata/node-name.ts";
export { parseArrayV2, serializeArrayV2 } from "./metadata/v2-array.ts";
export type { ArrayMetadataV2 } from "./metadata/v2-array.ts";
export { parseGroupV2, serializeGroupV2 } from "./metadata/v2-group.ts";
export type { GroupMetadataV2 } from "./metadata/v2-group.ts";
export { parseArrayV3, serializeArrayV3 } from "./metadata/v3-array.ts";
export type { ArrayMetadataV3 } from "./metadata/v3-array.ts";
export { nodeKindV3, parseGroupV3, serializeGroupV3 } from "./metadata/v3-group.ts";
export type { GroupMetadataV3 } from "./metadata/v3-group.ts";
export { migrateV2ToV3 } from "./array/migrate.ts";
export type { MigrateOptions } from "./array/migrate.ts";
export { removeMetadata } from "./array/remove-metadata.ts";
export type { RemoveMetadataOptions } from "./array/remove-metadata.ts";
