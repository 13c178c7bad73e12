import { CodecError } from "../base/errors.ts";

/** The first allocation where the size of the output is not known. */
const FIRST_CAPACITY = 4096;

/**
 * Bytes that a decoder produces, bounded from the start: it never holds more than `max`.
 *
 * Decoders keep `bytes` and `length` in local variables while they write, and call `reserve`
 * before they write past `bytes.length`.
 */
export class OutputBuffer {
  /** What has been allocated; at least `length` bytes, at most `max`. */
  bytes: Uint8Array;
  /** Bytes written. */
  length = 0;
  /** The most it may hold. */
  max: number;

  /**
   * @param max The most bytes there may ever be.
   * @param expected Bytes to allocate at once (cut to `max`); default 4 KiB.
   */
  constructor(max: number, expected: number = FIRST_CAPACITY) {
    this.max = max;
    this.bytes = new Uint8Array(Math.max(0, Math.min(max, expected)));
  }

  /** A buffer over an array at hand, which is never replaced: what does not fit is an error. */
  static over(bytes: Uint8Array): OutputBuffer {
    const output = new OutputBuffer(0);
    output.max = bytes.length;
    output.bytes = bytes;
    return output;
  }

  /**
   * Makes room for `count` bytes after `length` and returns the (perhaps new) array.
   *
   * @throws CodecError when that would be more than `max`.
   */
  reserve(count: number): Uint8Array {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return this.bytes;
    if (needed > this.max) throw outputTooLong(this.max);
    const grown = new Uint8Array(Math.min(this.max, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    return grown;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was written. Aliases the buffer, or is a copy where the buffer is much larger. */
  take(): Uint8Array {
    const { bytes, length } = this;
    if (length === bytes.length) return bytes;
    return bytes.length > 2 * length + FIRST_CAPACITY ? bytes.slice(0, length) : bytes.subarray(0, length);
  }
}

/** The error of data that decode to more bytes than they may. */
export function outputTooLong(max: number): CodecError {
  return new CodecError(`The data decode to more than the ${max} bytes they may have.`, { expected: max });
}
