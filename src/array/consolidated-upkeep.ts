/**
 * Keeps consolidated metadata true: a change made through this library reaches every copy
 * of the changed document in the groups above it.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import { MetadataValidationError } from "../base/errors.ts";
import { encodeJson } from "../base/json-write.ts";
import type { NodeDocuments } from "../metadata/consolidated.ts";
import {
  buildConsolidatedV2,
  buildConsolidatedV3,
  parseConsolidatedV2,
  parseConsolidatedV3,
} from "../metadata/consolidated.ts";
import { parseDocument } from "../metadata/document.ts";
import { serializeArrayV2 } from "../metadata/v2-array.ts";
import { serializeArrayV3 } from "../metadata/v3-array.ts";
import { serializeGroupV2 } from "../metadata/v2-group.ts";
import { parseGroupV3, serializeGroupV3 } from "../metadata/v3-group.ts";
import type { Store } from "../storage/store.ts";
import { ancestorsOf, relativeTo } from "./ancestors.ts";
import { locksOf, metadataLock } from "./chunk-locks.ts";
import type { NodeDocument } from "./node-documents.ts";
import { keyIn } from "./node-documents.ts";

/** What happened to a node: its documents now, or `undefined` when it and all below it are gone. */
export interface NodeChange {
  readonly path: string;
  readonly node: NodeDocument | undefined;
}

/** Brings the consolidated metadata above the changed nodes up to date; what cannot be understood is dropped. */
export async function keepConsolidated(
  store: Store,
  changes: readonly NodeChange[],
  zarrFormat: 2 | 3,
  options: AbortOptions = {},
): Promise<void> {
  if (!store.supportsConsolidatedMetadata) return;
  const above = new Set<string>();
  for (const { path } of changes) {
    for (const ancestor of ancestorsOf(path)) above.add(ancestor);
    // v2's document holds a copy of the group's own attributes, too.
    if (zarrFormat === 2) above.add(path);
  }
  for (const ancestor of above) {
    const below = changes.filter(({ path }) => isWithin(path, ancestor));
    if (zarrFormat === 3) await refreshV3(store, ancestor, below, options);
    else await refreshV2(store, ancestor, below, options);
  }
}

/** A node as consolidated metadata holds it. */
export function consolidatedEntry(node: NodeDocument): NodeDocuments {
  const { metadata } = node;
  if (metadata.zarrFormat === 3) {
    const document =
      "shape" in metadata
        ? serializeArrayV3(metadata)
        : serializeGroupV3({ ...metadata, consolidated: undefined });
    return { kind: node.kind, zarrFormat: 3, document };
  }
  const document = "shape" in metadata ? serializeArrayV2(metadata) : serializeGroupV2(metadata);
  return { kind: node.kind, zarrFormat: 2, document, attributes: metadata.attributes };
}

async function refreshV3(
  store: Store,
  group: string,
  changes: readonly NodeChange[],
  options: AbortOptions,
): Promise<void> {
  const key = keyIn(group, "zarr.json");
  await locksOf(store).run(
    metadataLock(group),
    async () => {
      const bytes = await store.get(key, undefined, options);
      if (bytes === undefined) return;
      const context = { store: String(store), path: group, key };
      const document = parseDocument(bytes, context);
      if (document["node_type"] !== "group" || document["consolidated_metadata"] === undefined) return;
      const metadata = parseGroupV3(document, context);
      const old = metadata.consolidated;
      if (old === undefined) return;
      const consolidated = orDropped(() => {
        const parsed = parseConsolidatedV3(old, context);
        return parsed === undefined ? old : buildConsolidatedV3(applied(parsed.nodes, group, changes));
      });
      const indent = config.get("json_indent");
      await store.set(key, encodeJson(serializeGroupV3({ ...metadata, consolidated }), { indent }), options);
    },
    options,
  );
}

async function refreshV2(
  store: Store,
  group: string,
  changes: readonly NodeChange[],
  options: AbortOptions,
): Promise<void> {
  const key = keyIn(group, ".zmetadata");
  await locksOf(store).run(
    key,
    async () => {
      const bytes = await store.get(key, undefined, options);
      if (bytes === undefined) return;
      const context = { store: String(store), path: group, key };
      const document = orDropped(() =>
        buildConsolidatedV2(
          applied(parseConsolidatedV2(parseDocument(bytes, context), context).nodes, group, changes),
        ),
      );
      if (document !== undefined) await store.set(key, encodeJson(document), options);
      else if (store.supportsDeletes) await store.delete(key, options);
    },
    options,
  );
}

function orDropped<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof MetadataValidationError) return undefined;
    throw error;
  }
}

function applied(
  nodes: ReadonlyMap<string, NodeDocuments>,
  group: string,
  changes: readonly NodeChange[],
): Map<string, NodeDocuments> {
  const result = new Map(nodes);
  for (const { path, node } of changes) {
    const relative = relativeTo(path, group);
    if (node !== undefined) {
      result.set(relative, consolidatedEntry(node));
      continue;
    }
    for (const key of result.keys()) {
      if (key === relative || key.startsWith(`${relative}/`)) result.delete(key);
    }
  }
  return result;
}

function isWithin(path: string, ancestor: string): boolean {
  return ancestor === "" || path === ancestor || path.startsWith(`${ancestor}/`);
}
