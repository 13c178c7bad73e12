/**
 * Percent-encoding of opaque keys, done exactly once, where a key becomes part of a URL.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";

/**
 * Encodes one path segment or query value: everything but letters, digits and `-_.~`,
 * as the S3 signature wants it.
 *
 * @throws StoreError when the text has a lone surrogate, which has no UTF-8.
 */
export function encodeSegment(text: string): string {
  try {
    return encodeURIComponent(text).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  } catch (cause) {
    throw new StoreError(`Key ${JSON.stringify(text)} is not valid Unicode.`, { key: text, cause });
  }
}

/**
 * Encodes a key, its slashes kept.
 *
 * @throws StoreError for a `.` or `..` segment: URL parsers remove them, encoded or not, so
 * such a key would reach another object than the one it names.
 */
export function encodeKey(key: string): string {
  return key
    .split("/")
    .map((segment) => {
      if (segment === "." || segment === "..")
        throw new StoreError(
          `Key ${JSON.stringify(key)} has a '.' or '..' segment, which no URL can carry.`,
          {
            key,
          },
        );
      return encodeSegment(segment);
    })
    .join("/");
}
