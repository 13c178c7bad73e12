/**
 * Writing a changed document the way its source was written.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "./json.ts";
import { copyNumberText, jsonKeys, noteOrderIfNeeded, setJsonMember } from "./json-notes.ts";
import { equalJson } from "./json-write.ts";

/**
 * `object` written as `source` was: keys that both have come in the order of `source`, then the
 * others; a member that is equal to that of `source` is that of `source`, with its order of keys and
 * its texts of numbers. Members are shared, not copied.
 *
 * @example
 * ```ts
 * writtenLike({ a: 1, b: [3] }, { b: [2], a: 1 }); // { b: [3], a: 1 }
 * ```
 */
export function writtenLike(object: JsonObject, source: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  const order = jsonKeys(source).filter((key) => Object.hasOwn(object, key));
  const first = new Set(order);
  for (const key of jsonKeys(object)) if (!first.has(key)) order.push(key);
  for (const key of order) {
    const value = object[key]!;
    const stored = first.has(key) ? source[key] : undefined;
    const keep = stored !== undefined && equalJson(value, stored);
    setJsonMember(result, key, keep ? stored : value);
    copyNumberText(keep ? source : object, result, key);
  }
  noteOrderIfNeeded(result, order);
  return result;
}
