/**
 * The record at the end of an archive, which says where its directory is, and the two
 * zip64 records before it.
 *
 * @module
 */
import { StoreError, UnsupportedError } from "../../base/errors.ts";
import { readUint64, SATURATED_16, SATURATED_32 } from "./directory.ts";

/** Length of an end record without its comment. */
export const END_RECORD_SIZE = 22;
/** Length of the longest end record. */
export const MAX_END_RECORD_SIZE: number = END_RECORD_SIZE + 0xffff;
/** Length of the zip64 locator, which stands right before the end record. */
export const ZIP64_LOCATOR_SIZE = 20;
/** Length of a zip64 end record without extensible data. */
export const ZIP64_END_SIZE = 56;

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_END_SIGNATURE = 0x06064b50;

/** What an end record says. Offsets are as stored: bytes before the archive do not count. */
export interface EndRecord {
  readonly count: number;
  readonly directorySize: number;
  readonly directoryOffset: number;
  /** Does the record leave something to a zip64 record? */
  readonly zip64: boolean;
  readonly comment: Uint8Array;
  /** Does the comment reach as far as it says? */
  readonly complete: boolean;
  /** Length of the record with its comment. */
  readonly length: number;
}

/** What a zip64 end record says. */
export interface Zip64End {
  readonly count: number;
  readonly directorySize: number;
  readonly directoryOffset: number;
}

/** Position of the last end record signature that starts before `before`, or -1. */
export function lastEndSignature(bytes: Uint8Array, before: number): number {
  for (let at = before - 1; at >= 0; at--) {
    at = bytes.lastIndexOf(0x50, at);
    if (at < 0) return -1;
    if (bytes[at + 1] === 0x4b && bytes[at + 2] === 0x05 && bytes[at + 3] === 0x06) return at;
  }
  return -1;
}

/** Parses the end record at `at`; a comment that runs past `bytes` is cut. */
export function parseEndRecord(bytes: Uint8Array, at: number): EndRecord | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + END_RECORD_SIZE > bytes.length || view.getUint32(at, true) !== END_SIGNATURE) return undefined;
  const disks = view.getUint32(at + 4, true);
  const count = view.getUint16(at + 10, true);
  const directorySize = view.getUint32(at + 12, true);
  const directoryOffset = view.getUint32(at + 16, true);
  const zip64 = count === SATURATED_16 || directorySize === SATURATED_32 || directoryOffset === SATURATED_32;
  if (disks !== 0 && disks !== SATURATED_32)
    throw new UnsupportedError("Zip archives of several parts cannot be read.");
  const length = END_RECORD_SIZE + view.getUint16(at + 20, true);
  return {
    count,
    directorySize,
    directoryOffset,
    zip64,
    comment: bytes.subarray(at + END_RECORD_SIZE, at + length),
    complete: at + length <= bytes.length,
    length: Math.min(length, bytes.length - at),
  };
}

/** The stored offset of the zip64 end record, when `bytes` are a locator. */
export function parseZip64Locator(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < ZIP64_LOCATOR_SIZE || view.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  if (view.getUint32(4, true) !== 0 || view.getUint32(16, true) > 1)
    throw new UnsupportedError("Zip archives of several parts cannot be read.");
  return readUint64(view, 8);
}

/** Parses a zip64 end record whose extensible data fills the `room` up to the locator; else `undefined`. */
export function parseZip64End(bytes: Uint8Array, room: number): Zip64End | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < ZIP64_END_SIZE || view.getUint32(0, true) !== ZIP64_END_SIGNATURE) return undefined;
  if (readUint64(view, 4) + 12 !== room) return undefined;
  return {
    count: readUint64(view, 32),
    directorySize: readUint64(view, 40),
    directoryOffset: readUint64(view, 48),
  };
}

/** What the end of an archive is to say. */
export interface EndClaims extends Zip64End {
  readonly comment: Uint8Array;
  /** Stored offset of the end of the directory. */
  readonly endOffset: number;
  /** Largest numbers that the plain record may hold. */
  readonly largest32: number;
  readonly largest16: number;
}

/** Must an end with these claims have zip64 records? */
export function needsZip64End(claims: EndClaims): boolean {
  return (
    claims.count > claims.largest16 ||
    claims.directorySize > claims.largest32 ||
    claims.directoryOffset > claims.largest32
  );
}

/** The records that end an archive: the plain one, after the zip64 ones where they are needed. */
export function serializeEnd(claims: EndClaims): Uint8Array {
  const zip64 = needsZip64End(claims);
  const before = zip64 ? ZIP64_END_SIZE + ZIP64_LOCATOR_SIZE : 0;
  const bytes = new Uint8Array(before + END_RECORD_SIZE + claims.comment.length);
  const view = new DataView(bytes.buffer);
  if (zip64) {
    view.setUint32(0, ZIP64_END_SIGNATURE, true);
    writeUint64(view, 4, ZIP64_END_SIZE - 12);
    view.setUint16(12, (3 << 8) | 45, true);
    view.setUint16(14, 45, true);
    writeUint64(view, 24, claims.count);
    writeUint64(view, 32, claims.count);
    writeUint64(view, 40, claims.directorySize);
    writeUint64(view, 48, claims.directoryOffset);
    view.setUint32(56, LOCATOR_SIGNATURE, true);
    writeUint64(view, 64, claims.endOffset);
    view.setUint32(72, 1, true);
  }
  const count = claims.count > claims.largest16 ? SATURATED_16 : claims.count;
  view.setUint32(before, END_SIGNATURE, true);
  view.setUint16(before + 8, count, true);
  view.setUint16(before + 10, count, true);
  view.setUint32(before + 12, saturate(claims.directorySize, claims.largest32), true);
  view.setUint32(before + 16, saturate(claims.directoryOffset, claims.largest32), true);
  view.setUint16(before + 20, claims.comment.length, true);
  bytes.set(claims.comment, before + END_RECORD_SIZE);
  return bytes;
}

/** Writes a 64-bit unsigned number. */
export function writeUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** A number for a 32-bit field: itself, or the mark that the real one stands elsewhere. */
export function saturate(value: number, largest: number): number {
  return value > largest ? SATURATED_32 : value;
}

/** The error for a file without a usable end record. */
export function notAnArchive(cause?: unknown): StoreError {
  return new StoreError("This is no zip archive, or its end is missing.", { cause });
}
