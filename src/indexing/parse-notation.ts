/**
 * NumPy's notation for selections: `500:600, ::-1`, `..., 0`, `[1, 2], :`.
 *
 * @module
 */
import { SelectionError } from "../base/errors.ts";
import { newAxis } from "./slice.ts";
import type { SelectionItem, NestedIndices } from "./selection-types.ts";

// Lists nest as deeply as arrays have dimensions.
const MAX_DEPTH = 64;

const SPACE = /\s*/y;
const INTEGER = /([+-]?)(\d+(?:_\d+)*)(?![\w.])/y;
const WORD = /[A-Za-z_][\w.]*/y;

/**
 * Reads a selection in NumPy's notation: integers, slices, `...`, `None` or `newaxis`, and lists of
 * integers or of `True` and `False`, separated by commas. Spaces are free; the string is what stands
 * between the brackets in Python.
 *
 * @throws SelectionError that names the position of what cannot be read.
 * @example
 * ```ts
 * parseNotation("..., ::-1"); // ["...", { start: null, stop: null, step: -1 }]
 * ```
 */
export function parseNotation(text: string): SelectionItem[] {
  const reader = new Reader(text);
  const items: SelectionItem[] = [];
  if (reader.atEnd()) throw reader.unexpected("a selection");
  while (!reader.atEnd()) {
    items.push(reader.item());
    if (!reader.atEnd() && !reader.take(",")) throw reader.unexpected('"," or the end');
  }
  return items;
}

class Reader {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    this.match(SPACE);
    return this.position >= this.text.length;
  }

  take(token: string): boolean {
    if (this.atEnd() || !this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    return true;
  }

  item(): SelectionItem {
    if (this.take("...")) return "...";
    const word = this.word();
    if (word === "None" || word === "newaxis" || word === "np.newaxis") return newAxis;
    if (word !== undefined) throw this.unexpected("an integer, slice, list, ... or newaxis", word.length);
    if (this.take("[")) return this.list(1);
    const start = this.integer();
    if (!this.take(":")) {
      if (start === null) throw this.unexpected("an integer, slice, list, ... or newaxis");
      return start;
    }
    const stop = this.integer();
    const step = this.take(":") ? this.integer() : null;
    return { start, stop, step };
  }

  list(depth: number): NestedIndices {
    if (depth > MAX_DEPTH)
      throw new SelectionError(`lists nest deeper than ${MAX_DEPTH} at position ${this.position}`);
    const list: NestedIndices[number][] = [];
    while (!this.take("]")) {
      list.push(this.element(depth));
      if (this.take(",")) continue;
      if (!this.take("]")) throw this.unexpected('"," or "]"');
      break;
    }
    return list;
  }

  element(depth: number): NestedIndices[number] {
    if (this.take("[")) return this.list(depth + 1);
    const word = this.word();
    if (word === "True" || word === "true") return true;
    if (word === "False" || word === "false") return false;
    if (word !== undefined) throw this.unexpected("an integer, True or False", word.length);
    const value = this.integer();
    if (value === null) throw this.unexpected("an integer, True, False or a list");
    return value;
  }

  /** An integer, as a bigint where a number does not hold it. */
  integer(): number | bigint | null {
    if (this.atEnd()) return null;
    const match = this.match(INTEGER);
    if (match === null) return null;
    const digits = match[2]!.replaceAll("_", "");
    const value = Number(digits);
    if (Number.isSafeInteger(value)) return match[1] === "-" ? 0 - value : value;
    return match[1] === "-" ? -BigInt(digits) : BigInt(digits);
  }

  word(): string | undefined {
    if (this.atEnd()) return undefined;
    return this.match(WORD)?.[0];
  }

  /** What a sticky pattern matches here, taken. */
  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match !== null) this.position = pattern.lastIndex;
    return match;
  }

  /** The error at the current position, or `back` characters before it. */
  unexpected(expected: string, back = 0): SelectionError {
    const at = this.position - back;
    const found = at >= this.text.length ? "the end" : JSON.stringify(this.text.slice(at, at + 12));
    const shown = this.text.length > 80 ? `${this.text.slice(0, 77)}...` : this.text;
    return new SelectionError(
      `cannot read selection ${JSON.stringify(shown)}: expected ${expected} at position ${at}, found ${found}`,
      { expected, actual: this.text },
    );
  }
}
