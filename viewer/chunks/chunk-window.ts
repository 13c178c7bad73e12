/**
 * Which cells of a chunk grid are drawn, and where. Pure.
 *
 * @module
 */

/** A part of a grid of cells on a canvas. */
export interface ChunkWindow {
  /** Side of a cell in pixels. */
  readonly side: number;
  readonly rows: number;
  readonly columns: number;
  /** The first cell that is seen. */
  readonly top: number;
  readonly left: number;
}

const SMALLEST = 20;
const LARGEST = 88;

/**
 * The cells around a selected one that fit.
 *
 * @param grid - Cells down and across.
 */
export function chunkWindow(
  grid: { readonly rows: number; readonly columns: number },
  screen: { readonly width: number; readonly height: number },
  selected: { readonly row: number; readonly column: number },
): ChunkWindow {
  const fitting = Math.min(screen.width / Math.max(1, grid.columns), screen.height / Math.max(1, grid.rows));
  const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(fitting)));
  const columns = Math.max(1, Math.min(grid.columns, Math.floor(screen.width / side)));
  const rows = Math.max(1, Math.min(grid.rows, Math.floor(screen.height / side)));
  // Whole pages, so that the picture stands still while the selection moves on it.
  const page = (position: number, size: number, count: number): number =>
    Math.max(0, Math.min(count - size, Math.floor(position / size) * size));
  return {
    side,
    rows,
    columns,
    top: page(selected.row, rows, grid.rows),
    left: page(selected.column, columns, grid.columns),
  };
}

/** One axis of chunks, wrapped into lines: rows and columns of a grid of about the shape of a screen. */
export function wrapped(count: number, screen: { readonly width: number; readonly height: number }): number {
  if (count === 0) return 1;
  const ratio = screen.width / Math.max(1, screen.height);
  return Math.max(
    1,
    Math.min(count, Math.ceil(Math.sqrt(count * ratio)), Math.floor(screen.width / SMALLEST)),
  );
}
