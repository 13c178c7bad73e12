/**
 * `--format table`: aligned text, as much of it as one can read.
 *
 * @module
 */
import { pythonTuple } from "../array/print.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { elementTexts } from "../dtypes/element-text.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import type { ResultAxis } from "./selected.ts";
import { planTable, shownIndices } from "./table-plan.ts";
import type { ShownIndices } from "./table-plan.ts";
import type { Paint } from "./terminal-text.ts";
import { safeText } from "./terminal-text.ts";

/** What a table is of. */
export interface TableSource {
  readonly dataType: DataType;
  /** Shape of the result. */
  readonly shape: readonly number[];
  readonly axes: readonly ResultAxis[];
  /** Reads the elements at these indices of each axis of the result, in C order. */
  read(indices: readonly (readonly number[])[]): Promise<NDArray>;
}

/** How much is shown, and how. */
export interface TableOptions {
  /** Default 20. */
  readonly maxRows?: number | undefined;
  /** Default 20. */
  readonly maxColumns?: number | undefined;
  /** Leave out columns in the middle of a table that is wider. Default: none is left out. */
  readonly width?: number | undefined;
  /** Default: no colours. */
  readonly paint?: Paint | undefined;
}

const MAX_SHOWN = 20;
const DOTS = "…";

/**
 * Elements as tables with the positions in the array at their edges: a column for one axis, rows and columns for
 * two, and a table for each position of the outer axes of more. Records of one axis have a column a field. Longer
 * axes show both ends around `…`, and only what is shown is read.
 */
export async function formatTable(source: TableSource, options: TableOptions = {}): Promise<string> {
  const { shape, dataType } = source;
  const { maxRows = MAX_SHOWN, maxColumns = MAX_SHOWN } = options;
  if (shape.includes(0)) return `no elements: shape ${pythonTuple(shape)}, ${safeText(String(dataType))}\n`;
  if (shape.length === 0)
    return `${cellTexts(dataType, [...(await source.read([])).scalars()])[0]!.trim()}\n`;
  const plan = planTable(shape, maxRows, maxColumns);
  const lines: string[] = [];
  for (const part of plan.parts) {
    if (part === undefined) {
      lines.push(DOTS, "");
      continue;
    }
    const inner = shape.length === 1 ? [plan.rows.indices] : [plan.rows.indices, plan.columns.indices];
    const data = await source.read([...part.outer.map((index) => [index]), ...inner]);
    const grid =
      shape.length === 1
        ? columnGrid(source, data, plan.rows, maxColumns)
        : matrixGrid(source, data, plan.rows, plan.columns);
    if (part.outer.length > 0) {
      const place = part.outer.map((index, axis) => axisText(source.axes[axis], index));
      lines.push(`[${[...place, ":", ":"].join(", ")}]`);
    }
    lines.push(...drawGrid(grid, options), ...(part.outer.length > 0 ? [""] : []));
  }
  const isCut =
    plan.rows.gapAt !== undefined || plan.columns.gapAt !== undefined || plan.parts.includes(undefined);
  if (isCut) {
    if (lines.at(-1) !== "") lines.push("");
    lines.push(paintOf(options)("dim", `shape ${pythonTuple(shape)}, ${safeText(String(dataType))}`));
  } else if (lines.at(-1) === "") lines.pop();
  return `${lines.join("\n")}\n`;
}

/** A column of cells. */
interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly alignRight: boolean;
}

interface Grid {
  readonly corner: string;
  readonly rowLabels: readonly string[];
  readonly columns: readonly Column[];
  readonly rowGap: number | undefined;
  readonly columnGap: number | undefined;
}

function columnGrid(source: TableSource, data: NDArray, rows: ShownIndices, maxColumns: number): Grid {
  const { dataType, axes } = source;
  const scalars = [...data.scalars()];
  const fields = dataType.fields ?? [];
  const shown = shownIndices(fields.length, maxColumns);
  const columns =
    fields.length === 0
      ? [column("", dataType, scalars)]
      : shown.indices.map((index) => {
          const { name, dataType: type } = fields[index]!;
          // The scalar of a structured type is an object by field.
          return column(
            safeText(name),
            type,
            scalars.map((scalar) => (scalar as Record<string, unknown>)[name]),
          );
        });
  return {
    corner: safeText(axes[0]?.name ?? ""),
    rowLabels: rows.indices.map((index) => labelText(axes[0], index)),
    columns,
    rowGap: rows.gapAt,
    columnGap: shown.gapAt,
  };
}

function matrixGrid(source: TableSource, data: NDArray, rows: ShownIndices, columns: ShownIndices): Grid {
  const { dataType } = source;
  const [rowAxis, columnAxis] = source.axes.slice(-2);
  const scalars = [...data.scalars()];
  const width = columns.indices.length;
  const names = [rowAxis?.name, columnAxis?.name];
  return {
    corner: names.every((name) => name === undefined)
      ? ""
      : names.map((name) => safeText(name ?? "")).join("\\"),
    rowLabels: rows.indices.map((index) => labelText(rowAxis, index)),
    columns: columns.indices.map((index, i) =>
      column(
        labelText(columnAxis, index),
        dataType,
        scalars.filter((_, at) => at % width === i),
      ),
    ),
    rowGap: rows.gapAt,
    columnGap: columns.gapAt,
  };
}

function column(head: string, dataType: DataType, scalars: readonly unknown[]): Column {
  const alignRight = dataType.castKind !== "string" && dataType.castKind !== "void";
  return { head, cells: cellTexts(dataType, scalars), alignRight };
}

/** Texts of scalars, aligned at the decimal point; text and dates without quotes. */
function cellTexts(dataType: DataType, scalars: readonly unknown[]): string[] {
  switch (dataType.castKind) {
    case "string":
    case "datetime":
    case "timedelta":
    case "bytes":
    case "other":
      return scalars.map((scalar) => safeText(dataType.scalarToString(scalar)));
    default:
      return elementTexts(dataType, scalars).map(safeText);
  }
}

function drawGrid(grid: Grid, options: TableOptions): string[] {
  const paint = paintOf(options);
  const { columns, gapAt } = fitColumns(grid, options.width);
  const labelWidth = widest([grid.corner, ...grid.rowLabels]);
  const widths = columns.map(({ head, cells }) => widest([head, ...cells]));
  const line = (label: string, cells: readonly string[], isHead: boolean): string => {
    const padded = cells.map((cell, i) => pad(cell, widths[i]!, columns[i]!.alignRight));
    if (gapAt !== undefined) padded.splice(gapAt, 0, DOTS);
    const text = padded.join("  ").trimEnd();
    return `${paint("cyan", label)}  ${isHead ? paint("cyan", text) : text}`.trimEnd();
  };
  const lines = grid.rowLabels.map((label, row) =>
    line(
      pad(label, labelWidth, true),
      columns.map(({ cells }) => cells[row]!),
      false,
    ),
  );
  if (grid.rowGap !== undefined) {
    lines.splice(
      grid.rowGap,
      0,
      line(
        pad(DOTS, labelWidth, true),
        columns.map(() => DOTS),
        false,
      ),
    );
  }
  const heads = columns.map(({ head }) => head);
  const hasHead = grid.corner !== "" || heads.some((head) => head !== "");
  return hasHead ? [line(pad(grid.corner, labelWidth, true), heads, true), ...lines] : lines;
}

/** Columns that fit a width: those in the middle are left out, two always stay. */
function fitColumns(
  grid: Grid,
  width: number | undefined,
): { columns: readonly Column[]; gapAt: number | undefined } {
  let { columns, columnGap: gapAt } = grid;
  if (width === undefined) return { columns, gapAt };
  const labelWidth = widest([grid.corner, ...grid.rowLabels]);
  const total = (): number =>
    columns.reduce((sum, { head, cells }) => sum + 2 + widest([head, ...cells]), labelWidth) +
    (gapAt === undefined ? 0 : 2 + DOTS.length);
  while (columns.length > 2 && total() > width) {
    const middle = gapAt ?? Math.ceil(columns.length / 2);
    // From the longer side of the gap.
    const leaves = middle > columns.length - middle ? middle - 1 : middle;
    columns = columns.filter((_, i) => i !== leaves);
    gapAt = leaves < middle ? middle - 1 : middle;
  }
  return { columns, gapAt };
}

function axisText(axis: ResultAxis | undefined, index: number): string {
  const label = labelText(axis, index);
  return axis?.name === undefined ? label : `${safeText(axis.name)}=${label}`;
}

function labelText(axis: ResultAxis | undefined, index: number): string {
  return String(axis?.label(index) ?? index);
}

function paintOf({ paint }: TableOptions): Paint {
  return paint ?? ((_, text) => text);
}

/** Characters, as a terminal counts most of them. */
function widthOf(text: string): number {
  return [...text].length;
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}
