/**
 * Walks the files below the root of a local store.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError, isZarrError } from "../base/errors.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { isMissingFile } from "./local-errors.ts";
import type { LocalGuard } from "./local-guard.ts";
import { isPartialName } from "./local-write.ts";

/** One entry of a directory. */
export interface LocalEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Is it a symbolic link to one? */
  readonly link: boolean;
}

/**
 * Files and directories in `directory` (relative to `root`), some at a time, links resolved. Temporary files,
 * pipes and the like, and links that leave the root are not there. A missing directory, or a
 * file in its place, has no entries.
 */
export async function* listEntries(
  root: string,
  directory: string,
  guard: LocalGuard,
  mayActAtOnce: () => boolean,
  options: AbortOptions = {},
): AsyncGenerator<readonly LocalEntry[], void, undefined> {
  try {
    if (!(await guard.check(directory))) return;
    for await (const entries of readBatches(`${root}/${directory}`, mayActAtOnce)) {
      throwIfAborted(options.signal);
      const batch: LocalEntry[] = [];
      for (const entry of entries) {
        const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
        const link = entry.isSymbolicLink();
        const found = link ? await resolveLink(root, path, guard) : entry;
        if (found === undefined) continue;
        if (found.isDirectory()) {
          if (!link) guard.saw(path);
          batch.push({ name: entry.name, kind: "directory", link });
        } else if (found.isFile() && !isPartialName(entry.name)) {
          batch.push({ name: entry.name, kind: "file", link });
        }
      }
      yield batch;
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error;
  }
}

/** What the system says of an entry. */
interface Dirent {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Entries that are read from the system, and given, at a time. */
const BATCH = 256;

/** The entries of a directory in the order of the system; each batch at once where that may be. */
async function* readBatches(
  path: string,
  mayActAtOnce: () => boolean,
): AsyncGenerator<readonly Dirent[], void, undefined> {
  const directory = await nodeBuiltin("fs/promises", "LocalStore").opendir(path, { bufferSize: BATCH });
  try {
    for (let isDone = false; !isDone;) {
      const batch: Dirent[] = [];
      const atOnce = mayActAtOnce();
      while (batch.length < BATCH) {
        const entry = atOnce ? directory.readSync() : await directory.read();
        isDone = entry === null;
        if (entry === null) break;
        batch.push(entry);
      }
      yield batch;
    }
  } finally {
    await directory.close();
  }
}

/**
 * Paths, relative to `root`, of all files below `directory` whose path starts with `prefix`.
 *
 * @throws StoreError when more links than `LINKS` lie on the way to a directory.
 */
export async function* walkFiles(
  root: string,
  directory: string,
  prefix: string,
  guard: LocalGuard,
  mayActAtOnce: () => boolean,
  options: AbortOptions = {},
): AsyncGenerator<string, void, undefined> {
  const real = await realPath(`${root}/${directory}`);
  if (real === undefined) return;
  // A stack of our own: a hostile tree may be deeper than the call stack.
  const pending: Place[] = [{ path: directory, real, links: 0, above: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    for await (const entries of listEntries(root, place.path, guard, mayActAtOnce, options)) {
      for (const entry of entries) {
        throwIfAborted(options.signal);
        const path = place.path === "" ? entry.name : `${place.path}/${entry.name}`;
        if (entry.kind === "file") {
          if (path.startsWith(prefix)) yield path;
        } else if (path.startsWith(prefix) || prefix.startsWith(`${path}/`)) {
          const below = await descend(root, path, entry, place);
          if (below !== undefined) pending.push(below);
        }
      }
    }
  }
}

// Links may multiply what a listing has to visit; more of them than this on one path is an error.
const LINKS = 8;

/** A directory on the walk, and those above it. */
interface Place {
  readonly path: string;
  readonly real: string;
  readonly links: number;
  readonly above: Place | undefined;
}

/** The place below `place`; `undefined` when a link leads back to a directory on the way. */
async function descend(
  root: string,
  path: string,
  entry: LocalEntry,
  place: Place,
): Promise<Place | undefined> {
  const { join } = nodeBuiltin("path", "LocalStore");
  if (!entry.link) return { path, real: join(place.real, entry.name), links: place.links, above: place };
  const real = await realPath(`${root}/${path}`);
  for (let up: Place | undefined = place; up !== undefined; up = up.above)
    if (up.real === real) return undefined;
  if (real === undefined) return undefined;
  if (place.links === LINKS)
    throw new StoreError(`More than ${LINKS} symbolic links lie on the way to ${JSON.stringify(path)}.`, {
      key: path,
    });
  return { path, real, links: place.links + 1, above: place };
}

/** Where a directory really is; `undefined` when it has gone. */
async function realPath(path: string): Promise<string | undefined> {
  try {
    return await nodeBuiltin("fs/promises", "LocalStore").realpath(path);
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}

async function resolveLink(
  root: string,
  path: string,
  guard: LocalGuard,
): Promise<{ isFile(): boolean; isDirectory(): boolean } | undefined> {
  try {
    await guard.checkLink(path);
    return await nodeBuiltin("fs/promises", "LocalStore").stat(`${root}/${path}`);
  } catch (error) {
    // It leads out of the store or nowhere: no key of this store. `get` of that key says why.
    if (isZarrError(error) || isMissingFile(error)) return undefined;
    throw error;
  }
}
