/**
 * Room in which a shard is put together, kept from one shard to the next.
 *
 * @module
 */

import { setBytes } from "../../kernels/shared-copy.ts";

/** Larger room is not kept. */
const MAX_KEPT = 64 * 2 ** 20;

/** Bytes that grow at their end. */
export class ShardRoom {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Begins anew, `skip` bytes behind the start. */
  begin(skip: number): void {
    if (this.#bytes.length > MAX_KEPT) this.#bytes = new Uint8Array(0);
    this.#length = 0;
    this.#need(skip);
    this.#length = skip;
  }

  append(piece: Uint8Array): void {
    this.#need(this.#length + piece.length);
    setBytes(this.#bytes, piece, this.#length);
    this.#length += piece.length;
  }

  /** Writes over bytes that are there. */
  put(piece: Uint8Array, at: number): void {
    this.#bytes.set(piece, at);
  }

  /** All of them, in place: valid until the next `begin`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #need(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.#bytes.length + (this.#bytes.length >> 1), 65_536));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
