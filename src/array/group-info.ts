/**
 * What a group prints of itself, as zarr-python prints it.
 *
 * @module
 */
import type { Store } from "../storage/store.ts";
import { pythonBool, pythonTuple } from "./print.ts";
import { drawTree } from "./tree.ts";
import type { TreeNode } from "./tree.ts";
import { ZarrArray } from "./zarr-array.ts";

type Row = readonly [name: string, value: string];

/** The rows of `info` that metadata tells. */
export function groupRows(group: {
  readonly path: string;
  readonly zarrFormat: 2 | 3;
  readonly readOnly: boolean;
  readonly store: Store;
}): Row[] {
  return [
    ["Name", group.path],
    ["Type", "Group"],
    ["Zarr format", String(group.zarrFormat)],
    ["Read-only", pythonBool(group.readOnly)],
    ["Store type", group.store.constructor.name],
  ];
}

/** The rows of `info` that consolidated metadata, or a walk over all members, tells. */
export function countRows({ arrays, groups }: { arrays: number; groups: number }): Row[] {
  return [
    ["No. members", String(arrays + groups)],
    ["No. arrays", String(arrays)],
    ["No. groups", String(groups)],
  ];
}

/** The tree of a group's members, of which at most `maxNodes` are drawn. */
export async function groupTree(
  name: string,
  members: AsyncIterable<readonly [path: string, node: object]>,
  maxNodes: number,
): Promise<string> {
  const nodes: TreeNode[] = [];
  for await (const [path, node] of members) {
    if (nodes.length === maxNodes) return drawTree(name, nodes, maxNodes);
    nodes.push({
      path,
      label: node instanceof ZarrArray ? ` ${pythonTuple(node.shape)} ${String(node.dataType)}` : "",
    });
  }
  return drawTree(name, nodes);
}
