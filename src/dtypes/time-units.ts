/**
 * NumPy's units of time, and conversion between them.
 *
 * @module
 */
import { dateToDay, dayToDate, floorDivide } from "./calendar.ts";

/** A unit of `datetime64` and `timedelta64`. */
export type TimeUnit =
  | "Y"
  | "M"
  | "W"
  | "D"
  | "h"
  | "m"
  | "s"
  | "ms"
  | "us"
  | "ns"
  | "ps"
  | "fs"
  | "as"
  | "generic";

/** A unit and how many of it a step has: `10us`. */
export interface TimeScale {
  readonly unit: TimeUnit;
  readonly scaleFactor: number;
}

/** NumPy's "not a time". */
export const NaT: bigint = -(2n ** 63n);

const SECOND = 10n ** 18n;

/** Attoseconds of each unit of a fixed length. */
const ATTOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ["W", 604_800n * SECOND],
  ["D", 86_400n * SECOND],
  ["h", 3_600n * SECOND],
  ["m", 60n * SECOND],
  ["s", SECOND],
  ["ms", 10n ** 15n],
  ["us", 10n ** 12n],
  ["ns", 10n ** 9n],
  ["ps", 10n ** 6n],
  ["fs", 10n ** 3n],
  ["as", 1n],
]);

/** Names of units as NumPy spells them out. */
export const UNIT_NAMES: ReadonlyMap<TimeUnit, string> = new Map([
  ["Y", "years"],
  ["M", "months"],
  ["W", "weeks"],
  ["D", "days"],
  ["h", "hours"],
  ["m", "minutes"],
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
  ["ps", "picoseconds"],
  ["fs", "femtoseconds"],
  ["as", "attoseconds"],
  ["generic", "generic time units"],
]);

/** Reads a unit; both spellings of the micro sign are `us`. */
export function parseTimeUnit(text: unknown): TimeUnit | undefined {
  const unit = text === "\u03bcs" || text === "\u00b5s" ? "us" : text;
  // The keys of the table are the units.
  return UNIT_NAMES.has(unit as TimeUnit) ? (unit as TimeUnit) : undefined;
}

/** Reads a scale as it is written between brackets: `ns`, `10us`, `2generic`. */
export function parseTimeScale(text: string): TimeScale | undefined {
  const match = /^(\d{0,10})(.*)$/.exec(text);
  const unit = parseTimeUnit(match?.[2]);
  const scaleFactor = match?.[1] ? Number(match[1]) : 1;
  return unit === undefined || !isScaleFactor(scaleFactor) ? undefined : { unit, scaleFactor };
}

/** Is this a scale factor that NumPy takes? */
export function isScaleFactor(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 2 ** 31 - 1;
}

/**
 * Converts a date between scales, towards the past where the target is coarser. `NaT` stays. `undefined`
 * when the units do not convert (generic to or from a unit), or the result has no 64 bits.
 */
export function convertDate(value: bigint, from: TimeScale, to: TimeScale): bigint | undefined {
  if (value === NaT) return NaT;
  if (from.unit === to.unit) return toSteps(value * BigInt(from.scaleFactor), to);
  const moment = momentOf(value, from);
  return moment === undefined ? undefined : stepsOfMoment(moment, to);
}

/** Converts a duration between scales; as `convertDate`, but years and months only convert to each other. */
export function convertDuration(value: bigint, from: TimeScale, to: TimeScale): bigint | undefined {
  if (value === NaT) return NaT;
  const steps = value * BigInt(from.scaleFactor);
  if (from.unit === to.unit) return toSteps(steps, to);
  if (from.unit === "generic") return toSteps(steps, to);
  if (from.unit === "Y" && to.unit === "M") return toSteps(steps * 12n, to);
  if (from.unit === "M" && to.unit === "Y") return toSteps(floorDivide(steps, 12n), to);
  const [source, target] = [ATTOSECONDS.get(from.unit), ATTOSECONDS.get(to.unit)];
  if (source === undefined || target === undefined) return undefined;
  return toSteps(floorDivide(steps * source, target), to);
}

/** Attoseconds from 1970 to a date; `undefined` for generic units. */
export function momentOf(value: bigint, { unit, scaleFactor }: TimeScale): bigint | undefined {
  const steps = value * BigInt(scaleFactor);
  const length = ATTOSECONDS.get(unit);
  if (length !== undefined) return steps * length;
  if (unit === "generic") return undefined;
  const months = unit === "Y" ? steps * 12n : steps;
  const years = floorDivide(months, 12n);
  const month = Number(months - years * 12n) + 1;
  return dateToDay({ year: years + 1970n, month, day: 1 }) * 86_400n * SECOND;
}

/** The date in a scale at or before a moment, in attoseconds from 1970. */
export function stepsOfMoment(moment: bigint, scale: TimeScale): bigint | undefined {
  const length = ATTOSECONDS.get(scale.unit);
  if (length !== undefined) return toSteps(floorDivide(moment, length), scale);
  if (scale.unit === "generic") return undefined;
  const { year, month } = dayToDate(floorDivide(moment, 86_400n * SECOND));
  const years = year - 1970n;
  return toSteps(scale.unit === "Y" ? years : years * 12n + BigInt(month - 1), scale);
}

function toSteps(units: bigint, { scaleFactor }: TimeScale): bigint | undefined {
  const steps = floorDivide(units, BigInt(scaleFactor));
  return steps > NaT && steps < -NaT ? steps : undefined;
}
