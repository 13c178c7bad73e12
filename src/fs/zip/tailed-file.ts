import type { AbortOptions } from "../../base/async.ts";
import { readExactly, readTail } from "./random-access-file.ts";
import type { RandomAccessFile } from "./random-access-file.ts";

/** A file whose last bytes are at hand: reads inside them cost nothing. */
export class TailedFile {
  readonly size: number;
  readonly tail: Uint8Array;
  /** Where the tail starts in the file. */
  readonly tailStart: number;
  readonly #file: RandomAccessFile;

  private constructor(file: RandomAccessFile, size: number, tail: Uint8Array) {
    this.#file = file;
    this.size = size;
    this.tail = tail;
    this.tailStart = size - tail.byteLength;
  }

  /** Reads the last `length` bytes. */
  static async open(file: RandomAccessFile, length: number, options: AbortOptions): Promise<TailedFile> {
    const { bytes, size } = await readTail(file, length, options);
    return new TailedFile(file, size, bytes);
  }

  /** The bytes from `start` to `end`, which must lie inside the file. May alias the tail. */
  async read(start: number, end: number, options: AbortOptions): Promise<Uint8Array> {
    if (start >= this.tailStart) return this.tail.subarray(start - this.tailStart, end - this.tailStart);
    return readExactly(this.#file, start, end - start, options);
  }
}
