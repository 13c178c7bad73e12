/**
 * A shard's index: for each inner chunk its offset and length in the stored object, or
 * nothing where the inner chunk is empty.
 *
 * @module
 */
import type { ByteSpan } from "../../base/byte-request.ts";
import { CodecError } from "../../base/errors.ts";

const WORD = 2 ** 32;
const EMPTY_HALF = WORD - 1;

/** The index of one shard, over the decoded bytes of the index (two little-endian uint64 a cell). */
export class ShardIndex {
  readonly #words: DataView;
  /** Number of inner chunks. */
  readonly length: number;

  constructor(bytes: Uint8Array) {
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength / 16;
  }

  /**
   * Where an inner chunk is; `undefined` when it is empty.
   *
   * @throws CodecError when only one of the two numbers says that it is empty, or they do not fit in a file.
   */
  span(cell: number): ByteSpan | undefined {
    const at = cell * 16;
    const emptyOffset = this.#isEmpty(at);
    const emptyLength = this.#isEmpty(at + 8);
    if (emptyOffset && emptyLength) return undefined;
    const start = this.#read(at);
    const end = start + this.#read(at + 8);
    if (emptyOffset || emptyLength || end > Number.MAX_SAFE_INTEGER) {
      throw new CodecError("The index of a shard points outside its file.", {
        codec: "sharding_indexed",
        actual: { offset: start, nbytes: end - start },
      });
    }
    return end === start ? undefined : { start, end };
  }

  #isEmpty(at: number): boolean {
    return (
      this.#words.getUint32(at, true) === EMPTY_HALF && this.#words.getUint32(at + 4, true) === EMPTY_HALF
    );
  }

  #read(at: number): number {
    return this.#words.getUint32(at + 4, true) * WORD + this.#words.getUint32(at, true);
  }
}

/** The decoded bytes of an index in which every inner chunk is empty. */
export function emptyIndex(cells: number): Uint8Array {
  return new Uint8Array(cells * 16).fill(0xff);
}

/** Records where an inner chunk was written. */
export function writeIndexEntry(index: Uint8Array, cell: number, offset: number, length: number): void {
  const words = new DataView(index.buffer, index.byteOffset, index.byteLength);
  words.setUint32(cell * 16, offset % WORD, true);
  words.setUint32(cell * 16 + 4, Math.floor(offset / WORD), true);
  words.setUint32(cell * 16 + 8, length % WORD, true);
  words.setUint32(cell * 16 + 12, Math.floor(length / WORD), true);
}
