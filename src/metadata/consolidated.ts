/**
 * Consolidated metadata: copies of the documents of all nodes below a group, in one document.
 * v3 keeps them in the group's `zarr.json`, v2 in `.zmetadata` beside `.zgroup`.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isIntegerAt, jsonKeys, noteOrderIfNeeded, setJsonMember } from "../base/json-notes.ts";
import type { DocumentContext } from "./document.ts";
import { invalidDocument, nameDocument, own, pointer, requireObject } from "./document.ts";
import { isStoredNodePath } from "./node-name.ts";
import { certainKindV3, nodeKindV3, parseGroupV3, serializeGroupV3 } from "./v3-group.ts";

/** The documents of one node, as stored. */
export interface NodeDocuments {
  readonly kind: "array" | "group";
  readonly zarrFormat: 2 | 3;
  /** `zarr.json`, `.zarray` or `.zgroup`. */
  readonly document: JsonObject;
  /** v2: `.zattrs`, if there is one. v3: always `undefined`, the document has them. */
  readonly attributes?: JsonObject | undefined;
}

/** Consolidated metadata, read. */
export interface ConsolidatedMetadata {
  /** By path relative to the group; in v2 the group itself is `""`. */
  readonly nodes: ReadonlyMap<string, NodeDocuments>;
  /** Keys that were passed over: paths that no node can have (`../a`, `/a`), and in v2 unknown documents. */
  readonly ignored: readonly string[];
}

/**
 * Reads the `consolidated_metadata` of a v3 group. The documents within are told apart, not validated.
 *
 * @param json - The value of that member.
 * @returns `undefined` when it is of an unknown kind and says `"must_understand": false`.
 * @throws MetadataValidationError when it is malformed, or an entry is neither array nor group.
 */
export function parseConsolidatedV3(
  json: JsonValue,
  context: DocumentContext = {},
): ConsolidatedMetadata | undefined {
  const here = "/consolidated_metadata";
  const consolidated = requireObject(json, here, context);
  const kind = own(consolidated, "kind");
  if (kind !== "inline") {
    if (typeof kind === "string" && own(consolidated, "must_understand") === false) return undefined;
    throw invalidDocument(context, pointer(here, "kind"), '"inline"', kind);
  }
  const location = pointer(here, "metadata");
  const metadata = requireObject(own(consolidated, "metadata"), location, context);
  const nodes = new Map<string, NodeDocuments>();
  const ignored: string[] = [];
  for (const path of jsonKeys(metadata)) {
    // The group itself is not among its members.
    if (path === "" || !isStoredNodePath(path)) {
      ignored.push(path);
      continue;
    }
    const entry = own(metadata, path);
    // Its place is put together only for who needs it: an error.
    const placed = (): DocumentContext => ({ ...context, location: pointer(location, path) });
    const document = isJsonObject(entry) ? entry : requireObject(entry, "", placed());
    const kind = certainKindV3(document) ?? nodeKindV3(document, placed());
    nodes.set(path, { kind, zarrFormat: 3, document });
  }
  return { nodes, ignored };
}

/**
 * Makes the `consolidated_metadata` of a v3 group, in zarr-python's form: paths sorted by depth, then by name without
 * regard to case; groups within have empty consolidated metadata of their own, whatever they have in the store.
 *
 * @param nodes - By path relative to the group, without the group itself.
 * @throws MetadataValidationError when a group among them is not valid.
 * @example
 * ```ts
 * const group = parseGroupV3({ zarr_format: 3, node_type: "group" });
 * const members = new Map<string, NodeDocuments>();
 * const stored = serializeGroupV3({ ...group, consolidated: buildConsolidatedV3(members) });
 * ```
 */
export function buildConsolidatedV3(nodes: ReadonlyMap<string, NodeDocuments>): JsonObject {
  const metadata = collect(nodes, (path, node, add) => {
    if (path === "") return;
    add(path, node.kind === "array" ? node.document : withEmptyConsolidated(path, node.document));
  });
  return inline(metadata);
}

/**
 * Reads a `.zmetadata`. Where a path has both `.zarray` and `.zgroup` it is an array; attributes without either are no node.
 *
 * @throws MetadataValidationError when it is malformed or of another format than 1.
 */
export function parseConsolidatedV2(json: JsonValue, context: DocumentContext = {}): ConsolidatedMetadata {
  const consolidated = requireObject(json, "", context);
  const format = own(consolidated, "zarr_consolidated_format");
  // zarr.js and kerchunk leave it out, and zarr-python does not look.
  if (format !== undefined && (format !== 1 || !isIntegerAt(consolidated, "zarr_consolidated_format"))) {
    throw invalidDocument(context, "/zarr_consolidated_format", "the integer 1", format);
  }
  const metadata = requireObject(own(consolidated, "metadata"), "/metadata", context);
  const found = {
    ".zarray": new Map<string, JsonObject>(),
    ".zgroup": new Map<string, JsonObject>(),
    ".zattrs": new Map<string, JsonObject>(),
  };
  const paths = new Set<string>();
  const ignored: string[] = [];
  for (const key of jsonKeys(metadata)) {
    const slash = key.lastIndexOf("/");
    const path = key.slice(0, Math.max(0, slash));
    const name = key.slice(slash + 1);
    if (slash === 0 || !isStoredNodePath(path) || !isV2Document(name)) {
      ignored.push(key);
      continue;
    }
    found[name].set(path, requireObject(own(metadata, key), pointer("/metadata", key), context));
    paths.add(path);
  }
  const nodes = new Map<string, NodeDocuments>();
  for (const path of paths) {
    const array = found[".zarray"].get(path);
    const document = array ?? found[".zgroup"].get(path);
    if (document === undefined) continue;
    const kind = array === undefined ? "group" : "array";
    nodes.set(path, { kind, zarrFormat: 2, document, attributes: found[".zattrs"].get(path) });
  }
  return { nodes, ignored };
}

/**
 * Makes a `.zmetadata`: the documents in zarr-python's order. Write it on one line, as zarr-python does:
 * `encodeJson(document)`.
 *
 * @param nodes - By path relative to the group; the group itself is `""`.
 */
export function buildConsolidatedV2(nodes: ReadonlyMap<string, NodeDocuments>): JsonObject {
  const metadata = collect(nodes, (path, node, add) => {
    const prefix = path === "" ? "" : `${path}/`;
    const addAttributes = (): void => {
      if (node.attributes !== undefined) add(`${prefix}.zattrs`, node.attributes);
    };
    if (path !== "") addAttributes();
    add(`${prefix}${node.kind === "array" ? ".zarray" : ".zgroup"}`, node.document);
    if (path === "") addAttributes();
  });
  return { metadata, zarr_consolidated_format: 1 };
}

/**
 * The part of consolidated metadata that is below one of its groups, by path relative to that group.
 *
 * @example
 * ```ts
 * const node: NodeDocuments = { kind: "group", zarrFormat: 3, document: {} };
 * [...consolidatedBelow(new Map([["a", node], ["a/b", node]]), "a").keys()]; // ["b"]
 * ```
 */
export function consolidatedBelow(
  nodes: ReadonlyMap<string, NodeDocuments>,
  path: string,
): Map<string, NodeDocuments> {
  const prefix = path === "" ? "" : `${path}/`;
  const below = new Map<string, NodeDocuments>();
  for (const [key, node] of nodes) {
    if (key !== "" && key.startsWith(prefix)) below.set(key.slice(prefix.length), node);
  }
  return below;
}

function isV2Document(name: string): name is ".zarray" | ".zgroup" | ".zattrs" {
  return name === ".zarray" || name === ".zgroup" || name === ".zattrs";
}

function inline(metadata: JsonObject): JsonObject {
  return { kind: "inline", must_understand: false, metadata };
}

function withEmptyConsolidated(path: string, document: JsonObject): JsonObject {
  const group = parseGroupV3(document, { path });
  return serializeGroupV3({ ...group, consolidated: inline({}), source: undefined });
}

/** Gathers documents in the order of the paths, whatever these are called. */
function collect(
  nodes: ReadonlyMap<string, NodeDocuments>,
  visit: (path: string, node: NodeDocuments, add: (key: string, document: JsonObject) => void) => void,
): JsonObject {
  const metadata: Record<string, JsonValue> = {};
  const order: string[] = [];
  const add = (key: string, document: JsonObject): void => {
    order.push(key);
    setJsonMember(metadata, key, document);
  };
  const sorted = [...nodes].map(([path, node]) => ({ path, node, sortKey: sortKeyOf(path) }));
  sorted.sort((left, right) => compare(left.sortKey, right.sortKey));
  for (const { path, node } of sorted) {
    if (!isStoredNodePath(path)) {
      throw new MetadataValidationError(
        `${nameDocument({})}: no node can have the path ${JSON.stringify(path)}.`,
        {
          path,
        },
      );
    }
    visit(path, node, add);
  }
  noteOrderIfNeeded(metadata, order);
  return metadata;
}

interface SortKey {
  readonly depth: number;
  readonly folded: readonly number[];
}

function sortKeyOf(path: string): SortKey {
  // Upper and then lower case comes near Unicode's case folding, which JavaScript does not have; final sigma is the known gap.
  const folded = path.normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς", "σ");
  return {
    depth: path === "" ? -1 : path.split("/").length,
    folded: Array.from(folded, (character) => character.codePointAt(0)!),
  };
}

function compare(left: SortKey, right: SortKey): number {
  if (left.depth !== right.depth) return left.depth - right.depth;
  const length = Math.min(left.folded.length, right.folded.length);
  for (let index = 0; index < length; index++) {
    const difference = left.folded[index]! - right.folded[index]!;
    if (difference !== 0) return difference;
  }
  return left.folded.length - right.folded.length;
}
