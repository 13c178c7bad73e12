/**
 * What `zarrkit tree` does.
 *
 * @module
 */
import { pythonTuple } from "../array/print.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { ZarrGroup } from "../array/zarr-group.ts";
import type { CliContext } from "./command-context.ts";
import type { Facts } from "./node-facts.ts";
import { dtypeText, listingFacts } from "./node-facts.ts";
import { withNode } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { safeLines } from "./terminal-text.ts";
import type { TreeFlags } from "./tree.ts";

const DEFAULT_MAX_NODES = 500;
/** JSON of a deeper tree could not be read back; each level nests twice. */
const MAX_JSON_LEVEL = 200;

/** Prints the hierarchy at a place; an array is a tree of one node. */
export async function runTree(
  context: CliContext,
  flags: TreeFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal, io } = context;
  const maxNodes = flags.maxNodes ?? DEFAULT_MAX_NODES;
  await withNode({ url, path, flags, signal }, async (node) => {
    if (flags.json === true) {
      const tree =
        node instanceof ZarrArray
          ? listingFacts(node.path, node)
          : await nestedNodes(node, flags.level ?? MAX_JSON_LEVEL, maxNodes, signal);
      await printFacts(context, tree);
      return;
    }
    const text =
      node instanceof ZarrArray
        ? `${node.name} ${pythonTuple(node.shape)} ${dtypeText(node)}`
        : await node.tree({ level: flags.level ?? null, maxNodes, signal });
    await io.stdout.write(`${safeLines(text)}\n`);
  });
}

interface TreeNode extends Facts {
  readonly children?: TreeNode[];
}

/** The nodes below a group, each in its parent; paths are relative to the group. */
async function nestedNodes(
  root: ZarrGroup,
  level: number,
  maxNodes: number,
  signal: AbortSignal,
): Promise<Facts> {
  const top: TreeNode = { name: root.basename, path: "", kind: "group", children: [] };
  const groups = new Map<string, TreeNode>([["", top]]);
  let count = 0;
  let truncated = false;
  const maxDepth = Math.min(level, MAX_JSON_LEVEL);
  for await (const [path, member] of root.members({ maxDepth, signal })) {
    if (count === maxNodes) {
      truncated = true;
      break;
    }
    count++;
    const facts = listingFacts(path, member);
    const node: TreeNode = member instanceof ZarrArray ? facts : { ...facts, children: [] };
    if (node.children !== undefined) groups.set(path, node);
    const cut = path.lastIndexOf("/");
    // Parents come before children; consolidated metadata may lack one.
    const parent = groups.get(cut < 0 ? "" : path.slice(0, cut)) ?? top;
    parent.children?.push(node);
  }
  return truncated ? { ...top, truncated } : top;
}
