/**
 * What a handler serves, as the parts that speak HTTP see it.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { Store } from "../storage/store.ts";

/** What is in a directory. */
export interface ListedEntry {
  readonly name: string;
  /** `key`: a value; `prefix`: more below; `array` and `group`: nodes, which are prefixes. */
  readonly kind: "key" | "prefix" | "array" | "group";
}

/** Values by path, and which of them may be reached. */
export interface Served {
  readonly store: Store;
  /** What it is called on its page: no place on this machine. */
  readonly title: string;
  /** Are values made in memory anyway, so that nothing is gained by reading them in parts? */
  readonly isInMemory: boolean;
  /** The store key at a path; `undefined` when nothing there may be reached in that way. */
  keyOf(path: string, access: "read" | "write", options: AbortOptions): Promise<string | undefined>;
  /** Takes note of a write. */
  changed(path: string): void;
  /** What is in a directory; `undefined` when there is none. */
  list(path: string, options: AbortOptions): AsyncIterable<ListedEntry> | undefined;
}

const DOCUMENTS: ReadonlySet<string> = new Set(["zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"]);

/** Is this the key of a metadata document? */
export function isDocumentKey(key: string): boolean {
  return DOCUMENTS.has(key.slice(key.lastIndexOf("/") + 1));
}
