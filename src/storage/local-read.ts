/**
 * Reads files exactly: the bytes asked for, into a buffer of their own.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { Awaitable } from "../base/async.ts";
import { resolveByteRequest } from "../base/byte-request.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ReadOptions } from "../base/byte-source.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { systemCode } from "./local-errors.ts";
import { atOnceBytes, spendBytes } from "./turn-budget.ts";

/**
 * Reads the file, or a part of it; `undefined` when it is no regular file. Throws the system's error. Up to 256 KiB are
 * read at once, several times faster than through the event loop.
 */
export function readLocalSoon(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
  options: ReadOptions = {},
): Awaitable<Uint8Array | undefined> {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(follow));
  let isOpen = true;
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    tellVersion(stat, options);
    const { start, end } = resolveByteRequest(range, stat.size);
    const bytes = new Uint8Array(end - start);
    if (bytes.byteLength > atOnceBytes()) {
      isOpen = false; // by this function: who reads on closes it
      return readOn(file, bytes, start, options);
    }
    const read = fillSync(file, bytes, start);
    spendBytes(read.byteLength);
    return read;
  } finally {
    if (isOpen) fs.closeSync(file);
  }
}

/**
 * Reads a whole file as `readLocalSoon`, in fewer steps where it is shorter than `scratch`: only then its length is not
 * asked for, and the result is a part of `scratch`. What is no regular file cannot be read at a position (a pipe, a terminal, a directory), or gives nothing, or
 * without end (devices).
 */
export function readLocalSmall(
  path: string,
  follow: boolean,
  scratch: Uint8Array,
  options: ReadOptions = {},
): Awaitable<Uint8Array | undefined> {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(follow, fs));
  let count = 0;
  try {
    count = fs.readSync(file, scratch, 0, scratch.byteLength, 0);
  } catch (error) {
    if (systemCode(error) !== "ESPIPE") throw error;
  } finally {
    fs.closeSync(file);
  }
  if (count === 0 || count === scratch.byteLength) return readLocalSoon(path, undefined, follow, options);
  spendBytes(count);
  return scratch.subarray(0, count);
}

/**
 * Reads several parts of a file that is opened once, at once; `undefined` when it is no regular file, or when they come
 * to more than 256 KiB.
 */
export function readLocalParts(
  path: string,
  ranges: readonly (ByteRequest | undefined)[],
  follow: boolean,
  options: ReadOptions = {},
): Uint8Array[] | undefined {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(follow));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    const spans = ranges.map((range) => resolveByteRequest(range, stat.size));
    const total = spans.reduce((sum, { start, end }) => sum + (end - start), 0);
    if (total > atOnceBytes()) return undefined;
    tellVersion(stat, options);
    spendBytes(total);
    const bytes = new Uint8Array(total); // one buffer for all
    let at = 0;
    return spans.map(({ start, end }) => {
      const part = bytes.subarray(at, (at += end - start));
      return fillSync(file, part, start);
    });
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
    tellVersion(stat, options);
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

/** Room for so many bytes of a file. */
export type Room = (length: number) => Uint8Array;

/** As `readLocal`, at once, and into `room`. */
export function readLocalSync(
  path: string,
  range: ByteRequest | null | undefined,
  follow: boolean,
  room: Room = (length) => new Uint8Array(length),
): Uint8Array | undefined {
  const fs = nodeBuiltin("fs", "LocalStore");
  const file = fs.openSync(path, openFlags(follow));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) return undefined;
    const { start, end } = resolveByteRequest(range, stat.size);
    return fillSync(file, room(end - start), start);
  } finally {
    fs.closeSync(file);
  }
}

/** Fills `bytes` from a position on; a shorter view where another process has cut the file short since. */
function fillSync(file: number, bytes: Uint8Array, start: number): Uint8Array {
  const fs = nodeBuiltin("fs", "LocalStore");
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
function openFlags(follow: boolean, { constants } = nodeBuiltin("fs", "LocalStore")): number {
  // Windows has neither flag.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  return (O_RDONLY ?? 0) | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
}
