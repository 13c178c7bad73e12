/**
 * What `JSON.parse` loses of a text, found in one pass over the text and put back into the value: the texts of numbers
 * that the writer would write otherwise, integers beyond 2^53, the order of keys that are array indices.
 *
 * The pass does not validate; `JSON.parse` does. What it is not sure of, it leaves to the other parser.
 *
 * @module
 */
import type { JsonValue } from "./json.ts";
import { noteNumberText, noteOrderIfNeeded, setJsonMember } from "./json-notes.ts";
import { numberFromText, numberText } from "./json-number.ts";

/** What is lost within one object or array: there are few of these beside the values that lose nothing. */
export interface JsonLosses {
  /** Numbers: the text to note, or the integer that the number rounds. */
  numbers: Map<string, string | bigint> | undefined;
  /** Those of an array by index: a hostile document may have millions, and a list is a tenth of a map. */
  items: (string | bigint | undefined)[] | undefined;
  /** The objects and arrays within that lose something. */
  within: Map<string | number, JsonLosses> | undefined;
  /** Number of keys of an object in the text; -1 for an array. */
  keyCount: number;
  /** Those keys in their order, where one may be an array index. */
  order: string[] | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Finds what `JSON.parse` would lose. `undefined`: nested deeper than `maxDepth`, or not a text for `JSON.parse`.
 *
 * @returns What is lost within the outermost value; it may be nothing.
 */
export function findLosses(text: string, maxDepth: number): JsonLosses | undefined {
  return new LossFinder(text, maxDepth).find();
}

/**
 * Puts back what `JSON.parse` lost. False when a key occurs twice in an object that loses something, so that it is not
 * known of which of the two: the value then must not be used.
 */
export function putBack(value: JsonValue, losses: JsonLosses): boolean {
  if (typeof value !== "object" || value === null) return true;
  // Of this value, just made by JSON.parse, nobody else knows yet.
  const parent = value as Record<string | number, JsonValue>;
  const { numbers, items, within, keyCount, order } = losses;
  if (keyCount >= 0 && Object.keys(parent).length !== keyCount) return false;
  if (numbers !== undefined) for (const [key, lost] of numbers) restore(parent, key, lost);
  if (items !== undefined) {
    // Where there are few, the list is a sparse one.
    items.forEach((lost, index) => {
      if (lost !== undefined) restore(parent, index, lost);
    });
  }
  if (within !== undefined) {
    for (const [key, inner] of within) if (!putBack(parent[key]!, inner)) return false;
  }
  if (order !== undefined) noteOrderIfNeeded(parent, order);
  return true;
}

function restore(
  parent: Record<string | number, JsonValue>,
  key: string | number,
  lost: string | bigint,
): void {
  if (typeof lost === "string") noteNumberText(parent, key, lost);
  else if (typeof key === "number") parent[key] = lost;
  else setJsonMember(parent, key, lost);
}

/** The objects and arrays that the pass is in, outermost first, by depth. */
class LossFinder {
  readonly #text: string;
  readonly #maxDepth: number;
  /** Index of the current item of an array; -1 in an object. */
  readonly #index: number[] = [];
  /** Where the keys of an object begin in `#keys`. */
  readonly #firstKey: number[] = [];
  readonly #losses: (JsonLosses | undefined)[] = [];
  readonly #ordered: boolean[] = [];
  /** Start and end of each key of the objects around, quotes left out. */
  readonly #keys: number[] = [];
  #depth = -1;
  /** The text noted last: in a list of zeros all notes share one string. */
  #lastText = "";

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  find(): JsonLosses | undefined {
    const text = this.#text;
    const { length } = text;
    let stringStart = 0;
    let stringEnd = 0;
    let isEscaped = false;
    let whole = newLosses(0);
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit <= 0x20) continue; // most of an indented text
      switch (unit) {
        case QUOTE:
          stringStart = at + 1;
          isEscaped = false;
          for (at++; at < length; at++) {
            const within = text.charCodeAt(at);
            if (within === QUOTE) break;
            if (within !== BACKSLASH) continue;
            isEscaped = true;
            at++;
          }
          stringEnd = at;
          break;
        case 0x3a: // :
          if (this.#depth < 0) return undefined;
          this.#key(stringStart, stringEnd, isEscaped);
          break;
        case 0x2c: // ,
          if (this.#depth < 0) return undefined;
          if (this.#index[this.#depth]! >= 0) this.#index[this.#depth]!++;
          break;
        case 0x7b: // {
        case 0x5b: // [
          if (this.#depth + 2 > this.#maxDepth) return undefined;
          this.#open(unit === 0x5b);
          break;
        case 0x7d: // }
        case 0x5d: // ]
          if (this.#depth < 0) return undefined;
          whole = this.#close() ?? whole;
          break;
        case 0x49: // Infinity
        case 0x4e: // NaN
          return undefined;
        default:
          if ((unit >= 0x30 && unit <= 0x39) || unit === 0x2d) {
            const end = this.#number(at);
            if (end < 0) return undefined;
            at = end - 1;
          }
      }
    }
    return whole;
  }

  #open(isArray: boolean): void {
    const depth = ++this.#depth;
    this.#index[depth] = isArray ? 0 : -1;
    this.#firstKey[depth] = this.#keys.length;
    this.#losses[depth] = undefined;
    this.#ordered[depth] = false;
  }

  /** Leaves an object or array; its losses if it is the outermost. */
  #close(): JsonLosses | undefined {
    const depth = this.#depth--;
    const first = this.#firstKey[depth]!;
    const keys = this.#keys;
    const losses = this.#ordered[depth] === true ? this.#lossesAt(depth) : this.#losses[depth];
    if (losses !== undefined && this.#index[depth]! < 0) {
      losses.keyCount = (keys.length - first) / 2;
      if (this.#ordered[depth] === true) {
        losses.order = [];
        for (let at = first; at < keys.length; at += 2) losses.order.push(this.#keyAt(at));
      }
    }
    keys.length = first;
    return depth === 0 ? losses : undefined;
  }

  #key(start: number, end: number, isEscaped: boolean): void {
    this.#keys.push(start, end);
    // An escape may stand for a digit.
    if (!isEscaped) {
      if (end - start > 10) return;
      for (let at = start; at < end; at++) {
        const unit = this.#text.charCodeAt(at);
        if (unit < 0x30 || unit > 0x39) return;
      }
    }
    this.#ordered[this.#depth] = true;
  }

  /** Reads a number; its end, or -1 where the other parser must decide. */
  #number(start: number): number {
    const text = this.#text;
    let isInteger = true;
    let end = start + 1;
    for (; end < text.length; end++) {
      const unit = text.charCodeAt(end);
      if (unit >= 0x30 && unit <= 0x39) continue;
      if (unit === 0x2e || unit === 0x65 || unit === 0x45 || unit === 0x2b || unit === 0x2d)
        isInteger = false;
      else break;
    }
    // Integers of 15 digits are exact, and written as they are but for -0.
    const isPlain = isInteger && end - start <= 15;
    if (isPlain && (text.charCodeAt(start) !== 0x2d || end - start !== 2)) return end;
    const token = text.slice(start, end);
    const value = numberFromText(token, isInteger);
    if (value === undefined || (typeof value === "number" && Number.isNaN(value))) return -1;
    if (typeof value === "bigint") return this.#lose(value) ? end : -1;
    if (numberText(value) === token) return end;
    if (token !== this.#lastText) this.#lastText = token;
    return this.#lose(this.#lastText) ? end : -1;
  }

  /** Records what is lost of the number at the current place; false when that is the whole text. */
  #lose(lost: string | bigint): boolean {
    const depth = this.#depth;
    if (depth < 0) return false;
    const losses = this.#lossesAt(depth);
    const index = this.#index[depth]!;
    if (index >= 0) (losses.items ??= [])[index] = lost;
    else if (this.#keys.length > this.#firstKey[depth]!) {
      (losses.numbers ??= new Map()).set(this.#keyAt(this.#keys.length - 2), lost);
    }
    return true;
  }

  /** What is lost at a depth, kept from now on, with all around it. */
  #lossesAt(depth: number): JsonLosses {
    const known = this.#losses[depth];
    if (known !== undefined) return known;
    const losses = newLosses(-1);
    this.#losses[depth] = losses;
    if (depth === 0) return losses;
    const around = this.#lossesAt(depth - 1);
    const index = this.#index[depth - 1]!;
    // The key before the first of this object is the one that it stands at.
    const place = index >= 0 ? index : this.#keyAt(this.#firstKey[depth]! - 2);
    (around.within ??= new Map()).set(place, losses);
    return losses;
  }

  #keyAt(at: number): string {
    const raw = this.#text.slice(this.#keys[at]!, this.#keys[at + 1]!);
    return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw; // the text of a JSON string is one
  }
}

function newLosses(keyCount: number): JsonLosses {
  return { numbers: undefined, items: undefined, within: undefined, keyCount, order: undefined };
}
