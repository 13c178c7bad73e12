/**
 * JSON as zarr metadata has it, read without loss.
 *
 * Accepts the dialect of Python's `json`: the bare tokens `NaN`, `Infinity` and `-Infinity`,
 * a byte-order mark, duplicate keys (the last wins). Integers beyond 2^53 become `bigint`.
 * What JavaScript objects cannot hold is noted beside them (`json-notes.ts`), so that
 * `stringifyJson` writes back what was read.
 *
 * @module
 */
import { MetadataValidationError } from "./errors.ts";
import { MAX_JSON_DEPTH } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { noteNumberText, noteOrderIfNeeded, setJsonMember } from "./json-notes.ts";
import { numberFromText, numberText } from "./json-number.ts";
import { unsharedBytes } from "./unshared-bytes.ts";

/** Options of `parseJson`. */
export interface ParseJsonOptions {
  /** Store key of the document, for the error. */
  readonly key?: string | undefined;
  /** How deep arrays and objects may be nested. Default: 512. */
  readonly maxDepth?: number | undefined;
}

/**
 * Reads a JSON text, or the UTF-8 bytes of one.
 *
 * @throws MetadataValidationError with line and column when it is not JSON, is nested too deeply,
 * has an integer of more than 4300 digits, or when the bytes are not UTF-8.
 * @example
 * ```ts
 * parseJson('{"fill_value": NaN, "count": 9007199254740993}'); // { fill_value: NaN, count: 9007199254740993n }
 * ```
 */
export function parseJson(source: Uint8Array | string, options: ParseJsonOptions = {}): JsonValue {
  const text = typeof source === "string" ? source.replace(/^\uFEFF/, "") : decodeUtf8(source, options);
  const maxDepth = options.maxDepth ?? MAX_JSON_DEPTH;
  if (!NEEDS_NOTES.test(text) && !isDeeper(text, maxDepth)) {
    try {
      // JSON.parse returns JSON values.
      return JSON.parse(text) as JsonValue;
    } catch {
      // Python's tokens, or an error: the parser below reads the first and explains the second.
    }
  }
  return new JsonReader(text, maxDepth, options.key).read();
}

/**
 * Text in which JSON.parse may lose something: integers beyond 2^53 and floats with more digits than are exact
 * (16 digits on), numbers that `numberText` writes otherwise (exponents, trailing zeros, `-0`, below 1e-4),
 * keys that are array indices. It may match within strings, which costs only time. Every repetition is
 * bounded, so that no input exhausts the engine's backtracking.
 */
const NEEDS_NOTES = /[\d.]{16}|\d[eE]|\d\.\d{0,15}0(?!\d)|-0(?![.\d])|0\.0000|"\d{1,10}"[ \t\r\n:]|\\u003\d/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Are brackets outside strings nested deeper than the limit? Text that ends within a string is left to the parser. */
function isDeeper(text: string, maxDepth: number): boolean {
  // Most documents have fewer brackets than may be nested.
  if (text.length <= maxDepth || !hasMore(text, maxDepth)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      for (at++; at < text.length; at++) {
        const within = text.charCodeAt(at);
        if (within === QUOTE) break;
        if (within === BACKSLASH) at++;
      }
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > maxDepth) return true;
    } else if (unit === 0x7d || unit === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** Are there more opening brackets than this, within strings or not? */
function hasMore(text: string, count: number): boolean {
  let left = count;
  for (const bracket of "[{") {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (--left < 0) return true;
  }
  return false;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function decodeUtf8(bytes: Uint8Array, options: ParseJsonOptions): string {
  try {
    return UTF8.decode(unsharedBytes(bytes));
  } catch (cause) {
    throw new MetadataValidationError(`Document ${nameOf(options.key)} is not valid UTF-8.`, {
      key: options.key,
      expected: "JSON in UTF-8",
      cause,
    });
  }
}

function nameOf(key: string | undefined): string {
  return key === undefined ? "(unnamed)" : JSON.stringify(key);
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** A canonical array index: such keys come first in a JavaScript object. */
const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/;

/** A recursive descent whose depth is bounded. */
class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #key: string | undefined;
  #at = 0;
  #depth = 0;
  /** Text of the number read last, where the writer would choose another. */
  #numberText: string | undefined;
  /** The text noted last: in a list of zeros all notes share one string. */
  #lastText = "";

  constructor(text: string, maxDepth: number, key: string | undefined) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#key = key;
  }

  read(): JsonValue {
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("the end of the document");
    return value;
  }

  #value(): JsonValue {
    this.#numberText = undefined;
    switch (this.#text[this.#at]) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case "t":
        return this.#token("true", true);
      case "f":
        return this.#token("false", false);
      case "n":
        return this.#token("null", null);
      case "N":
        return this.#token("NaN", NaN);
      case "I":
        return this.#token("Infinity", Infinity);
      default:
        return this.#text.startsWith("-I", this.#at) ? this.#token("-Infinity", -Infinity) : this.#number();
    }
  }

  #nested(read: () => JsonValue): JsonValue {
    if (++this.#depth > this.#maxDepth) this.#fail(`at most ${this.#maxDepth} levels of nesting`);
    this.#at++;
    const value = read();
    this.#depth--;
    this.#numberText = undefined;
    return value;
  }

  #object(): JsonValue {
    const object: Record<string, JsonValue> = {};
    let order: string[] | undefined; // from the first integer-like key on
    let noted = false;
    this.#skipSpace();
    if (this.#take("}")) return object;
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail("a key in double quotes");
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(":")) this.#fail('":"');
      this.#skipSpace();
      const value = this.#value();
      if (order === undefined && ARRAY_INDEX.test(key)) order = Object.keys(object);
      if (order !== undefined && !Object.hasOwn(object, key)) order.push(key);
      setJsonMember(object, key, value);
      // Once there are texts, one may belong to an earlier value of this key.
      if (noted || this.#numberText !== undefined) noteNumberText(object, key, this.#numberText);
      noted ||= this.#numberText !== undefined;
      this.#skipSpace();
      if (this.#take("}")) break;
      if (!this.#take(",")) this.#fail('"," or "}"');
      this.#skipSpace();
    }
    if (order !== undefined) noteOrderIfNeeded(object, order);
    return object;
  }

  #array(): JsonValue {
    const array: JsonValue[] = [];
    this.#skipSpace();
    if (this.#take("]")) return array;
    for (;;) {
      const value = this.#value();
      if (this.#numberText !== undefined) noteNumberText(array, array.length, this.#numberText);
      array.push(value);
      this.#skipSpace();
      if (this.#take("]")) return array;
      if (!this.#take(",")) this.#fail('"," or "]"');
      this.#skipSpace();
    }
  }

  #string(): string {
    const text = this.#text;
    let start = ++this.#at;
    let result = "";
    for (;;) {
      const unit = text.charCodeAt(this.#at); // NaN past the end
      if (unit === QUOTE) {
        const tail = text.slice(start, this.#at++);
        return result === "" ? tail : result + tail;
      }
      if (unit === BACKSLASH) {
        result += text.slice(start, this.#at) + this.#escape();
        start = this.#at;
      } else if (unit >= 0x20) {
        this.#at++;
      } else {
        this.#fail(unit < 0x20 ? "no control character within a string" : "the end of a string");
      }
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    const simple = ESCAPES.get(letter);
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== "u" || !/^[\da-fA-F]{4}$/.test(digits)) this.#fail("a valid escape");
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16)); // half a pair stays half a pair
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail("a value");
    const text = match[0];
    const value = numberFromText(text, match[1] === undefined && match[2] === undefined);
    if (value === undefined) this.#fail("an integer of at most 4300 digits");
    this.#at += text.length;
    if (typeof value === "number" && numberText(value) !== text) {
      if (text !== this.#lastText) this.#lastText = text;
      this.#numberText = this.#lastText;
    }
    return value;
  }

  #token<T extends JsonValue>(token: string, value: T): T {
    if (!this.#text.startsWith(token, this.#at)) this.#fail("a value");
    this.#at += token.length;
    return value;
  }

  #take(unit: string): boolean {
    if (this.#text[this.#at] !== unit) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at++;
    }
  }

  #fail(expected: string): never {
    let line = 1;
    let start = 0;
    for (let at = this.#text.indexOf("\n"); at >= 0 && at < this.#at; at = this.#text.indexOf("\n", start)) {
      line++;
      start = at + 1;
    }
    const column = this.#at - start + 1;
    const actual =
      this.#at < this.#text.length ? JSON.stringify(this.#text[this.#at]) : "the end of the text";
    throw new MetadataValidationError(
      `Document ${nameOf(this.#key)} is not valid JSON: expected ${expected}, found ${actual} at line ${line}, column ${column}.`,
      { key: this.#key, expected, actual },
    );
  }
}
