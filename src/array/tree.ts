/**
 * The tree of a hierarchy as text.
 *
 * @module
 */

/** A node of a tree to print. */
export interface TreeNode {
  /** Path relative to the root of the tree. */
  readonly path: string;
  /** What follows the name of an array: ` (4, 6) int32`; empty for groups. */
  readonly label: string;
}

/**
 * Draws nodes below a root, sorted by path.
 *
 * @param rootName Name of the root: `/`, or the name of a group.
 * @param truncatedAt Set when there are more nodes than are shown.
 */
export function drawTree(rootName: string, nodes: readonly TreeNode[], truncatedAt?: number): string {
  const lines = [rootName];
  const children = new Map<string, TreeNode[]>();
  for (const node of [...nodes].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const cut = node.path.lastIndexOf("/");
    const parent = cut < 0 ? "" : node.path.slice(0, cut);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [node]);
    else siblings.push(node);
  }
  // A stack in place of recursion: the depth of a hierarchy is the store's to choose.
  const stack: { node: TreeNode; prefix: string; last: boolean }[] = [];
  const pushChildren = (path: string, prefix: string): void => {
    const below = children.get(path) ?? [];
    for (let i = below.length - 1; i >= 0; i--) {
      stack.push({ node: below[i]!, prefix, last: i === below.length - 1 });
    }
  };
  pushChildren("", "");
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, prefix, last } = top;
    const name = node.path.slice(node.path.lastIndexOf("/") + 1);
    lines.push(`${prefix}${last ? "└── " : "├── "}${name}${node.label}`);
    pushChildren(node.path, `${prefix}${last ? "    " : "│   "}`);
  }
  if (truncatedAt !== undefined) {
    lines.unshift(`Truncated at max_nodes=${truncatedAt}, some nodes and their children may be missing`);
  }
  return lines.join("\n");
}
