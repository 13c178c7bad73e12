/**
 * The xz container: streams of blocks, each LZMA2 after an optional delta filter, with checks.
 *
 * @module
 */
import { ChecksumError, CodecError, UnsupportedError } from "../base/errors.ts";
import { crc32 } from "./crc32.ts";
import { crc64 } from "./crc64.ts";
import { lzma2Decode } from "./lzma-decode.ts";
import { concatenate } from "./lzma-encode.ts";
import type { OutputBuffer } from "./output-buffer.ts";
import { sha256 } from "./sha256.ts";

/** Checks by the number that the container stores. */
export const XZ_CHECKS = { none: 0, crc32: 1, crc64: 4, sha256: 10 } as const;
export type XzCheck = (typeof XZ_CHECKS)[keyof typeof XZ_CHECKS];

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
const STREAM_HEADER_BYTES = 12;
const DELTA = 3;
const LZMA2 = 0x21;
const MAX_FILTERS = 4;

/** Is this how an xz value begins? */
export function isXz(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Decodes all streams of a value; zeros in fours may lie between and after them.
 *
 * @throws CodecError when a stream is damaged, cut off, or holds more than `output` may.
 * @throws ChecksumError when a check does not match.
 * @throws UnsupportedError for filters of machine code.
 */
export function xzDecode(bytes: Uint8Array, output: OutputBuffer): void {
  let at = readStream(new XzReader(bytes), 0, output);
  while (at < bytes.length) {
    if (bytes[at] !== 0) at = readStream(new XzReader(bytes), at, output);
    else if (at + 4 <= bytes.length && bytes.subarray(at, at + 4).every((byte) => byte === 0)) at += 4;
    else throw damaged("bytes follow its end");
  }
}

class XzReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(at: number): number {
    this.need(at, 1);
    return this.bytes[at]!;
  }

  uint32(at: number): number {
    this.need(at, 4);
    return this.#view.getUint32(at, true);
  }

  need(at: number, count: number): void {
    if (at + count > this.bytes.length) throw damaged("it is cut off");
  }

  /** An integer of seven bits a byte; at most 2^53 here. */
  integer(at: number): { value: number; end: number } {
    let value = 0;
    for (let index = 0; index < 8; index++) {
      const byte = this.byte(at + index);
      value += (byte & 127) * 2 ** (7 * index);
      if (byte < 128) {
        if (byte === 0 && index > 0) break;
        return { value, end: at + index + 1 };
      }
    }
    throw damaged("a number in it is too long");
  }

  checkCrc(start: number, end: number): void {
    compare(hex(this.uint32(end)), hex(crc32(this.bytes.subarray(start, end))));
  }
}

function readStream(reader: XzReader, start: number, output: OutputBuffer): number {
  const { bytes } = reader;
  reader.need(start, STREAM_HEADER_BYTES);
  if (!isXz(bytes.subarray(start))) throw damaged(start === 0 ? "it is not xz" : "bytes follow its end");
  reader.checkCrc(start + 6, start + 8);
  const check = readCheck(bytes[start + 6]!, bytes[start + 7]!);
  let at = start + STREAM_HEADER_BYTES;
  const records: { unpadded: number; size: number }[] = [];
  while (reader.byte(at) !== 0) {
    const block = readBlock(reader, at, check, output);
    records.push(block);
    at = block.end;
  }
  const indexStart = at;
  const count = reader.integer(at + 1);
  if (count.value !== records.length) throw damaged("its index has another number of blocks");
  at = count.end;
  for (const record of records) {
    const unpadded = reader.integer(at);
    const size = reader.integer(unpadded.end);
    if (unpadded.value !== record.unpadded || size.value !== record.size)
      throw damaged("its index has other sizes than its blocks");
    at = size.end;
  }
  at = skipPadding(reader, indexStart, at);
  reader.checkCrc(indexStart, at);
  at += 4;
  reader.need(at, STREAM_HEADER_BYTES);
  compare(hex(reader.uint32(at)), hex(crc32(bytes.subarray(at + 4, at + 10))));
  if (
    4 * (reader.uint32(at + 4) + 1) !== at - indexStart ||
    bytes[at + 8] !== bytes[start + 6] ||
    bytes[at + 9] !== bytes[start + 7] ||
    bytes[at + 10] !== 0x59 ||
    bytes[at + 11] !== 0x5a
  )
    throw damaged("its footer does not fit");
  return at + STREAM_HEADER_BYTES;
}

function readBlock(
  reader: XzReader,
  start: number,
  check: XzCheck,
  output: OutputBuffer,
): { end: number; unpadded: number; size: number } {
  const { bytes } = reader;
  const headerEnd = start + 4 * (bytes[start]! + 1);
  reader.need(start, headerEnd - start);
  reader.checkCrc(start, headerEnd - 4);
  const flags = bytes[start + 1]!;
  if ((flags & 0x3c) !== 0) throw damaged("a block uses reserved flags");
  let at = start + 2;
  let packedSize: number | undefined;
  let unpackedSize: number | undefined;
  if ((flags & 0x40) !== 0) ({ value: packedSize, end: at } = reader.integer(at));
  if ((flags & 0x80) !== 0) ({ value: unpackedSize, end: at } = reader.integer(at));
  const deltas: number[] = [];
  const filters = (flags & 3) + 1;
  for (let index = 0; index < filters; index++) {
    const id = reader.integer(at);
    const size = reader.integer(id.end);
    at = size.end + size.value;
    if (at > headerEnd - 4) throw damaged("a block's header is too short");
    if (id.value === LZMA2 && index === filters - 1 && size.value === 1) break;
    if (id.value !== DELTA || size.value !== 1) throw unsupportedFilter(id.value);
    deltas.push(bytes[size.end]! + 1);
  }
  for (; at < headerEnd - 4; at++) if (bytes[at] !== 0) throw damaged("a block's header has bytes too many");
  if (deltas.length === filters) throw unsupportedFilter(DELTA);
  const from = output.length;
  const dataEnd = lzma2Decode(bytes, headerEnd, output);
  for (const distance of deltas.reverse()) undoDelta(output.bytes.subarray(from, output.length), distance);
  const size = output.length - from;
  if ((packedSize ?? dataEnd - headerEnd) !== dataEnd - headerEnd || (unpackedSize ?? size) !== size)
    throw damaged("a block holds other than it says");
  at = skipPadding(reader, start, dataEnd);
  const expected = checkOf(check, output.bytes.subarray(from, output.length));
  reader.need(at, expected.length);
  compare(hexBytes(bytes.subarray(at, at + expected.length)), hexBytes(expected));
  return { end: at + expected.length, unpadded: dataEnd - start + expected.length, size };
}

/** What is needed to write a container. */
export interface XzEncodeOptions {
  readonly check: XzCheck;
  readonly dictionarySize: number;
  /** Distances of delta filters, applied in this order before LZMA2. At most three. */
  readonly deltas: readonly number[];
}

/** Wraps an LZMA2 stream, which holds `content` after its delta filters, as one stream of one block. */
export function xzWrap(content: Uint8Array, packed: Uint8Array, options: XzEncodeOptions): Uint8Array {
  const flags = Uint8Array.of(0, options.check);
  const parts: Uint8Array[] = [Uint8Array.from(MAGIC), flags, littleEndian(crc32(flags))];
  let records: Uint8Array = Uint8Array.of(0);
  // An empty value has no blocks, as liblzma writes it.
  if (content.length > 0) {
    const header = blockHeader(options);
    const check = checkOf(options.check, content);
    parts.push(header, packed, padding(header.length + packed.length), check);
    records = Uint8Array.of(
      1,
      ...integerBytes(header.length + packed.length + check.length),
      ...integerBytes(content.length),
    );
  }
  const index = concatenate([Uint8Array.of(0), records, padding(1 + records.length)]);
  const footer = concatenate([littleEndian((index.length + 4) / 4 - 1), flags]);
  parts.push(
    index,
    littleEndian(crc32(index)),
    littleEndian(crc32(footer)),
    footer,
    Uint8Array.of(0x59, 0x5a),
  );
  return concatenate(parts);
}

/** Replaces each byte by its difference from the one `distance` before. */
export function applyDelta(bytes: Uint8Array, distance: number): Uint8Array {
  const result = new Uint8Array(bytes);
  for (let at = distance; at < bytes.length; at++) result[at] = bytes[at]! - bytes[at - distance]!;
  return result;
}

/** Undoes `applyDelta` in place. */
export function undoDelta(bytes: Uint8Array, distance: number): void {
  for (let at = distance; at < bytes.length; at++) bytes[at] = bytes[at]! + bytes[at - distance]!;
}

function blockHeader({ deltas, dictionarySize }: XzEncodeOptions): Uint8Array {
  if (deltas.length >= MAX_FILTERS) throw new CodecError("An xz block has at most four filters.");
  const body = [deltas.length, ...deltas.flatMap((distance) => [DELTA, 1, distance - 1])];
  body.push(LZMA2, 1, dictionaryByte(dictionarySize));
  const size = Math.ceil((body.length + 5) / 4) * 4;
  const header = new Uint8Array(size);
  header[0] = size / 4 - 1;
  header.set(body, 1);
  header.set(littleEndian(crc32(header.subarray(0, size - 4))), size - 4);
  return header;
}

/** Dictionary sizes are 2 or 3 times a power of two. */
function dictionaryByte(size: number): number {
  let byte = 0;
  while (byte < 40 && (2 | (byte & 1)) * 2 ** ((byte >> 1) + 11) < size) byte++;
  return byte;
}

function checkOf(check: XzCheck, content: Uint8Array): Uint8Array {
  switch (check) {
    case XZ_CHECKS.none:
      return new Uint8Array(0);
    case XZ_CHECKS.crc32:
      return littleEndian(crc32(content));
    case XZ_CHECKS.crc64: {
      const { high, low } = crc64(content);
      return concatenate([littleEndian(low), littleEndian(high)]);
    }
    case XZ_CHECKS.sha256:
      return sha256(content);
    default:
      return check satisfies never;
  }
}

function readCheck(first: number, second: number): XzCheck {
  const check = Object.values(XZ_CHECKS).find((candidate) => candidate === second);
  if (first !== 0 || check === undefined) throw damaged("its check is of an unknown kind");
  return check;
}

function skipPadding(reader: XzReader, start: number, at: number): number {
  for (; (at - start) % 4 !== 0; at++) if (reader.byte(at) !== 0) throw damaged("its padding is not zero");
  return at;
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function integerBytes(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
  return bytes;
}

function compare(expected: string, actual: string): void {
  if (expected !== actual) {
    throw new ChecksumError("A check of the xz data is not the one that is stored.", { expected, actual });
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function unsupportedFilter(id: number): UnsupportedError {
  return new UnsupportedError(`The xz filter ${id} is not supported; only delta and LZMA2 are.`, {
    actual: id,
  });
}

function damaged(what: string): CodecError {
  return new CodecError(`The xz data are damaged: ${what}.`);
}
