/**
 * Streams of bits: the lowest bit of the first byte comes first.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";

/** Reads bits; past the end is a CodecError. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #byte = 0;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    const byte = this.#bytes[this.#byte];
    if (byte === undefined) {
      throw new CodecError("A chunk of packed bits ends too soon.", { actual: this.#bytes.length });
    }
    const bit = (byte >> this.#bit) & 1;
    if (this.#bit === 7) {
      this.#bit = 0;
      this.#byte++;
    } else this.#bit++;
    return bit;
  }

  /** A number of at most 52 bits. */
  bits(count: number): number {
    let value = 0;
    let weight = 1;
    for (let i = 0; i < count; i++) {
      value += this.bit() * weight;
      weight *= 2;
    }
    return value;
  }

  /** A number of at most 64 bits. */
  big(count: number): bigint {
    if (count <= 32) return BigInt(this.bits(count));
    const low = this.bits(32);
    return (BigInt(this.bits(count - 32)) << 32n) | BigInt(low);
  }

  skip(count: number): void {
    const bits = this.#bit + count;
    this.#byte += Math.floor(bits / 8);
    this.#bit = bits % 8;
  }

  /** Goes on to the next whole byte. */
  align(): void {
    if (this.#bit > 0) this.skip(8 - this.#bit);
  }

  /** Whole bytes that are left. */
  get bytesLeft(): number {
    return this.#bytes.length - this.#byte;
  }
}

/** Writes bits into bytes that grow. */
export class BitWriter {
  #bytes = new Uint8Array(4096);
  #byte = 0;
  #bit = 0;

  bit(bit: number): void {
    if (this.#byte >= this.#bytes.length) this.#grow(this.#byte + 1);
    this.#bytes[this.#byte]! |= bit << this.#bit;
    if (this.#bit === 7) {
      this.#bit = 0;
      this.#byte++;
    } else this.#bit++;
  }

  /** A number of at most 52 bits. */
  bits(value: number, count: number): void {
    let rest = value;
    for (let i = 0; i < count; i++) {
      this.bit(rest % 2);
      rest = Math.floor(rest / 2);
    }
  }

  /** A number of at most 64 bits. */
  big(value: bigint, count: number): void {
    this.bits(Number(value & 0xffffffffn), Math.min(count, 32));
    if (count > 32) this.bits(Number(value >> 32n), count - 32);
  }

  /** Zeros up to the next whole byte. */
  align(): void {
    if (this.#bit > 0) this.skip(8 - this.#bit);
  }

  /** Zeros. */
  skip(count: number): void {
    const bits = this.#bit + count;
    this.#byte += Math.floor(bits / 8);
    this.#bit = bits % 8;
    this.#grow(this.#byte + 1);
  }

  /** What was written, filled up to a multiple of so many bytes. */
  finish(wordBytes: number): Uint8Array {
    const used = this.#byte + (this.#bit > 0 ? 1 : 0);
    const length = Math.ceil(used / wordBytes) * wordBytes;
    this.#grow(length);
    return this.#bytes.slice(0, length);
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
