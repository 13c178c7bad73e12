/**
 * The parser that knows all of the dialect, keeps what `JSON.parse` loses, and says what is wrong and where. It is the
 * slow one: `json-parse.ts` asks it where nothing faster gives the same.
 *
 * @module
 */
import { MetadataValidationError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import { noteNumberText, noteOrderIfNeeded, setJsonMember } from "./json-notes.ts";
import { numberFromText, numberText } from "./json-number.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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
export class JsonReader {
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

  /** The value. @throws MetadataValidationError as `parseJson`. */
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

/** How errors name a document. */
export function nameOf(key: string | undefined): string {
  return key === undefined ? "(unnamed)" : JSON.stringify(key);
}
