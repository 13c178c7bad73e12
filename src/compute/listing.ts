/**
 * Whether a store can be listed, which some only tell when they are asked.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { throwIfAborted } from "../base/async.ts";
import { isZarrError } from "../base/errors.ts";
import type { StorePath } from "../storage/store-path.ts";

/** Statuses by which a server says that it lists nothing, or not for everyone. */
const REFUSED: ReadonlySet<unknown> = new Set([401, 403, 405, 501]);

/** Can what is below a place be listed? A web server may make no listings, and a bucket may forbid them. */
export async function canList({ store, path }: StorePath, options: AbortOptions): Promise<boolean> {
  if (!store.supportsListing) return false;
  try {
    for await (const _ of store.listDir(path, options)) break;
    return true;
  } catch (error) {
    throwIfAborted(options.signal);
    if (isZarrError(error) && (error.name === "UnsupportedError" || REFUSED.has(error.status))) return false;
    throw error;
  }
}
