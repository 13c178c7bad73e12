/**
 * The central directory: one record for each entry.
 *
 * @module
 */
import { StoreError } from "../../base/errors.ts";
import { decodeName, UTF8_FLAG } from "./entry-name.ts";

/** An entry as the directory describes it. Nothing of it is true until it was held against the file. */
export interface ZipEntry {
  /** The decoded name; `undefined` when it is not the UTF-8 that it claims to be. */
  readonly name: string | undefined;
  readonly flags: number;
  /** Compression: 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  /** Size of the value in bytes. */
  readonly size: number;
  /** Where the local header starts in the file. */
  readonly offset: number;
  /** Where the data starts in the file, once the local header was read; -1 before. */
  dataOffset: number;
  /** The bytes that hold the directory record, from `recordStart` to `recordEnd`; a directory is written anew from these. */
  readonly source: Uint8Array;
  readonly recordStart: number;
  readonly recordEnd: number;
}

/** What an end record says of its directory. */
export interface DirectoryClaims {
  /** Number of entries. */
  readonly count: number;
  /** Is the count exact? Without zip64 some writers store it modulo 65536. */
  readonly exactCount: boolean;
  /** Bytes before the archive, which stored offsets do not count. */
  readonly shift: number;
}

/** Length of a directory record without name, extra fields and comment. */
export const DIRECTORY_RECORD_SIZE = 46;
/** The value of a 32-bit field whose real value stands in a zip64 extra field. */
export const SATURATED_32 = 0xffffffff;
/** The value of a 16-bit field whose real value stands in a zip64 record. */
export const SATURATED_16 = 0xffff;
/** Signature of a directory record, as a little-endian number. */
export const DIRECTORY_SIGNATURE = 0x02014b50;

const DIGITAL_SIGNATURE = 0x05054b50;
const ZIP64_EXTRA = 0x0001;
const UNICODE_PATH_EXTRA = 0x7075;

/**
 * Parses a whole directory, in its order. The entries keep `bytes` alive.
 *
 * @throws StoreError when it is damaged, or holds another number of entries than claimed.
 */
export function parseDirectory(bytes: Uint8Array, claims: DirectoryClaims): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (isDigitalSignature(view, at)) break;
    const entry = parseRecord(bytes, view, at, claims.shift);
    entries.push(entry);
    at = entry.recordEnd;
  }
  const counted = claims.exactCount ? entries.length : entries.length % 0x10000;
  if (counted !== claims.count)
    throw new StoreError(`The zip directory holds ${entries.length} entries, not ${claims.count}.`, {
      expected: claims.count,
      actual: entries.length,
    });
  return entries;
}

/** The undecoded name of an entry. Aliases the directory. */
export function rawName(entry: ZipEntry): Uint8Array {
  const start = entry.recordStart + DIRECTORY_RECORD_SIZE;
  const length = entry.source[entry.recordStart + 28]! | (entry.source[entry.recordStart + 29]! << 8);
  return entry.source.subarray(start, start + length);
}

/** Reads a 64-bit unsigned number. @throws StoreError beyond 2^53. */
export function readUint64(view: DataView, at: number): number {
  const value = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  if (Number.isSafeInteger(value)) return value;
  throw new StoreError("A 64-bit number in the zip directory is larger than any file.", { actual: value });
}

function parseRecord(bytes: Uint8Array, view: DataView, at: number, shift: number): ZipEntry {
  if (at + DIRECTORY_RECORD_SIZE > bytes.length || view.getUint32(at, true) !== DIRECTORY_SIGNATURE)
    throw damaged(`no record at byte ${at}`);
  const flags = view.getUint16(at + 8, true);
  const nameStart = at + DIRECTORY_RECORD_SIZE;
  const extraStart = nameStart + view.getUint16(at + 28, true);
  const extraEnd = extraStart + view.getUint16(at + 30, true);
  const recordEnd = extraEnd + view.getUint16(at + 32, true);
  if (recordEnd > bytes.length) throw damaged(`the record at byte ${at} is cut off`);
  const rawName = bytes.subarray(nameStart, extraStart);
  let name = decodeName(rawName, flags);
  let compressedSize = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let offset = view.getUint32(at + 42, true);
  // Extra fields that do not add up end the search: many writers pad them.
  for (let extra = extraStart; extra + 4 <= extraEnd;) {
    const start = extra + 4;
    const end = start + view.getUint16(extra + 2, true);
    if (end > extraEnd) break;
    const tag = view.getUint16(extra, true);
    if (tag === ZIP64_EXTRA) {
      let field = start;
      const next = (): number => {
        if (field + 8 > end) throw damaged(`the zip64 field of the record at byte ${at} is cut off`);
        field += 8;
        return readUint64(view, field - 8);
      };
      if (size === SATURATED_32) size = next();
      if (compressedSize === SATURATED_32) compressedSize = next();
      if (offset === SATURATED_32) offset = next();
    } else if (tag === UNICODE_PATH_EXTRA && (flags & UTF8_FLAG) === 0 && end > start + 5) {
      name = decodeName(bytes.subarray(start + 5, end), UTF8_FLAG);
    }
    extra = end;
  }
  return {
    name,
    flags,
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    compressedSize,
    size,
    offset: offset + shift,
    dataOffset: -1,
    source: bytes,
    recordStart: at,
    recordEnd,
  };
}

function isDigitalSignature(view: DataView, at: number): boolean {
  if (at === 0 || at + 6 > view.byteLength || view.getUint32(at, true) !== DIGITAL_SIGNATURE) return false;
  return at + 6 + view.getUint16(at + 4, true) === view.byteLength;
}

function damaged(what: string): StoreError {
  return new StoreError(`The zip directory is damaged: ${what}.`);
}
