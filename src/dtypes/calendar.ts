/**
 * Days and dates of the proleptic Gregorian calendar, without bounds.
 *
 * @module
 */

/** A day: month from 1 to 12, day from 1. */
export interface CalendarDay {
  readonly year: bigint;
  readonly month: number;
  readonly day: number;
}

const DAYS_PER_ERA = 146_097n; // 400 years

/** The date of a day counted from 1970-01-01. */
export function dayToDate(days: bigint): CalendarDay {
  // Years begin in March here, so that the leap day is the last of its year.
  const sinceEpoch = days + 719_468n;
  const era = floorDivide(sinceEpoch, DAYS_PER_ERA);
  const dayOfEra = Number(sinceEpoch - era * DAYS_PER_ERA);
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = BigInt(yearOfEra) + era * 400n + (month <= 2 ? 1n : 0n);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

/** Days from 1970-01-01 to a date. */
export function dateToDay({ year, month, day }: CalendarDay): bigint {
  const shiftedYear = month <= 2 ? year - 1n : year;
  const era = floorDivide(shiftedYear, 400n);
  const yearOfEra = Number(shiftedYear - era * 400n);
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + BigInt(dayOfEra) - 719_468n;
}

/** Division that rounds towards minus infinity. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
