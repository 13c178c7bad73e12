/**
 * Arrays as NumPy prints them.
 *
 * @module
 */
import { elementTexts } from "./element-text.ts";
import type { NDArray } from "./nd-array.ts";

/** NumPy's defaults: arrays of more elements show only their edges. */
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 75;

/** NumPy's `str()` of an array. */
export function printArray(array: NDArray): string {
  if (array.ndim === 0) return array.dataType.scalarToString(array.get());
  if (array.size === 0) return "[]";
  const shown = array.shape.map((length) => shownIndices(length, array.size > THRESHOLD));
  const texts = elementTexts(array.dataType, [...shownScalars(array, shown)]);
  return printAxis(shown, 0, texts[Symbol.iterator](), " ", LINE_WIDTH);
}

/** Indices along an axis that are printed; `undefined` stands for the dots. */
type ShownIndices = readonly (number | undefined)[];

function shownIndices(length: number, isLarge: boolean): ShownIndices {
  if (!isLarge || length <= 2 * EDGE_ITEMS) return Array.from({ length }, (_, i) => i);
  const edge = Array.from({ length: EDGE_ITEMS }, (_, i) => i);
  return [...edge, undefined, ...edge.map((i) => length - EDGE_ITEMS + i)];
}

/** The scalars that are printed, in C order. */
function* shownScalars(
  array: NDArray,
  shown: readonly ShownIndices[],
  index: number[] = [],
): IterableIterator<unknown> {
  const axis = index.length;
  if (axis === shown.length) {
    yield array.get(...index);
    return;
  }
  for (const i of shown[axis]!) if (i !== undefined) yield* shownScalars(array, shown, [...index, i]);
}

/** Prints the axes from one on; `indent` is what lines after the first begin with. */
function printAxis(
  shown: readonly ShownIndices[],
  axis: number,
  texts: Iterator<string>,
  indent: string,
  width: number,
): string {
  const indices = shown[axis]!;
  if (axis === shown.length - 1) {
    const words = indices.map((i) => (i === undefined ? "..." : String(texts.next().value)));
    return `[${fillLines(words, indent, width - 1)}]`;
  }
  const parts = indices.map((i) =>
    i === undefined ? "..." : printAxis(shown, axis + 1, texts, `${indent} `, width - 1),
  );
  return `[${parts.join("\n".repeat(shown.length - axis - 1) + indent)}]`;
}

function fillLines(words: readonly string[], indent: string, width: number): string {
  const lines: string[] = [];
  let line = indent;
  for (const [i, word] of words.entries()) {
    if (line.length + word.length > width && line.length > indent.length) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += i === words.length - 1 ? word : `${word} `;
  }
  lines.push(line);
  return lines.join("\n").slice(indent.length);
}
