/**
 * Reads values out of an archive.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import { resolveByteRequest } from "../../base/byte-request.ts";
import type { ByteRequest, ByteSpan } from "../../base/byte-request.ts";
import { StoreError, UnsupportedError } from "../../base/errors.ts";
import { crc32 } from "../../kernels/crc32.ts";
import { inflateRaw } from "./deflate.ts";
import { rawName } from "./directory.ts";
import type { ZipEntry } from "./directory.ts";
import { readExactly } from "./random-access-file.ts";
import type { RandomAccessFile } from "./random-access-file.ts";

/** Compression method of an entry stored as it is. */
export const STORED = 0;
/** Compression method of a deflated entry. */
export const DEFLATED = 8;

/** Length of a local header without name and extra fields. */
const LOCAL_HEADER_SIZE = 30;
const LOCAL_SIGNATURE = 0x04034b50;
/** Extra fields up to this long cost no second read. Those of common writers take 20 to 60 bytes. */
const EXTRA_GUESS = 256;
/** A range that starts within so many bytes of the value is read together with the local header. */
const NEAR = 2 ** 14;
const ENCRYPTED_FLAGS = 0x2041; // encrypted, strongly encrypted, masked directory
const METHOD_NAMES = new Map([
  [9, "deflate64"],
  [12, "bzip2"],
  [14, "lzma"],
  [93, "zstd"],
  [95, "xz"],
]);

/**
 * Reads a value, or a part of it, with one read of the file; a second one when the local
 * header is longer than guessed. A part that starts far into a stored value is read beside
 * its header, at the same time. Once the header is known, a part costs its own bytes. Whole
 * values are checked against their CRC-32; a part of a deflated value inflates all of it.
 *
 * @param size length of the file; an entry outside it is an error, and costs no read.
 * @throws StoreError when the archive is damaged; UnsupportedError for encryption and other compressions.
 */
export async function readEntry(
  file: RandomAccessFile,
  size: number,
  entry: ZipEntry,
  request?: ByteRequest | null,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  checkEntry(entry, size);
  const span = resolveByteRequest(request, entry.size);
  const whole = span.start === 0 && span.end === entry.size;
  if (!whole && span.start === span.end) return new Uint8Array(0);
  if (entry.method === STORED && !whole) return readSpan(file, size, entry, span, options);
  const stored = await readSpan(file, size, entry, { start: 0, end: entry.compressedSize }, options);
  const value = entry.method === STORED ? stored : await inflateRaw(stored, entry.size, options);
  const actual = crc32(value);
  if (actual !== entry.crc32)
    throw new StoreError("The value's CRC-32 is not the one that the archive holds.", {
      expected: entry.crc32,
      actual,
    });
  return whole ? value : value.subarray(span.start, span.end);
}

/** Refuses what cannot be read, before any read. */
function checkEntry(entry: ZipEntry, size: number): void {
  if ((entry.flags & ENCRYPTED_FLAGS) !== 0)
    throw new UnsupportedError("The zip entry is encrypted, which is not supported.");
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    const name = METHOD_NAMES.get(entry.method);
    throw new UnsupportedError(
      `The zip entry has compression method ${entry.method}${name === undefined ? "" : ` (${name})`}; known: 0 (stored), 8 (deflate).`,
      { actual: entry.method, known: ["0", "8"] },
    );
  }
  const least = entry.offset + LOCAL_HEADER_SIZE + rawName(entry).length + entry.compressedSize;
  if (!(least <= size))
    throw new StoreError(`The zip entry at ${entry.offset} does not end within the file of ${size} bytes.`, {
      expected: size,
      actual: least,
    });
  if (entry.method === STORED && entry.size !== entry.compressedSize)
    throw new StoreError("The zip entry is stored, but has two different sizes.", {
      expected: entry.size,
      actual: entry.compressedSize,
    });
}

/** Reads bytes of the entry's data as it lies in the file. */
async function readSpan(
  file: RandomAccessFile,
  size: number,
  entry: ZipEntry,
  span: ByteSpan,
  options: AbortOptions,
): Promise<Uint8Array> {
  const length = span.end - span.start;
  if (entry.dataOffset < 0) {
    const least = entry.offset + LOCAL_HEADER_SIZE + rawName(entry).length;
    const guess = await (span.start <= NEAR
      ? readWithHeader(file, size, entry, least, span, options)
      : readBesideHeader(file, size, entry, least, span, options));
    const skip = entry.dataOffset + span.start - guess.start;
    if (skip + length <= guess.bytes.length) return guess.bytes.subarray(skip, skip + length);
  }
  if (length === 0) return new Uint8Array(0);
  return readExactly(file, entry.dataOffset + span.start, length, options);
}

interface Guess {
  readonly bytes: Uint8Array;
  /** Where the bytes start in the file. */
  readonly start: number;
}

async function readWithHeader(
  file: RandomAccessFile,
  size: number,
  entry: ZipEntry,
  least: number,
  span: ByteSpan,
  options: AbortOptions,
): Promise<Guess> {
  const end = Math.min(size, least + EXTRA_GUESS + span.end);
  const bytes = await readExactly(file, entry.offset, end - entry.offset, options);
  locateData(entry, bytes, size);
  return { bytes, start: entry.offset };
}

async function readBesideHeader(
  file: RandomAccessFile,
  size: number,
  entry: ZipEntry,
  least: number,
  span: ByteSpan,
  options: AbortOptions,
): Promise<Guess> {
  const start = least + span.start;
  const end = Math.min(size, least + EXTRA_GUESS + span.end);
  const [header, bytes] = await Promise.all([
    readExactly(file, entry.offset, least - entry.offset, options),
    readExactly(file, start, end - start, options),
  ]);
  locateData(entry, header, size);
  return { bytes, start };
}

/** Checks the local header and remembers where the data starts. */
function locateData(entry: ZipEntry, header: Uint8Array, size: number): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE)
    throw new StoreError(`There is no zip entry at ${entry.offset}, where the directory has one.`, {
      actual: entry.offset,
    });
  if ((view.getUint16(6, true) & 1) !== 0)
    throw new UnsupportedError("The zip entry is encrypted, which is not supported.");
  const name = rawName(entry);
  const nameLength = view.getUint16(26, true);
  let same = nameLength === name.length;
  for (let i = 0; same && i < name.length; i++) same = header[LOCAL_HEADER_SIZE + i] === name[i];
  if (!same)
    throw new StoreError(`The zip entry at ${entry.offset} has another name than in the directory.`, {
      actual: entry.offset,
    });
  const dataOffset = entry.offset + LOCAL_HEADER_SIZE + nameLength + view.getUint16(28, true);
  if (dataOffset + entry.compressedSize > size)
    throw new StoreError(`The zip entry at ${entry.offset} does not end within the file of ${size} bytes.`, {
      expected: size,
      actual: dataOffset + entry.compressedSize,
    });
  entry.dataOffset = dataOffset;
}
