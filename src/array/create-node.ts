/**
 * Creating nodes: everything is built and encoded before anything is deleted or written,
 * parents come before children, and consolidated metadata stays true.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { mapLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { ContainsArrayError, ContainsGroupError, ReadOnlyError } from "../base/errors.ts";
import { requireNodePath } from "../metadata/node-name.ts";
import type { Store } from "../storage/store.ts";
import { forgetChunksBelow } from "./chunk-cache.ts";
import { ancestorsOf } from "./ancestors.ts";
import type { NodeChange } from "./consolidated-upkeep.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import type { NodeDocument } from "./node-documents.ts";
import { encodeNode, keyIn, readNode, writeDocuments } from "./node-documents.ts";

/** Options of a creation. */
export interface CreateNodeOptions extends AbortOptions {
  /** Delete what is at the path, children too. Default: refuse. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Stores a new node and the groups above it that are missing.
 *
 * @throws ContainsArrayError or ContainsGroupError when something is there, or the parent is an array.
 */
export async function createNode(
  store: Store,
  path: string,
  node: NodeDocument,
  options: CreateNodeOptions = {},
): Promise<void> {
  const { zarrFormat } = node.metadata;
  requireNodePath(path, zarrFormat);
  if (store.readOnly) {
    throw new ReadOnlyError(`${String(store)} is read-only; no node can be created in it.`, {
      store: String(store),
      path,
    });
  }
  const documents = encodeNode(node);
  const missing = await missingAncestors(store, path, zarrFormat, options);
  if (options.overwrite === true) await makeRoom(store, path, zarrFormat, options);
  else await requireFree(store, path, zarrFormat, options);
  const changes: NodeChange[] = [];
  for (const ancestor of missing) {
    const group = emptyGroup(zarrFormat);
    const made = await writeNewGroup(store, ancestor, group, options);
    if (made) changes.push({ path: ancestor, node: group });
  }
  await writeDocuments(store, path, documents, options);
  await keepConsolidated(store, [...changes, { path, node }], zarrFormat, options);
}

/** The document of a group without attributes. */
export function emptyGroup(zarrFormat: 2 | 3, attributes = {}): NodeDocument {
  return {
    kind: "group",
    metadata:
      zarrFormat === 3
        ? { zarrFormat, attributes, consolidated: undefined, extra: {} }
        : { zarrFormat, attributes, extra: {} },
  };
}

/** Groups above a path that have to be made, the topmost first; @throws ContainsArrayError for an array among them. */
export async function missingAncestors(
  store: Store,
  path: string,
  zarrFormat: 2 | 3,
  options: AbortOptions,
): Promise<string[]> {
  const ancestors = ancestorsOf(path);
  const nodes = await mapLimited(
    ancestors,
    config.get("async.concurrency"),
    (ancestor) => readNode(store, ancestor, zarrFormat, options),
    options,
  );
  const array = ancestors.find((_, i) => nodes[i]?.kind === "array");
  if (array !== undefined) {
    throw new ContainsArrayError(
      `A parent of ${JSON.stringify(path)} is an array - only groups may have child nodes.`,
      { store: String(store), path: array },
    );
  }
  return ancestors.filter((_, i) => nodes[i] === undefined);
}

/** Two callers may find the same parent missing; the first to write it wins. */
async function writeNewGroup(
  store: Store,
  path: string,
  group: NodeDocument,
  options: AbortOptions,
): Promise<boolean> {
  const documents = encodeNode(group);
  let made = false;
  for (const [name, bytes] of [...documents].sort(
    ([a], [b]) => Number(b === ".zattrs") - Number(a === ".zattrs"),
  )) {
    made = await store.setIfNotExists(keyIn(path, name), bytes, options);
  }
  return made;
}

/** @throws ContainsArrayError or ContainsGroupError when there is a node of this format at the path. */
export async function requireFree(
  store: Store,
  path: string,
  zarrFormat: 2 | 3,
  options: AbortOptions,
): Promise<void> {
  const kind = (await readNode(store, path, zarrFormat, options))?.kind;
  if (kind !== undefined) throw containsError(store, path, kind);
}

async function makeRoom(store: Store, path: string, zarrFormat: 2 | 3, options: AbortOptions): Promise<void> {
  if (!store.supportsDeletes || !store.supportsListing) {
    const kind = (await readNode(store, path, zarrFormat, options))?.kind;
    if (kind !== undefined) throw containsError(store, path, kind, " The store cannot delete it.");
    return;
  }
  await store.deleteDir(path, options);
  forgetChunksBelow(store, path);
  await keepConsolidated(store, [{ path, node: undefined }], zarrFormat, options);
}

/** The error of a node that is in the way. */
export function containsError(
  store: Store,
  path: string,
  kind: "array" | "group",
  remark = "",
): ContainsArrayError | ContainsGroupError {
  const facts = { store: String(store), path };
  const where = `exists in store ${String(store)} at path ${JSON.stringify(path)}.${remark}`;
  return kind === "array"
    ? new ContainsArrayError(`An array ${where}`, facts)
    : new ContainsGroupError(`A group ${where}`, facts);
}
