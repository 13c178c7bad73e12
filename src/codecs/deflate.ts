/**
 * DEFLATE in the wrappings of gzip (RFC 1952) and zlib (RFC 1950). Decoded by our own kernel, long values by the runtime's
 * zlib where there is one; encoded by the runtime, else by fflate, which is loaded on first use.
 *
 * @see docs/decisions/0017-inflate-kernel.md
 * @module
 */
import { chain, type Awaitable } from "../base/async.ts";
import { ChecksumError, CodecError } from "../base/errors.ts";
import { tryNodeBuiltin } from "../base/platform.ts";
import { adler32 } from "../kernels/adler32.ts";
import { crc32 } from "../kernels/crc32.ts";
import { inflate } from "../kernels/inflate.ts";
import { OutputBuffer, outputTooLong } from "../kernels/output-buffer.ts";
import { wasmInflate } from "../kernels/wasm-steps.ts";
import { mostBytes } from "./bytes-bytes.ts";
import type { DecodeLimit } from "./codec.ts";

/** How a DEFLATE stream is wrapped. */
export type DeflateFormat = "gzip" | "zlib";

/** A byte of DEFLATE makes at most this many. */
const MAX_RATIO = 1032;
/** The kernel has memory for values of this size; the runtime's zlib takes the others. */
const MAX_KERNEL_BYTES = 16 * 2 ** 20;
/** Node allocates this at least. */
const MIN_CHUNK = 64;
const MAX_OUTPUT = 0xffffffff;
const TEXT_FLAGS = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

/** Upper bound of an encoded size, generous towards other encoders and long gzip headers. */
export function deflateMaxEncodedSize(size: number): number {
  return size + Math.ceil(size / 1000) + 65536;
}

/**
 * Decodes. Members of gzip may follow each other, and zeros may follow the last.
 *
 * @param transient May the result lie in the memory of the kernels? Default: no.
 * @throws CodecError when the data are damaged, cut off, followed by others, or too long.
 */
export function deflateDecode(
  format: DeflateFormat,
  bytes: Uint8Array,
  limit: DecodeLimit,
  transient = false,
): Uint8Array {
  const max = mostBytes(limit);
  return (
    decodeOneByKernel(format, bytes, max, transient) ??
    decodeByRuntime(format, bytes, max) ??
    decodeByParts(format, bytes, max)
  );
}

/** One stream, at most so long, by the kernel; `undefined` where it is another, or is not decoded: others say why. */
export function decodeOneByKernel(
  format: DeflateFormat,
  bytes: Uint8Array,
  max: number,
  transient: boolean,
): Uint8Array | undefined {
  const room = Math.min(max, bytes.length * MAX_RATIO);
  if (room > MAX_KERNEL_BYTES || bytes.length > MAX_KERNEL_BYTES) return undefined;
  const start = format === "gzip" ? readGzipHeader(bytes, 0) : readZlibHeader(bytes);
  const inflated = wasmInflate(bytes.subarray(start), room);
  if (inflated === undefined) return undefined;
  const { content, taken } = inflated;
  const readEnd = format === "gzip" ? readGzipEnd : readZlibEnd;
  const end = readEnd(bytes, start + taken, content);
  if (format === "gzip" && end < bytes.length && bytes[end] !== 0) return undefined; // another member
  checkRest(format, bytes, end);
  return transient ? content : new Uint8Array(content);
}

/** Decodes without the runtime's zlib, which tests compare it with. */
export function decodeByParts(format: DeflateFormat, bytes: Uint8Array, max: number): Uint8Array {
  const output = new OutputBuffer(max, expectedSize(bytes, max));
  const end = format === "gzip" ? readMembers(bytes, output) : readZlib(bytes, output);
  checkRest(format, bytes, end);
  return output.take();
}

/**
 * Encodes at a level from -1 (the encoder's default) to 9. The result does not depend on time or place.
 */
export function deflateEncode(
  format: DeflateFormat,
  bytes: Uint8Array,
  level: number,
): Awaitable<Uint8Array> {
  return chain(deflateEncoder(format), (encode) => encode(bytes, level));
}

/** An encoder that needs no further waiting. */
export function deflateEncoder(
  format: DeflateFormat,
): Awaitable<(bytes: Uint8Array, level: number) => Uint8Array> {
  const zlib = tryNodeBuiltin("zlib");
  if (zlib === undefined) return fallbackEncoder(format);
  return (bytes, level) => {
    const encoded = format === "gzip" ? zlib.gzipSync(bytes, { level }) : zlib.deflateSync(bytes, { level });
    const result = plainBytes(encoded);
    if (format === "gzip") result[9] = 255; // the operating system, which is nobody's business: unknown
    return result;
  };
}

/** The encoder where the runtime has none. */
export async function fallbackEncoder(
  format: DeflateFormat,
): Promise<(bytes: Uint8Array, level: number) => Uint8Array> {
  const { deflateSync } = await import("fflate");
  return (bytes, level) => {
    // fflate's levels are integers from 0 to 9.
    const known = (level < 0 ? 6 : level) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
    const deflated = deflateSync(bytes, { level: known });
    return format === "gzip" ? wrapGzip(bytes, deflated) : wrapZlib(bytes, deflated);
  };
}

/** By the runtime's zlib; `undefined` where there is none, or it cannot be bounded so. */
export function decodeByRuntime(
  format: DeflateFormat,
  bytes: Uint8Array,
  max: number,
): Uint8Array | undefined {
  const zlib = tryNodeBuiltin("zlib");
  if (zlib === undefined || max < 1 || max >= MAX_OUTPUT) return undefined;
  const options = {
    maxOutputLength: max,
    // One byte more than expected, so that Node sees the end without another allocation.
    chunkSize: Math.max(MIN_CHUNK, expectedSize(bytes, max) + 1),
    info: true,
  };
  let decoded: unknown;
  try {
    decoded = format === "gzip" ? zlib.gunzipSync(bytes, options) : zlib.inflateSync(bytes, options);
  } catch (error) {
    throw explainRuntime(format, error, max);
  }
  // With `info`, Node returns the bytes and the engine that made them.
  const { buffer, engine } = decoded as { buffer: Uint8Array; engine: { bytesWritten: number } };
  checkRest(format, bytes, engine.bytesWritten);
  return plainBytes(buffer);
}

function explainRuntime(format: DeflateFormat, error: unknown, max: number): CodecError {
  // Node's errors have a code; nothing else is assumed of it.
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === "ERR_BUFFER_TOO_LARGE") return outputTooLong(max);
  if (message === "incorrect data check") {
    return new ChecksumError("The checksum of the data is not the one that is stored.", { cause: error });
  }
  if (code === "Z_BUF_ERROR") return truncated(format, error);
  return new CodecError(`The ${format} data are damaged: ${message}.`, { cause: error });
}

function expectedSize(bytes: Uint8Array, max: number): number {
  return Math.min(max, bytes.length * MAX_RATIO);
}

/** Not a `Buffer`, and not a view of Node's shared pool. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length < 8192 || bytes.length * 2 < bytes.buffer.byteLength
    ? new Uint8Array(bytes)
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkRest(format: DeflateFormat, bytes: Uint8Array, end: number): void {
  for (let at = end; at < bytes.length; at++) {
    // Zeros after the last member are padding; gzip tools and Python accept them.
    if (format === "zlib" || bytes[at] !== 0) {
      throw new CodecError(`Bytes follow the end of the ${format} data.`, {
        expected: end,
        actual: bytes.length,
      });
    }
  }
}

function readMembers(bytes: Uint8Array, output: OutputBuffer): number {
  let at = 0;
  do {
    const start = output.length;
    at = inflate(bytes, readGzipHeader(bytes, at), output);
    at = readGzipEnd(bytes, at, output.bytes.subarray(start, output.length));
  } while (at < bytes.length && bytes[at] !== 0);
  return at;
}

/** What follows the stream of a member: its checksum and its size. Where that ends. */
function readGzipEnd(bytes: Uint8Array, at: number, content: Uint8Array): number {
  if (at + 8 > bytes.length) throw truncated("gzip");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  compareChecksum(view.getUint32(at, true), crc32(content));
  if (view.getUint32(at + 4, true) !== content.length % 2 ** 32) {
    throw new CodecError("The gzip data hold other than the number of bytes they say.", {
      expected: view.getUint32(at + 4, true),
      actual: content.length,
    });
  }
  return at + 8;
}

function readGzipHeader(bytes: Uint8Array, start: number): number {
  if (start + 10 > bytes.length) throw truncated("gzip");
  if (bytes[start] !== 0x1f || bytes[start + 1] !== 0x8b || bytes[start + 2] !== 8) {
    throw new CodecError(start === 0 ? "The data are not gzip." : "Bytes follow the end of the gzip data.");
  }
  const flags = bytes[start + 3]!;
  if ((flags & TEXT_FLAGS.reserved) !== 0) throw new CodecError("The gzip header uses reserved flags.");
  let at = start + 10;
  if ((flags & TEXT_FLAGS.extra) !== 0) {
    if (at + 2 > bytes.length) throw truncated("gzip");
    at += 2 + (bytes[at]! | (bytes[at + 1]! << 8));
  }
  for (const flag of [TEXT_FLAGS.name, TEXT_FLAGS.comment]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) throw truncated("gzip");
    at = end + 1;
  }
  if ((flags & TEXT_FLAGS.headerCrc) !== 0) {
    if (at + 2 > bytes.length) throw truncated("gzip");
    compareChecksum(bytes[at]! | (bytes[at + 1]! << 8), crc32(bytes.subarray(start, at)) & 0xffff);
    at += 2;
  }
  return at;
}

function readZlib(bytes: Uint8Array, output: OutputBuffer): number {
  const end = inflate(bytes, readZlibHeader(bytes), output);
  return readZlibEnd(bytes, end, output.bytes.subarray(0, output.length));
}

function readZlibHeader(bytes: Uint8Array): number {
  if (bytes.length < 6) throw truncated("zlib");
  const header = (bytes[0]! << 8) | bytes[1]!;
  if ((header & 0x0f00) !== 0x0800 || header >> 12 > 7 || header % 31 !== 0) {
    throw new CodecError("The data are not zlib.");
  }
  if ((header & 32) !== 0) throw new CodecError("The zlib data need a dictionary, which is not at hand.");
  return 2;
}

function readZlibEnd(bytes: Uint8Array, at: number, content: Uint8Array): number {
  if (at + 4 > bytes.length) throw truncated("zlib");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  compareChecksum(view.getUint32(at, false), adler32(content));
  return at + 4;
}

function compareChecksum(expected: number, actual: number): void {
  if (expected === actual) return;
  throw new ChecksumError("The checksum of the data is not the one that is stored.", {
    expected: `0x${expected.toString(16).padStart(8, "0")}`,
    actual: `0x${actual.toString(16).padStart(8, "0")}`,
  });
}

function truncated(format: DeflateFormat, cause?: unknown): CodecError {
  return new CodecError(`The ${format} data are cut off.`, { cause });
}

function wrapGzip(content: Uint8Array, deflated: Uint8Array): Uint8Array {
  const result = new Uint8Array(deflated.length + 18);
  result.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  result.set(deflated, 10);
  const view = new DataView(result.buffer);
  view.setUint32(deflated.length + 10, crc32(content), true);
  view.setUint32(deflated.length + 14, content.length % 2 ** 32, true);
  return result;
}

function wrapZlib(content: Uint8Array, deflated: Uint8Array): Uint8Array {
  const result = new Uint8Array(deflated.length + 6);
  result.set([0x78, 0x9c]);
  result.set(deflated, 2);
  new DataView(result.buffer).setUint32(deflated.length + 2, adler32(content), false);
  return result;
}
