/**
 * MessagePack, read as Python's `msgpack` reads it.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { unsharedBytes } from "../base/unshared-bytes.ts";

const MAX_DEPTH = 512;
const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one value. Integers beyond 2^53 are bigints, maps are objects whose keys are texts, binary data are `Uint8Array`s.
 *
 * @param raw - texts stay bytes.
 * @throws CodecError when the bytes are not MessagePack, end too soon or late, nest more than 512 deep, or hold an extension type.
 */
export function decodeMsgpack(bytes: Uint8Array, raw: boolean): unknown {
  const reader = new MsgpackReader(bytes, raw);
  const value = reader.read(0);
  reader.end();
  return value;
}

class MsgpackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #raw: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, raw: boolean) {
    this.#bytes = unsharedBytes(bytes);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#raw = raw;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw broken("has bytes after its value", this.#at);
  }

  read(depth: number): unknown {
    if (depth > MAX_DEPTH) throw broken(`nests more than ${MAX_DEPTH} deep`, this.#at);
    const code = this.#uint(1);
    if (code < 0x80) return code;
    if (code >= 0xe0) return code - 0x100;
    if (code < 0x90) return this.#map(code & 0x0f, depth);
    if (code < 0xa0) return this.#list(code & 0x0f, depth);
    if (code < 0xc0) return this.#text(code & 0x1f);
    return this.#readLong(code, depth);
  }

  #readLong(code: number, depth: number): unknown {
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(1 << (code - 0xc4))).slice();
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (code - 0xcc));
      case 0xcf:
        return smallest(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return smallest(this.#view.getBigInt64(this.#skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (code - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 << (code - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (code - 0xde)), depth);
      default:
        throw broken(`has a value of the unsupported type 0x${code.toString(16)}`, this.#at - 1);
    }
  }

  #list(length: number, depth: number): unknown[] {
    this.#needs(length);
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(this.read(depth + 1));
    return list;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#needs(2 * length);
    const map: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.read(depth + 1);
      const value = this.read(depth + 1);
      if (typeof key !== "string") throw broken("has a map with a key that is no text", this.#at);
      // Defined, not assigned: `__proto__` is a key like any other.
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return map;
  }

  #text(length: number): string | Uint8Array {
    const bytes = this.#take(length).slice();
    if (this.#raw) return bytes;
    try {
      return TEXT.decode(bytes);
    } catch (error) {
      throw new CodecError("A MessagePack chunk has a text that is not UTF-8.", { cause: error });
    }
  }

  #uint(size: number): number {
    const at = this.#skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #take(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Every value takes a byte at least, so that no list is longer than what is left. */
  #needs(count: number): void {
    if (count > this.#bytes.length - this.#at) throw broken("ends within a value", this.#at);
  }

  #skip(length: number): number {
    this.#needs(length);
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function broken(what: string, at: number): CodecError {
  return new CodecError(`A MessagePack chunk ${what}, at byte ${at}.`, { actual: at });
}
