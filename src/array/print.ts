/**
 * Printed forms, as zarr-python prints them.
 *
 * @module
 */

/** A tuple as Python prints it: `(4, 6)`, `(2,)`, `()`. */
export function pythonTuple(items: readonly unknown[]): string {
  return items.length === 1 ? `(${String(items[0])},)` : `(${items.map(String).join(", ")})`;
}

/** A boolean as Python prints it. */
export function pythonBool(value: boolean): string {
  return value ? "True" : "False";
}

/**
 * Rows of `name : value`, the names padded to one width.
 *
 * @param leastWidth - Of a row that is not there, but might be: tables of one kind have one width.
 */
export function infoTable(
  rows: readonly (readonly [name: string, value: string])[],
  leastWidth: number = 0,
): string {
  const width = Math.max(leastWidth, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)} : ${value}`).join("\n");
}

/** A number of bytes: `96`, from 1 KiB on also `1000000 (976.6K)` in powers of 1024. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  const units = ["K", "M", "G", "T", "P"];
  let unit = -1;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${bytes} (${value.toFixed(1)}${units[unit]})`;
}
