/**
 * Which elements a table shows: both ends of each axis where it is too long.
 *
 * @module
 */

/** Tables of a result with more than two axes; the middle ones are left out. */
const MAX_TABLES = 6;

/** Indices along an axis that are shown. */
export interface ShownIndices {
  readonly indices: readonly number[];
  /** The dots stand before this element of `indices`; `undefined` where all is shown. */
  readonly gapAt: number | undefined;
}

/** One table: a position on the outer axes. */
export interface TablePart {
  readonly outer: readonly number[];
}

/** What is shown of a result. */
export interface TablePlan {
  /** Positions on all axes but the last two; one empty one for up to two axes. `undefined`: the dots. */
  readonly parts: readonly (TablePart | undefined)[];
  readonly rows: ShownIndices;
  /** Of a result of one axis, a single column. */
  readonly columns: ShownIndices;
}

/** Plans the tables of a result with elements. */
export function planTable(shape: readonly number[], maxRows: number, maxColumns: number): TablePlan {
  const outer = shape.slice(0, Math.max(0, shape.length - 2));
  const count = outer.reduce((product, length) => product * length, 1);
  const shown = shownIndices(count, MAX_TABLES);
  const parts: (TablePart | undefined)[] = shown.indices.map((index) => ({ outer: unravel(index, outer) }));
  if (shown.gapAt !== undefined) parts.splice(shown.gapAt, 0, undefined);
  const rows = shape.length >= 2 ? shape.at(-2)! : (shape[0] ?? 1);
  const columns = shape.length >= 2 ? shape.at(-1)! : 1;
  return { parts, rows: shownIndices(rows, maxRows), columns: shownIndices(columns, maxColumns) };
}

/** Up to `most` indices: the first half and the last of a longer axis. */
export function shownIndices(length: number, most: number): ShownIndices {
  if (length <= most) return { indices: Array.from({ length }, (_, i) => i), gapAt: undefined };
  const first = Math.ceil(most / 2);
  const indices = Array.from({ length: most }, (_, i) => (i < first ? i : length - most + i));
  return { indices, gapAt: first };
}

function unravel(index: number, shape: readonly number[]): number[] {
  const position = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}
