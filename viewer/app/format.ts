/**
 * Numbers as people read them. Pure.
 *
 * @module
 */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** `1.23 MB`; powers of 1000. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `12,345` */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** `10 × 20 × 30`; `scalar` without dimensions. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.map(countText).join(" × ");
}

/** A number, short: for axes and limits. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= 1e7 || size < 1e-3)
      ? value.toExponential(3)
      : String(Number(value.toPrecision(5)));
  return text.replace("-", "−");
}
