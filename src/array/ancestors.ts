/**
 * Paths above a path.
 *
 * @module
 */

/** Paths of all groups above a node, the root first: `a/b/c` has ``, `a` and `a/b`. */
export function ancestorsOf(path: string): string[] {
  if (path === "") return [];
  const names = path.split("/");
  return names.map((_, depth) => names.slice(0, depth).join("/"));
}

/** A path seen from one of its ancestors. */
export function relativeTo(path: string, ancestor: string): string {
  return ancestor === "" ? path : path.slice(ancestor.length + 1);
}
