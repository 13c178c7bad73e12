/**
 * Creating many nodes at once.
 *
 * @module
 */
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { createNodesBelow, nodeEntries } from "./create-nodes.ts";
import type { HierarchyNodes } from "./create-nodes.ts";
import type { CreateNodeBase } from "./create-options.ts";
import { PLACE_OPTION_NAMES } from "./create-options.ts";
import { contextAt } from "./node-context.ts";
import { joinPath } from "./node-documents.ts";
import { closingOnFailure, placeOf } from "./open.ts";
import { nodeOf } from "./zarr-group.ts";
import type { ZarrNode } from "./zarr-group.ts";

/** Options of `createHierarchy`. */
export interface CreateHierarchyOptions extends CreateNodeBase {
  /** Nodes by path; missing groups above them are created, too. */
  readonly nodes: HierarchyNodes;
}

const CREATE_HIERARCHY: ReadonlySet<string> = optionNames({ ...PLACE_OPTION_NAMES, nodes: 0 });

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
  checkOptionNames(options, CREATE_HIERARCHY, "createHierarchy");
  const entries = nodeEntries(options.nodes);
  if (entries.length === 0) return;
  const context = await placeOf(store, options, "a");
  const created = await closingOnFailure(context, () => createNodesBelow(context, entries, options));
  for (const [path, node] of created) {
    yield [path, await nodeOf(contextAt(context, joinPath(context.at.path, path)), node)];
  }
}
