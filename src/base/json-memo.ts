/**
 * Remembers what was made from pieces of metadata: the documents of a hierarchy repeat each other's data types, codecs
 * and chunk keys, and comparing them is several times faster than interpreting them again.
 *
 * @module
 */
import { copyJson, hasNotes } from "./json-notes.ts";
import type { JsonValue } from "./json.ts";

/** Pieces that are remembered. A hierarchy has few distinct ones; to have looked at this many in vain costs a microsecond. */
const ENTRIES = 32;

/** Larger pieces (values in all, or characters of one text) are not remembered, so that hostile documents hold no memory. */
const MAX_VALUES = 256;
const MAX_CHARACTERS = 1024;

interface Entry<T> {
  readonly key: JsonValue;
  readonly made: T;
}

/**
 * Values made from JSON, by the JSON: the 32 that were used last. JSON is the same with the same keys in the same order;
 * `1.0` is never the same as `1`, as nothing with notes is remembered. What is remembered is shared, so it must not change.
 *
 * @example
 * ```ts
 * const memo = new JsonMemo<string>();
 * memo.add(["a", { b: 1 }], "made of it");
 * memo.find(["a", { b: 1 }]); // "made of it"
 * memo.find(["a", { b: 2 }]); // undefined
 * ```
 */
export class JsonMemo<T> {
  readonly #entries: Entry<T>[] = [];

  /** What was made from the same JSON; `undefined` when that is not known. */
  find(json: JsonValue): T | undefined {
    const entries = this.#entries;
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      if (!isSame(entry.key, json)) continue;
      if (at > 0) {
        entries.splice(at, 1);
        entries.unshift(entry);
      }
      return entry.made;
    }
    return undefined;
  }

  /** Remembers what was made, and gives it back. The JSON is copied. */
  add(json: JsonValue, made: T): T {
    if (sizeWithin(json, MAX_VALUES) < 0) return made;
    this.#entries.unshift({ key: copyJson(json, { freeze: true }), made });
    if (this.#entries.length > ENTRIES) this.#entries.pop();
    return made;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.length = 0;
  }
}

/** Is `json` the same as a remembered `key`, which is small and has no notes? */
function isSame(key: JsonValue, json: JsonValue | undefined): boolean {
  if (typeof key !== "object" || key === null) return Object.is(key, json);
  if (typeof json !== "object" || json === null || hasNotes(json)) return false;
  if (Array.isArray(key)) {
    if (!Array.isArray(json) || json.length !== key.length) return false;
    for (let index = 0; index < key.length; index++) if (!isSame(key[index], json[index])) return false;
    return true;
  }
  if (Array.isArray(json)) return false;
  const keys = Object.keys(key);
  const others = Object.keys(json);
  if (keys.length !== others.length) return false;
  for (let index = 0; index < keys.length; index++) if (keys[index] !== others[index]) return false;
  // Neither is an array, and both have these keys.
  const [left, right] = [key, json] as { readonly [name: string]: JsonValue }[];
  for (const name of keys) if (!isSame(left![name]!, right![name])) return false;
  return true;
}

/** What is left of `most` values after these; negative when there are more, or one has notes or is a long text. */
function sizeWithin(json: JsonValue, most: number): number {
  if (typeof json === "string") return json.length > MAX_CHARACTERS ? -1 : most - 1;
  if (typeof json === "bigint") return json > -(2n ** 64n) && json < 2n ** 64n ? most - 1 : -1;
  if (typeof json !== "object" || json === null) return most - 1;
  if (hasNotes(json)) return -1;
  let left = most - 1;
  for (const [name, value] of Object.entries(json)) {
    if (left < 0 || name.length > MAX_CHARACTERS) return -1;
    left = sizeWithin(value as JsonValue, left); // a member of JSON is JSON
  }
  return left;
}
