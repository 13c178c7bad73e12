/**
 * `--format npy`: NumPy's file of one array.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { DataType, StructField } from "../dtypes/data-type.ts";
import { parseNumpyCode } from "../dtypes/numpy-code.ts";
import { SubarrayDataType } from "../dtypes/subarray.ts";
import { pythonTuple } from "../array/print.ts";

/** The header, magic and length included, fills a multiple of this. */
const ALIGNMENT = 64;
/** NumPy leaves room for the first length to grow in place. */
const FIRST_LENGTH_DIGITS = 21;
const MAX_V1_HEADER = 0xffff;

/**
 * What comes before the elements of an array in an `.npy` file: byte for byte what `numpy.save` writes. The elements
 * follow in C order, little-endian, as `NDArray.toBytes()` gives them.
 *
 * The version is 1.0; 2.0 where the header is longer than 65535 bytes, 3.0 where a field's name is not Latin-1.
 *
 * @throws UnsupportedError for a data type that NumPy does not have.
 */
export function npyHeader(dataType: DataType, shape: readonly number[]): Uint8Array {
  const entries = `{'descr': ${npyDescription(dataType)}, 'fortran_order': False, 'shape': ${pythonTuple(shape)}, }`;
  const room = shape.length === 0 ? 0 : Math.max(0, FIRST_LENGTH_DIGITS - String(shape[0]).length);
  const text = entries + " ".repeat(room);
  const isLatin1 = !/[\u0100-\uffff]/.test(text);
  const content = isLatin1 ? latin1(text) : new TextEncoder().encode(text);
  let version = isLatin1 ? 1 : 3;
  let total = paddedLength(version, content.length);
  if (version === 1 && total - prefixLength(1) > MAX_V1_HEADER) {
    version = 2;
    total = paddedLength(version, content.length);
  }
  const prefix = prefixLength(version);
  const header = new Uint8Array(total).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]); // \x93NUMPY
  const view = new DataView(header.buffer);
  if (version === 1) view.setUint16(8, total - prefix, true);
  else view.setUint32(8, total - prefix, true);
  header.set(content, prefix);
  header[total - 1] = 0x0a;
  return header;
}

/** The `descr` of a data type: `'<f8'`, `[('a', '<i4'), ('b', '<U3')]`. */
function npyDescription(dataType: DataType): string {
  if (dataType.fields !== undefined) return recordDescription(dataType, dataType.fields);
  const isInteger = dataType.castKind === "signed" || dataType.castKind === "unsigned";
  // Packed integers are a byte each in memory, as `toBytes()` has them.
  if (isInteger && dataType.packedBits !== undefined)
    return dataType.castKind === "signed" ? "'|i1'" : "'|u1'";
  const code = dataType.itemSize === 0 ? undefined : dataType.toV2();
  if (typeof code !== "string" || parseNumpyCode(code) === undefined) {
    throw new UnsupportedError(
      `NumPy has no data type for ${dataType.name}; use --format ${dataType.itemSize === 0 ? "json" : "raw"}.`,
    );
  }
  return `'${code.replace(">", "<")}'`;
}

function recordDescription(dataType: DataType, fields: readonly StructField[]): string {
  const parts: string[] = [];
  let at = 0;
  const gapTo = (offset: number): void => {
    if (offset > at) parts.push(`('', '|V${offset - at}')`);
  };
  for (const { name, dataType: type, offset } of fields) {
    gapTo(offset);
    const description =
      type instanceof SubarrayDataType
        ? `${npyDescription(type.base)}, ${pythonTuple(type.shape)}`
        : npyDescription(type);
    parts.push(`(${pythonRepr(name)}, ${description})`);
    at = offset + type.itemSize;
  }
  gapTo(dataType.itemSize);
  return `[${parts.join(", ")}]`;
}

/** A string as Python reads it back. */
function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\'"\p{Cc}]/gu, (letter) => {
    if (letter === "\\" || letter === quote) return `\\${letter}`;
    if (letter === "'" || letter === '"') return letter;
    return `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return quote + body + quote;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Magic, version and the length of the header. */
function prefixLength(version: number): number {
  return version === 1 ? 10 : 12;
}

function paddedLength(version: number, content: number): number {
  const prefix = prefixLength(version);
  // NumPy always pads by at least one space.
  return (Math.floor((prefix + content + 1) / ALIGNMENT) + 1) * ALIGNMENT;
}
