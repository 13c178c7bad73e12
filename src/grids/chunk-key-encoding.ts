/**
 * The two chunk key encodings of the specification: `default` (`c/0/1`) and `v2` (`0.1`).
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import type { ChunkKeyEncoding } from "./grid.ts";

/** What stands between the indices of a chunk key. */
export type ChunkKeySeparator = "/" | ".";

const DEFAULT_SEPARATOR: ChunkKeySeparator = "/";
const V2_SEPARATOR: ChunkKeySeparator = ".";

/**
 * `c`, and for each dimension the separator and the index: `c/0/1`. An array without dimensions has the key `c`.
 *
 * @example
 * ```ts
 * defaultChunkKeyEncoding("/").encode([0, 1]); // "c/0/1"
 * ```
 */
export function defaultChunkKeyEncoding(separator: ChunkKeySeparator = DEFAULT_SEPARATOR): ChunkKeyEncoding {
  return {
    name: "default",
    separator,
    encode: (chunkIndex) => (chunkIndex.length === 0 ? "c" : `c${separator}${chunkIndex.join(separator)}`),
    decode(key, ndim) {
      if (ndim === 0) return key === "c" ? [] : undefined;
      return key.startsWith(`c${separator}`) ? decodeIndices(key.slice(2), separator, ndim) : undefined;
    },
    toV3: () => withSeparator("default", separator),
  };
}

/**
 * The indices, the separator between them: `0.1`. An array without dimensions has the key `0`.
 *
 * @example
 * ```ts
 * v2ChunkKeyEncoding(".").encode([0, 1]); // "0.1"
 * ```
 */
export function v2ChunkKeyEncoding(separator: ChunkKeySeparator = V2_SEPARATOR): ChunkKeyEncoding {
  return {
    name: "v2",
    separator,
    encode: (chunkIndex) => (chunkIndex.length === 0 ? "0" : chunkIndex.join(separator)),
    decode(key, ndim) {
      if (ndim === 0) return key === "0" ? [] : undefined;
      return decodeIndices(key, separator, ndim);
    },
    toV3: () => withSeparator("v2", separator),
  };
}

/** Exactly `ndim` indices as an encoder writes them, or `undefined`: `00`, `+1` and ` 1` are no indices. */
function decodeIndices(text: string, separator: string, ndim: number): number[] | undefined {
  const parts = text.split(separator, ndim + 1);
  if (parts.length !== ndim) return undefined;
  const indices: number[] = [];
  for (const part of parts) {
    const index = decodeIndex(part);
    if (index === undefined) return undefined;
    indices.push(index);
  }
  return indices;
}

/** The whole number of a canonical decimal, or `undefined`. */
export function decodeIndex(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const index = Number(text);
  return Number.isSafeInteger(index) ? index : undefined;
}

function withSeparator(name: string, separator: string): JsonValue {
  return { name, configuration: { separator } };
}
