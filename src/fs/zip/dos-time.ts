/** A date and a time of day as zip stores them: local time, in steps of two seconds. */
export interface DosTime {
  readonly date: number;
  readonly time: number;
}

/** Converts a moment to local DOS time, clamped to the years 1980 to 2107. */
export function toDosTime(moment: Date): DosTime {
  const year = moment.getFullYear();
  if (!(year >= 1980)) return { date: (1 << 5) | 1, time: 0 };
  if (year > 2107) return { date: (127 << 9) | (12 << 5) | 31, time: (23 << 11) | (59 << 5) | 29 };
  return {
    date: ((year - 1980) << 9) | ((moment.getMonth() + 1) << 5) | moment.getDate(),
    time: (moment.getHours() << 11) | (moment.getMinutes() << 5) | (moment.getSeconds() >> 1),
  };
}
