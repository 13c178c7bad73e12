import { StoreError } from "../base/errors.ts";

/**
 * The normal form of a node path: no leading, trailing or doubled slashes, `/` for `\`. `null`
 * and `undefined` are the root, `""`. Everything else is kept, spaces and `.hidden` names too.
 *
 * @throws TypeError when it is no string; StoreError when a segment is `.` or `..`.
 * @example
 * ```ts
 * normalizePath("/a//b/"); // "a/b"
 * ```
 */
export function normalizePath(path: string | null | undefined): string {
  if (path === null || path === undefined) return "";
  if (typeof path !== "string") throw new TypeError(`A path must be a string, got ${typeof path}.`);
  if (!IRREGULAR.test(path)) return path;
  const segments = path.split(/[\\/]+/).filter((segment) => segment !== "");
  if (segments.includes(".") || segments.includes(".."))
    throw new StoreError(`Path ${JSON.stringify(path)} has a '.' or '..' segment.`, { path });
  return segments.join("/");
}

/** An empty segment, one that begins with a period, a backslash: what may have another normal form. */
const IRREGULAR = /^[/.]|\/(?:[/.]|$)|\\/;

/**
 * Normalises several paths.
 *
 * @throws StoreError when two of them come to the same; the message names both.
 */
export function normalizePaths(paths: Iterable<string>): string[] {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const normal = normalizePath(path);
    const first = seen.get(normal);
    if (first !== undefined)
      throw new StoreError(
        `Paths ${JSON.stringify(first)} and ${JSON.stringify(path)} are the same, ${JSON.stringify(normal)}.`,
        { path: normal },
      );
    seen.set(normal, path);
  }
  return [...seen.keys()];
}
