import { CodecError } from "../base/errors.ts";

/**
 * A copy of zstd data from which bits are read, with zero bytes after it, so that 32 bits can
 * be loaded at every position of the data.
 */
export class PaddedBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(source: Uint8Array) {
    this.bytes = new Uint8Array(source.length + 8);
    this.bytes.set(source);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** Reads bits from the end of a stream towards its start, as zstd's entropy coders write them. */
export class BackwardBits {
  readonly #view: DataView;
  /** Bit number of the stream's start within the data. */
  readonly #origin: number;
  /** Bits not read yet; negative when more were read than there are. */
  left: number;

  /** The stream is `data[start..end)`; its last byte ends in a one and padding zeros above it. */
  constructor(data: PaddedBytes, start: number, end: number) {
    const last = end > start ? data.bytes[end - 1]! : 0;
    if (last === 0) throw zstdDamaged("a stream of bits has no end mark");
    this.#view = data.view;
    this.#origin = start * 8;
    this.left = (end - start) * 8 - 1 - Math.clz32(last << 24);
  }

  /** Reads up to 25 bits. Where there are too few, `left` becomes negative and the value is zero. */
  read(count: number): number {
    this.left -= count;
    if (this.left < 0) return 0;
    const at = this.#origin + this.left;
    return (this.#view.getInt32(at >>> 3, true) >>> (at & 7)) & ((1 << count) - 1);
  }
}

/** The error of zstd data that cannot be what an encoder wrote. */
export function zstdDamaged(what: string): CodecError {
  return new CodecError(`The zstd value is damaged: ${what}.`);
}
