/**
 * JSON written as Python's `json` writes it, with what was noted when it was read.
 *
 * @module
 */
import { MAX_JSON_DEPTH } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { jsonKeys, notedText } from "./json-notes.ts";
import { numberText } from "./json-number.ts";
import { parseJson } from "./json-parse.ts";

/** Options of `stringifyJson`. */
export interface StringifyJsonOptions {
  /** Spaces per level, each member on a line of its own. Default: everything on one line, `", "` and `": "` between. */
  readonly indent?: number | undefined;
}

/**
 * Writes JSON in the layout of Python's `json.dumps`: ASCII only, other characters escaped. `bigint` is
 * written as an integer; `NaN` and the infinities as bare tokens, which zarr-python writes and reads but other
 * JSON readers refuse; members that are `undefined` are left out; an object with `toJSON` is written as what that returns.
 * Numbers keep the text, and objects the order of keys, with which `parseJson` read them.
 *
 * @throws TypeError when a value is not JSON (a function, a symbol, `undefined` in a list, a Map, a typed array),
 * contains itself, or is nested deeper than 512 levels, which `parseJson` would not read back.
 * @example
 * ```ts
 * const text = '{"scale": 1.0, "big": 18446744073709551615}';
 * stringifyJson(parseJson(text)) === text; // true
 * ```
 */
export function stringifyJson(value: unknown, options: StringifyJsonOptions = {}): string {
  const parts: string[] = [];
  new JsonWriter(parts, options.indent).write(value, undefined, "");
  return parts.join("");
}

/** The UTF-8 bytes of `stringifyJson`. */
export function encodeJson(value: unknown, options: StringifyJsonOptions = {}): Uint8Array {
  return new TextEncoder().encode(stringifyJson(value, options));
}

/**
 * The JSON value of something that a user gave: a copy, without members that are `undefined`, with the
 * results of `toJSON`, with notes.
 *
 * @throws TypeError as `stringifyJson`.
 */
export function toJsonValue(value: unknown): JsonValue {
  return parseJson(stringifyJson(value));
}

/**
 * A text that is equal for equal JSON: keys sorted by UTF-16 unit, numbers by value (`1.0` is `1`, and `5n` is `5`),
 * `NaN` equal to itself, `-0` distinct from `0`.
 *
 * @throws TypeError as `stringifyJson`.
 */
export function canonicalJson(value: unknown): string {
  const parts: string[] = [];
  new JsonWriter(parts, undefined, true).write(value, undefined, "");
  return parts.join("");
}

/** Are two values the same JSON, whatever the order of keys and the texts of numbers? */
export function equalJson(left: unknown, right: unknown): boolean {
  return Object.is(left, right) || canonicalJson(left) === canonicalJson(right);
}

/** Where a value stands: enough to name it, built only for an error. */
interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

class JsonWriter {
  readonly #parts: string[];
  readonly #indent: string | undefined;
  readonly #canonical: boolean;
  readonly #ancestors: object[] = [];

  constructor(parts: string[], indent: number | undefined, canonical = false) {
    this.#parts = parts;
    this.#indent = indent === undefined ? undefined : " ".repeat(indent);
    this.#canonical = canonical;
  }

  write(value: unknown, place: Place | undefined, margin: string): void {
    switch (typeof value) {
      case "string":
        this.#parts.push(quote(value));
        return;
      case "number":
        this.#parts.push(numberText(value));
        return;
      case "bigint":
      case "boolean":
        this.#parts.push(String(value));
        return;
      case "object":
        break;
      default:
        throw notJson(typeof value === "undefined" ? "undefined" : `a ${typeof value}`, place);
    }
    if (value === null) this.#parts.push("null");
    else this.#object(value, place, margin);
  }

  #object(value: object, place: Place | undefined, margin: string): void {
    if (this.#ancestors.length >= MAX_JSON_DEPTH) {
      throw notJson(
        this.#ancestors.includes(value)
          ? "a value that contains itself"
          : `nested deeper than ${MAX_JSON_DEPTH} levels`,
        place,
      );
    }
    this.#ancestors.push(value);
    if (Array.isArray(value)) this.#array(value, place, margin);
    else if ("toJSON" in value && typeof value.toJSON === "function") {
      this.write(value.toJSON(), place, margin);
    } else if (isPlainObject(value)) this.#members(value, place, margin);
    else {
      throw notJson(`an instance of ${value.constructor?.name ?? "a class"}`, place);
    }
    this.#ancestors.pop();
  }

  #array(array: readonly unknown[], place: Place | undefined, margin: string): void {
    const parts = this.#parts;
    const inner = this.#indent === undefined ? "" : margin + this.#indent;
    parts.push("[");
    for (let index = 0; index < array.length; index++) {
      this.#separate(index, inner);
      const item = array[index];
      const noted = typeof item === "number" ? this.#noted(array, index, item) : undefined;
      if (noted !== undefined) parts.push(noted);
      else this.write(item, { parent: place, key: index }, inner);
    }
    this.#close(array.length, margin, "]");
  }

  #members(object: object, place: Place | undefined, margin: string): void {
    const parts = this.#parts;
    const inner = this.#indent === undefined ? "" : margin + this.#indent;
    const keys = this.#canonical ? Object.keys(object).sort() : jsonKeys(object);
    let count = 0;
    parts.push("{");
    for (const key of keys) {
      const value: unknown = (object as Record<string, unknown>)[key]; // an own key of a plain object
      if (value === undefined) continue;
      this.#separate(count++, inner);
      parts.push(quote(key), ": ");
      const noted = typeof value === "number" ? this.#noted(object, key, value) : undefined;
      if (noted !== undefined) parts.push(noted);
      else this.write(value, { parent: place, key }, inner);
    }
    this.#close(count, margin, "}");
  }

  #noted(parent: object, key: string | number, value: number): string | undefined {
    return this.#canonical ? undefined : notedText(parent, key, value);
  }

  #separate(index: number, inner: string): void {
    if (this.#indent !== undefined) this.#parts.push(index > 0 ? ",\n" : "\n", inner);
    else if (index > 0) this.#parts.push(", ");
  }

  #close(count: number, margin: string, bracket: string): void {
    if (count > 0 && this.#indent !== undefined) this.#parts.push("\n", margin);
    this.#parts.push(bracket);
  }
}

/** JSON.stringify escapes what JSON must; Python escapes everything beyond ASCII as well. */
function quote(text: string): string {
  const quoted = JSON.stringify(text);
  if (!NOT_ASCII.test(quoted)) return quoted;
  return quoted.replace(ALL_NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const NOT_ASCII = /[\u0080-\uffff]/;
const ALL_NOT_ASCII = /[\u0080-\uffff]/g;

/** Also true for objects of another realm and for those without a prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notJson(what: string, place: Place | undefined): TypeError {
  const keys: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.parent) keys.unshift(at.key);
  const shown = keys.length > 8 ? [...keys.slice(0, 4), "…", ...keys.slice(-3)] : keys;
  const pointer = shown.map((key) => `/${String(key).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
  return new TypeError(`Cannot write ${what} as JSON${pointer === "" ? "" : ` at ${pointer}`}.`);
}
