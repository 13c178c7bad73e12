/**
 * Reads FlatBuffers, a format that is read in place. Every position is checked against the
 * buffer: what a damaged file says leads to an error, never out of the file.
 *
 * @see https://flatbuffers.dev/internals/
 * @module
 */
import { StoreError } from "../../base/errors.ts";

/** The bytes of a FlatBuffers file. */
class FlatBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws StoreError when `size` bytes at `at` are not within the file. */
  check(at: number, size: number): number {
    if (at < 0 || size < 0 || at + size > this.bytes.length)
      throw new StoreError(`It points to ${size} bytes at ${at}, and has ${this.bytes.length}.`);
    return at;
  }

  uint32(at: number): number {
    return this.view.getUint32(this.check(at, 4), true);
  }

  /** Where an offset at `at` leads. */
  follow(at: number): number {
    const target = at + this.uint32(at);
    return this.check(target, 4);
  }

  part(at: number, size: number): Uint8Array {
    this.check(at, size);
    return this.bytes.subarray(at, at + size);
  }

  string(at: number): string {
    const bytes = this.part(at + 4, this.uint32(at));
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw new StoreError("It has text that is not UTF-8.", { cause });
    }
  }
}

/** A table: fields by their slot, each of which may be absent. */
export class FlatTable {
  readonly #file: FlatBytes;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableSize: number;

  private constructor(file: FlatBytes, at: number) {
    this.#file = file;
    this.#at = file.check(at, 4);
    this.#vtable = file.check(at - file.view.getInt32(at, true), 4);
    this.#vtableSize = file.view.getUint16(this.#vtable, true);
    file.check(this.#vtable, this.#vtableSize);
  }

  /** The root table of a file. */
  static root(bytes: Uint8Array): FlatTable {
    const file = new FlatBytes(bytes);
    return new FlatTable(file, file.follow(0));
  }

  has(slot: number): boolean {
    return this.#field(slot) !== undefined;
  }

  uint8(slot: number, absent: number = 0): number {
    const at = this.#field(slot);
    return at === undefined ? absent : this.#file.view.getUint8(this.#file.check(at, 1));
  }

  uint32(slot: number, absent: number = 0): number {
    const at = this.#field(slot);
    return at === undefined ? absent : this.#file.uint32(at);
  }

  /** @throws StoreError when it is beyond 2^53. */
  uint64(slot: number, absent: number = 0): number {
    const at = this.#field(slot);
    if (at === undefined) return absent;
    const value = Number(this.#file.view.getBigUint64(this.#file.check(at, 8), true));
    if (!Number.isSafeInteger(value)) throw new StoreError(`It has a length or offset of ${value}.`);
    return value;
  }

  /** The bytes of a struct, which alias the file. */
  struct(slot: number, size: number): Uint8Array | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : this.#file.part(at, size);
  }

  string(slot: number): string | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : this.#file.string(this.#file.follow(at));
  }

  /** A vector of bytes, which alias the file. */
  bytes(slot: number): Uint8Array | undefined {
    const at = this.#vector(slot);
    return at === undefined ? undefined : this.#file.part(at + 4, this.#file.uint32(at));
  }

  table(slot: number): FlatTable | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : new FlatTable(this.#file, this.#file.follow(at));
  }

  /** A vector of tables; empty when it is absent. */
  tables(slot: number): FlatVector<FlatTable> {
    return this.#items(slot, 4, (at) => new FlatTable(this.#file, this.#file.follow(at)));
  }

  /** A vector of texts; empty when it is absent. */
  strings(slot: number): FlatVector<string> {
    return this.#items(slot, 4, (at) => this.#file.string(this.#file.follow(at)));
  }

  /** A vector of unsigned 32-bit numbers, or of structs of them; empty when it is absent. */
  uint32s(slot: number, numbersPerItem: number = 1): FlatVector<number> {
    const at = this.#vector(slot);
    const count = at === undefined ? 0 : this.#file.uint32(at) * numbersPerItem;
    const start = (at ?? 0) + 4;
    if (count > 0) this.#file.check(start, count * 4);
    return { length: count, at: (index) => this.#file.view.getUint32(start + index * 4, true) };
  }

  #items<T>(slot: number, size: number, read: (at: number) => T): FlatVector<T> {
    const at = this.#vector(slot);
    const length = at === undefined ? 0 : this.#file.uint32(at);
    const start = (at ?? 0) + 4;
    if (length > 0) this.#file.check(start, length * size);
    return { length, at: (index) => read(start + index * size) };
  }

  #vector(slot: number): number | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : this.#file.follow(at);
  }

  #field(slot: number): number | undefined {
    const entry = 4 + 2 * slot;
    if (entry + 2 > this.#vtableSize) return undefined;
    const offset = this.#file.view.getUint16(this.#vtable + entry, true);
    return offset === 0 ? undefined : this.#at + offset;
  }
}

/** The items of a vector; `index` is from 0 to `length - 1`, and not checked. */
export interface FlatVector<T> {
  readonly length: number;
  at(index: number): T;
}
