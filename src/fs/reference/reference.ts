/**
 * One reference: where the bytes of a key are.
 *
 * @module
 */
import { StoreError } from "../../base/errors.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonValue } from "../../base/json.ts";
import { encodeJson } from "../../base/json-write.ts";

/** Where the bytes of a key are: here, in a part of a file, or in a whole file. A `null` URL is the default target. */
export type Reference =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | {
      readonly kind: "range";
      readonly url: string | null;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: "file"; readonly url: string | null };

/** A member of a directory of references. */
export interface ReferenceChild {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** All references of a file, by key. */
export interface ReferenceSet {
  /** @throws StoreError when the reference of this key is malformed. */
  get(key: string, signal: AbortSignal | undefined): Promise<Reference | undefined>;
  /** Keys that start with `prefix`, each once. */
  keys(prefix: string, signal: AbortSignal | undefined): AsyncIterable<string>;
  /** Members of a directory given as `""` or `a/b/`; `undefined` when nothing is there. */
  children(
    directory: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly ReferenceChild[] | undefined>;
}

/**
 * Reads the value of a key in a JSON of references: text, an object that is JSON itself, or
 * `[url]`, `[url, offset, length]`.
 *
 * @throws StoreError for anything else.
 */
export function parseReference(key: string, value: JsonValue | Uint8Array): Reference {
  if (value instanceof Uint8Array) return { kind: "inline", bytes: value };
  if (typeof value === "string") return { kind: "inline", bytes: inlineBytes(key, value) };
  if (isJsonObject(value)) return { kind: "inline", bytes: encodeJson(value) };
  if (isJsonArray(value) && (value.length === 1 || value.length === 3)) {
    const [url, offset, length] = value;
    if (url === null || typeof url === "string") {
      if (value.length === 1) return { kind: "file", url };
      if (isCount(offset) && isCount(length) && offset + length <= Number.MAX_SAFE_INTEGER)
        return { kind: "range", url, offset, length };
    }
  }
  throw malformed(key, value);
}

/** Text as it is, or the bytes of `base64:…`. */
export function inlineBytes(key: string, text: string): Uint8Array {
  if (!text.startsWith("base64:")) return new TextEncoder().encode(text);
  const encoded = text.slice("base64:".length).replace(/[\t\n\r ]/g, "");
  try {
    const binary = atob(encoded);
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
    return bytes;
  } catch (cause) {
    throw new StoreError(`The reference ${JSON.stringify(key)} is not base64.`, { key, cause });
  }
}

function malformed(key: string, value: JsonValue): StoreError {
  const text = String(JSON.stringify(value, (_, item) => (typeof item === "bigint" ? String(item) : item)));
  const actual = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return new StoreError(
    `The reference ${JSON.stringify(key)} must be text, an object, [url] or [url, offset, length], got ${actual}.`,
    { key, actual },
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
