/**
 * Floating-point formats of 4 to 64 bits: how a number becomes bits and back.
 *
 * Formats below 32 bits follow the ml_dtypes package, which the Zarr registry refers to:
 * `ieee` formats have infinities and many NaNs, `fnuz` formats one NaN and no negative zero,
 * `finite` formats neither, and `exponent` (e8m0) has no sign, no zero and one NaN.
 *
 * @module
 */

/** Which of the special values a narrow format has. */
export type NarrowKind = "ieee" | "fnuz" | "finite" | "exponent";

/** A floating-point format. */
export interface FloatFormat {
  /** The data type of that format: `float16`, `float8_e5m2`. */
  readonly name: string;
  /** Bytes of an element in memory. */
  readonly byteLength: 1 | 2 | 4 | 8;
  /** Bits that count; the upper bits of a byte above them do not. */
  readonly bits: number;
  readonly hasNaN: boolean;
  readonly hasInfinity: boolean;
  /** Decimal digits that tell any two values apart. */
  readonly maxDigits: number;
  /** The number at a byte offset, little-endian. */
  read(source: Uint8Array, byteOffset: number): number;
  /** Writes the nearest number, ties to even; NaN becomes the canonical one. Throws RangeError where there is no NaN. */
  write(value: number, target: Uint8Array, byteOffset: number): void;
  /** The nearest number of this format. */
  round(value: number): number;
}

/** A format narrower than 32 bits, described by its fields. */
export class NarrowFloatFormat implements FloatFormat {
  readonly name: string;
  readonly byteLength: 1 | 2;
  readonly bits: number;
  readonly hasNaN: boolean;
  readonly hasInfinity: boolean;
  readonly maxDigits: number;
  readonly kind: NarrowKind;
  readonly #mantissaBits: number;
  readonly #bias: number;
  /** Sign bit, or 0 where there is none. */
  readonly #sign: number;
  /** Largest finite magnitude, as bits. */
  readonly #maxFinite: number;
  readonly #nan: number;
  readonly #infinity: number;
  /** Float32 bits of every pattern, for formats of one byte. */
  #table: Uint32Array | undefined;

  constructor(name: string, bits: number, mantissaBits: number, bias: number, kind: NarrowKind) {
    this.name = name;
    this.bits = bits;
    this.byteLength = bits > 8 ? 2 : 1;
    this.kind = kind;
    this.hasNaN = kind !== "finite";
    this.hasInfinity = kind === "ieee";
    this.maxDigits = Math.ceil((mantissaBits + 1) * Math.LOG10E * Math.LN2) + 1;
    this.#mantissaBits = mantissaBits;
    this.#bias = bias;
    this.#sign = kind === "exponent" ? 0 : 1 << (bits - 1);
    const magnitudes = (kind === "exponent" ? 1 << bits : this.#sign) - 1;
    const infinity = magnitudes ^ ((1 << mantissaBits) - 1); // exponent all ones, mantissa zero
    this.#infinity = infinity;
    this.#maxFinite = kind === "ieee" ? infinity - 1 : kind === "exponent" ? magnitudes - 1 : magnitudes;
    this.#nan =
      kind === "ieee" ? infinity | (1 << (mantissaBits - 1)) : kind === "fnuz" ? this.#sign : magnitudes;
  }

  read(source: Uint8Array, byteOffset: number): number {
    const low = source[byteOffset]!;
    return this.fromBits(this.byteLength === 2 ? low | (source[byteOffset + 1]! << 8) : low);
  }
  write(value: number, target: Uint8Array, byteOffset: number): void {
    const bits = this.toBits(value);
    target[byteOffset] = bits;
    if (this.byteLength === 2) target[byteOffset + 1] = bits >> 8;
  }
  round(value: number): number {
    return this.fromBits(this.toBits(value));
  }

  /** The number that a bit pattern stands for; bits above the format's do not count. */
  fromBits(pattern: number): number {
    const bits = pattern & (2 ** this.bits - 1);
    const sign = (bits & this.#sign) === 0 ? 1 : -1;
    const magnitude = this.#sign === 0 ? bits : bits & (this.#sign - 1);
    switch (this.kind) {
      case "ieee":
        if (magnitude === this.#infinity) return sign * Infinity;
        if (magnitude > this.#infinity) return NaN;
        break;
      case "fnuz":
        if (bits === this.#nan) return NaN;
        break;
      case "exponent":
        return bits === this.#nan ? NaN : 2 ** (bits - this.#bias);
      case "finite":
        break;
      default:
        this.kind satisfies never;
    }
    const exponent = magnitude >> this.#mantissaBits;
    const mantissa = magnitude & ((1 << this.#mantissaBits) - 1);
    const significand = exponent === 0 ? mantissa : mantissa + (1 << this.#mantissaBits);
    return sign * significand * 2 ** (Math.max(exponent, 1) - this.#bias - this.#mantissaBits);
  }

  /** The bit pattern of the nearest number. */
  toBits(value: number): number {
    if (value !== value) return this.#nanBits(value);
    const negative = value < 0 || Object.is(value, -0);
    if (this.kind === "exponent" && (negative || value === 0)) return this.#nan;
    const sign = negative ? this.#sign : 0;
    const size = Math.abs(value);
    const magnitude = size === Infinity ? this.#maxFinite + 1 : this.#magnitude(size);
    if (magnitude === 0) return this.kind === "fnuz" ? 0 : sign;
    if (magnitude <= this.#maxFinite) return sign | magnitude;
    if (this.kind === "finite") return sign | this.#maxFinite;
    return this.kind === "ieee" ? sign | this.#infinity : this.#nan;
  }

  #nanBits(value: number): number {
    if (this.hasNaN) return this.#nan;
    throw new RangeError(`${value} is not representable in data type ${this.name}.`);
  }

  /** Bits of the nearest magnitude to a finite positive number, not yet held against the largest. */
  #magnitude(size: number): number {
    const exponentOnly = this.kind === "exponent";
    const lowest = exponentOnly ? -this.#bias : 1 - this.#bias;
    const exponent = Math.max(exponentOf(size), lowest);
    // Scaling by a power of two is exact: the quotient keeps all bits of the significand.
    const quotient = size / 2 ** (exponent - this.#mantissaBits);
    const whole = Math.floor(quotient);
    const rest = quotient - whole;
    // Exponent field and significand add up, because the leading one of a normal number carries into the field.
    let bits = whole + (exponent - lowest) * (1 << this.#mantissaBits);
    if (exponentOnly) {
      if (whole === 0) return 0; // below the smallest power
      bits--; // there is no significand, and so no leading one
    }
    // Ties go to the even pattern; without a significand, up.
    if (rest > 0.5 || (rest === 0.5 && (exponentOnly || (bits & 1) === 1))) bits++;
    return bits;
  }

  /** Turns patterns into float32 numbers. The bits of a NaN are kept in the upper mantissa bits. */
  expand(source: Uint8Array): Float32Array<ArrayBuffer> {
    const count = Math.floor(source.byteLength / this.byteLength);
    const result = new Uint32Array(count);
    if (this.byteLength === 1) {
      const table = (this.#table ??= this.#makeTable());
      for (let i = 0; i < count; i++) result[i] = table[source[i]!]!;
    } else if (this.#mantissaBits === 7) {
      for (let i = 0; i < count; i++) result[i] = (source[2 * i]! << 16) | (source[2 * i + 1]! << 24);
    } else {
      for (let i = 0; i < count; i++)
        result[i] = this.#float32Bits(source[2 * i]! | (source[2 * i + 1]! << 8));
    }
    return new Float32Array(result.buffer);
  }

  /** The reverse of `expand`, for `count` numbers from `start` on; others are rounded. */
  contract(source: Float32Array, start: number, count: number): Uint8Array {
    const length = Math.max(0, Math.min(count, source.length - start));
    const words = new Uint32Array(source.buffer, source.byteOffset, source.length);
    const result = new Uint8Array(length * this.byteLength);
    for (let i = 0; i < length; i++) {
      const word = words[start + i]!;
      const isNaN32 = (word & 0x7fffffff) > 0x7f800000;
      const bits = isNaN32 ? this.#nanOfFloat32(word) : this.toBits(source[start + i]!);
      result[i * this.byteLength] = bits;
      if (this.byteLength === 2) result[i * 2 + 1] = bits >> 8;
    }
    return result;
  }

  #makeTable(): Uint32Array {
    const table = new Uint32Array(256);
    for (let pattern = 0; pattern < 256; pattern++) table[pattern] = this.#float32Bits(pattern);
    return table;
  }

  #float32Bits(pattern: number): number {
    const value = this.fromBits(pattern);
    if (value === value) {
      FLOAT32[0] = value;
      return FLOAT32_BITS[0]!;
    }
    if (this.kind !== "ieee") return 0x7fc00000;
    const mantissa = pattern & ((1 << this.#mantissaBits) - 1);
    const sign = (pattern & this.#sign) === 0 ? 0 : 0x80000000;
    return (sign | 0x7f800000 | (mantissa << (23 - this.#mantissaBits))) >>> 0;
  }

  #nanOfFloat32(word: number): number {
    if (this.kind !== "ieee") return this.#nanBits(NaN);
    const mantissa = (word & 0x7fffff) >>> (23 - this.#mantissaBits);
    const sign = word >>> 31 === 0 ? 0 : this.#sign;
    // A payload that lies only in the bits cut off must not turn the NaN into an infinity.
    return sign | this.#infinity | (mantissa === 0 ? 1 << (this.#mantissaBits - 1) : mantissa);
  }
}

const FLOAT32 = new Float32Array(1);
const FLOAT32_BITS = new Uint32Array(FLOAT32.buffer);
const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new Uint32Array(FLOAT64.buffer);

/** The exponent of a finite positive number: `2 ** exponent <= size`. Subnormals give -1023, below every narrow format. */
function exponentOf(size: number): number {
  FLOAT64[0] = size;
  return (FLOAT64_BITS[1]! >>> 20) - 1023;
}

/** IEEE single precision. */
export const FLOAT32_FORMAT: FloatFormat = {
  name: "float32",
  byteLength: 4,
  bits: 32,
  hasNaN: true,
  hasInfinity: true,
  maxDigits: 9,
  read: (source, byteOffset) => viewOf(source).getFloat32(byteOffset, true),
  write(value, target, byteOffset) {
    if (value === value) viewOf(target).setFloat32(byteOffset, value, true);
    else viewOf(target).setUint32(byteOffset, 0x7fc00000, true);
  },
  round: (value) => Math.fround(value),
};

/** IEEE double precision. */
export const FLOAT64_FORMAT: FloatFormat = {
  name: "float64",
  byteLength: 8,
  bits: 64,
  hasNaN: true,
  hasInfinity: true,
  maxDigits: 17,
  read: (source, byteOffset) => viewOf(source).getFloat64(byteOffset, true),
  write(value, target, byteOffset) {
    if (value === value) viewOf(target).setFloat64(byteOffset, value, true);
    else viewOf(target).setBigUint64(byteOffset, 0x7ff8000000000000n, true);
  },
  round: (value) => value,
};

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** IEEE half precision. */
export const FLOAT16_FORMAT: NarrowFloatFormat = new NarrowFloatFormat("float16", 16, 10, 15, "ieee");

/** The formats that have no typed array: their container is a `Float32Array`. */
export const EXPANDED_FORMATS: readonly NarrowFloatFormat[] = [
  new NarrowFloatFormat("bfloat16", 16, 7, 127, "ieee"),
  new NarrowFloatFormat("float8_e3m4", 8, 4, 3, "ieee"),
  new NarrowFloatFormat("float8_e4m3", 8, 3, 7, "ieee"),
  new NarrowFloatFormat("float8_e4m3b11fnuz", 8, 3, 11, "fnuz"),
  new NarrowFloatFormat("float8_e4m3fnuz", 8, 3, 8, "fnuz"),
  new NarrowFloatFormat("float8_e5m2", 8, 2, 15, "ieee"),
  new NarrowFloatFormat("float8_e5m2fnuz", 8, 2, 16, "fnuz"),
  new NarrowFloatFormat("float8_e8m0fnu", 8, 0, 127, "exponent"),
  new NarrowFloatFormat("float6_e2m3fn", 6, 3, 1, "finite"),
  new NarrowFloatFormat("float6_e3m2fn", 6, 2, 3, "finite"),
  new NarrowFloatFormat("float4_e2m1fn", 4, 1, 1, "finite"),
];
