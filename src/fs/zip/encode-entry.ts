/**
 * Makes the records of a new entry.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";
import { crc32 } from "../../kernels/crc32.ts";
import { deflateRaw } from "./deflate.ts";
import { DIRECTORY_RECORD_SIZE, DIRECTORY_SIGNATURE, SATURATED_32 } from "./directory.ts";
import type { ZipEntry } from "./directory.ts";
import type { DosTime } from "./dos-time.ts";
import { saturate, writeUint64 } from "./end-record.ts";
import { encodeName } from "./entry-name.ts";
import { DEFLATED, STORED } from "./read-entry.ts";

/** How an entry is written. */
export interface EncodeOptions extends AbortOptions {
  /** 0 stored, 8 deflated; what deflating does not shorten is stored. */
  readonly compression: ZipCompression;
  /** Time of change. */
  readonly modified: DosTime;
  /** Largest number in a 32-bit field; beyond it, zip64. */
  readonly largest32: number;
}

/** Compression of written entries: 0 as they are, 8 deflated. */
export type ZipCompression = 0 | 8;

/** An entry that has no place in a file yet. */
export interface EncodedEntry {
  /** Local header and data. */
  readonly local: Uint8Array;
  readonly needsZip64: boolean;
  /** The entry at a place in a file, with its directory record. `stored` is the offset that the record holds. */
  place(offset: number, stored: number): ZipEntry;
}

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_SIZE = 30;
const MADE_ON_UNIX = 3 << 8;
const FILE_MODE = 0o644;

/** Encodes a value. It is copied before this function first waits. */
export async function encodeEntry(
  name: string,
  value: Uint8Array,
  options: EncodeOptions,
): Promise<EncodedEntry> {
  const encoded = encodeName(name);
  if (encoded.bytes.length > 0xffff)
    throw new StoreError(`A zip entry's name has at most 65535 bytes, not ${encoded.bytes.length}.`, {
      expected: 0xffff,
      actual: encoded.bytes.length,
    });
  if (options.compression === STORED) return build(name, encoded, value, value, STORED, options);
  const copy = new Uint8Array(value); // a plain array, also of a Buffer
  const deflated = await deflateRaw(copy, options);
  return deflated.length < copy.length
    ? build(name, encoded, copy, deflated, DEFLATED, options)
    : build(name, encoded, copy, copy, STORED, options);
}

function build(
  name: string,
  encoded: { readonly bytes: Uint8Array; readonly flags: number },
  value: Uint8Array,
  data: Uint8Array,
  method: number,
  options: EncodeOptions,
): EncodedEntry {
  const { largest32, modified } = options;
  const zip64 = value.length > largest32 || data.length > largest32;
  const extra = zip64 ? 20 : 0;
  const headerSize = LOCAL_HEADER_SIZE + encoded.bytes.length + extra;
  const local = new Uint8Array(headerSize + data.length);
  local.set(data, headerSize);
  const checksum = crc32(method === STORED ? local.subarray(headerSize) : value);
  const view = new DataView(local.buffer);
  view.setUint32(0, LOCAL_SIGNATURE, true);
  view.setUint16(4, zip64 ? 45 : 20, true);
  view.setUint16(6, encoded.flags, true);
  view.setUint16(8, method, true);
  view.setUint16(10, modified.time, true);
  view.setUint16(12, modified.date, true);
  view.setUint32(14, checksum, true);
  // A local header has both sizes in its zip64 field, or neither.
  view.setUint32(18, zip64 ? SATURATED_32 : data.length, true);
  view.setUint32(22, zip64 ? SATURATED_32 : value.length, true);
  view.setUint16(26, encoded.bytes.length, true);
  view.setUint16(28, extra, true);
  local.set(encoded.bytes, LOCAL_HEADER_SIZE);
  if (zip64) {
    const at = LOCAL_HEADER_SIZE + encoded.bytes.length;
    view.setUint16(at, 1, true);
    view.setUint16(at + 2, 16, true);
    writeUint64(view, at + 4, value.length);
    writeUint64(view, at + 12, data.length);
  }
  const size = value.length;
  const place = (offset: number, stored: number): ZipEntry => {
    const record = directoryRecord(local, encoded.bytes, size, data.length, stored, largest32);
    return {
      name,
      flags: encoded.flags,
      method,
      crc32: checksum,
      compressedSize: data.length,
      size,
      offset,
      dataOffset: offset + headerSize,
      source: record,
      recordStart: 0,
      recordEnd: record.length,
    };
  };
  return { local, needsZip64: zip64, place };
}

function directoryRecord(
  local: Uint8Array,
  name: Uint8Array,
  size: number,
  compressedSize: number,
  offset: number,
  largest32: number,
): Uint8Array {
  const large = [size, compressedSize, offset].filter((value) => value > largest32);
  const extra = large.length === 0 ? 0 : 4 + 8 * large.length;
  const record = new Uint8Array(DIRECTORY_RECORD_SIZE + name.length + extra);
  const view = new DataView(record.buffer);
  const version = extra > 0 ? 45 : 20;
  view.setUint32(0, DIRECTORY_SIGNATURE, true);
  view.setUint16(4, MADE_ON_UNIX | version, true);
  // Version, flags, method, time, date and CRC-32 stand in the same order in the local header.
  record.set(local.subarray(4, 18), 6);
  view.setUint16(6, version, true);
  view.setUint32(20, saturate(compressedSize, largest32), true);
  view.setUint32(24, saturate(size, largest32), true);
  view.setUint16(28, name.length, true);
  view.setUint16(30, extra, true);
  view.setUint32(38, FILE_MODE * 2 ** 16, true);
  view.setUint32(42, saturate(offset, largest32), true);
  record.set(name, DIRECTORY_RECORD_SIZE);
  if (extra > 0) {
    const at = DIRECTORY_RECORD_SIZE + name.length;
    view.setUint16(at, 1, true);
    view.setUint16(at + 2, extra - 4, true);
    large.forEach((value, i) => writeUint64(view, at + 4 + 8 * i, value));
  }
  return record;
}
