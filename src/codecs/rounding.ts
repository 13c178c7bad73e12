/** How numbers that lie between two others are rounded. */
export type Rounding =
  | "nearest-even"
  | "towards-zero"
  | "towards-positive"
  | "towards-negative"
  | "nearest-away";

/** All of them, the default first. */
export const ROUNDINGS: readonly Rounding[] = [
  "nearest-even",
  "towards-zero",
  "towards-positive",
  "towards-negative",
  "nearest-away",
];

/** The nearest integer, ties to the even one; keeps the sign of zero. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest < 0.5 || (rest === 0.5 && below % 2 === 0)) return below;
  return below === -1 ? -0 : below + 1;
}

/** A number rounded to an integer; keeps the sign of zero. */
export function roundToInteger(value: number, rounding: Rounding): number {
  switch (rounding) {
    case "nearest-even":
      return roundHalfEven(value);
    case "towards-zero":
      return Math.trunc(value);
    case "towards-positive":
      return Math.ceil(value);
    case "towards-negative":
      return Math.floor(value);
    case "nearest-away": {
      const whole = Math.trunc(value);
      return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
    }
    default:
      rounding satisfies never;
      return value;
  }
}
