/**
 * The modes of Pco: how latents of one or two variables become numbers.
 *
 * @module
 */
import { CodecError } from "../../base/errors.ts";
import type { BitReader } from "../bit-stream.ts";
import type { PcoType } from "./number-type.ts";
import { fromLatent, PcoFloat, toLatent } from "./number-type.ts";

/** A mode: bits of its variables, and the bits of a number from a latent of each. */
export interface PcoMode {
  readonly primaryWidth: number;
  readonly secondaryWidth: number | undefined;
  join(primary: bigint, secondary: bigint): bigint;
}

/** Reads the mode of a chunk of numbers of one type. */
export function readMode(input: BitReader, type: PcoType): PcoMode {
  const { width, kind } = type;
  const variant = input.bits(4);
  const both = { primaryWidth: width, secondaryWidth: width };
  switch (variant) {
    case 0:
      return { primaryWidth: width, secondaryWidth: undefined, join: (latent) => fromLatent(type, latent) };
    case 1: {
      const base = input.big(width);
      if (kind === "float" || base === 0n) throw broken("has multiples of an integer that cannot be");
      return { ...both, join: (mult, rest) => fromLatent(type, BigInt.asUintN(width, mult * base + rest)) };
    }
    case 2:
      if (kind !== "float") throw broken("has floating-point multiples of integers");
      return { ...both, join: floatMultiples(type, input.big(width)) };
    case 3: {
      const bits = input.bits(8);
      if (kind !== "float" || bits === 0 || bits >= new PcoFloat(width).precision) {
        throw broken("has quantized numbers that are no floats");
      }
      return { ...both, join: quantized(type, BigInt(bits)) };
    }
    case 4:
      return dictionary(input, type);
    default:
      throw broken(`has the unknown mode ${variant}`);
  }
}

function floatMultiples(type: PcoType, baseLatent: bigint): PcoMode["join"] {
  const float = new PcoFloat(type.width);
  const base = float.fromBits(fromLatent(type, baseLatent));
  if (!Number.isFinite(base) || base === 0) throw broken("has multiples of no number");
  const middle = 1n << BigInt(type.width - 1);
  // From here on, floats are further than one apart, and are counted one by one.
  const greatest = 1n << BigInt(float.precision);
  const greatestBits = float.toBits(2 ** float.precision);
  return (mult, adjustment) => {
    const isNegative = mult < middle;
    const size = isNegative ? middle - 1n - mult : mult - middle;
    const whole = size < greatest ? Number(size) : float.fromBits(greatestBits + (size - greatest));
    const product = float.round((isNegative ? -whole : whole) * base);
    const latent = toLatent(type, float.toBits(product)) + adjustment + middle;
    return fromLatent(type, BigInt.asUintN(type.width, latent));
  };
}

function quantized(type: PcoType, bits: bigint): PcoMode["join"] {
  const { width } = type;
  const firstPositive = (1n << BigInt(width - 1)) >> bits;
  const lowest = (1n << bits) - 1n;
  return (quantum, adjustment) => {
    const low = quantum >= firstPositive ? adjustment : lowest - adjustment;
    return fromLatent(type, BigInt.asUintN(width, (quantum << bits) + low));
  };
}

function dictionary(input: BitReader, type: PcoType): PcoMode {
  const length = input.bits(25);
  input.align();
  const size = type.width / 8;
  if (length * size > input.bytesLeft) throw broken("ends within its dictionary");
  const numbers = Array.from({ length }, () => fromLatent(type, input.big(type.width)));
  return {
    primaryWidth: 32,
    secondaryWidth: undefined,
    join(index) {
      const number = numbers[Number(index)];
      if (number === undefined) throw broken("points outside its dictionary");
      return number;
    },
  };
}

function broken(what: string): CodecError {
  return new CodecError(`A Pco chunk ${what}.`);
}
