/**
 * Creating many nodes at once.
 *
 * @module
 */
import { config } from "../base/config.ts";
import { mapLimited } from "../base/async.ts";
import { ContainsArrayError, MetadataValidationError } from "../base/errors.ts";
import { normalizePath } from "../storage/normalize-path.ts";
import { requireNodePath } from "../metadata/node-name.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { ancestorsOf } from "./ancestors.ts";
import { attributesOf } from "./attributes.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import type { ArrayShapeOptions, CreateNodeBase } from "./create-options.ts";
import { buildArrayDocument } from "./create-options.ts";
import { emptyGroup, requireFree } from "./create-node.ts";
import type { NodeContext } from "./node-context.ts";
import { contextAt, flushOwned } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { encodeNode, joinPath, readNode, writeDocuments } from "./node-documents.ts";
import { closingOnFailure, placeOf } from "./open.ts";
import { nodeOf } from "./zarr-group.ts";
import type { ZarrNode } from "./zarr-group.ts";

/** A node to create: an array where it has a shape, else a group. */
export type HierarchyNode =
  | (ArrayShapeOptions & { readonly data?: undefined })
  | { readonly attributes?: object | undefined; readonly shape?: undefined; readonly zarrFormat?: 2 | 3 | undefined };

/** Options of `createHierarchy`. */
export interface CreateHierarchyOptions extends CreateNodeBase {
  /** Nodes by path; missing groups above them are created, too. */
  readonly nodes: { readonly [path: string]: HierarchyNode } | ReadonlyMap<string, HierarchyNode>;
}

/**
 * Creates arrays and groups, each with its path, concurrently: everything is built and encoded before anything is deleted
 * or written. Yields path and node, parents before children.
 *
 * @throws ContainsArrayError or ContainsGroupError when a node exists and `overwrite` is not set.
 * @throws MetadataValidationError for mixed formats, or two paths that are the same.
 * @example
 * ```ts
 * import { createHierarchy } from "zarrkit";
 *
 * const paths: string[] = [];
 * const nodes = { a: { attributes: { n: 1 } }, "a/b": { shape: [2], dtype: "int8" } };
 * for await (const [path] of createHierarchy({}, { nodes })) paths.push(path);
 * paths; // ["", "a", "a/b"]
 * ```
 */
export async function* createHierarchy(
  store: StoreLike,
  options: CreateHierarchyOptions,
): AsyncGenerator<[path: string, node: ZarrNode], void, undefined> {
  const entries = options.nodes instanceof Map ? [...options.nodes] : Object.entries(options.nodes);
  if (entries.length === 0) return;
  const context = await placeOf(store, options, "a");
  yield* await closingOnFailure(context, () => createNodesBelow(context, entries, options));
}

/** Creates nodes below a place and returns them by relative path. */
export async function createNodesBelow(
  context: NodeContext,
  entries: readonly (readonly [string, HierarchyNode])[],
  options: CreateNodeBase,
): Promise<[string, ZarrNode][]> {
  const { store, path: root } = context.at;
  const explicit = await buildNodes(entries);
  const zarrFormat = [...explicit.values()][0]!.metadata.zarrFormat;
  const encoded = new Map([...explicit].map(([path, node]) => [path, encodeNode(node)]));
  const implicit = [...new Set([...explicit.keys()].flatMap((path) => ancestorsOf(joinPath(root, path))))].filter(
    (path) => !explicit.has(relative(path, root) ?? "\0"),
  );
  const above = await mapLimited(implicit, config.get("async.concurrency"), (path) =>
    readNode(store, path, zarrFormat, options),
  );
  const blocked = implicit.find((_, i) => above[i]?.kind === "array");
  if (blocked !== undefined) {
    throw new ContainsArrayError(`An array is at ${JSON.stringify(blocked)} - only groups may have child nodes.`, {
      store: String(store),
      path: blocked,
    });
  }
  if (options.overwrite === true) {
    for (const path of explicit.keys()) await store.deleteDir(joinPath(root, path), options);
  } else {
    for (const path of explicit.keys()) await requireFree(store, joinPath(root, path), zarrFormat, options);
  }
  const made = new Map<string, NodeDocument>();
  for (const [i, path] of implicit.entries()) if (above[i] === undefined) made.set(path, emptyGroup(zarrFormat));
  for (const [path, node] of explicit) made.set(joinPath(root, path), node);
  const ordered = [...made].sort(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1));
  // Level by level: a reader never sees a child without its parent.
  for (const level of new Set(ordered.map(([path]) => depth(path)))) {
    await mapLimited(
      ordered.filter(([path]) => depth(path) === level),
      config.get("async.concurrency"),
      ([path, node]) => writeDocuments(store, path, encoded.get(relative(path, root) ?? "\0") ?? encodeNode(node), options),
      options,
    );
  }
  await keepConsolidated(store, ordered.map(([path, node]) => ({ path, node })), zarrFormat, options);
  await flushOwned(context);
  const results: [string, ZarrNode][] = [];
  for (const [path, node] of ordered) {
    const name = relative(path, root);
    if (name !== undefined) results.push([name, await nodeOf(contextAt(context, path), node)]);
  }
  return results;
}

async function buildNodes(
  entries: readonly (readonly [string, HierarchyNode])[],
): Promise<Map<string, NodeDocument>> {
  const nodes = new Map<string, NodeDocument>();
  for (const [given, node] of entries) {
    const path = normalizePath(given);
    if (nodes.has(path)) {
      throw new MetadataValidationError(`Two nodes have the path ${JSON.stringify(path)}.`, { path, actual: given });
    }
    requireNodePath(path, node.zarrFormat ?? 3);
    nodes.set(
      path,
      node.shape === undefined
        ? emptyGroup(node.zarrFormat ?? 3, attributesOf(node.attributes))
        : { kind: "array", metadata: await buildArrayDocument(node) },
    );
  }
  const formats = new Set([...nodes.values()].map((node) => node.metadata.zarrFormat));
  if (formats.size > 1) {
    throw new MetadataValidationError("All nodes of a hierarchy have one Zarr format; these have 2 and 3.", {
      actual: [...formats],
    });
  }
  for (const path of nodes.keys()) {
    const array = ancestorsOf(path).find((ancestor) => nodes.get(ancestor)?.kind === "array");
    if (array !== undefined) {
      throw new ContainsArrayError(`The node at ${JSON.stringify(path)} would be below the array at ${JSON.stringify(array)}.`, {
        path: array,
      });
    }
  }
  return nodes;
}

function relative(path: string, root: string): string | undefined {
  if (path === root) return "";
  if (root === "") return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

function depth(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}
