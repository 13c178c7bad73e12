/**
 * Moving a node within its store.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { ContainsGroupError, NodeNotFoundError } from "../base/errors.ts";
import { requireNodePath } from "../metadata/node-name.ts";
import type { Store } from "../storage/store.ts";
import { forgetChunksBelow } from "./chunk-cache.ts";
import type { NodeChange } from "./consolidated-upkeep.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import { createNode, emptyGroup, missingAncestors, requireFree } from "./create-node.ts";
import { joinPath, readNode } from "./node-documents.ts";

/** The group that a node is moved within. */
interface MovePlace {
  readonly store: Store;
  readonly path: string;
  readonly zarrFormat: 2 | 3;
}

/** Copies everything below `source`, documents last, then deletes it. */
export async function moveNode(
  { store, path, zarrFormat }: MovePlace,
  source: string,
  dest: string,
  options: AbortOptions,
): Promise<void> {
  const from = joinPath(path, source);
  const to = joinPath(path, dest);
  requireNodePath(to, zarrFormat);
  const facts = { store: String(store), path: from };
  const node = await readNode(store, from, zarrFormat, options);
  if (node === undefined || source === "")
    throw new NodeNotFoundError(`There is no node at ${JSON.stringify(from)} to move.`, facts);
  if (to === from || to.startsWith(`${from}/`)) {
    throw new ContainsGroupError(
      `A node cannot be moved into itself (${JSON.stringify(from)} to ${JSON.stringify(to)}).`,
      facts,
    );
  }
  await requireFree(store, to, zarrFormat, options);
  // Making the lowest group that is missing makes those above it.
  const parent = (await missingAncestors(store, to, zarrFormat, options)).at(-1);
  if (parent !== undefined) await createNode(store, parent, emptyGroup(zarrFormat), options);
  const keys: string[] = [];
  for await (const key of store.listPrefix(`${from}/`, options)) keys.push(key.slice(from.length + 1));
  const isDocument = (key: string): boolean => /(^|\/)(zarr\.json|\.z\w+)$/.test(key);
  const copyKey = async (key: string): Promise<void> => {
    const value = await store.get(`${from}/${key}`, undefined, options);
    if (value !== undefined) await store.set(`${to}/${key}`, value, options);
  };
  await forEachLimited(
    keys.filter((key) => !isDocument(key)),
    config.get("async.concurrency"),
    copyKey,
    options,
  );
  const documents = keys.filter(isDocument).sort((a, b) => b.split("/").length - a.split("/").length);
  for (const key of documents) await copyKey(key);
  await store.deleteDir(from, options);
  forgetChunksBelow(store, from);
  forgetChunksBelow(store, to);
  const changes: NodeChange[] = [{ path: from, node: undefined }];
  for (const key of documents) {
    const cut = key.lastIndexOf("/");
    const moved = joinPath(to, cut < 0 ? "" : key.slice(0, cut));
    const now = await readNode(store, moved, zarrFormat, options);
    if (now !== undefined) changes.push({ path: moved, node: now });
  }
  await keepConsolidated(store, changes, zarrFormat, options);
}
