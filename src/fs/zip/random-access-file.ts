/**
 * What an archive is read from and written to.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";

/** The last bytes of a file, and how long the file is. */
export interface FileTail {
  readonly bytes: Uint8Array;
  /** Length of the whole file in bytes. */
  readonly size: number;
}

/**
 * A file that can be read at any place, and perhaps written: a local file, a `Blob`, an
 * object read over HTTP ranges. Offsets and lengths are in bytes.
 *
 * A `read` inside the file gives exactly `length` bytes; fewer are an error for the reader.
 * To be written, a file has `write`, and should have `truncate` and `flush`.
 *
 * @example
 * ```ts
 * const bytes = new Uint8Array(await (await fetch("https://example.org/a.zip")).arrayBuffer());
 * const file: RandomAccessFile = {
 *   size: () => bytes.length,
 *   read: async (offset, length) => bytes.subarray(offset, offset + length),
 * };
 * ```
 */
export interface RandomAccessFile {
  /** What to print for this file; never a secret. */
  readonly name?: string;
  size(options?: AbortOptions): Awaitable<number>;
  read(offset: number, length: number, options?: AbortOptions): Promise<Uint8Array>;
  /** The last `length` bytes, or all of a shorter file, with its size: one request where `size` and `read` are two. */
  readTail?(length: number, options?: AbortOptions): Promise<FileTail>;
  /** Writes all of `bytes` at `offset`, which is never beyond the end of the file. */
  write?(offset: number, bytes: Uint8Array, options?: AbortOptions): Promise<void>;
  /** Cuts the file to `size` bytes. */
  truncate?(size: number, options?: AbortOptions): Promise<void>;
  /** Returns when all that was written survives a loss of power. */
  flush?(options?: AbortOptions): Promise<void>;
  close?(): Promise<void>;
}

/** Reads exactly `length` bytes. @throws StoreError when the file gives another number of bytes. */
export async function readExactly(
  file: RandomAccessFile,
  offset: number,
  length: number,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  const bytes = await file.read(offset, length, options);
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`A RandomAccessFile must read a Uint8Array, got ${typeof bytes}.`);
  return checkLength(bytes, offset, length);
}

/** The size of a file, checked to be a number of bytes. */
export async function fileSize(file: RandomAccessFile, options: AbortOptions = {}): Promise<number> {
  return checkSize(await file.size(options));
}

/** The last `length` bytes of a file, or all of a shorter one. */
export async function readTail(
  file: RandomAccessFile,
  length: number,
  options: AbortOptions = {},
): Promise<FileTail> {
  if (file.readTail !== undefined) {
    const tail = await file.readTail(length, options);
    const size = checkSize(tail.size);
    const wanted = Math.min(length, size);
    return { size, bytes: checkLength(tail.bytes, size - wanted, wanted) };
  }
  const size = await fileSize(file, options);
  const wanted = Math.min(length, size);
  const bytes = wanted === 0 ? new Uint8Array(0) : await readExactly(file, size - wanted, wanted, options);
  return { size, bytes };
}

/** Is this an object with the members that a `RandomAccessFile` must have? */
export function isRandomAccessFile(value: unknown): value is RandomAccessFile {
  if (typeof value !== "object" || value === null) return false;
  const { size, read } = value as { size?: unknown; read?: unknown };
  return typeof size === "function" && typeof read === "function";
}

/** A `Blob` or `File` as a read-only file. */
export function blobFile(blob: Blob): RandomAccessFile {
  const { name } = blob as { name?: unknown }; // a File has one
  return {
    name: typeof name === "string" ? name : "<Blob>",
    size: () => blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

function checkSize(size: unknown): number {
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw new StoreError(`The size of a file must be a number of bytes, got ${String(size)}.`, {
      actual: size,
    });
  return size;
}

function checkLength(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (bytes.byteLength === length) return bytes;
  throw new StoreError(`A read of ${length} bytes at ${offset} gave ${bytes.byteLength}.`, {
    expected: length,
    actual: bytes.byteLength,
  });
}
