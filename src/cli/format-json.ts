/**
 * `--format json`: nested lists.
 *
 * @module
 */
import { pythonTuple } from "../array/print.ts";
import { numberText } from "../base/json-number.ts";
import { stringifyJson } from "../base/json-write.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { scalarToJson } from "./scalar-json.ts";

/** Characters that are handed on at a time. */
const PIECE = 64 * 1024;
/** Lists around no element that are still printed one by one. */
const MAX_EMPTY_LISTS = 2 ** 20;

/**
 * Elements as nested lists in JSON, an innermost list a line; a shape of no axes is one value. Text comes in
 * pieces while blocks arrive.
 *
 * NaN and the infinities are the bare tokens `NaN`, `Infinity` and `-Infinity`, as in the metadata that
 * zarr-python writes and Python reads.
 *
 * @param blocks - arrays whose C-order elements, one after the other, are those of the result.
 * @throws RangeError when there is no element, but more than 2^20 empty lists.
 */
export async function* formatJson(
  blocks: AsyncIterable<NDArray> | Iterable<NDArray>,
  shape: readonly number[],
): AsyncGenerator<string, void, undefined> {
  if (shape.includes(0)) {
    yield `${emptyLists(shape)}\n`;
    return;
  }
  const ndim = shape.length;
  // Position within each axis; lists open where all positions behind an axis are 0.
  const at = new Array<number>(ndim).fill(0);
  let open = 0;
  let text = "";
  let isFirst = true;
  for await (const block of blocks) {
    const { dataType } = block;
    for (const scalar of block.scalars()) {
      if (open < ndim) {
        if (!isFirst) text += `,\n${" ".repeat(open)}`;
        text += "[".repeat(ndim - open);
        open = ndim;
      } else if (!isFirst) text += ", ";
      isFirst = false;
      text += jsonText(scalarToJson(dataType, scalar));
      for (let axis = ndim - 1; axis >= 0; axis--) {
        if (++at[axis]! < shape[axis]!) break;
        at[axis] = 0;
        text += "]";
        open = axis;
      }
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
  }
  yield `${text}\n`;
}

function jsonText(value: unknown): string {
  return typeof value === "number" ? numberText(value) : stringifyJson(value);
}

function emptyLists(shape: readonly number[]): string {
  const outer = shape.slice(0, shape.indexOf(0));
  const count = outer.reduce((product, length) => product * length, 1);
  if (count > MAX_EMPTY_LISTS) {
    throw new RangeError(
      `A result of shape ${pythonTuple(shape)} has no elements, but ${count} empty lists.`,
    );
  }
  let lists: unknown[] = [];
  for (const length of outer.reverse()) lists = new Array<unknown[]>(length).fill(lists);
  return stringifyJson(lists);
}
