/**
 * Names of nodes and paths of nodes in a hierarchy.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";

const RESERVED_V2: ReadonlySet<string> = new Set([".zarray", ".zgroup", ".zattrs", ".zmetadata"]);

/**
 * Why a node may not be given this name, or `undefined` when it may. The specification forbids the empty name,
 * `/`, periods alone, a leading `__` and the names of metadata documents; half a surrogate pair cannot be a store key.
 *
 * @example
 * ```ts
 * nodeNameProblem("__meta"); // 'starts with "__", which is reserved'
 * ```
 */
export function nodeNameProblem(name: string, zarrFormat: 2 | 3 = 3): string | undefined {
  if (name === "") return "is empty";
  if (name.includes("/")) return 'contains "/"';
  if (/^\.+$/.test(name)) return "consists of periods";
  if (name.startsWith("__")) return 'starts with "__", which is reserved';
  if (zarrFormat === 3 ? name === "zarr.json" : RESERVED_V2.has(name)) {
    return "is that of a metadata document";
  }
  if (LONE_SURROGATE.test(name)) return "is not well-formed Unicode";
  return undefined;
}

/**
 * Checks the path of a node that is to be created: no leading or trailing `/`, each name allowed; `""` is the root.
 *
 * @throws MetadataValidationError that names the path and what is wrong with which name.
 */
export function requireNodePath(path: string, zarrFormat: 2 | 3 = 3): void {
  if (path === "") return;
  for (const name of path.split("/")) {
    const problem = nodeNameProblem(name, zarrFormat);
    if (problem === undefined) continue;
    throw new MetadataValidationError(
      `Invalid path ${JSON.stringify(path)}: the node name ${JSON.stringify(name)} ${problem}.`,
      { path, expected: "names of nodes, separated by /", actual: name },
    );
  }
}

/**
 * Can a node of this path exist in a store? Laxer than `requireNodePath`, for paths that others wrote: reserved names
 * do occur. What leaves the hierarchy, or is not the one spelling of a path, is not one.
 */
export function isStoredNodePath(path: string): boolean {
  // Most paths have nothing to look at.
  if (!SUSPECT.test(path)) return true;
  return path
    .split("/")
    .every((name) => name !== "" && !/^\.+$/.test(name) && !name.includes("\\") && !name.includes("\0"));
}

/** An empty name, a name that begins with a period, a character that no name has. */
const SUSPECT = /^[/.]|\/(?:[/.]|$)|[\\\0]/;

const LONE_SURROGATE = /\p{Surrogate}/u;
