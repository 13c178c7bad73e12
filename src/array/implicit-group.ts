/**
 * v2 groups that no document names: a place whose children are nodes.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { StorePath } from "../storage/store-path.ts";
import { joinPath, readNode } from "./node-documents.ts";

/** Children that are looked at before a place counts as no group. */
const MAX_LOOKS = 64;

/** Has a place that is no node a v2 node among its children? Older writers left groups without `.zgroup`. */
export async function hasImplicitGroup(at: StorePath, options: AbortOptions): Promise<boolean> {
  if (!at.store.supportsListing) return false;
  let looks = 0;
  for await (const name of at.store.listDir(at.path, options)) {
    if (looks++ === MAX_LOOKS) return false;
    const node = await readNode(at.store, joinPath(at.path, name), 2, options);
    if (node !== undefined) return true;
  }
  return false;
}
