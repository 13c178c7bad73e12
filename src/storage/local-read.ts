/**
 * Reads files exactly: the bytes asked for, into a buffer of their own.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { Awaitable } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ByteRuns, ReadOptions, Room } from "../base/byte-source.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { systemCode } from "./local-errors.ts";
import { atOnceBytes, spendBytes, spendOperations } from "./turn-budget.ts";

/** Reads of some hundred bytes from an open file take the time of one that opens its own. */
const READS_OF_AN_OPERATION = 8;

/**
 * Reads the file, or a part of it; `undefined` when it is no regular file. Throws the system's error. Up to 256 KiB are
 * read at once, several times faster than through the event loop.
 *
 * @param room Where to; it may be written to until the promise has settled.
 */
export function readLocalSoon(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
  options: ReadOptions = {},
  room: Room = newRoom,
): Awaitable<Uint8Array | undefined> {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(fs, follow));
  let isOpen = true;
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    tellVersion(stat, options);
    const { start, end } = resolveByteRequest(range, stat.size);
    const bytes = room(end - start);
    if (bytes.byteLength > atOnceBytes()) {
      isOpen = false; // by this function: who reads on closes it
      return readOn(file, bytes, start, options);
    }
    const read = fillSync(fs, file, bytes, start);
    spendBytes(read.byteLength);
    return read;
  } finally {
    if (isOpen) fs.closeSync(file);
  }
}

/**
 * Reads a whole file as `readLocalSoon`, in fewer steps where it is shorter than `scratch`: the result is a part of `scratch`
 * then.
 */
export function readLocalSmall(
  path: string,
  follow: boolean,
  scratch: Uint8Array,
  options: ReadOptions = {},
): Awaitable<Uint8Array | undefined> {
  const bytes = readShortFile(path, follow, scratch);
  if (bytes === undefined) return readLocalSoon(path, undefined, follow, options);
  spendBytes(bytes.byteLength);
  return bytes;
}

/**
 * Reads a file that is shorter than `scratch`, at once and without asking for its length: a part of `scratch`. `undefined` where
 * that has said nothing: the file is longer or empty, or is no regular file, which cannot be read at a position (a pipe, a
 * terminal), or gives nothing, or without end (devices). Throws the system's error.
 */
export function readShortFile(path: string, follow: boolean, scratch: Uint8Array): Uint8Array | undefined {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(fs, follow));
  try {
    const count = fs.readSync(file, scratch, 0, scratch.byteLength, 0);
    return count === 0 || count === scratch.byteLength ? undefined : scratch.subarray(0, count);
  } catch (error) {
    if (systemCode(error) === "ESPIPE") return undefined;
    throw error;
  } finally {
    fs.closeSync(file);
  }
}

/**
 * Reads several parts of a file that is opened once, at once and into one room; `undefined` when it is no regular file,
 * or when they come to more than 256 KiB.
 */
export function readLocalParts(
  path: string,
  ranges: readonly (ByteRequest | undefined)[],
  follow: boolean,
  options: ReadOptions = {},
  room: Room = newRoom,
): Uint8Array[] | undefined {
  let asked = 0;
  for (const range of ranges) if (range !== undefined && "start" in range) asked += range.end - range.start;
  if (asked > atOnceBytes()) return undefined;
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(fs, follow));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    const spans = ranges.map((range) => resolveByteRequest(range, stat.size));
    let total = 0;
    for (const { start, end } of spans) total += end - start;
    if (total > atOnceBytes()) return undefined;
    tellVersion(stat, options);
    spendBytes(total);
    const bytes = room(total);
    const [only] = spans;
    if (spans.length === 1) return [fillSync(fs, file, bytes, only!.start)];
    let at = 0;
    return spans.map(({ start, end }) => fillSync(fs, file, bytes.subarray(at, (at += end - start)), start));
  } finally {
    fs.closeSync(file);
  }
}

/**
 * Reads runs of one length from a file that is opened once, at once and one after the other into one room; `undefined` when
 * it is no regular file, when it ends before, or when they come to more than 256 KiB.
 */
export function readLocalRuns(
  path: string,
  { starts, length }: ByteRuns,
  follow: boolean,
  options: ReadOptions,
  room: Room,
): Uint8Array | undefined {
  const total = starts.length * length;
  if (total > atOnceBytes()) return undefined;
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(fs, follow));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    const last = stat.size - length;
    for (const start of starts) if (start > last) return undefined;
    tellVersion(stat, options);
    spendBytes(total);
    spendOperations(starts.length / READS_OF_AN_OPERATION);
    const bytes = room(total);
    let at = 0;
    for (const start of starts) {
      // A short read is seen to by whoever reads the rest: another process has cut the file short since.
      if (fs.readSync(file, bytes, at, length, start) !== length) return undefined;
      at += length;
    }
    return bytes;
  } finally {
    fs.closeSync(file);
  }
}

/** Reads asynchronously from an open file, and closes it. */
async function readOn(
  file: number,
  bytes: Uint8Array,
  start: number,
  options: ReadOptions,
): Promise<Uint8Array> {
  const fs = nodeBuiltin("fs", "LocalStore");
  try {
    let filled = 0;
    while (filled < bytes.byteLength) {
      throwIfAborted(options.signal);
      const from = filled;
      const count = await new Promise<number>((resolve, reject) =>
        fs.read(file, bytes, from, bytes.byteLength - from, start + from, (error, read) =>
          error === null ? resolve(read) : reject(error),
        ),
      );
      if (count === 0) break;
      filled += count;
    }
    return filled === bytes.byteLength ? bytes : bytes.subarray(0, filled);
  } finally {
    fs.closeSync(file);
  }
}

/** As `readLocalSoon`, asynchronously whatever the length. */
export async function readLocal(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
  options: ReadOptions = {},
  room: Room = newRoom,
): Promise<Uint8Array | undefined> {
  const flags = openFlags(nodeBuiltin("fs", "LocalStore"), follow);
  const file = await nodeBuiltin("fs/promises", "LocalStore").open(path, flags);
  try {
    throwIfAborted(options.signal);
    const stat = await file.stat();
    if (!stat.isFile()) return undefined;
    tellVersion(stat, options);
    const { start, end } = resolveByteRequest(range, stat.size);
    const bytes = room(end - start);
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

type FileSystem = typeof import("node:fs");

const newRoom: Room = (length) => new Uint8Array(length);

/** As `readLocal`, at once, and into `room`. */
export function readLocalSync(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
  room: Room = newRoom,
): Uint8Array | undefined {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(fs, follow));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    const { start, end } = resolveByteRequest(range, stat.size);
    return fillSync(fs, file, room(end - start), start);
  } finally {
    fs.closeSync(file);
  }
}

/** Fills `bytes` from a position on; a shorter view where another process has cut the file short since. */
export function fillSync(fs: FileSystem, file: number, bytes: Uint8Array, start: number): Uint8Array {
  let filled = 0;
  while (filled < bytes.byteLength) {
    const count = fs.readSync(file, bytes, filled, bytes.byteLength - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled === bytes.byteLength ? bytes : bytes.subarray(0, filled);
}

/** A set puts a new file in place of the old one; whoever writes in place changes the times. */
function tellVersion(
  stat: { readonly ino: number; readonly size: number; readonly mtimeMs: number; readonly ctimeMs: number },
  options: ReadOptions,
): void {
  options.onVersion?.(`${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`);
}

/**
 * Flags to open for reading. A pipe in place of a file must not block, and unless `follow`, a
 * symbolic link in place of a file fails with `ELOOP`, so that its target can be looked at first.
 */
export function openFlags({ constants }: FileSystem, follow: boolean): number {
  // Windows has neither flag.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  return (O_RDONLY ?? 0) | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
}
