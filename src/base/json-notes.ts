/**
 * What JavaScript values cannot carry of a JSON text, kept beside them: the text of a
 * number where it is not the one that the writer would choose (`1.0`, `1e5`), and the
 * order of keys where integer-like keys come first by the language's rules.
 *
 * A note is about one object or array and is found by its identity. The writer trusts a
 * number's text only while the value at that key is still the number that the text
 * denotes, so a note can grow stale but never wrong.
 *
 * @module
 */
import { isJsonArray, MAX_JSON_DEPTH } from "./json.ts";
import type { JsonObject, JsonValue } from "./json.ts";

interface Note {
  /** Texts of numbers by key. */
  texts?: Map<string, string> | undefined;
  /** Texts of numbers of an array by index: a hostile document may have millions, and a list is a tenth of a map. */
  items?: (string | undefined)[] | undefined;
  /** Keys in the order of the text. */
  order?: readonly string[] | undefined;
}

const notes = new WeakMap<object, Note>();

/** Records how a number is written at a key of an object or an index of an array; `undefined` forgets it. */
export function noteNumberText(parent: object, key: string | number, text: string | undefined): void {
  const note = noteFor(parent);
  if (typeof key === "number") {
    note.items ??= [];
    note.items[key] = text;
    return;
  }
  note.texts ??= new Map();
  if (text === undefined) note.texts.delete(key);
  else note.texts.set(key, text);
}

/** Has anything been noted of an object or array? Not of what is within it. */
export function hasNotes(value: object): boolean {
  return notes.has(value);
}

/** The noted text of a number, if it still denotes `value`. */
export function notedText(parent: object, key: string | number, value: number): string | undefined {
  const text = textAt(parent, key);
  return text !== undefined && Object.is(Number(text), value) ? text : undefined;
}

/**
 * The keys of an object in the order in which they are written: as parsed, then those added since.
 *
 * @example
 * ```ts
 * const object = parseJson('{"b": 0, "1": 0}') as JsonObject;
 * jsonKeys(object); // ["b", "1"]
 * Object.keys(object); // ["1", "b"]
 * ```
 */
export function jsonKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  const order = notes.get(object)?.order;
  if (order === undefined) return keys;
  const present = new Set(keys);
  const known = order.filter((key) => present.has(key));
  if (known.length === keys.length) return known;
  const seen = new Set(known);
  return [...known, ...keys.filter((key) => !seen.has(key))];
}

/**
 * Is the value at this key an integer, also as it was written? `3` is, `3.0` and `3e0` are not.
 * Values that were not parsed count by their value.
 */
export function isIntegerAt(parent: object, key: string | number): boolean {
  // The key is an own key or an index of the parent; anything else gives undefined, or no number.
  const value = (parent as Record<string | number, unknown>)[key];
  if (typeof value === "bigint") return true;
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  const text = notedText(parent, key, value);
  return text === undefined || !/[.eE]/.test(text);
}

/** Sets an own, enumerable property, whatever the key is called: `__proto__` is a key like any other. */
export function setJsonMember(object: object, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    // Any other name is safe to assign: the object is a plain one of ours.
    (object as Record<string, unknown>)[key] = value;
  }
}

/**
 * Copies a JSON value deeply, with its notes. With `freeze` the copy is frozen throughout.
 * For values of which one does not know that they are JSON there is `toJsonValue`.
 *
 * @throws TypeError when it is nested deeper than 512 levels, or contains itself.
 */
export function copyJson<T extends JsonValue>(value: T, options: { readonly freeze?: boolean } = {}): T {
  // A copy has the type of what it copies.
  return copyAt(value, options.freeze === true, 0) as T;
}

/**
 * A new object with the members of `base`, replaced and extended by those of `patch`, in that
 * order; members of `patch` that are `undefined` are left out. Notes come along; members are
 * shared, not copied.
 */
export function mergeObjects(base: JsonObject, patch: { readonly [key: string]: unknown }): JsonObject {
  const merged: Record<string, JsonValue> = {};
  const order: string[] = [];
  for (const source of [base, patch]) {
    for (const key of jsonKeys(source)) {
      const value = source[key];
      if (value === undefined) continue;
      if (!Object.hasOwn(merged, key)) order.push(key);
      // What is not JSON is refused by the writer, with its location.
      setJsonMember(merged, key, value);
      copyNumberText(source, merged, key);
    }
  }
  noteOrderIfNeeded(merged, order);
  return merged;
}

/** A new object without some keys. Notes come along; members are shared, not copied. */
export function omitKeys(base: JsonObject, keys: Iterable<string>): JsonObject {
  const dropped = keys instanceof Set ? (keys as ReadonlySet<string>) : new Set(keys);
  const rest: Record<string, JsonValue> = {};
  const order = jsonKeys(base).filter((key) => !dropped.has(key));
  if (order.length === 0) return rest;
  for (const key of order) {
    setJsonMember(rest, key, base[key]);
    copyNumberText(base, rest, key);
  }
  noteOrderIfNeeded(rest, order);
  return rest;
}

/** Copies the text of a number from one object or array to another, at the same key. */
export function copyNumberText(from: object, to: object, key: string | number): void {
  const text = textAt(from, key);
  if (text !== undefined) noteNumberText(to, key, text);
}

/** Records the order of the keys of an object where the language would change it. Keys that come later are written after them. */
export function noteOrderIfNeeded(object: object, order: readonly string[]): void {
  const keys = Object.keys(object);
  if (keys.some((key, index) => key !== order[index])) noteFor(object).order = order;
}

function textAt(parent: object, key: string | number): string | undefined {
  const note = notes.get(parent);
  return typeof key === "number" ? note?.items?.[key] : note?.texts?.get(key);
}

function noteFor(parent: object): Note {
  let note = notes.get(parent);
  if (note === undefined) notes.set(parent, (note = {}));
  return note;
}

function copyAt(value: JsonValue, freeze: boolean, depth: number): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_JSON_DEPTH) throw new TypeError(`JSON is nested deeper than ${MAX_JSON_DEPTH} levels.`);
  let copy: JsonValue[] | Record<string, JsonValue>;
  if (isJsonArray(value)) {
    copy = value.map((item) => copyAt(item, freeze, depth + 1));
  } else {
    copy = {};
    for (const key of Object.keys(value)) setJsonMember(copy, key, copyAt(value[key]!, freeze, depth + 1));
  }
  const note = notes.get(value);
  // Notes of values that changed hands are copied, so that neither side changes the other's.
  if (note !== undefined) {
    const texts = note.texts && new Map(note.texts);
    notes.set(copy, { texts, items: note.items?.slice(), order: note.order });
  }
  return freeze ? Object.freeze(copy) : copy;
}
