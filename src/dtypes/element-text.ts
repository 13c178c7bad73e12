/**
 * Elements as NumPy prints them within an array: all of the same width.
 *
 * @module
 */
import { ComplexDataType } from "./complex.ts";
import type { Complex } from "./complex.ts";
import type { DataType } from "./data-type.ts";
import type { StructScalar } from "./data-types.ts";
import { floatTexts } from "./float-array-text.ts";
import { FloatDataType } from "./floats.ts";
import { pythonTuple } from "./python-tuple.ts";

/** Texts of elements, padded against each other. */
export function elementTexts(dataType: DataType, scalars: readonly unknown[]): string[] {
  // Scalars are what the data type of that class reads.
  if (dataType instanceof FloatDataType) return floatTexts(scalars as number[], dataType.format, false);
  if (dataType instanceof ComplexDataType) return complexTexts(scalars as Complex[], dataType);
  if (dataType.fields !== undefined) return recordTexts(dataType, scalars as StructScalar[]);
  const texts = scalars.map((scalar) => dataType.scalarToString(scalar));
  switch (dataType.castKind) {
    case "bool":
      return texts.map((text) => text.padStart(5));
    case "signed":
    case "unsigned":
      return padAll(texts);
    case "datetime":
      return padAll(texts.map((text) => `'${text}'`));
    case "timedelta":
      return padAll(texts.map((text, i) => (text === "NaT" ? "'NaT'" : String(scalars[i]))));
    case "string":
      return texts.map(pythonString);
    default:
      return texts;
  }
}

function padAll(texts: readonly string[]): string[] {
  const width = texts.reduce((longest, text) => Math.max(longest, text.length), 0);
  return texts.map((text) => text.padStart(width));
}

function complexTexts(scalars: readonly Complex[], { format }: ComplexDataType): string[] {
  const re = floatTexts(
    scalars.map((scalar) => scalar.re),
    format,
    false,
  );
  const im = floatTexts(
    scalars.map((scalar) => scalar.im),
    format,
    true,
  );
  return re.map((text, i) => {
    const number = im[i]!.trimEnd();
    return `${text}${number}j${im[i]!.slice(number.length)}`;
  });
}

function recordTexts(dataType: DataType, scalars: readonly StructScalar[]): string[] {
  const columns = (dataType.fields ?? []).map((field) =>
    elementTexts(
      field.dataType,
      scalars.map((scalar) => scalar[field.name]),
    ),
  );
  return scalars.map((_, i) => pythonTuple(columns.map((column) => column[i]!)));
}

/** A string as Python's `repr` has it. */
function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let escaped = "";
  for (const letter of text) {
    const code = letter.codePointAt(0)!; // a letter has one
    if (letter === "\\" || letter === quote) escaped += `\\${letter}`;
    else if (letter === "\n") escaped += "\\n";
    else if (letter === "\r") escaped += "\\r";
    else if (letter === "\t") escaped += "\\t";
    else if (code < 0x20 || code === 0x7f) escaped += `\\x${code.toString(16).padStart(2, "0")}`;
    else escaped += letter;
  }
  return quote + escaped + quote;
}
