/**
 * The files of a local store by their keys. Failures are the system's errors; what they mean
 * for a store is the business of `LocalStore`.
 *
 * @module
 */
import { isPromise, nextTurn, throwIfAborted } from "../base/async.ts";
import type { AbortOptions, Awaitable } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import type { ByteRuns, ReadOptions, Room } from "../base/byte-source.ts";
import { StoreError } from "../base/errors.ts";
import { nodeBuiltin } from "../base/platform.ts";
import { isMissingFile, systemCode } from "./local-errors.ts";
import { LocalGuard } from "./local-guard.ts";
import { listEntries, walkFiles } from "./local-list.ts";
import type { LocalEntry } from "./local-list.ts";
import {
  readLocal,
  readLocalParts,
  readLocalRuns,
  readLocalSmall,
  readLocalSoon,
  readLocalSync,
  readShortFile,
} from "./local-read.ts";
import { isWindows, normalizeLocalPath } from "./local-root.ts";
import { replaceFileSync } from "./local-write.ts";
import { isNetworkMount } from "./network-mount.ts";
import type { OpenFile } from "./open-file.ts";
import { openFileSync } from "./open-file.ts";
import { withOpenFile } from "./open-files.ts";
import { mayActAtOnce } from "./turn-budget.ts";
import type { LocalWriteOptions } from "./local-write.ts";

/** Puts a value at a path, in one step; what it returns is passed on. */
export type PlaceFile<T> = (path: string, value: Uint8Array, options: LocalWriteOptions) => Promise<T>;

/** How files are read and written. */
export interface LocalFilesOptions {
  readonly fsync: boolean;
  readonly followSymlinks: boolean;
  /** Read small files at once? `undefined`: unless the root is on a network mount. */
  readonly syncReads?: boolean | undefined;
  /** Given when the working directory is not the one that `root` is relative to. */
  readonly absolute?: string;
}

/** Most metadata documents are shorter. */
const SMALL_BYTES = 8192;

/** In a node of v2 one document of three is missing, so that after one that is, others soon are. */
const LOOKS = 4;

/** The files below one root directory. */
export class LocalFiles {
  /** Root in the form in which it prints. */
  readonly root: string;
  /** Root as an absolute path: the working directory may change later. */
  readonly absolute: string;
  readonly fsync: boolean;
  readonly followSymlinks: boolean;
  readonly syncReads: boolean | undefined;
  readonly #guard: LocalGuard;
  #isNear: boolean | undefined;
  /** Small files before whose reads it is looked whether they are there: some, after one that was not. */
  #misses = 0;
  /** Where small files are read to before their length is known. */
  #scratch: Uint8Array | undefined;

  constructor(root: string, options: LocalFilesOptions) {
    this.root = normalizeLocalPath(root);
    this.absolute = options.absolute ?? nodeBuiltin("path", "LocalStore").resolve(this.root);
    this.fsync = options.fsync;
    this.followSymlinks = options.followSymlinks;
    this.syncReads = options.syncReads;
    this.#isNear = options.syncReads;
    this.#guard = new LocalGuard(this.absolute, String(this), options.followSymlinks);
  }

  toString(): string {
    return `file://${this.root}`;
  }

  /**
   * Reads a file, or a part of it; `undefined` when it is no file or its directory is missing. Small ones at once. `room`
   * may be written to until the promise has settled.
   */
  read(
    key: string,
    range?: ByteRequest,
    options?: ReadOptions,
    room?: Room,
  ): Awaitable<Uint8Array | undefined> {
    if (!this.#actsAtOnce()) return this.#readLater(key, range, options, room);
    if (!this.#guard.checkSync(parentOf(key))) return undefined;
    const path = this.path(key);
    if (!isWindows()) {
      try {
        return readLocalSoon(path, range, this.followSymlinks, options, room);
      } catch (error) {
        if (!isLink(error)) throw error;
      }
    }
    this.#checkLeafSync(key);
    return readLocalSoon(path, range, true, options, room);
  }

  /**
   * As `read` of a whole file, for one of many that are small: what does not fit into this turn of the event loop waits for
   * the next one, which is faster than to read asynchronously. What a promise gives is the caller's; what comes at once may be
   * overwritten by the next call.
   */
  readSmall(key: string, options?: AbortOptions): Awaitable<Uint8Array | undefined> {
    if (!this.isNearby() || isWindows()) return this.read(key, undefined, options);
    if (!mayActAtOnce()) {
      return nextTurn().then(async () => {
        throwIfAborted(options?.signal);
        const value = this.readSmall(key, options);
        return isPromise(value) ? value : value?.slice();
      });
    }
    if (!this.#guard.checkSync(parentOf(key))) return undefined;
    if (this.#misses > 0 && !this.#isThere(key)) return undefined;
    this.#scratch ??= new Uint8Array(SMALL_BYTES);
    try {
      return readLocalSmall(this.path(key), this.followSymlinks, this.#scratch, options);
    } catch (error) {
      if (!isLink(error)) {
        if (isMissingFile(error)) this.#misses = LOOKS;
        throw error;
      }
    }
    this.#checkLeafSync(key);
    return readLocalSoon(this.path(key), undefined, true, options);
  }

  /** Is there something at a key? To look costs a tenth of a failure to open, and as much again where there is. */
  #isThere(key: string): boolean {
    const { lstatSync } = nodeBuiltin("fs", "LocalStore");
    const isThere = lstatSync(this.path(key), { throwIfNoEntry: false }) !== undefined;
    this.#misses = isThere ? this.#misses - 1 : LOOKS;
    return isThere;
  }

  /** Several small parts of a file at once; `undefined` when this is not the moment, or they are not small, or there is no file. */
  partsSoon(
    key: string,
    ranges: readonly (ByteRequest | undefined)[],
    options?: ReadOptions,
    room?: Room,
  ): Uint8Array[] | undefined {
    return this.#soon(key, (path, follow) => readLocalParts(path, ranges, follow, options, room));
  }

  /** The same of runs of one length, in one piece; `undefined` also when the file ends before. */
  runsSoon(key: string, runs: ByteRuns, options: ReadOptions, room: Room): Uint8Array | undefined {
    return this.#soon(key, (path, follow) => readLocalRuns(path, runs, follow, options, room));
  }

  #soon<T>(key: string, read: (path: string, follow: boolean) => T | undefined): T | undefined {
    if (isWindows() || !this.#actsAtOnce() || !this.#guard.checkSync(parentOf(key))) return undefined;
    try {
      return read(this.path(key), this.followSymlinks);
    } catch (error) {
      if (isLink(error)) return undefined; // its target has to be looked at first
      throw error;
    }
  }

  async #readLater(
    key: string,
    range?: ByteRequest,
    options?: ReadOptions,
    room?: Room,
  ): Promise<Uint8Array | undefined> {
    if (!(await this.#guard.check(parentOf(key)))) return undefined;
    const path = this.path(key);
    if (!isWindows()) {
      try {
        return await withOpenFile(() => readLocal(path, range, this.followSymlinks, options, room));
      } catch (error) {
        if (!isLink(error)) throw error;
      }
    }
    await this.#checkLeaf(key);
    return await withOpenFile(() => readLocal(path, range, true, options, room));
  }

  /** As `read`, at once and whatever the length, into `room`. */
  readSync(key: string, range?: ByteRequest, room?: Room): Uint8Array | undefined {
    if (!this.#guard.checkSync(parentOf(key))) return undefined;
    const path = this.path(key);
    if (!isWindows()) {
      try {
        return readLocalSync(path, range, this.followSymlinks, room);
      } catch (error) {
        if (!isLink(error)) throw error;
      }
    }
    this.#checkLeafSync(key);
    return readLocalSync(path, range, true, room);
  }

  /**
   * As `readSync` of a file that has at most `most` bytes, with fewer calls of the system; `undefined` where it has more,
   * or has to be looked at first. Throws as `readSync` does.
   */
  readAtMostSync(key: string, most: number, room: Room): Uint8Array | undefined {
    if (isWindows() || !this.#guard.checkSync(parentOf(key))) return undefined;
    try {
      return readShortFile(this.path(key), this.followSymlinks, room(most + 1));
    } catch (error) {
      if (isLink(error)) return undefined;
      throw error;
    }
  }

  /** Opens a file to read it piece by piece, at once; `undefined` when it is no file or its directory is missing. */
  openSync(key: string): OpenFile | undefined {
    if (!this.#guard.checkSync(parentOf(key))) return undefined;
    const path = this.path(key);
    if (!isWindows()) {
      try {
        return openFileSync(path, this.followSymlinks);
      } catch (error) {
        if (!isLink(error)) throw error;
      }
    }
    this.#checkLeafSync(key);
    return openFileSync(path, true);
  }

  /** Path of a key that someone else is to read: its directories and the file itself are within the root. */
  async checkedPath(key: string): Promise<string | undefined> {
    if (!(await this.#guard.check(parentOf(key)))) return undefined;
    await this.#checkLeaf(key);
    return this.path(key);
  }

  /** As `checkedPath`, at once. */
  checkedPathSync(key: string): string | undefined {
    if (!this.#guard.checkSync(parentOf(key))) return undefined;
    this.#checkLeafSync(key);
    return this.path(key);
  }

  /** Length of a file in bytes; `undefined` when there is none. */
  size(key: string): Awaitable<number | undefined> {
    return this.#actsAtOnce() ? this.sizeSync(key) : this.#sizeLater(key);
  }

  /** As `size`, at once. */
  sizeSync(key: string): number | undefined {
    if (!this.#guard.checkSync(parentOf(key))) return undefined;
    const { lstatSync, statSync } = nodeBuiltin("fs", "LocalStore");
    let found = lstatSync(this.path(key), { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) {
      this.#guard.checkLinkSync(key);
      found = statSync(this.path(key), { throwIfNoEntry: false });
    }
    return found?.isFile() === true ? found.size : undefined;
  }

  async #sizeLater(key: string): Promise<number | undefined> {
    if (!(await this.#guard.check(parentOf(key)))) return undefined;
    const { lstat, stat } = nodeBuiltin("fs/promises", "LocalStore");
    let found = await lstat(this.path(key));
    if (found.isSymbolicLink()) {
      await this.#guard.checkLink(key);
      found = await stat(this.path(key));
    }
    return found.isFile() ? found.size : undefined;
  }

  /** Writes by `place`, and makes the directories on the way. */
  async write<T>(key: string, value: Uint8Array, options: AbortOptions, place: PlaceFile<T>): Promise<T> {
    const { mkdir } = nodeBuiltin("fs/promises", "LocalStore");
    const parent = parentOf(key);
    const write = { fsync: this.fsync, signal: options.signal };
    if (!(await this.#guard.check(parent))) await mkdir(this.path(parent), { recursive: true });
    try {
      return await withOpenFile(() => place(this.path(key), value, write));
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      // The root is not there yet, or someone else has removed a directory that was known.
      this.#guard.forget(parent);
      await mkdir(this.path(parent), { recursive: true });
      return await withOpenFile(() => place(this.path(key), value, write));
    }
  }

  /** As `write` of a file that is replaced, at once. */
  writeSync(key: string, value: Uint8Array): void {
    const { mkdirSync } = nodeBuiltin("fs", "LocalStore");
    const parent = parentOf(key);
    if (!this.#guard.checkSync(parent)) mkdirSync(this.path(parent), { recursive: true });
    try {
      replaceFileSync(this.path(key), value, this.fsync);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      this.#guard.forget(parent);
      mkdirSync(this.path(parent), { recursive: true });
      replaceFileSync(this.path(key), value, this.fsync);
    }
  }

  /** Removes a file; nothing happens when there is none, or a directory. */
  async remove(key: string): Promise<void> {
    try {
      if (!(await this.#guard.check(parentOf(key)))) return;
      await nodeBuiltin("fs/promises", "LocalStore").unlink(this.path(key));
    } catch (error) {
      if (!isMissingFile(error) && !isDirectory(this.path(key), error)) throw error;
    }
  }

  /** As `remove`, at once. */
  removeSync(key: string): void {
    try {
      if (this.#guard.checkSync(parentOf(key))) nodeBuiltin("fs", "LocalStore").unlinkSync(this.path(key));
    } catch (error) {
      if (!isMissingFile(error) && !isDirectory(this.path(key), error)) throw error;
    }
  }

  /** Removes a directory and all below it; of the root, only what is below. */
  async removeDirectory(directory: string, options: AbortOptions): Promise<void> {
    const fs = nodeBuiltin("fs/promises", "LocalStore");
    try {
      if (!(await this.#guard.check(directory))) return;
      if (directory !== "") {
        const found = await fs.lstat(this.path(directory));
        if (!found.isDirectory())
          throw new StoreError(
            `deleteDir was given the prefix ${JSON.stringify(directory)}, which is a file in ${String(this)}.`,
            { store: String(this), key: directory },
          );
        return await fs.rm(this.path(directory), { recursive: true, force: true });
      }
      // The root itself stays: it may be a link, or watched by someone.
      for (const name of await fs.readdir(this.absolute)) {
        throwIfAborted(options.signal);
        await fs.rm(this.path(name), { recursive: true, force: true });
      }
    } catch (error) {
      if (!isMissingFile(error)) throw error;
    } finally {
      this.#guard.forget(directory);
    }
  }

  /** Entries of a directory, some at a time. */
  entries(directory: string, options: AbortOptions): AsyncIterable<readonly LocalEntry[]> {
    return listEntries(this.absolute, directory, this.#guard, () => this.#actsAtOnce(), options);
  }

  /** Keys of all files that start with `prefix`. */
  keys(prefix: string, options: AbortOptions): AsyncIterable<string> {
    return walkFiles(this.absolute, parentOf(prefix), prefix, this.#guard, () => this.#actsAtOnce(), options);
  }

  /** Moves the root directory, and gives the files at the new place. */
  async move(destination: string): Promise<LocalFiles> {
    const fs = nodeBuiltin("fs/promises", "LocalStore");
    const { fsync, followSymlinks, syncReads } = this;
    const moved = new LocalFiles(destination, { fsync, followSymlinks, syncReads });
    await fs.mkdir(nodeBuiltin("path", "LocalStore").dirname(moved.absolute), { recursive: true });
    if (await exists(moved.absolute))
      throw new StoreError(`Destination root ${moved.root} already exists.`, {
        store: String(this),
        path: moved.root,
      });
    try {
      await fs.rename(this.absolute, moved.absolute);
    } catch (error) {
      if (systemCode(error) !== "EXDEV") throw error; // another disk: copied, and then removed
      await fs.cp(this.absolute, moved.absolute, { recursive: true, errorOnExist: true, force: false });
      await fs.rm(this.absolute, { recursive: true, force: true });
    }
    return moved;
  }

  /** Is this the moment to do something small at once? Never on a network mount, where even that may take long. */
  #actsAtOnce(): boolean {
    return mayActAtOnce() && this.isNearby();
  }

  /** May files be read at once here? Not on a network mount, and not where the caller has said so. */
  isNearby(): boolean {
    this.#isNear ??= !isNetworkMount(this.absolute);
    return this.#isNear;
  }

  /** Path of a key, or of the root for `""`. */
  path(key: string): string {
    return key === "" ? this.absolute : `${this.absolute}/${key}`;
  }

  async #checkLeaf(key: string): Promise<void> {
    if (this.followSymlinks) return;
    const { lstat } = nodeBuiltin("fs/promises", "LocalStore");
    if ((await lstat(this.path(key))).isSymbolicLink()) await this.#guard.checkLink(key);
  }

  #checkLeafSync(key: string): void {
    if (this.followSymlinks) return;
    const { lstatSync } = nodeBuiltin("fs", "LocalStore");
    if (lstatSync(this.path(key)).isSymbolicLink()) this.#guard.checkLinkSync(key);
  }
}

function parentOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}

/** Did opening fail because there is a symbolic link in place of the file? */
function isLink(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ELOOP" || code === "EMLINK";
}

/** Is there a directory where a file was to be unlinked? Linux says `EISDIR`, others `EPERM`. */
function isDirectory(path: string, error: unknown): boolean {
  if (systemCode(error) !== "EPERM") return false;
  return nodeBuiltin("fs", "LocalStore").lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function exists(path: string): Promise<boolean> {
  try {
    await nodeBuiltin("fs/promises", "LocalStore").lstat(path);
    return true;
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw error;
  }
}
