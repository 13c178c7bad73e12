/**
 * A zip archive that opens at first use, shared by the stores on it.
 *
 * @module
 */
import { abortable, KeyedLock, throwIfAborted } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import { StoreError, UnsupportedError } from "../../base/errors.ts";
import { nodeBuiltin } from "../../base/platform.ts";
import { toDosTime } from "./dos-time.ts";
import { encodeEntry } from "./encode-entry.ts";
import type { ZipCompression } from "./encode-entry.ts";
import { openLocalFile } from "./local-file.ts";
import type { LocalFileAccess } from "./local-file.ts";
import { OpenArchive } from "./open-archive.ts";
import type { ArchiveLimits } from "./open-archive.ts";
import { fileSize } from "./random-access-file.ts";
import type { RandomAccessFile } from "./random-access-file.ts";

/** `r` an existing archive, `w` a new one in place of whatever is there, `a` an existing or new one, `x` one that must not exist. */
export type ZipMode = "r" | "w" | "a" | "x";

/** Where an archive is: an absolute local path and the form in which it prints, or a file that the caller opened and closes. */
export type ArchiveSource =
  | { readonly kind: "path"; readonly path: string; readonly shown: string }
  | { readonly kind: "file"; readonly file: RandomAccessFile };

/** How an archive is opened and written. */
export interface ArchiveOptions {
  readonly mode: ZipMode;
  readonly compression: ZipCompression;
  readonly limits: ArchiveLimits;
}

/** Work on an open archive. */
export type ArchiveWork<T> = (archive: OpenArchive) => T | Promise<T>;

/**
 * One archive and its users. Readers run at the same time, writers one after the other.
 * It opens at the first use and after a `release`; the modes `w` and `x` apply to the first
 * opening alone, which turns them into `a`, so that a later one keeps the entries.
 */
export class ZipArchive {
  readonly #options: ArchiveOptions;
  readonly #lock = new KeyedLock();
  readonly #users = new Set<object>();
  #source: ArchiveSource;
  #mode: ZipMode;
  #open: OpenArchive | undefined;
  #reading = 0;
  #onIdle: (() => void) | undefined;

  constructor(source: ArchiveSource, options: ArchiveOptions) {
    this.#source = source;
    this.#mode = options.mode;
    this.#options = options;
  }

  get source(): ArchiveSource {
    return this.#source;
  }

  /** Prints the archive's path in another form, such as relative. */
  showAs(shown: string): void {
    if (this.#source.kind === "path") this.#source = { ...this.#source, shown };
  }

  /** The mode of the next opening. */
  get mode(): ZipMode {
    return this.#mode;
  }

  /** Has this user used the archive since it last released it? */
  isUsedBy(user: object): boolean {
    return this.#users.has(user);
  }

  /** Runs `work` on the open archive. It stays open until the work has settled. */
  async read<T>(user: object, work: ArchiveWork<T>, options: AbortOptions = {}): Promise<T> {
    for (;;) {
      throwIfAborted(options.signal);
      const archive = this.#open;
      if (archive === undefined) {
        // Concurrent first uses queue up, and all but the first find it open. The work is no one's to abort.
        await abortable(
          this.#exclusive(() => this.#ensureOpen(false, {})),
          options.signal,
        );
        continue;
      }
      this.#users.add(user);
      this.#reading++;
      try {
        return await work(archive);
      } finally {
        if (--this.#reading === 0) this.#onIdle?.();
      }
    }
  }

  /** Appends an entry; says whether it did. With `unlessPresent`, a key that has a value keeps it. */
  async append(
    user: object,
    key: string,
    value: Uint8Array,
    options: AbortOptions & { readonly unlessPresent: boolean },
  ): Promise<boolean> {
    const encoded = await encodeEntry(key, value, {
      compression: this.#options.compression,
      modified: toDosTime(new Date()),
      largest32: this.#options.limits.largest32,
      signal: options.signal,
    });
    return this.#exclusive(async () => {
      throwIfAborted(options.signal);
      const archive = await this.#ensureOpen(true, options);
      this.#users.add(user);
      if (options.unlessPresent && archive.entries.has(key)) return false;
      await archive.append(key, encoded, options);
      return true;
    });
  }

  /** Makes durable what was written. Does nothing when the archive is not open. */
  async flush(options: AbortOptions = {}): Promise<void> {
    await this.#exclusive(async () => {
      throwIfAborted(options.signal);
      await this.#open?.flush(options);
    });
  }

  /** Flushes, and closes the file when no other user is left. If that fails the archive stays as it is, so that nothing is lost and it can be tried again. */
  async release(user: object): Promise<void> {
    await this.#exclusive(async () => {
      if (!this.#users.has(user)) return;
      await this.#open?.flush();
      if (this.#users.size === 1) await this.#closeFile();
      this.#users.delete(user);
    });
  }

  /** Empties the archive, also one that cannot be read. */
  async clear(user: object, options: AbortOptions): Promise<void> {
    await this.#exclusive(async () => {
      throwIfAborted(options.signal);
      if (this.#open?.writable === true) {
        await this.#open.reset(options);
      } else {
        await this.#closeFile();
        if (this.#mode !== "x") this.#mode = "w";
        await this.#ensureOpen(true, options);
      }
      this.#users.add(user);
    });
  }

  /** Moves the file. Missing folders are made; an existing file is never replaced. */
  async move(target: string, shown: string, options: AbortOptions): Promise<void> {
    await this.#exclusive(async () => {
      throwIfAborted(options.signal);
      const source = this.#source;
      if (source.kind !== "path")
        throw new UnsupportedError("Only an archive that was opened by its path can be moved.");
      await this.#ensureOpen(this.#mode !== "r", options);
      await this.#open?.flush();
      await this.#closeFile();
      await moveFile(source.path, target);
      this.#source = { kind: "path", path: target, shown };
    });
  }

  async #ensureOpen(writable: boolean, options: AbortOptions): Promise<OpenArchive> {
    if (this.#open !== undefined && (this.#open.writable || !writable)) return this.#open;
    throwIfAborted(options.signal);
    await this.#closeFile();
    const file = await this.#openFile(writable);
    const canWrite = writable || this.#mode !== "r";
    try {
      const { limits } = this.#options;
      this.#open = (await this.#claim(file, options))
        ? OpenArchive.create(file, limits)
        : await OpenArchive.load(file, canWrite, limits, options);
    } catch (error) {
      await this.#closeSource(file);
      throw error;
    }
    return this.#open;
  }

  async #openFile(writable: boolean): Promise<RandomAccessFile> {
    if (this.#source.kind === "file") return this.#source.file;
    const file = await openLocalFile(this.#source.path, accessOf(this.#mode, writable));
    // The file is there and, for `w`, empty: a later opening must keep what is put into it.
    if (this.#mode === "w" || this.#mode === "x") this.#mode = "a";
    return file;
  }

  /** Does a new archive start in this file? Empties it in mode `w`. */
  async #claim(file: RandomAccessFile, options: AbortOptions): Promise<boolean> {
    const mode = this.#mode;
    if (mode === "r") return false;
    let size = await fileSize(file, options);
    if (mode === "x" && size > 0) throw new StoreError("The archive already exists: its file is not empty.");
    if (mode === "w" && size > 0) {
      if (file.truncate === undefined)
        throw new UnsupportedError("Mode 'w' needs a file that is empty or can be truncated.");
      await file.truncate(0, options);
      size = 0;
    }
    this.#mode = "a";
    return size === 0;
  }

  /** Closes the file once its readers are done. */
  async #closeFile(): Promise<void> {
    const archive = this.#open;
    if (archive === undefined) return;
    this.#open = undefined;
    if (this.#reading > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#onIdle = undefined;
    await this.#closeSource(archive.file);
  }

  async #closeSource(file: RandomAccessFile): Promise<void> {
    if (this.#source.kind === "path") await file.close?.(); // the caller closes a file of its own
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#lock.run("", work);
  }
}

function accessOf(mode: ZipMode, writable: boolean): LocalFileAccess {
  switch (mode) {
    case "r":
      return writable ? "modify" : "read";
    case "a":
      return "update";
    case "w":
      return "truncate";
    case "x":
      return "create";
    default:
      return mode satisfies never;
  }
}

async function moveFile(from: string, to: string): Promise<void> {
  const fs = nodeBuiltin("fs/promises", `The path ${to}`);
  const { dirname } = nodeBuiltin("path", `The path ${to}`);
  try {
    await fs.mkdir(dirname(to), { recursive: true });
    // Copying with COPYFILE_EXCL is the one way not to replace a file that also crosses devices.
    const { constants } = nodeBuiltin("fs", `The path ${to}`);
    await fs.link(from, to).catch(async (error: unknown) => {
      if ((error as { code?: unknown }).code === "EEXIST") throw error;
      await fs.copyFile(from, to, constants.COPYFILE_EXCL);
    });
    await fs.unlink(from);
  } catch (error) {
    const exists = (error as { code?: unknown }).code === "EEXIST";
    throw new StoreError(`The archive ${from} cannot be moved to ${to}${exists ? ": it exists" : ""}.`, {
      cause: error,
    });
  }
}
