/**
 * The metadata documents below a path: found by walking directories, and never below an array; where a store cannot be
 * listed, those that consolidated metadata names.
 *
 * @module
 */
import { mapLimited } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import { config } from "../../base/config.ts";
import { isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { jsonKeys } from "../../base/json-notes.ts";
import { parseJson } from "../../base/json-parse.ts";
import { canList } from "../../compute/listing.ts";
import { own } from "../../metadata/document.ts";
import { isStoredNodePath } from "../../metadata/node-name.ts";
import type { StorePath } from "../../storage/store-path.ts";

/** Names of documents. */
export type DocumentName = "zarr.json" | ".zarray" | ".zgroup" | ".zattrs" | ".zmetadata";

const NAMES: readonly DocumentName[] = ["zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"];
/** Folders that hold no node may lie around nodes; below so many of them nothing is looked for. */
const MAX_DEPTH = 64;

/** The documents at one path, as stored. */
export interface FoundNode {
  /** Relative to the store; the root is `""`. */
  readonly path: string;
  readonly documents: ReadonlyMap<DocumentName, Uint8Array>;
}

/** A store key below a path. */
export function keyBelow(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** The documents at a path. */
export async function documentsAt(
  at: StorePath,
  path: string,
  formats: readonly (2 | 3)[],
  options: AbortOptions,
): Promise<FoundNode> {
  const names = NAMES.filter((name) => formats.includes(name === "zarr.json" ? 3 : 2));
  const values = await mapLimited(
    names,
    names.length,
    (name) => at.store.get(keyBelow(path, name), undefined, options),
    options,
  );
  const documents = new Map<DocumentName, Uint8Array>();
  for (const [i, name] of names.entries()) {
    const value = values[i];
    if (value !== undefined) documents.set(name, value);
  }
  return { path, documents };
}

/** All nodes below a place, its own first. */
export async function* findNodes(
  at: StorePath,
  formats: readonly (2 | 3)[],
  options: AbortOptions,
): AsyncGenerator<FoundNode, void, undefined> {
  const root = await documentsAt(at, at.path, formats, options);
  if (root.documents.size > 0) yield root;
  if (isArray(root)) return;
  if (!(await canList(at, options))) {
    const paths = consolidatedPaths(root).map((path) => keyBelow(at.path, path));
    for (const path of paths) {
      const node = await documentsAt(at, path, formats, options);
      if (node.documents.size > 0) yield node;
    }
    return;
  }
  let level = [at.path];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const parent of level) {
      const names: string[] = [];
      for await (const name of at.store.listDir(parent, options)) {
        if (!NAMES.some((document) => document === name) && isStoredNodePath(name)) names.push(name);
      }
      const found = await mapLimited(
        names.sort(),
        config.get("async.concurrency"),
        (name) => documentsAt(at, keyBelow(parent, name), formats, options),
        options,
      );
      for (const node of found) {
        if (node.documents.size > 0) yield node;
        if (!isArray(node)) next.push(node.path);
      }
    }
    level = next;
  }
}

/** Is it an array by any of its documents? Chunks lie below it, and no nodes. */
function isArray({ documents }: FoundNode): boolean {
  if (documents.has(".zarray")) return true;
  const json = jsonOf(documents.get("zarr.json"));
  return json !== undefined && own(json, "node_type") === "array";
}

/** A document that may not be one. */
export function jsonOf(bytes: Uint8Array | undefined): JsonObject | undefined {
  if (bytes === undefined) return undefined;
  try {
    const json: JsonValue = parseJson(bytes);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined; // whoever checks the document says what is wrong with it
  }
}

function consolidatedPaths({ documents }: FoundNode): string[] {
  const inline = jsonOf(documents.get("zarr.json"))?.["consolidated_metadata"];
  const v3 = isJsonObject(inline) ? own(inline, "metadata") : undefined;
  const v2 = jsonOf(documents.get(".zmetadata"))?.["metadata"];
  const paths = new Set<string>();
  if (isJsonObject(v3)) for (const path of jsonKeys(v3)) paths.add(path);
  if (isJsonObject(v2))
    for (const key of jsonKeys(v2)) paths.add(key.slice(0, Math.max(0, key.lastIndexOf("/"))));
  return [...paths].filter((path) => path !== "" && isStoredNodePath(path));
}
