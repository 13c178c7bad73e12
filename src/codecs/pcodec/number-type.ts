/**
 * The number types of Pco, and how their bits become latents: unsigned integers of the same order.
 *
 * @module
 */
import {
  FLOAT16_FORMAT,
  FLOAT32_FORMAT,
  FLOAT64_FORMAT,
  type FloatFormat,
} from "../../dtypes/float-format.ts";

/** A number type. */
export interface PcoType {
  /** Name of the data type. */
  readonly name: string;
  /** The byte that stands for it. */
  readonly code: number;
  readonly width: 8 | 16 | 32 | 64;
  readonly kind: "unsigned" | "signed" | "float";
}

/** All number types. */
export const PCO_TYPES: readonly PcoType[] = [
  { name: "uint32", code: 1, width: 32, kind: "unsigned" },
  { name: "uint64", code: 2, width: 64, kind: "unsigned" },
  { name: "int32", code: 3, width: 32, kind: "signed" },
  { name: "int64", code: 4, width: 64, kind: "signed" },
  { name: "float32", code: 5, width: 32, kind: "float" },
  { name: "float64", code: 6, width: 64, kind: "float" },
  { name: "uint16", code: 7, width: 16, kind: "unsigned" },
  { name: "int16", code: 8, width: 16, kind: "signed" },
  { name: "float16", code: 9, width: 16, kind: "float" },
  { name: "uint8", code: 10, width: 8, kind: "unsigned" },
  { name: "int8", code: 11, width: 8, kind: "signed" },
];

/** The latent of the bits of a number. */
export function toLatent({ kind, width }: PcoType, bits: bigint): bigint {
  const middle = 1n << BigInt(width - 1);
  if (kind === "unsigned") return bits;
  if (kind === "signed" || bits < middle) return bits ^ middle;
  return bits ^ (2n * middle - 1n);
}

/** The bits of the number of a latent; the reverse of `toLatent`. */
export function fromLatent({ kind, width }: PcoType, latent: bigint): bigint {
  const middle = 1n << BigInt(width - 1);
  if (kind === "unsigned") return latent;
  if (kind === "signed" || latent >= middle) return latent ^ middle;
  return latent ^ (2n * middle - 1n);
}

/** Conversions between the bits of a float type and numbers. */
export class PcoFloat {
  readonly #format: FloatFormat;
  readonly #bytes = new Uint8Array(8);
  readonly #view = new DataView(this.#bytes.buffer);
  /** Bits of the significand, the leading one included. */
  readonly precision: number;

  constructor(width: number) {
    this.#format = width === 16 ? FLOAT16_FORMAT : width === 32 ? FLOAT32_FORMAT : FLOAT64_FORMAT;
    this.precision = width === 16 ? 11 : width === 32 ? 24 : 53;
  }

  fromBits(bits: bigint): number {
    this.#view.setBigUint64(0, bits, true);
    return this.#format.read(this.#bytes, 0);
  }

  toBits(value: number): bigint {
    this.#bytes.fill(0);
    this.#format.write(value, this.#bytes, 0);
    return this.#view.getBigUint64(0, true);
  }

  round(value: number): number {
    return this.#format.round(value);
  }
}

/** Elements in memory form as unsigned words; aliases `bytes` where they are aligned. */
export function wordsOf(
  width: number,
  bytes: Uint8Array,
): { [index: number]: number | bigint; readonly length: number } {
  const { buffer, byteOffset, length } = byteOffsetOf(bytes, width / 8);
  switch (width) {
    case 8:
      return new Uint8Array(buffer, byteOffset, length);
    case 16:
      return new Uint16Array(buffer, byteOffset, length);
    case 32:
      return new Uint32Array(buffer, byteOffset, length);
    default:
      return new BigUint64Array(buffer, byteOffset, length);
  }
}

function byteOffsetOf(
  bytes: Uint8Array,
  size: number,
): { buffer: ArrayBufferLike; byteOffset: number; length: number } {
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return { buffer: aligned.buffer, byteOffset: aligned.byteOffset, length: aligned.length / size };
}
