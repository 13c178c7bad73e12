/**
 * Reads files exactly: the bytes asked for, into a buffer of their own.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { nodeBuiltin } from "../base/platform.ts";

/** Reads the file, or a part of it; `undefined` when it is no regular file. Throws the system's error. */
export async function readLocal(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
  options: ReadOptions = {},
): Promise<Uint8Array | undefined> {
  const file = await nodeBuiltin("fs/promises", "LocalStore").open(path, openFlags(follow));
  try {
    throwIfAborted(options.signal);
    const stat = await file.stat();
    if (!stat.isFile()) return undefined;
    // A set puts a new file in place of the old one; whoever writes in place changes the times.
    options.onVersion?.(`${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`);
    const { start, end } = resolveByteRequest(range, stat.size);
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.byteLength) {
      throwIfAborted(options.signal);
      const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled, start + filled);
      if (bytesRead === 0) break; // another process cut the file short since
      filled += bytesRead;
    }
    return filled === bytes.byteLength ? bytes : bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** As `readLocal`, at once. */
export function readLocalSync(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
): Uint8Array | undefined {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(follow));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    const { start, end } = resolveByteRequest(range, stat.size);
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.byteLength) {
      const count = fs.readSync(file, bytes, filled, bytes.byteLength - filled, start + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled === bytes.byteLength ? bytes : bytes.subarray(0, filled);
  } finally {
    fs.closeSync(file);
  }
}

/**
 * Flags to open for reading. A pipe in place of a file must not block, and unless `follow`, a
 * symbolic link in place of a file fails with `ELOOP`, so that its target can be looked at first.
 */
function openFlags(follow: boolean): number {
  const { constants } = nodeBuiltin("fs", "LocalStore");
  // Windows has neither flag.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  return (O_RDONLY ?? 0) | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
}
