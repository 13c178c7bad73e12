/**
 * `--format csv`: rows of values, quoted as RFC 4180 has it.
 *
 * @module
 */
import { pythonTuple } from "../array/print.ts";
import { UnsupportedError } from "../base/errors.ts";
import { encodeBase64 } from "../dtypes/base64.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { scalarToJson } from "./scalar-json.ts";
import { stringifyJson } from "../base/json-write.ts";
import type { ResultAxis } from "./selected.ts";

const PIECE = 64 * 1024;

/** What is printed besides the values. */
export interface CsvOptions {
  /** A first row with the positions of the columns (or the names of fields), and a first column with those of the rows. */
  readonly header?: boolean | undefined;
  /** What the axes are; needed for a header. */
  readonly axes?: readonly ResultAxis[] | undefined;
}

/**
 * Elements as lines of comma-separated values: a value a line of one axis, a row a line of two. Records of one axis
 * have a column a field. Lines end in `\n`.
 *
 * Values are NumPy's text (`0.1`, `nan`, `True`), dates ISO 8601, durations counts, bytes base64.
 *
 * @param blocks - arrays whose C-order elements, one after the other, are those of the result.
 * @throws UnsupportedError for more than two axes, and for records of two.
 */
export async function* formatCsv(
  blocks: AsyncIterable<NDArray> | Iterable<NDArray>,
  dataType: DataType,
  shape: readonly number[],
  options: CsvOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { fields } = dataType;
  if (shape.length > 2 || (shape.length === 2 && fields !== undefined)) {
    throw new UnsupportedError(
      `CSV holds ${fields === undefined ? "two axes" : "one axis of records"} and the selection has shape ${pythonTuple(shape)}; ` +
        'select with integers, as in --select "0, :, :", or use --format json.',
    );
  }
  const columns = shape.length === 2 ? shape[1]! : 1;
  let text = options.header === true ? headerRow(dataType, shape, options.axes) : "";
  let row = 0;
  let column = 0;
  for await (const block of blocks) {
    for (const scalar of block.scalars()) {
      if (column > 0) text += ",";
      else if (options.header === true && shape.length > 0)
        text += `${options.axes?.[0]?.label(row) ?? row},`;
      text +=
        fields === undefined
          ? quoted(cellText(dataType, scalar))
          : recordText(fields, scalar as Record<string, unknown>); // the scalar of every structured type
      if (++column === columns) {
        text += "\n";
        column = 0;
        row++;
      }
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

function headerRow(dataType: DataType, shape: readonly number[], axes: readonly ResultAxis[] = []): string {
  const [rows, columns] = axes;
  const names = dataType.fields?.map(({ name }) => name) ?? ["value"];
  if (shape.length === 0) return `${names.map(quoted).join(",")}\n`;
  const corner = rows?.name ?? "index";
  if (shape.length === 1) return `${[corner, ...names].map(quoted).join(",")}\n`;
  const both = columns?.name === undefined ? corner : `${corner}\\${columns.name}`;
  const labels = Array.from({ length: shape[1]! }, (_, i) => String(columns?.label(i) ?? i));
  return `${[both, ...labels].map(quoted).join(",")}\n`;
}

function recordText(fields: NonNullable<DataType["fields"]>, record: Record<string, unknown>): string {
  return fields.map(({ name, dataType }) => quoted(cellText(dataType, record[name]))).join(",");
}

function cellText(dataType: DataType, value: unknown): string {
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (dataType.castKind === "timedelta") return String(scalarToJson(dataType, value));
  // Fields of several elements, and records in records, have no text of one cell but JSON.
  if (dataType.castKind === "void" || dataType.castKind === "other") {
    return stringifyJson(scalarToJson(dataType, value));
  }
  return dataType.scalarToString(value);
}

/** In quotes where it has a comma, a quote, a line break or outer spaces. */
function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
