/**
 * Writes files whole: a temporary file in the same directory takes the place of the old one
 * in one step, so that a reader, and a crash, find the old value or the new one.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { onceReleased, onceReleasedSync } from "../base/held-file.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { systemCode } from "./local-errors.ts";
import { isWindows } from "./local-root.ts";

/** How a file is written. */
export interface LocalWriteOptions extends AbortOptions {
  /** Force the bytes, and the name, to the disk before the write is done. */
  readonly fsync: boolean;
}

const PARTIAL = /\.[0-9a-f]{32}\.partial$/;
const LONG_NAME = 200;

/** Is this the name of a temporary file, perhaps one that a crash left? */
export function isPartialName(name: string): boolean {
  return PARTIAL.test(name);
}

/** Replaces, or makes, the file at `path`. The directory exists. */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  options: LocalWriteOptions,
): Promise<void> {
  await withPartial(path, bytes, options, async (partial) => {
    await onceReleased(() => nodeBuiltin("fs/promises", "LocalStore").rename(partial, path));
    return true;
  });
}

/** Makes the file at `path` unless there is one, and says whether it did. The directory exists. */
export async function createFile(
  path: string,
  bytes: Uint8Array,
  options: LocalWriteOptions,
): Promise<boolean> {
  const fs = nodeBuiltin("fs/promises", "LocalStore");
  return await withPartial(path, bytes, options, async (partial) => {
    try {
      await fs.link(partial, path);
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      if (!LINKLESS.has(systemCode(error) ?? "")) throw error;
      return await copyExclusively(partial, path); // a file system without hard links
    } finally {
      await fs.unlink(partial).catch(() => {}); // hidden from listings; the value itself is in place
    }
    return true;
  });
}

/** As `replaceFile`, at once. */
export function replaceFileSync(path: string, bytes: Uint8Array, fsync: boolean): void {
  const fs = nodeBuiltin("fs", "LocalStore");
  const partial = partialPath(path);
  try {
    const file = fs.openSync(partial, "wx");
    try {
      for (let done = 0; done < bytes.byteLength;)
        done += fs.writeSync(file, bytes, done, bytes.byteLength - done);
      if (fsync) fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    onceReleasedSync(() => fs.renameSync(partial, path));
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw error;
  }
  if (!fsync || isWindows()) return;
  const directory = fs.openSync(directoryOf(path), "r");
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
}

const LINKLESS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

async function withPartial(
  path: string,
  bytes: Uint8Array,
  options: LocalWriteOptions,
  place: (partial: string) => Promise<boolean>,
): Promise<boolean> {
  const fs = nodeBuiltin("fs/promises", "LocalStore");
  const partial = partialPath(path);
  let placed: boolean;
  try {
    const file = await fs.open(partial, "wx");
    try {
      for (let done = 0; done < bytes.byteLength;) {
        throwIfAborted(options.signal);
        done += (await file.write(bytes, done, bytes.byteLength - done)).bytesWritten;
      }
      if (options.fsync) await file.sync();
    } finally {
      await file.close();
    }
    throwIfAborted(options.signal);
    placed = await place(partial);
  } catch (error) {
    await fs.rm(partial, { force: true }).catch(() => {}); // the first error is the one to report
    throw error;
  }
  if (placed && options.fsync) await syncDirectory(path);
  return placed;
}

async function copyExclusively(from: string, to: string): Promise<boolean> {
  const { copyFile, constants } = nodeBuiltin("fs/promises", "LocalStore");
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (isWindows()) return; // which cannot open a directory
  const file = await nodeBuiltin("fs/promises", "LocalStore").open(directoryOf(path), "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function partialPath(path: string): string {
  const slash = path.lastIndexOf("/");
  let name = path.slice(slash + 1);
  // A file name has at most 255 bytes on common systems; the temporary one is 41 longer.
  if (name.length > LONG_NAME / 3 && new TextEncoder().encode(name).byteLength > LONG_NAME)
    name = name.slice(0, 32);
  return `${path.slice(0, slash + 1)}${name}.${crypto.randomUUID().replaceAll("-", "")}.partial`;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
