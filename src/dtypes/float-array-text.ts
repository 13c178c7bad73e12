/**
 * Floating-point numbers as NumPy prints them within an array.
 *
 * @module
 */
import type { FloatFormat } from "./float-format.ts";
import { shortestDigits } from "./float-text.ts";

/** NumPy's default: at most so many digits after the point. */
const PRECISION = 8;

/** Texts of numbers, aligned at the point; with powers of ten where the numbers differ too much in size. */
export function floatTexts(values: readonly number[], format: FloatFormat, alwaysSign: boolean): string[] {
  const texts = usesPowers(values, format)
    ? powerTexts(values, format, alwaysSign)
    : positionalTexts(values, format, alwaysSign);
  const width = texts.reduce((longest, text) => Math.max(longest, text.length), 0);
  return texts.map((text) => text.padStart(width));
}

function usesPowers(values: readonly number[], format: FloatFormat): boolean {
  let [smallest, largest] = [Infinity, 0];
  for (const value of values) {
    const size = Math.abs(value);
    if (size === 0 || !Number.isFinite(size)) continue;
    smallest = Math.min(smallest, size);
    largest = Math.max(largest, size);
  }
  if (largest === 0) return false;
  // As many places as the format has decimal digits, and eight at the most.
  const places = format.bits >= 64 ? 8 : format.bits >= 32 ? 6 : 3;
  return largest >= 10 ** places || smallest < 1e-4 || largest / smallest > 1000;
}

function positionalTexts(values: readonly number[], format: FloatFormat, alwaysSign: boolean): string[] {
  const parts = values.map((value) => (Number.isFinite(value) ? splitPositional(value, format) : undefined));
  const places = parts.reduce((most, part) => Math.max(most, part?.fraction.length ?? 0), 0);
  return values.map((value, i) => {
    const part = parts[i];
    if (part === undefined) return specialText(value, alwaysSign);
    return `${signOf(value, alwaysSign)}${part.whole}.${part.fraction.padEnd(places)}`;
  });
}

function splitPositional(value: number, format: FloatFormat): { whole: string; fraction: string } {
  const size = Math.abs(value);
  const { digits, exponent } = shortestDigits(size, (number) => format.round(number), format.maxDigits);
  const places = Math.max(0, digits.length - 1 - exponent);
  // The shortest text where it is short enough, else the exact number rounded.
  const text =
    places > PRECISION
      ? size.toFixed(PRECISION)
      : Number(`${digits}e${exponent - digits.length + 1}`).toFixed(places);
  const [whole, fraction = ""] = text.split(".");
  return { whole: whole!, fraction: fraction.replace(/0+$/, "") };
}

function powerTexts(values: readonly number[], format: FloatFormat, alwaysSign: boolean): string[] {
  const parts = values.map((value) => (Number.isFinite(value) ? splitPower(value, format) : undefined));
  const places = parts.reduce((most, part) => Math.max(most, part?.fraction.length ?? 0), 0);
  const powers = parts.reduce((most, part) => Math.max(most, (part?.power.length ?? 1) - 1), 2);
  return values.map((value, i) => {
    const part = parts[i];
    if (part === undefined) return specialText(value, alwaysSign);
    // Digits beyond the shortest text are those of the exact number.
    const [significand, power] =
      part.fraction.length < places
        ? exponential(Math.abs(value), places)
        : [`${part.whole}.${part.fraction}`, part.power];
    const digits = power.slice(1).padStart(powers, "0");
    return `${signOf(value, alwaysSign)}${significand}e${power[0]}${digits}`;
  });
}

function splitPower(value: number, format: FloatFormat): { whole: string; fraction: string; power: string } {
  const size = Math.abs(value);
  const { digits, exponent } = shortestDigits(size, (number) => format.round(number), format.maxDigits);
  if (digits.length - 1 <= PRECISION) {
    return { whole: digits[0]!, fraction: digits.slice(1), power: signed(exponent) };
  }
  const [significand, power] = exponential(size, PRECISION);
  const [whole, fraction = ""] = significand.split(".");
  return { whole: whole!, fraction: fraction.replace(/0+$/, ""), power };
}

/** Significand and signed power of ten, with so many digits after the point. */
function exponential(size: number, places: number): [significand: string, power: string] {
  const [significand, power] = size.toExponential(places).split("e");
  return [significand!, signed(Number(power))];
}

function signed(power: number): string {
  return `${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}

function specialText(value: number, alwaysSign: boolean): string {
  if (value !== value) return alwaysSign ? "+nan" : "nan";
  return `${signOf(value, alwaysSign)}inf`;
}

function signOf(value: number, alwaysSign: boolean): string {
  if (value < 0 || Object.is(value, -0)) return "-";
  return alwaysSign ? "+" : "";
}
