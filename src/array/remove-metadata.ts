/**
 * Deleting the metadata of one format where nodes have both.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { resolveStore } from "../storage/resolve.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { keyIn } from "./node-documents.ts";

/** Options of `removeMetadata`. */
export interface RemoveMetadataOptions extends AbortOptions {
  /** Also where no metadata of the other format would be left. */
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

const DOCUMENTS = { 2: [".zarray", ".zgroup", ".zattrs", ".zmetadata"], 3: ["zarr.json"] } as const;
const IDENTIFYING = { 2: [".zarray", ".zgroup"], 3: ["zarr.json"] } as const;

/**
 * Deletes all metadata documents of one format.
 *
 * @throws StoreError where a node has no metadata of the other format, unless `force`; nothing is deleted then.
 */
export async function removeMetadata(
  input: StoreLike,
  zarrFormat: 2 | 3,
  options: RemoveMetadataOptions = {},
): Promise<void> {
  const { signal, dryRun = false } = options;
  const from = await resolveStore(input, { mode: dryRun ? "r" : "r+", signal });
  try {
    const { store, path } = from.storePath;
    if (!store.supportsDeletes) {
      throw new UnsupportedError(`${String(store)} cannot delete, so metadata in it cannot be removed.`, {
        store: String(store),
      });
    }
    const keys: string[] = [];
    const orphans: string[] = [];
    const all = new Set<string>();
    const prefix = path === "" ? "" : `${path}/`;
    for await (const key of store.listPrefix(prefix, options)) if (isDocument(key)) all.add(key);
    for (const key of all) {
      const name = key.slice(key.lastIndexOf("/") + 1);
      if (!DOCUMENTS[zarrFormat].some((document) => document === name)) continue;
      keys.push(key);
      const node = key.slice(0, Math.max(0, key.length - name.length - 1));
      const other = IDENTIFYING[zarrFormat === 2 ? 3 : 2].some((document) => all.has(keyIn(node, document)));
      if (!other) orphans.push(key);
    }
    if (orphans.length > 0 && options.force !== true) {
      throw new StoreError(
        `${orphans.length} nodes, for example ${JSON.stringify(orphans[0])}, have no metadata of format ${zarrFormat === 2 ? 3 : 2}; use force to remove theirs all the same.`,
        { store: String(store), key: orphans[0] },
      );
    }
    for (const key of keys) options.log?.(`Deleting metadata at ${String(store)}/${key}`);
    if (!dryRun)
      await forEachLimited(
        keys,
        config.get("async.concurrency"),
        (key) => store.delete(key, options),
        options,
      );
  } finally {
    if (from.owned) await from.storePath.store.close();
  }
}

/** Is this the key of a metadata document, of either format? */
export function isDocument(key: string): boolean {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return [...DOCUMENTS[2], ...DOCUMENTS[3]].some((document) => document === name);
}
