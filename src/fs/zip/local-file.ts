/**
 * A local file as a `RandomAccessFile`.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import { NodeNotFoundError, StoreError } from "../../base/errors.ts";
import { nodeBuiltin, nodeProcess, tryNodeBuiltin } from "../../base/platform.ts";
import type { RandomAccessFile } from "./random-access-file.ts";

/** The part of Node's `FileHandle` that is used here. */
export interface FileHandleLike extends FileCalls {
  readonly fd: number;
}

/** What can be done with an open file. */
interface FileCalls {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<{ readonly size: number }>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * How to open: `read` or `modify` an existing file, `update` an existing or new one,
 * `truncate` it, or `create` one that must not exist. The last three make missing directories.
 */
export type LocalFileAccess = "read" | "modify" | "update" | "truncate" | "create";

// Node's fs calls take 32-bit lengths.
const BLOCK = 2 ** 30;

/** Is this an open file of Node's `fs/promises`? */
export function isFileHandle(value: unknown): value is FileHandleLike {
  if (typeof value !== "object" || value === null || !("fd" in value)) return false;
  const { fd, read, stat } = value as { fd?: unknown; read?: unknown; stat?: unknown };
  return typeof fd === "number" && typeof read === "function" && typeof stat === "function";
}

/**
 * Opens a local file.
 *
 * @throws NodeNotFoundError when it is not there; StoreError when it cannot be opened;
 * UnsupportedError where there is no file system.
 */
export async function openLocalFile(path: string, access: LocalFileAccess): Promise<RandomAccessFile> {
  const { constants, open } = nodeBuiltin("fs", `The path ${path}`);
  const { mkdir } = nodeBuiltin("fs/promises", `The path ${path}`);
  const { dirname } = nodeBuiltin("path", `The path ${path}`);
  const flags = {
    read: constants.O_RDONLY,
    modify: constants.O_RDWR,
    update: constants.O_RDWR | constants.O_CREAT,
    truncate: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
    create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  }[access];
  try {
    if (access !== "read" && access !== "modify") await mkdir(dirname(path), { recursive: true });
    const fd = await settle<number>((done) => open(path, flags, 0o666, done));
    return descriptorFile(fd, access === "read" ? undefined : dirname(path));
  } catch (error) {
    throw openError(error, path);
  }
}

/** An open file of Node's as a `RandomAccessFile`. */
export function fileHandleFile(handle: FileHandleLike): RandomAccessFile {
  return fileOf(handle, "<FileHandle>", undefined);
}

let abandoned: FinalizationRegistry<number> | undefined;

/**
 * A file descriptor as a `RandomAccessFile`, closed with it. Many a reader never closes its
 * store: Node prints a warning when a `FileHandle` is collected, and so a bare descriptor is
 * used, which is closed in silence. `close` must not be called before reads have settled.
 */
function descriptorFile(fd: number, directory: string | undefined): RandomAccessFile {
  const fs = nodeBuiltin("fs", "A zip archive at a path");
  abandoned ??= new FinalizationRegistry((lost) => fs.close(lost, () => {}));
  const token = {};
  const calls: FileCalls = {
    read: (buffer, offset, length, position) =>
      new Promise((resolve, reject) => {
        fs.read(fd, buffer, offset, length, position, (error, bytesRead) =>
          error === null ? resolve({ bytesRead }) : reject(error),
        );
      }),
    write: (buffer, offset, length, position) =>
      new Promise((resolve, reject) => {
        fs.write(fd, buffer, offset, length, position, (error, bytesWritten) =>
          error === null ? resolve({ bytesWritten }) : reject(error),
        );
      }),
    stat: () => settle((done) => fs.fstat(fd, done)),
    truncate: (size) => settle((done) => fs.ftruncate(fd, size, done)),
    sync: () => settle((done) => fs.fsync(fd, done)),
    close: async () => {
      abandoned?.unregister(token);
      await settle<void>((done) => fs.close(fd, done));
    },
  };
  const file = fileOf(calls, "<file>", directory);
  abandoned.register(file, fd, token);
  return file;
}

/** With `directory`, the first flush also makes the file's name in it durable. */
function fileOf(handle: FileCalls, name: string, directory: string | undefined): RandomAccessFile {
  let nameIsDurable = directory === undefined;
  return {
    name,
    size: async () => (await handle.stat()).size,
    read: (offset, length, options) => readHandle(handle, offset, length, options),
    write: (offset, bytes, options) => writeHandle(handle, offset, bytes, options),
    truncate: (size) => handle.truncate(size),
    flush: async () => {
      await handle.sync();
      if (!nameIsDurable && directory !== undefined) await syncDirectory(directory);
      nameIsDurable = true;
    },
    close: () => handle.close(),
  };
}

async function readHandle(
  handle: FileCalls,
  offset: number,
  length: number,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  // A length that lies must not allocate more than the file holds.
  const size = length > BLOCK ? (await handle.stat()).size : offset + length;
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  let filled = 0;
  while (filled < bytes.byteLength) {
    throwIfAborted(options.signal);
    const wanted = Math.min(BLOCK, bytes.byteLength - filled);
    const { bytesRead } = await handle.read(bytes, filled, wanted, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === bytes.byteLength ? bytes : bytes.subarray(0, filled);
}

async function writeHandle(
  handle: FileCalls,
  offset: number,
  bytes: Uint8Array,
  options: AbortOptions = {},
): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    throwIfAborted(options.signal);
    const wanted = Math.min(BLOCK, bytes.byteLength - written);
    const { bytesWritten } = await handle.write(bytes, written, wanted, offset + written);
    written += bytesWritten;
  }
}

/** Codes by which a system says that a directory cannot be opened or forced to the disk. */
const NO_DIRECTORY_SYNC: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EPERM",
  "EISDIR",
  "EINVAL",
  "ENOTSUP",
  "EBADF",
]);

/** Makes the names in a directory durable, where the system can: Windows and some network mounts cannot. */
async function syncDirectory(path: string): Promise<void> {
  const fs = tryNodeBuiltin("fs/promises");
  if (fs === undefined || nodeProcess()?.platform === "win32") return;
  try {
    const handle = await fs.open(path, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!NO_DIRECTORY_SYNC.has(codeOf(error))) throw error;
  }
}

/** A promise of what a callback of Node's gets. */
function settle<T>(start: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    // Node gives the value whenever it gives no error.
    start((error, value) => (error === null || error === undefined ? resolve(value as T) : reject(error)));
  });
}

function openError(error: unknown, path: string): Error {
  const code = codeOf(error);
  const facts = { path, cause: error };
  if (code === "ENOENT") return new NodeNotFoundError(`There is no archive at ${path}.`, facts);
  if (code === "EEXIST") return new StoreError(`The archive ${path} already exists.`, facts);
  const reason = code === undefined ? "" : ` (${code})`;
  return new StoreError(`The archive ${path} cannot be opened${reason}.`, facts);
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
