/**
 * Is a directory on another machine? Reading it at once would stop everything for as long as the network takes.
 *
 * @module
 */
import { nodeBuiltin } from "../base/platform.ts";

/** `f_type` of Linux: NFS, SMB1, CIFS, SMB2, Coda, AFS, 9P, Ceph, Lustre, FUSE, GPFS. */
const REMOTE_TYPES: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x73757245, 0x5346414f, 0x01021997, 0x00c36400, 0x0bd00bd0,
  0x65735546, 0x47504653,
]);

/** Is the directory, or the nearest one above it that exists, on a mount that may wait for a network? False where the system does not tell. */
export function isNetworkMount(directory: string): boolean {
  const fs = nodeBuiltin("fs", "LocalStore");
  const { dirname } = nodeBuiltin("path", "LocalStore");
  for (let at = directory; ; at = dirname(at)) {
    try {
      return REMOTE_TYPES.has(fs.statfsSync(at).type >>> 0);
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!missing || at === dirname(at)) return false;
    }
  }
}
