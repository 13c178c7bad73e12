/**
 * Files for the tests of this folder. Not part of the library.
 *
 * @module
 */
import type { RandomAccessFile } from "./random-access-file.ts";

/** A range that was read. */
export interface ReadCall {
  readonly offset: number;
  readonly length: number;
}

/** A file in memory that counts its reads, and fails on demand. */
export class MemoryFile implements RandomAccessFile {
  readonly name = "<MemoryFile>";
  readonly reads: ReadCall[] = [];
  bytes: Uint8Array;
  flushes = 0;
  /** How many more bytes can be written before writes fail; the bytes before that are kept. */
  room: number = Infinity;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
  }

  size(): number {
    return this.bytes.length;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.reads.push({ offset, length });
    return this.bytes.slice(offset, offset + length);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const kept = bytes.subarray(0, Math.min(bytes.length, this.room));
    this.room -= kept.length;
    const grown = new Uint8Array(Math.max(this.bytes.length, offset + kept.length));
    grown.set(this.bytes);
    grown.set(kept, offset);
    this.bytes = grown;
    if (kept.length < bytes.length) throw new Error("no space left");
  }

  async truncate(size: number): Promise<void> {
    this.bytes = this.bytes.slice(0, size);
  }

  async flush(): Promise<void> {
    this.flushes++;
  }
}

/** A file of any length that is zero but for some pieces: no memory for its holes. */
export class SparseFile implements RandomAccessFile {
  readonly #pieces = new Map<number, Uint8Array>();
  #size: number;

  constructor(size: number = 0) {
    this.#size = size;
  }

  size(): number {
    return this.#size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > this.#size) throw new RangeError("read beyond the end");
    const bytes = new Uint8Array(length);
    for (const [at, piece] of this.#pieces) {
      const start = Math.max(at, offset);
      const end = Math.min(at + piece.length, offset + length);
      if (start < end) bytes.set(piece.subarray(start - at, end - at), start - offset);
    }
    return bytes;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (bytes instanceof Uint8Array) this.#pieces.set(offset, bytes.slice()); // else a hole with a length
    this.#size = Math.max(this.#size, offset + bytes.length);
  }
}

/** A string as UTF-8. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Are these the same bytes? Much faster on large values than comparing them element by element. */
export function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array): boolean {
  return actual !== undefined && Buffer.compare(actual, expected) === 0;
}

/** An archive of one entry with extra fields of this length in its local header, and none in the directory. */
export function withLocalExtra(archive: Uint8Array, nameLength: number, length: number): Uint8Array {
  const bytes = new Uint8Array(archive.length + length);
  const at = 30 + nameLength;
  bytes.set(archive.subarray(0, at));
  bytes.set(archive.subarray(at), at + length);
  const view = new DataView(bytes.buffer);
  view.setUint16(28, length, true);
  const end = bytes.length - 22;
  view.setUint32(end + 16, view.getUint32(end + 16, true) + length, true);
  return bytes;
}
