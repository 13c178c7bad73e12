/**
 * An open archive: its entries by key, and the place where new ones go.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import type { ByteRequest } from "../../base/byte-request.ts";
import { StoreError, UnsupportedError } from "../../base/errors.ts";
import type { ZipEntry } from "./directory.ts";
import type { EncodedEntry } from "./encode-entry.ts";
import { needsZip64End, serializeEnd } from "./end-record.ts";
import type { EndClaims } from "./end-record.ts";
import { findDirectory } from "./find-directory.ts";
import { KeyTree } from "./key-tree.ts";
import { fileSize } from "./random-access-file.ts";
import type { RandomAccessFile } from "./random-access-file.ts";
import { readEntry } from "./read-entry.ts";

/** What an archive may hold, and how far a torn one is searched. */
export interface ArchiveLimits {
  /** May zip64 records be written? */
  readonly allowZip64: boolean;
  /** Largest number written to a 32-bit field. */
  readonly largest32: number;
  /** Largest number written to a 16-bit field. */
  readonly largest16: number;
  /** Bytes at the end of a torn file that are searched for its last whole directory. */
  readonly searchLimit: number;
}

/** The limits of the format, with zip64. */
export const FORMAT_LIMITS: ArchiveLimits = {
  allowZip64: true,
  largest32: 0xfffffffe,
  largest16: 0xfffe,
  searchLimit: Infinity,
};

/**
 * Entries of a file, read and appended. Not for concurrent writers: one call of `append`,
 * `flush`, `reset` at a time.
 *
 * New entries go behind the last end record, whose directory stays as it is. `flush` makes
 * them durable, then writes a new directory and end record behind them. Whatever is torn off
 * the end of the file, the last directory that was flushed is whole.
 */
export class OpenArchive {
  readonly file: RandomAccessFile;
  readonly writable: boolean;
  /** Reachable entries; of duplicates the last one. */
  readonly entries: Map<string, ZipEntry> = new Map<string, ZipEntry>();
  readonly #limits: ArchiveLimits;
  /** Folders and entries whose name is no key: carried along when the directory is written anew. */
  #unreachable: readonly ZipEntry[] = [];
  /** Made by the first listing of a directory. */
  #tree: KeyTree | undefined;
  #comment: Uint8Array = new Uint8Array(0);
  #shift = 0;
  /** Where the next record goes. */
  #position = 0;
  /** Length of the file as this archive left it. */
  #fileSize = 0;
  /** Bytes of all directory records. */
  #directorySize = 0;
  #dirty = false;

  private constructor(file: RandomAccessFile, writable: boolean, limits: ArchiveLimits) {
    this.file = file;
    this.writable = writable;
    this.#limits = limits;
  }

  /** Reads the directory of a file. */
  static async load(
    file: RandomAccessFile,
    writable: boolean,
    limits: ArchiveLimits,
    options: AbortOptions,
  ): Promise<OpenArchive> {
    const archive = new OpenArchive(file, writable, limits);
    await archive.#load(options);
    return archive;
  }

  /** Starts an archive in an empty file. It has no directory before the first flush. */
  static create(file: RandomAccessFile, limits: ArchiveLimits): OpenArchive {
    const archive = new OpenArchive(file, true, limits);
    archive.#dirty = true;
    return archive;
  }

  /** Reads a value or a part of it; `undefined` when there is none. */
  async read(
    key: string,
    request: ByteRequest | null | undefined,
    options: AbortOptions,
  ): Promise<Uint8Array | undefined> {
    const entry = this.entries.get(key);
    return entry && readEntry(this.file, this.#fileSize, entry, request, options);
  }

  /** Names of the immediate children of `""` or a prefix that ends with a slash. */
  names(directory: string): Iterable<string> {
    this.#tree ??= new KeyTree(this.entries.keys());
    return this.#tree.names(directory);
  }

  /** Writes an entry behind all others. A failed write leaves the archive as it was. */
  async append(key: string, encoded: EncodedEntry, options: AbortOptions): Promise<void> {
    await this.#noticeOthers(options);
    const entry = encoded.place(this.#position, this.#position - this.#shift);
    const previous = this.entries.get(key);
    const end = this.#position + encoded.local.length;
    const directorySize = this.#directorySize + recordSize(entry) - (previous ? recordSize(previous) : 0);
    const count = this.#count + (previous ? 0 : 1);
    this.#checkZip64(encoded.needsZip64, this.#claims(end, directorySize, count));
    await this.#write(encoded.local, options);
    this.#dirty = true;
    this.#position = end;
    this.#directorySize = directorySize;
    this.entries.set(key, entry);
    this.#tree?.add(key);
  }

  /** Writes the directory, if it changed, and returns when all is durable. */
  async flush(options: AbortOptions = {}): Promise<void> {
    if (!this.#dirty) return;
    await this.#checkAlone(options);
    throwIfAborted(options.signal);
    const claims = this.#claims(this.#position, this.#directorySize, this.#count);
    this.#checkZip64(false, claims);
    // Data first: a directory must not survive a loss of power that its entries did not.
    await this.file.flush?.(options);
    const end = serializeEnd(claims);
    const bytes = new Uint8Array(claims.directorySize + end.length);
    let at = 0;
    for (const entry of this.#all()) {
      bytes.set(entry.source.subarray(entry.recordStart, entry.recordEnd), at);
      at += recordSize(entry);
    }
    bytes.set(end, at);
    await this.#write(bytes, options);
    const length = this.#position + bytes.length;
    // What a killed writer or a failed write left behind.
    if (this.#fileSize > length) await this.#truncate(length, options);
    await this.file.flush?.(options);
    this.#position = this.#fileSize;
    this.#dirty = false;
  }

  /** Empties the file. */
  async reset(options: AbortOptions): Promise<void> {
    if (this.file.truncate === undefined)
      throw new UnsupportedError("Only an archive in a file that can be truncated can be cleared.");
    await this.file.truncate(0, options);
    this.#forget();
    this.#position = 0;
    this.#fileSize = 0;
    this.#dirty = true;
  }

  async #load(options: AbortOptions): Promise<void> {
    const { searchLimit } = this.#limits;
    const index = await findDirectory(this.file, { ...options, searchLimit });
    this.#forget();
    const unreachable: ZipEntry[] = [];
    for (const entry of index.entries) {
      if (isReachable(entry)) this.entries.set(entry.name, entry);
      else unreachable.push(entry);
    }
    this.#unreachable = unreachable;
    for (const entry of this.#all()) this.#directorySize += recordSize(entry);
    this.#comment = index.comment;
    this.#shift = index.shift;
    this.#fileSize = index.fileSize;
    this.#position = this.file.truncate === undefined ? index.fileSize : index.end;
  }

  #forget(): void {
    this.entries.clear();
    this.#tree = undefined;
    this.#unreachable = [];
    this.#comment = new Uint8Array(0);
    this.#shift = 0;
    this.#directorySize = 0;
  }

  /** Another writer of the same file has flushed: continue behind what it wrote. */
  async #noticeOthers(options: AbortOptions): Promise<void> {
    if (this.#dirty) await this.#checkAlone(options);
    else if ((await fileSize(this.file, options)) !== this.#fileSize) await this.#load(options);
  }

  async #checkAlone(options: AbortOptions): Promise<void> {
    const actual = await fileSize(this.file, options);
    if (actual === this.#fileSize) return;
    throw new StoreError(
      "Another writer changed the zip archive while this one has entries to flush; an archive has one writer at a time.",
      { expected: this.#fileSize, actual },
    );
  }

  async #write(bytes: Uint8Array, options: AbortOptions): Promise<void> {
    if (this.file.write === undefined)
      throw new UnsupportedError("The file of this archive cannot be written.");
    const end = this.#position + bytes.length;
    try {
      await this.file.write(this.#position, bytes, options);
    } catch (error) {
      await this.#afterFailedWrite();
      throw error;
    }
    this.#fileSize = Math.max(this.#fileSize, end);
  }

  /** Part of the bytes may have been written: they are overwritten or, where a file cannot be cut, skipped. */
  async #afterFailedWrite(): Promise<void> {
    this.#fileSize = await fileSize(this.file).catch(() => this.#fileSize);
    if (this.file.truncate === undefined) this.#position = this.#fileSize;
  }

  async #truncate(size: number, options: AbortOptions): Promise<void> {
    await this.file.truncate?.(size, options);
    this.#fileSize = size;
  }

  #claims(end: number, directorySize: number, count: number): EndClaims {
    const { largest32, largest16 } = this.#limits;
    const directoryOffset = end - this.#shift;
    const endOffset = directoryOffset + directorySize;
    return { count, directorySize, directoryOffset, endOffset, comment: this.#comment, largest32, largest16 };
  }

  #checkZip64(needed: boolean, claims: EndClaims): void {
    if (this.#limits.allowZip64 || !(needed || needsZip64End(claims))) return;
    throw new UnsupportedError("The zip archive grows beyond what allowZip64: false permits.", {
      expected: { entries: this.#limits.largest16, bytes: this.#limits.largest32 },
      actual: { entries: claims.count, bytes: claims.directoryOffset },
    });
  }

  get #count(): number {
    return this.entries.size + this.#unreachable.length;
  }

  *#all(): Generator<ZipEntry> {
    yield* this.#unreachable;
    yield* this.entries.values();
  }
}

function recordSize(entry: ZipEntry): number {
  return entry.recordEnd - entry.recordStart;
}

/** Segments that no store key has: empty, `.` and `..`. */
const NO_KEY = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Can a store key name this entry? Folders end with a slash; absolute names and `..` are no keys. */
function isReachable(entry: ZipEntry): entry is ZipEntry & { readonly name: string } {
  return entry.name !== undefined && !NO_KEY.test(entry.name);
}
