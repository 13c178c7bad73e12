/**
 * Fill values of floating-point numbers: numbers, `"NaN"`, `"Infinity"`, `"-Infinity"`, and bit
 * patterns in hexadecimal, whose width must be that of the format.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import type { FloatFormat } from "./float-format.ts";

/**
 * Writes a fill value at a byte offset, little-endian; a hexadecimal one bit by bit.
 * Returns why it could not, or `undefined`.
 */
export function writeFloatFill(
  json: JsonValue,
  format: FloatFormat,
  zarrFormat: 2 | 3,
  target: Uint8Array,
  byteOffset: number,
): string | undefined {
  if (typeof json === "string" && json.startsWith("0x")) {
    return writeHex(json.slice(2), format, target, byteOffset);
  }
  const value = numberOf(json, zarrFormat);
  if (value === undefined) return 'it is not a number, "NaN", "Infinity", "-Infinity" or a bit pattern';
  if (value !== value && !format.hasNaN) return "the data type has no NaN";
  const infinite = value === Infinity || value === -Infinity;
  if (infinite && !format.hasInfinity) return "the data type has no infinity";
  format.write(value, target, byteOffset);
  const written = format.read(target, byteOffset);
  // Formats with infinities overflow to them, as NumPy does on reading such metadata; others have no value to give.
  if (!format.hasInfinity && value === value && (written !== written || overflows(value, written))) {
    return "it is out of range";
  }
  return undefined;
}

/** The canonical fill value: a number, one of the three words, or the bits of a NaN that is not the usual one (v3). */
export function floatFillToJson(
  source: Uint8Array,
  format: FloatFormat,
  zarrFormat: 2 | 3,
  byteOffset: number,
): JsonValue {
  const value = format.read(source, byteOffset);
  if (value === value) return numberToFill(value);
  if (zarrFormat === 3) {
    const canonical = new Uint8Array(format.byteLength);
    format.write(NaN, canonical, 0);
    const hex = hexOf(source, byteOffset, format.byteLength);
    if (hex !== hexOf(canonical, 0, format.byteLength)) return `0x${hex}`;
  }
  return "NaN";
}

/** A number as a fill value: the three words for what JSON cannot hold. */
export function numberToFill(value: number): JsonValue {
  if (value !== value) return "NaN";
  if (value === Infinity) return "Infinity";
  return value === -Infinity ? "-Infinity" : value;
}

function numberOf(json: JsonValue, zarrFormat: 2 | 3): number | undefined {
  if (typeof json === "number") return json;
  if (typeof json === "bigint") return Number(json);
  if (json === "NaN") return NaN;
  if (json === "Infinity") return Infinity;
  if (json === "-Infinity") return -Infinity;
  if (zarrFormat === 2) {
    if (json === "") return 0;
    if (typeof json === "boolean") return Number(json);
    if (typeof json === "string" && /^[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})(e[+-]?\d{1,4})?$/i.test(json))
      return Number(json);
  }
  return undefined;
}

function writeHex(
  digits: string,
  format: FloatFormat,
  target: Uint8Array,
  byteOffset: number,
): string | undefined {
  const width = format.byteLength * 2;
  if (!/^[0-9a-fA-F]*$/.test(digits) || digits.length !== width) {
    return `a bit pattern of this data type has ${width} hexadecimal digits`;
  }
  if (Number.parseInt(digits.slice(0, 2), 16) >= 2 ** (format.bits - (format.byteLength - 1) * 8)) {
    return `the data type has ${format.bits} bits`;
  }
  // The digits are those of the number, most significant first; memory is little-endian.
  for (let byte = 0; byte < format.byteLength; byte++) {
    const at = width - 2 * byte - 2;
    target[byteOffset + byte] = Number.parseInt(digits.slice(at, at + 2), 16);
  }
  return undefined;
}

function hexOf(source: Uint8Array, byteOffset: number, byteLength: number): string {
  let hex = "";
  for (let byte = byteLength - 1; byte >= 0; byte--) {
    hex += source[byteOffset + byte]!.toString(16).padStart(2, "0");
  }
  return hex;
}

function overflows(value: number, written: number): boolean {
  return Math.abs(value) > Math.abs(written) * 1.5;
}
