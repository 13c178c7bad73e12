/**
 * Store keys: `/`-joined segments, without a leading or trailing slash and without empty,
 * `.` or `..` segments. This is the only place that decides whether a key is well formed.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";

/** What errors name the store by; it is printed only when there is one. */
interface Printed {
  toString(): string;
}

/**
 * Checks a key.
 *
 * @throws TypeError when it is not a string; StoreError when it is malformed.
 * @example
 * ```ts
 * validateKey("a/c/0/1"); // undefined
 * validateKey("a/../b"); // throws StoreError
 * ```
 */
export function validateKey(key: unknown, store?: Printed): asserts key is string {
  if (typeof key !== "string") throw new TypeError(`A store key must be a string, got ${typeof key}.`);
  const problem = problemOf(key);
  if (problem !== undefined)
    throw new StoreError(`Store key ${JSON.stringify(key)} ${problem}.`, { key, store: printed(store) });
}

/**
 * Checks the string prefix of a listing. Its last segment may be the beginning of a name,
 * so `a/.` is a prefix of `a/.zarray`.
 */
export function validatePrefix(prefix: unknown, store?: Printed): asserts prefix is string {
  if (typeof prefix !== "string") throw new TypeError(`A prefix must be a string, got ${typeof prefix}.`);
  const slash = prefix.lastIndexOf("/");
  if (slash < 0) return;
  const directory = prefix.slice(0, slash);
  const problem = problemOf(directory);
  if (problem !== undefined)
    throw new StoreError(`Prefix ${JSON.stringify(prefix)} ${problem}.`, {
      key: prefix,
      store: printed(store),
    });
}

/**
 * The form `foo/` of a directory prefix given as `foo` or `foo/`; the root stays `""`.
 */
export function directoryPrefix(prefix: unknown, store?: Printed): string {
  if (typeof prefix !== "string") throw new TypeError(`A prefix must be a string, got ${typeof prefix}.`);
  if (prefix === "") return "";
  const withSlash = prefix.endsWith("/") ? prefix : `${prefix}/`;
  validatePrefix(withSlash, store);
  return withSlash;
}

function printed(store: Printed | undefined): string | undefined {
  return store === undefined ? undefined : String(store);
}

function problemOf(key: string): string | undefined {
  if (key === "") return "is empty";
  let start = 0;
  for (;;) {
    const slash = key.indexOf("/", start);
    const end = slash < 0 ? key.length : slash;
    const length = end - start;
    if (length === 0) return "has an empty segment, or starts or ends with '/'";
    const first = key.charCodeAt(start);
    if (first === 46 && (length === 1 || (length === 2 && key.charCodeAt(start + 1) === 46)))
      return "has a '.' or '..' segment";
    if (slash < 0) return undefined;
    start = slash + 1;
  }
}
