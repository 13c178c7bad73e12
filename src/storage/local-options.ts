/**
 * How a local store is made.
 *
 * @module
 */
import { fileUrlToLocalPath } from "./local-root.ts";
import type { StoreOptions } from "./store-base.ts";
import type { StoreMode } from "./store-mode.ts";

/** Options of `LocalStore`. */
export interface LocalStoreOptions extends StoreOptions {
  /** Force each value, and its name, to the disk before `set` is done. Default `false`. */
  readonly fsync?: boolean | undefined;
  /** Follow symbolic links that leave the root. Default `false`: they are refused. */
  readonly followSymlinks?: boolean | undefined;
  /**
   * Read up to 256 KiB at once, several times faster than through the event loop, some milliseconds a turn at most.
   * Default: unless the root is on a network mount that Linux names (NFS, SMB, FUSE, …); set `false` where reading a file may
   * wait for something else.
   */
  readonly syncReads?: boolean | undefined;
  /** With `"r"` or `"r+"`, `LocalStore.open` requires the root to exist rather than make it. */
  readonly mode?: StoreMode | undefined;
}

/** The path that a root is given by. */
export function pathOf(root: unknown, name: string): string {
  if (typeof root === "string") return root;
  if (root instanceof URL) return fileUrlToLocalPath(root);
  throw new TypeError(
    `'${name}' must be a string or a file: URL, got ${root === null ? "null" : typeof root}.`,
  );
}
