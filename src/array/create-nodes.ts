/**
 * Storing many new nodes at once.
 *
 * @module
 */
import { mapLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { ContainsArrayError, MetadataValidationError } from "../base/errors.ts";
import { requireNodePath } from "../metadata/node-name.ts";
import { normalizePath } from "../storage/normalize-path.ts";
import { forgetChunksBelow } from "./chunk-cache.ts";
import { ancestorsOf } from "./ancestors.ts";
import { attributesOf } from "./attributes.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import type { ArrayShapeOptions, CreateNodeBase } from "./create-options.ts";
import { buildArrayDocument } from "./create-options.ts";
import { emptyGroup, requireFree } from "./create-node.ts";
import type { NodeContext } from "./node-context.ts";
import { flushOwned } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { encodeNode, joinPath, readNode, writeDocuments } from "./node-documents.ts";

/** A node to create: an array where it has a shape, else a group. */
export type HierarchyNode =
  | (ArrayShapeOptions & { readonly data?: undefined })
  | {
      readonly attributes?: object | undefined;
      readonly shape?: undefined;
      readonly zarrFormat?: 2 | 3 | null | undefined;
    };

/** Nodes to create, by path. */
export type HierarchyNodes = { readonly [path: string]: HierarchyNode } | ReadonlyMap<string, HierarchyNode>;

/** Nodes to create as a list. */
export function nodeEntries(nodes: HierarchyNodes): readonly (readonly [string, HierarchyNode])[] {
  return nodes instanceof Map ? [...nodes] : Object.entries(nodes);
}

/**
 * Nodes to create below a group, each in its format.
 *
 * @throws MetadataValidationError for a node of another format, or the group itself.
 */
export function entriesInGroup(
  nodes: HierarchyNodes,
  group: { readonly path: string; readonly zarrFormat: 2 | 3 },
): readonly (readonly [string, HierarchyNode])[] {
  const { path: groupPath, zarrFormat } = group;
  return nodeEntries(nodes).map(([path, node]) => {
    if (normalizePath(path) === "") {
      throw new MetadataValidationError("A group cannot create itself.", { path: groupPath });
    }
    if ((node.zarrFormat ?? zarrFormat) === zarrFormat) return [path, { ...node, zarrFormat }];
    throw new MetadataValidationError(
      `The node ${JSON.stringify(path)} has Zarr format ${String(node.zarrFormat)}; members of this group have format ${zarrFormat}.`,
      { path: groupPath, expected: zarrFormat, actual: node.zarrFormat },
    );
  });
}

/** Creates nodes below a place and returns their documents by relative path, parents before children. */
export async function createNodesBelow(
  context: NodeContext,
  entries: readonly (readonly [string, HierarchyNode])[],
  options: CreateNodeBase,
): Promise<[string, NodeDocument][]> {
  const { store, path: root } = context.at;
  const zarrFormat = formatOf(entries);
  const explicit = await buildNodes(entries, zarrFormat);
  const encoded = new Map([...explicit].map(([path, node]) => [path, encodeNode(node)]));
  const implicit = [
    ...new Set([...explicit.keys()].flatMap((path) => ancestorsOf(joinPath(root, path)))),
  ].filter((path) => !explicit.has(relative(path, root) ?? "\0"));
  const overwrite = options.overwrite === true;
  const deleted = (path: string): boolean =>
    overwrite && ancestorsOf(path).some((ancestor) => explicit.has(relative(ancestor, root) ?? "\0"));
  const above = await mapLimited(
    implicit,
    config.get("async.concurrency"),
    async (path) => (deleted(path) ? undefined : await readNode(store, path, zarrFormat, options)),
    options,
  );
  const blocked = implicit.find((_, i) => above[i]?.kind === "array");
  if (blocked !== undefined) {
    throw new ContainsArrayError(
      `An array is at ${JSON.stringify(blocked)} - only groups may have child nodes.`,
      {
        store: String(store),
        path: blocked,
      },
    );
  }
  if (overwrite) {
    for (const path of explicit.keys()) {
      await store.deleteDir(joinPath(root, path), options);
      forgetChunksBelow(store, joinPath(root, path));
    }
  } else {
    for (const path of explicit.keys()) await requireFree(store, joinPath(root, path), zarrFormat, options);
  }
  const made = new Map<string, NodeDocument>();
  for (const [i, path] of implicit.entries())
    if (above[i] === undefined) made.set(path, emptyGroup(zarrFormat));
  for (const [path, node] of explicit) made.set(joinPath(root, path), node);
  const ordered = [...made].sort(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1));
  // Level by level: a reader never sees a child without its parent.
  for (const level of new Set(ordered.map(([path]) => depth(path)))) {
    await mapLimited(
      ordered.filter(([path]) => depth(path) === level),
      config.get("async.concurrency"),
      ([path, node]) =>
        writeDocuments(store, path, encoded.get(relative(path, root) ?? "\0") ?? encodeNode(node), options),
      options,
    );
  }
  await keepConsolidated(
    store,
    ordered.map(([path, node]) => ({ path, node })),
    zarrFormat,
    options,
  );
  await flushOwned(context);
  const results: [string, NodeDocument][] = [];
  for (const [path, node] of ordered) {
    const name = relative(path, root);
    if (name !== undefined) results.push([name, node]);
  }
  return results;
}

/** The one format of all nodes; those that name none have that of the others, or the configuration's. */
function formatOf(entries: readonly (readonly [string, HierarchyNode])[]): 2 | 3 {
  const formats = new Set(entries.flatMap(([, node]) => node.zarrFormat ?? []));
  const [format = config.get("default_zarr_format")] = formats;
  if (formats.size <= 1) return format;
  throw new MetadataValidationError("All nodes of a hierarchy have one Zarr format; these have 2 and 3.", {
    actual: [...formats],
  });
}

async function buildNodes(
  entries: readonly (readonly [string, HierarchyNode])[],
  zarrFormat: 2 | 3,
): Promise<Map<string, NodeDocument>> {
  const nodes = new Map<string, NodeDocument>();
  for (const [given, node] of entries) {
    const path = normalizePath(given);
    if (nodes.has(path)) {
      throw new MetadataValidationError(`Two nodes have the path ${JSON.stringify(path)}.`, {
        path,
        actual: given,
      });
    }
    requireNodePath(path, zarrFormat);
    nodes.set(
      path,
      node.shape === undefined
        ? emptyGroup(zarrFormat, attributesOf(node.attributes))
        : { kind: "array", metadata: await buildArrayDocument({ ...node, zarrFormat }) },
    );
  }
  for (const path of nodes.keys()) {
    const array = ancestorsOf(path).find((ancestor) => nodes.get(ancestor)?.kind === "array");
    if (array !== undefined) {
      throw new ContainsArrayError(
        `The node at ${JSON.stringify(path)} would be below the array at ${JSON.stringify(array)}.`,
        {
          path: array,
        },
      );
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
