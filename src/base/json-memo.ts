/**
 * Remembers what was made from pieces of metadata: the documents of a hierarchy repeat each other's data types, codecs
 * and chunk keys, and comparing them is several times faster than interpreting them again.
 *
 * @module
 */
import { hasNotes } from "./json-notes.ts";
import { isJsonArray } from "./json.ts";
import type { JsonValue } from "./json.ts";

/** Pieces that are remembered. A hierarchy has few distinct ones; to have looked at this many in vain costs a microsecond. */
const ENTRIES = 32;

/** Larger pieces (values in all, or characters of one text) are not remembered, so that hostile documents hold no memory. */
const MAX_VALUES = 256;
const MAX_CHARACTERS = 1024;

interface Entry<T> {
  readonly key: Key;
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
    this.#entries.unshift({ key: keyOf(json), made });
    if (this.#entries.length > ENTRIES) this.#entries.pop();
    return made;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.length = 0;
  }
}

/** JSON prepared for comparing: a value that is no object, the items of a list, or names and members. */
type Key = Exclude<JsonValue, object> | ItemsKey | MembersKey;

interface ItemsKey {
  readonly kind: "items";
  readonly items: readonly Key[];
}

interface MembersKey {
  readonly kind: "members";
  readonly names: readonly string[];
  readonly members: readonly Key[];
}

function keyOf(json: JsonValue): Key {
  if (typeof json !== "object" || json === null) return json;
  if (isJsonArray(json)) return { kind: "items", items: json.map(keyOf) };
  return { kind: "members", names: Object.keys(json), members: Object.values(json).map(keyOf) };
}

function isSame(key: Key, json: JsonValue | undefined): boolean {
  if (typeof key !== "object" || key === null) return Object.is(key, json);
  if (typeof json !== "object" || json === null || hasNotes(json)) return false;
  if (isJsonArray(json)) {
    if (key.kind !== "items" || json.length !== key.items.length) return false;
    for (let at = 0; at < json.length; at++) if (!isSame(key.items[at]!, json[at])) return false;
    return true;
  }
  if (key.kind !== "members") return false;
  const { names, members } = key;
  let at = 0;
  // Allocates nothing. A name that is inherited is one too many.
  for (const name in json) {
    if (name !== names[at] || !isSame(members[at]!, json[name])) return false;
    at++;
  }
  return at === names.length;
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
