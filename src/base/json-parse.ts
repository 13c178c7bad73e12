/**
 * JSON as zarr metadata has it, read without loss.
 *
 * Accepts the dialect of Python's `json`: the bare tokens `NaN`, `Infinity` and `-Infinity`,
 * a byte-order mark, duplicate keys (the last wins). Integers beyond 2^53 become `bigint`.
 * What JavaScript objects cannot hold is noted beside them (`json-notes.ts`), so that
 * `stringifyJson` writes back what was read.
 *
 * `JSON.parse` is several times faster than a parser written here. It reads what it reads without loss, and with
 * what `json-losses.ts` finds and puts back also most of the rest; the other texts, and all that are wrong, are
 * read by `json-reader.ts`.
 *
 * @module
 */
import { MetadataValidationError } from "./errors.ts";
import { MAX_JSON_DEPTH } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { findLosses, putBack } from "./json-losses.ts";
import { JsonReader, nameOf } from "./json-reader.ts";
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
  return parseFast(text, maxDepth) ?? new JsonReader(text, maxDepth, options.key).read();
}

/** What `JSON.parse` reads, with what it loses put back; `undefined` for texts that need the other parser, and for `null`. */
function parseFast(text: string, maxDepth: number): JsonValue | undefined {
  try {
    if (!mayLose(text)) {
      const value = JSON.parse(text) as JsonValue; // what JSON.parse returns
      return hasMoreBrackets(text, maxDepth) && isDeeper(value, maxDepth) ? undefined : (value ?? undefined);
    }
    const losses = findLosses(text, maxDepth);
    if (losses === undefined) return undefined;
    const value = JSON.parse(text) as JsonValue;
    return putBack(value, losses) ? (value ?? undefined) : undefined;
  } catch (error) {
    // Not JSON, or Python's tokens, or deeper than this runtime's parser goes.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** May JSON.parse lose something of a text? Also true for texts within strings that look like it, which costs only time. */
function mayLose(text: string): boolean {
  return LOSSY.test(text) || text.includes("\\u003");
}

/**
 * Numbers that `numberText` writes otherwise (exponents, trailing zeros, `-0`, below 1e-4), and integers beyond 2^53 and
 * floats with more digits than are exact (16 digits on); keys that are array indices. It is written for speed: few
 * characters are looked at twice, and every repetition is bounded.
 */
const LOSSY =
  /(?<![^\s[,:])-0(?![.\d])|\d(?:[eE]|[\d.]{15}|\.(?:\d{0,15}0(?!\d)|0000)|(?<="\d{1,10})"[ \t\r\n:])/;

/** Characters of a text that is taken to have many brackets. */
const LONG = 65_536;

/** May there be more opening brackets than this, within strings or not? Most documents have fewer than may be nested. */
function hasMoreBrackets(text: string, count: number): boolean {
  if (text.length <= count) return false;
  if (text.length > LONG) return true; // it has, and to look at the value is cheaper than to count
  let left = count;
  for (const bracket of "[{") {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (--left < 0) return true;
  }
  return false;
}

/** Are arrays and objects nested in more levels than the limit? */
function isDeeper(value: JsonValue, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (isDeeper(item, limit - 1)) return true;
  } else {
    const object = value as { readonly [key: string]: JsonValue }; // no array
    for (const key in object) if (isDeeper(object[key]!, limit - 1)) return true;
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
