/**
 * Raw deflate streams, as zip entries hold them.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import type { AbortOptions } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";
import { tryNodeBuiltin } from "../../base/platform.ts";

/** A raw deflate stream of n bytes holds at most this many times n bytes. */
const MAX_RATIO = 1032;

/**
 * Inflates to exactly `size` bytes. The work stops when the stream holds more, so that a
 * lying size costs no memory.
 *
 * @throws StoreError when the stream is damaged or holds another number of bytes.
 */
export async function inflateRaw(
  bytes: Uint8Array,
  size: number,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  if (size > bytes.byteLength * MAX_RATIO)
    throw new StoreError(`${bytes.byteLength} deflated bytes cannot hold the ${size} bytes they declare.`, {
      expected: size,
    });
  const inflated =
    tryNodeBuiltin("zlib") === undefined
      ? await inflateWithStream(bytes, size, options)
      : await inflateWithZlib(bytes, size);
  throwIfAborted(options.signal);
  if (inflated.byteLength !== size) throw wrongSize(size, inflated.byteLength);
  return inflated;
}

/** Deflates with the runtime's default level. */
export async function deflateRaw(bytes: Uint8Array, options: AbortOptions = {}): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  const zlib = tryNodeBuiltin("zlib");
  const deflated =
    zlib === undefined
      ? await pump(bytes, new CompressionStream("deflate-raw"), Infinity, options)
      : await new Promise<Uint8Array>((resolve, reject) => {
          zlib.deflateRaw(bytes, (error, result) => (error === null ? resolve(result) : reject(error)));
        });
  throwIfAborted(options.signal);
  return deflated;
}

/** `inflateRaw` by `node:zlib`; the result may be shorter than `size`. */
async function inflateWithZlib(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const zlib = tryNodeBuiltin("zlib")!; // the caller looked
  const maxOutputLength = Math.max(1, size);
  const chunkSize = Math.max(64, Math.min(size, 2 ** 20));
  return new Promise((resolve, reject) => {
    zlib.inflateRaw(bytes, { maxOutputLength, chunkSize }, (error, result) => {
      if (error === null) resolve(new Uint8Array(result.buffer, result.byteOffset, result.byteLength));
      else if ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE") reject(wrongSize(size));
      else reject(new StoreError("The deflated bytes are damaged.", { cause: error }));
    });
  });
}

/** `inflateRaw` by `DecompressionStream`; the result may be shorter than `size`. */
export async function inflateWithStream(
  bytes: Uint8Array,
  size: number,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  return pump(bytes, new DecompressionStream("deflate-raw"), size, options);
}

async function pump(
  bytes: Uint8Array,
  stream: { readonly readable: ReadableStream; readonly writable: WritableStream<BufferSource> },
  limit: number,
  options: AbortOptions,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const writing = writer
    .write(bytes as Uint8Array<ArrayBuffer>) // a stream reads it either way
    .then(() => writer.close());
  writing.catch(() => {}); // the reader sees the same failure
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      throwIfAborted(options.signal);
      const { done, value } = await readPart(reader);
      if (done) break;
      length += value.byteLength;
      if (length > limit) throw wrongSize(limit);
      parts.push(value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // frees the stream; the failure at hand is the one to report
    throw error;
  }
  return join(parts, length);
}

async function readPart(reader: ReadableStreamDefaultReader): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (error) {
    throw new StoreError("The deflated bytes are damaged.", { cause: error });
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function wrongSize(expected: number, actual?: number): StoreError {
  const found = actual === undefined ? "more" : `${actual}`;
  return new StoreError(`Deflated bytes that declare ${expected} bytes hold ${found}.`, { expected, actual });
}
