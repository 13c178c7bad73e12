/**
 * Finds the directory of an archive: from the end record at the end of the file, or, when
 * the end of the file is torn, from the last end record that is whole.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import { isZarrError, StoreError } from "../../base/errors.ts";
import { parseDirectory } from "./directory.ts";
import type { ZipEntry } from "./directory.ts";
import {
  END_RECORD_SIZE,
  lastEndSignature,
  MAX_END_RECORD_SIZE,
  notAnArchive,
  parseEndRecord,
  parseZip64End,
  parseZip64Locator,
  ZIP64_END_SIZE,
  ZIP64_LOCATOR_SIZE,
} from "./end-record.ts";
import type { EndRecord } from "./end-record.ts";
import type { RandomAccessFile } from "./random-access-file.ts";
import { TailedFile } from "./tailed-file.ts";

/** An archive's directory, and where it ends. */
export interface ZipIndex {
  /** All entries in the directory's order: folders and dead duplicates too. */
  readonly entries: readonly ZipEntry[];
  readonly comment: Uint8Array;
  /** Bytes before the archive, which stored offsets do not count. */
  readonly shift: number;
  /** Where the end record ends in the file; what follows is torn. */
  readonly end: number;
  /** Length of the file. */
  readonly fileSize: number;
}

/** Options of `findDirectory`. */
export interface FindDirectoryOptions extends AbortOptions {
  /** How many bytes at the end of a torn file to search. Default: all. */
  readonly searchLimit?: number | undefined;
}

/**
 * Reads the directory: one read of 65,557 bytes, and a second one where the directory does
 * not lie inside them.
 *
 * A torn file (its writer was killed) costs a search backwards for the last end record
 * that fits its directory exactly. An archive within the torn part, such as a zip file that
 * is an entry's value, is never taken for the archive itself.
 *
 * @throws StoreError when the file is no archive or its directory lies; UnsupportedError for an archive of several parts.
 */
export async function findDirectory(
  file: RandomAccessFile,
  options: FindDirectoryOptions = {},
): Promise<ZipIndex> {
  const tailed = await TailedFile.open(file, MAX_END_RECORD_SIZE, options);
  const search = new DirectorySearch(tailed, options);
  const index = (await search.atEnd()) ?? (await search.backwards());
  if (index !== undefined) return index;
  throw search.failure ?? notAnArchive();
}

const BLOCK = 2 ** 20;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_SIZE = 30;
const END_SIGNATURE = 0x06054b50;
// A crafted file can hold an end record every 22 bytes; these bound what it costs to refuse it.
const MAX_ATTEMPTS = 4096;
const SPARE_WORK = 2 ** 26;

interface Place {
  readonly start: number;
  readonly shift: number;
}

class DirectorySearch {
  /** Why the first candidate was refused: the best explanation when none is left. */
  failure: unknown;
  readonly #file: TailedFile;
  readonly #options: FindDirectoryOptions;
  #attempts = 0;
  #work = 0;
  #readFailed = false;

  constructor(file: TailedFile, options: FindDirectoryOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** The archive whose end record ends with the file. */
  async atEnd(): Promise<ZipIndex | undefined> {
    const { tail, tailStart } = this.#file;
    for (let at = lastEndSignature(tail, tail.length); at >= 0; at = lastEndSignature(tail, at)) {
      const record = this.#try(() => parseEndRecord(tail, at));
      if (record === undefined || at + record.length !== tail.length || !record.complete) continue;
      const index = await this.#load(record, tailStart + at, false);
      if (index !== undefined && (await this.#isOutermost(index))) return index;
    }
    return undefined;
  }

  /** The last archive whose end record is followed by something else. */
  async backwards(): Promise<ZipIndex | undefined> {
    const { size } = this.#file;
    const limit = Math.max(this.#options.searchLimit ?? Infinity, this.#file.tail.length);
    const unshifted = await this.#startsWithArchive();
    let best: ZipIndex | undefined;
    let blockEnd = size;
    const floor = Math.max(0, size - limit);
    while (blockEnd > floor && this.#mayGoOn()) {
      throwIfAborted(this.#options.signal);
      const start = Math.max(floor, blockEnd - BLOCK);
      // Blocks overlap so that each record lies whole in one of them.
      const end = Math.min(size, blockEnd + END_RECORD_SIZE - 1);
      const block = start >= this.#file.tailStart ? this.#file.tail : await this.#read(start, end);
      const base = start >= this.#file.tailStart ? this.#file.tailStart : start;
      let at = lastEndSignature(block, blockEnd - base);
      for (; at >= 0 && base + at >= start && this.#mayGoOn(); at = lastEndSignature(block, at)) {
        const index = await this.#recover(block, at, base + at, unshifted);
        if (index?.shift === 0) return index;
        if (index !== undefined && index.entries.length > 0 && index.shift < (best?.shift ?? Infinity))
          best = index;
      }
      blockEnd = start;
    }
    return best;
  }

  async #recover(
    block: Uint8Array,
    at: number,
    position: number,
    unshifted: boolean,
  ): Promise<ZipIndex | undefined> {
    // The plain fields alone refuse nearly every accident, without a read.
    const plain = this.#try(() => parseEndRecord(block, at));
    if (plain === undefined) return undefined;
    if (!plain.zip64 && unshifted && plain.directoryOffset + plain.directorySize !== position)
      return undefined;
    const end = Math.min(this.#file.size, position + MAX_END_RECORD_SIZE);
    const bytes = await this.#read(position, end);
    const record = this.#try(() => parseEndRecord(bytes, 0));
    if (record === undefined) return undefined;
    const index = await this.#load(record, position, true);
    return index !== undefined && unshifted && index.shift > 0 ? undefined : index;
  }

  /**
   * An archive that starts behind other bytes may be a value within the torn end of this
   * file. It is the file's own when those bytes are a whole archive, or neither the start of
   * one nor an entry that holds it.
   */
  async #isOutermost(index: ZipIndex): Promise<boolean> {
    if (index.shift === 0) return true;
    const start = Math.max(0, index.shift - MAX_END_RECORD_SIZE);
    const before = await this.#read(start, index.shift);
    if (!(await this.#startsWithArchive())) return !this.#liesInEntry(before, start);
    for (let at = lastEndSignature(before, before.length); at >= 0; at = lastEndSignature(before, at)) {
      const record = this.#try(() => parseEndRecord(before, at));
      if (record?.complete === true && at + record.length === before.length) return true;
    }
    return false;
  }

  /** Does an entry start in these bytes whose data goes on to the end of the file? */
  #liesInEntry(before: Uint8Array, start: number): boolean {
    const view = new DataView(before.buffer, before.byteOffset, before.byteLength);
    for (let at = before.length - LOCAL_HEADER_SIZE; at >= 0; at--) {
      at = before.lastIndexOf(0x50, at);
      if (at < 0) return false;
      if (view.getUint32(at, true) !== LOCAL_SIGNATURE) continue;
      const data = at + LOCAL_HEADER_SIZE + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
      if (data <= before.length && start + data + view.getUint32(at + 18, true) >= this.#file.size)
        return true;
    }
    return false;
  }

  async #startsWithArchive(): Promise<boolean> {
    if (this.#file.size < 4) return false;
    const first = await this.#read(0, 4);
    const signature = new DataView(first.buffer, first.byteOffset, 4).getUint32(0, true);
    return signature === LOCAL_SIGNATURE || signature === END_SIGNATURE;
  }

  /** Reads the directory of an end record; `undefined`, with the reason kept, when they do not fit. */
  async #load(record: EndRecord, position: number, exact: boolean): Promise<ZipIndex | undefined> {
    this.#attempts++;
    try {
      const claims = await this.#claims(record, position);
      for (const place of places(claims, exact)) {
        this.#work += claims.directorySize;
        if (!this.#mayGoOn()) break;
        const bytes = await this.#read(place.start, place.start + claims.directorySize);
        const entries = this.#try(() => parseDirectory(bytes, { ...claims, shift: place.shift }));
        if (entries !== undefined)
          return {
            entries,
            comment: record.comment.slice(),
            shift: place.shift,
            end: position + record.length,
            fileSize: this.#file.size,
          };
      }
    } catch (error) {
      this.#refuse(error);
    }
    return undefined;
  }

  async #claims(record: EndRecord, position: number): Promise<Claims> {
    const plain = { ...record, exactCount: false, end: position };
    if (!record.zip64 || position < ZIP64_LOCATOR_SIZE) return plain;
    const locatorAt = position - ZIP64_LOCATOR_SIZE;
    const stored = parseZip64Locator(await this.#read(locatorAt, position));
    if (stored === undefined) return plain;
    for (const at of [stored, locatorAt - ZIP64_END_SIZE]) {
      if (at < 0 || at + ZIP64_END_SIZE > locatorAt) continue;
      const end = parseZip64End(await this.#read(at, at + ZIP64_END_SIZE), locatorAt - at);
      if (end !== undefined) return { ...end, exactCount: true, end: at };
    }
    throw new StoreError("The zip64 end record is not where its locator says.", { actual: stored });
  }

  async #read(start: number, end: number): Promise<Uint8Array> {
    try {
      return await this.#file.read(start, end, this.#options);
    } catch (error) {
      this.#readFailed = true;
      throw error;
    }
  }

  #mayGoOn(): boolean {
    return this.#attempts <= MAX_ATTEMPTS && this.#work <= 4 * this.#file.size + SPARE_WORK;
  }

  #try<T>(parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  /** Keeps what is wrong with the data. A failed read ends the search: an older directory must not stand in for one that could not be read. */
  #refuse(error: unknown): void {
    if (this.#readFailed || !isZarrError(error)) throw error;
    this.failure ??= error;
  }
}

interface Claims {
  readonly count: number;
  readonly exactCount: boolean;
  readonly directorySize: number;
  readonly directoryOffset: number;
  /** Where the directory must end at the latest. */
  readonly end: number;
}

/** Where the directory can be: right before its end record, or at the stored offset. */
function places(claims: Claims, exact: boolean): Place[] {
  const { directorySize, directoryOffset, end } = claims;
  const gap = end - directorySize - directoryOffset;
  if (gap < 0)
    throw new StoreError(
      `The zip directory of ${directorySize} bytes at ${directoryOffset} does not fit before its end record at ${end}.`,
      { expected: end, actual: directoryOffset + directorySize },
    );
  const before = { start: end - directorySize, shift: gap };
  return gap === 0 || exact ? [before] : [before, { start: directoryOffset, shift: 0 }];
}
