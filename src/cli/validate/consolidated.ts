/**
 * Consolidated metadata against the documents that it copies.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { jsonKeys, omitKeys } from "../../base/json-notes.ts";
import { equalJson } from "../../base/json-write.ts";
import { own, pointer } from "../../metadata/document.ts";
import { isStoredNodePath } from "../../metadata/node-name.ts";
import { parseArrayV2, serializeArrayV2 } from "../../metadata/v2-array.ts";
import { parseArrayV3, serializeArrayV3 } from "../../metadata/v3-array.ts";
import type { StorePath } from "../../storage/store-path.ts";
import type { Findings } from "./deviation.ts";
import { jsonOf, keyBelow } from "./find-documents.ts";
import { shown } from "./json-checks.ts";

/** What was found below a group, to compare with. */
export interface Known {
  readonly at: StorePath;
  /** Documents by store key; what is not here is looked up. */
  readonly documents: ReadonlyMap<string, JsonObject>;
  /** Paths of all nodes, where the store could be listed. */
  readonly paths: ReadonlySet<string> | undefined;
}

/** Checks the `consolidated_metadata` of a v3 group. */
export async function checkConsolidatedV3(
  json: JsonValue | undefined,
  findings: Findings,
  known: Known,
  options: AbortOptions,
): Promise<void> {
  const here = "/consolidated_metadata";
  if (json === undefined || json === null) return;
  if (!isJsonObject(json)) {
    findings.error(here, `It must be an object, ${shown(json)}.`);
    return;
  }
  const kind = own(json, "kind");
  if (kind !== "inline") {
    const mayIgnore = typeof kind === "string" && own(json, "must_understand") === false;
    if (!mayIgnore) findings.error(`${here}/kind`, `It must be "inline", ${shown(kind)}.`);
    return;
  }
  if (own(json, "must_understand") !== false)
    findings.error(
      `${here}/must_understand`,
      `It must be false, ${shown(own(json, "must_understand"))}: readers that do not know the member refuse the group.`,
    );
  const metadata = own(json, "metadata");
  const at = `${here}/metadata`;
  if (!isJsonObject(metadata)) {
    findings.error(at, `It must be an object, ${shown(metadata)}.`);
    return;
  }
  const listed = new Set<string>();
  for (const path of jsonKeys(metadata)) {
    const entryAt = pointer(at, path);
    if (path === "" || !isStoredNodePath(path)) {
      findings.error(entryAt, "No node below the group can have this path; readers pass it over.");
      continue;
    }
    listed.add(path);
    const entry = own(metadata, path);
    const stored = await documentOf(known, keyBelow(keyBelow(findings.path, path), "zarr.json"), options);
    compare(entry, stored, entryAt, findings, normalV3);
  }
  reportMissing(listed, known, findings, at, "zarr.json");
}

/** Checks a `.zmetadata`. */
export async function checkConsolidatedV2(
  document: JsonObject,
  findings: Findings,
  known: Known,
  options: AbortOptions,
): Promise<void> {
  const format = own(document, "zarr_consolidated_format");
  if (format === undefined)
    findings.warning("/zarr_consolidated_format", "The member is missing; readers take 1.");
  else if (format !== 1)
    findings.error("/zarr_consolidated_format", `It must be the integer 1, ${shown(format)}.`);
  const metadata = own(document, "metadata");
  if (!isJsonObject(metadata)) {
    findings.error("/metadata", `It must be an object, ${shown(metadata)}.`);
    return;
  }
  const listed = new Set<string>();
  for (const key of jsonKeys(metadata)) {
    const entryAt = pointer("/metadata", key);
    const slash = key.lastIndexOf("/");
    const path = key.slice(0, Math.max(0, slash));
    const name = key.slice(slash + 1);
    if (slash === 0 || !isStoredNodePath(path) || ![".zarray", ".zgroup", ".zattrs"].includes(name)) {
      findings.error(entryAt, "It is not the key of a document below the group; readers pass it over.");
      continue;
    }
    if (name !== ".zattrs") listed.add(path);
    const stored = await documentOf(known, keyBelow(keyBelow(findings.path, path), name), options);
    compare(own(metadata, key), stored, entryAt, findings, normalV2);
  }
  reportMissing(listed, known, findings, "/metadata", ".z*");
}

async function documentOf(known: Known, key: string, options: AbortOptions): Promise<JsonObject | undefined> {
  const found = known.documents.get(key);
  if (found !== undefined || known.paths !== undefined) return found;
  return jsonOf(await known.at.store.get(key, undefined, options));
}

function compare(
  entry: JsonValue | undefined,
  stored: JsonObject | undefined,
  at: string,
  findings: Findings,
  normal: (document: JsonObject) => JsonObject,
): void {
  if (!isJsonObject(entry)) {
    findings.error(at, `It must be an object, ${shown(entry)}.`);
    return;
  }
  if (stored === undefined) {
    findings.error(at, "It lists a document that is not there.");
    return;
  }
  const [left, right] = [normal(entry), normal(stored)];
  if (equalJson(left, right)) return;
  const members = new Set([...Object.keys(left), ...Object.keys(right)]);
  const different = [...members].filter((key) => {
    const [a, b] = [own(left, key), own(right, key)];
    return a === undefined || b === undefined ? a !== b : !equalJson(a, b);
  });
  findings.error(
    at,
    `It differs from the node's own document in ${different.sort().join(", ")}: it is stale.`,
  );
}

/** Nodes that readers of the consolidated metadata will not find. */
function reportMissing(
  listed: ReadonlySet<string>,
  { paths }: Known,
  findings: Findings,
  at: string,
  name: string,
): void {
  if (paths === undefined) return;
  const prefix = findings.path === "" ? "" : `${findings.path}/`;
  for (const path of paths) {
    if (path === findings.path || !path.startsWith(prefix)) continue;
    const relative = path.slice(prefix.length);
    if (!listed.has(relative))
      findings.error(at, `It leaves out the node ${JSON.stringify(relative)} (${name}): it is stale.`);
  }
}

/** One of several spellings; groups carry consolidated metadata of their own, which is another matter. */
function normalV3(document: JsonObject): JsonObject {
  const rest = omitKeys(document, ["consolidated_metadata"]);
  if (own(rest, "node_type") !== "array") return { attributes: {}, ...rest };
  try {
    return serializeArrayV3({ ...parseArrayV3(rest), source: undefined });
  } catch {
    return rest;
  }
}

function normalV2(document: JsonObject): JsonObject {
  const rest = omitKeys(document, ["consolidated_metadata"]);
  try {
    return serializeArrayV2({ ...parseArrayV2(rest), source: undefined });
  } catch {
    return rest; // attributes, or a group
  }
}
