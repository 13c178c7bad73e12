/**
 * Dates and durations as text: ISO 8601 as NumPy prints it.
 *
 * @module
 */
import { dateToDay, dayToDate, floorDivide } from "./calendar.ts";
import { momentOf, NaT, type TimeScale, UNIT_NAMES } from "./time-units.ts";

/** Digits after the second. */
const FRACTION_DIGITS: ReadonlyMap<string, number> = new Map([
  ["s", 0],
  ["ms", 3],
  ["us", 6],
  ["ns", 9],
  ["ps", 12],
  ["fs", 15],
  ["as", 18],
]);

const DAY = 86_400n * 10n ** 18n;

/** A date as NumPy prints it: as fine as its unit, `2020-01-01T12` for hours. */
export function dateToString(value: bigint, scale: TimeScale): string {
  if (value === NaT) return "NaT";
  const moment = momentOf(value, scale);
  if (moment === undefined) return String(value * BigInt(scale.scaleFactor));
  const days = floorDivide(moment, DAY);
  const { year, month, day } = dayToDate(days);
  const years = `${year < 0n ? "-" : ""}${String(year < 0n ? -year : year).padStart(4, "0")}`;
  if (scale.unit === "Y") return years;
  const months = `${years}-${String(month).padStart(2, "0")}`;
  if (scale.unit === "M") return months;
  const date = `${months}-${String(day).padStart(2, "0")}`;
  if (scale.unit === "D" || scale.unit === "W") return date;
  return `${date}T${timeOfDay(moment - days * DAY, scale.unit)}`;
}

/** A duration as NumPy prints it: `50 seconds`. */
export function durationToString(value: bigint, { unit, scaleFactor }: TimeScale): string {
  if (value === NaT) return "NaT";
  return `${value * BigInt(scaleFactor)} ${UNIT_NAMES.get(unit)}`;
}

function timeOfDay(attoseconds: bigint, unit: string): string {
  const seconds = Number(attoseconds / 10n ** 18n);
  const hours = two(seconds / 3600);
  if (unit === "h") return hours;
  const minutes = `${hours}:${two((seconds / 60) % 60)}`;
  if (unit === "m") return minutes;
  const digits = FRACTION_DIGITS.get(unit) ?? 0;
  const fraction = String(attoseconds % 10n ** 18n)
    .padStart(18, "0")
    .slice(0, digits);
  return `${minutes}:${two(seconds % 60)}${digits === 0 ? "" : `.${fraction}`}`;
}

function two(number: number): string {
  return String(Math.floor(number)).padStart(2, "0");
}

const ISO =
  /^([+-]?\d{4,12})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,18}))?)?)?)?)?)?Z?$/;

/** Attoseconds from 1970 to an ISO 8601 date in UTC; `undefined` when the text is none. */
export function momentOfText(text: string): bigint | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month = "01", day = "01", hour = "0", minute = "0", second = "0", fraction = ""] = match;
  const date = { year: BigInt(year!.replace("+", "")), month: Number(month), day: Number(day) };
  const days = dateToDay(date);
  // A day that the month does not have comes back as another.
  const back = dayToDate(days);
  if (date.month < 1 || date.month > 12 || back.day !== date.day || back.month !== date.month)
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second));
  return days * DAY + seconds * 10n ** 18n + BigInt(fraction.padEnd(18, "0"));
}
