/**
 * MessagePack, written as Python's `msgpack` writes it.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { hasLoneSurrogate } from "../dtypes/text-scalar.ts";
import { ByteWriter } from "./byte-writer.ts";

const MAX_DEPTH = 512;

/** Options of Python's `msgpack.packb`. */
export interface MsgpackOptions {
  /** Floats take four bytes. */
  readonly useSingleFloat: boolean;
  /** Binary data have types of their own; else they are written as texts are. */
  readonly useBinType: boolean;
}

/**
 * The bytes of a value: `null`, booleans, numbers, bigints of 64 bits, texts, `Uint8Array`s, lists and plain objects.
 *
 * @throws CodecError when a value is none of these, nests more than 512 deep, or is too large.
 */
export function encodeMsgpack(value: unknown, options: MsgpackOptions): Uint8Array {
  const output = new ByteWriter();
  write(output, value, options, 0);
  return output.finish();
}

function write(output: ByteWriter, value: unknown, options: MsgpackOptions, depth: number): void {
  if (depth > MAX_DEPTH) throw unwritable(`values nested more than ${MAX_DEPTH} deep`);
  if (value === null) output.uint8(0xc0);
  else if (typeof value === "boolean") output.uint8(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") writeNumber(output, value, options.useSingleFloat);
  else if (typeof value === "bigint") writeInteger(output, value);
  else if (typeof value === "string") writeBytes(output, utf8(value), TEXT_CODES);
  else if (value instanceof Uint8Array)
    writeBytes(output, value, options.useBinType ? BINARY_CODES : OLD_CODES);
  else if (Array.isArray(value)) {
    writeLength(output, value.length, LIST_CODES);
    for (const item of value as unknown[]) write(output, item, options, depth + 1);
  } else if (isPlain(value)) {
    const entries = Object.entries(value);
    writeLength(output, entries.length, MAP_CODES);
    for (const [key, item] of entries) {
      write(output, key, options, depth + 1);
      write(output, item, options, depth + 1);
    }
  } else throw unwritable(`a value of type ${typeof value}`);
}

/** How a length is written: in the code itself up to `fixMost`, else after the code of its size. */
interface LengthCodes {
  readonly fix: number;
  readonly fixMost: number;
  readonly one: number | undefined;
  readonly two: number;
  readonly four: number;
}

const TEXT_CODES: LengthCodes = { fix: 0xa0, fixMost: 31, one: 0xd9, two: 0xda, four: 0xdb };
/** Texts before there were binary types. */
const OLD_CODES: LengthCodes = { fix: 0xa0, fixMost: 31, one: undefined, two: 0xda, four: 0xdb };
const BINARY_CODES: LengthCodes = { fix: 0, fixMost: -1, one: 0xc4, two: 0xc5, four: 0xc6 };
const LIST_CODES: LengthCodes = { fix: 0x90, fixMost: 15, one: undefined, two: 0xdc, four: 0xdd };
const MAP_CODES: LengthCodes = { fix: 0x80, fixMost: 15, one: undefined, two: 0xde, four: 0xdf };

function writeLength(output: ByteWriter, length: number, codes: LengthCodes): void {
  if (length <= codes.fixMost) output.uint8(codes.fix | length);
  else if (codes.one !== undefined && length < 2 ** 8) {
    output.uint8(codes.one);
    output.uint8(length);
  } else if (length < 2 ** 16) {
    output.uint8(codes.two);
    output.uint16(length);
  } else if (length < 2 ** 32) {
    output.uint8(codes.four);
    output.uint32(length);
  } else throw unwritable("more than 2^32 items");
}

function writeBytes(output: ByteWriter, bytes: Uint8Array, codes: LengthCodes): void {
  writeLength(output, bytes.length, codes);
  output.bytes(bytes);
}

function writeNumber(output: ByteWriter, value: number, single: boolean): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(output, BigInt(value));
  else if (single) {
    output.uint8(0xca);
    output.float32(value);
  } else {
    output.uint8(0xcb);
    output.float64(value);
  }
}

function writeInteger(output: ByteWriter, value: bigint): void {
  if (value >= 2n ** 64n || value < -(2n ** 63n)) throw unwritable(`${value}, which has more than 64 bits`);
  if (value >= 2n ** 32n || value < -(2n ** 31n)) {
    output.uint8(value < 0n ? 0xd3 : 0xcf);
    output.uint64(BigInt.asUintN(64, value));
    return;
  }
  const number = Number(value);
  if (number >= -32 && number < 128) output.uint8(number & 0xff);
  else if (number >= 0) {
    const size = number < 2 ** 8 ? 0 : number < 2 ** 16 ? 1 : 2;
    output.uint8(0xcc + size);
    writeSized(output, number, size);
  } else {
    const size = number >= -(2 ** 7) ? 0 : number >= -(2 ** 15) ? 1 : 2;
    output.uint8(0xd0 + size);
    writeSized(output, number, size);
  }
}

/** The lowest 1, 2 or 4 bytes of a number. */
function writeSized(output: ByteWriter, value: number, size: 0 | 1 | 2): void {
  if (size === 0) output.uint8(value & 0xff);
  else if (size === 1) output.uint16(value & 0xffff);
  else output.uint32(value >>> 0);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unwritable(what: string): CodecError {
  return new CodecError(`MessagePack cannot hold ${what}.`);
}

function utf8(text: string): Uint8Array {
  if (hasLoneSurrogate(text)) throw new RangeError("A text with half of a surrogate pair cannot be stored.");
  return new TextEncoder().encode(text);
}
