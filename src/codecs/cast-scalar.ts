/**
 * Conversion of numbers by value, with a stated rounding and a stated treatment of what is out of range.
 *
 * @module
 */
import type { DataType } from "../dtypes/data-type.ts";
import { FloatDataType } from "../dtypes/floats.ts";
import type { FloatPrecision } from "./float-precision.ts";
import { precisionOf, roundBigint, roundToPrecision } from "./float-precision.ts";
import { integerRange, isBigInteger, notRepresentable } from "./number-elements.ts";
import type { Rounding } from "./rounding.ts";
import { roundToInteger } from "./rounding.ts";

/** What becomes of numbers out of range; `undefined`: they are an error. */
export type OutOfRange = "clamp" | "wrap" | undefined;

/** Numbers that become stated others, whatever the rules say. `NaN` is a key like any other. */
export type ScalarMap = ReadonlyMap<number | bigint, number | bigint>;

/** Converts numbers to one data type: to bigints for 64-bit integers, else to numbers. */
export interface ScalarCast {
  /** @throws RangeError when the number has no counterpart. */
  convert(value: number | bigint): number | bigint;
}

/** A conversion to a type of integers or floats. */
export function scalarCast(
  target: DataType,
  rounding: Rounding,
  outOfRange: OutOfRange,
  map: ScalarMap | undefined,
): ScalarCast {
  const rules =
    target instanceof FloatDataType
      ? new FloatCast(target, rounding, outOfRange)
      : new IntegerCast(target, rounding, outOfRange);
  return map === undefined || map.size === 0 ? rules : new MappedCast(map, rules);
}

class MappedCast implements ScalarCast {
  readonly #map: ScalarMap;
  readonly #rules: ScalarCast;

  constructor(map: ScalarMap, rules: ScalarCast) {
    this.#map = map;
    this.#rules = rules;
  }

  convert(value: number | bigint): number | bigint {
    return this.#map.get(value) ?? this.#rules.convert(value);
  }
}

class IntegerCast implements ScalarCast {
  readonly #target: DataType;
  readonly #rounding: Rounding;
  readonly #outOfRange: OutOfRange;
  readonly #isBig: boolean;
  readonly #least: bigint;
  readonly #most: bigint;
  /** The range as numbers, `#high` being the first above it: both are exact. */
  readonly #low: number;
  readonly #high: number;

  constructor(target: DataType, rounding: Rounding, outOfRange: OutOfRange) {
    const { least, most } = integerRange(target);
    this.#target = target;
    this.#rounding = rounding;
    this.#outOfRange = outOfRange;
    this.#isBig = isBigInteger(target);
    this.#least = least;
    this.#most = most;
    this.#low = Number(least);
    this.#high = Number(most + 1n);
  }

  convert(value: number | bigint): number | bigint {
    if (typeof value === "bigint") return this.#narrow(this.#fit(value, value));
    const whole = roundToInteger(value, this.#rounding);
    if (whole >= this.#low && whole < this.#high) return this.#isBig ? BigInt(whole) : whole + 0;
    if (!Number.isFinite(whole)) throw notRepresentable(value, this.#target);
    return this.#narrow(this.#fit(BigInt(whole), value));
  }

  #fit(whole: bigint, given: number | bigint): bigint {
    if (whole >= this.#least && whole <= this.#most) return whole;
    switch (this.#outOfRange) {
      case "clamp":
        return whole < this.#least ? this.#least : this.#most;
      case "wrap": {
        const size = this.#most - this.#least + 1n;
        const rest = (whole - this.#least) % size;
        return (rest < 0n ? rest + size : rest) + this.#least;
      }
      case undefined:
        throw notRepresentable(given, this.#target);
      default:
        this.#outOfRange satisfies never;
        throw notRepresentable(given, this.#target);
    }
  }

  #narrow(whole: bigint): number | bigint {
    return this.#isBig ? whole : Number(whole);
  }
}

class FloatCast implements ScalarCast {
  readonly #target: FloatDataType;
  readonly #rounding: Rounding;
  readonly #clamps: boolean;
  readonly #precision: FloatPrecision;

  constructor(target: FloatDataType, rounding: Rounding, outOfRange: OutOfRange) {
    this.#target = target;
    this.#rounding = rounding;
    this.#clamps = outOfRange === "clamp";
    this.#precision = precisionOf(target.format);
  }

  convert(value: number | bigint): number {
    const { least, most, hasNaN, hasInfinity } = this.#precision;
    if (typeof value === "number" && !Number.isFinite(value)) {
      if (value !== value ? hasNaN : hasInfinity) return value;
      throw notRepresentable(value, this.#target);
    }
    const rounded =
      typeof value === "bigint"
        ? roundBigint(value, this.#precision, this.#rounding)
        : roundToPrecision(value, this.#precision, this.#rounding);
    if (rounded >= least && rounded <= most) return rounded;
    if (!this.#clamps) throw notRepresentable(value, this.#target);
    if (hasInfinity) return rounded > 0 ? Infinity : -Infinity;
    return rounded > most ? most : least;
  }
}
