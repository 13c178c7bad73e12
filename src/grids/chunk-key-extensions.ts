/**
 * Chunk key encodings of the extension registry: `suffix` and `prefix`, which add text to the keys
 * of another encoding, and `fanout`, which bounds the entries of a directory.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { decodeIndex } from "./chunk-key-encoding.ts";
import type { ChunkKeyEncoding } from "./grid.ts";

/**
 * The keys of `base`, each with `suffix` after it: `c/0/1.tiff`.
 *
 * @throws MetadataValidationError when the suffix could leave the array's path.
 */
export function suffixChunkKeyEncoding(base: ChunkKeyEncoding, suffix: string): ChunkKeyEncoding {
  checkKeyText(suffix, "suffix");
  return {
    name: "suffix",
    separator: base.separator,
    encode: (chunkIndex) => base.encode(chunkIndex) + suffix,
    decode: (key, ndim) =>
      key.endsWith(suffix) ? base.decode(key.slice(0, key.length - suffix.length), ndim) : undefined,
    toV3: () => ({ name: "suffix", configuration: { suffix, base_encoding: base.toV3() } }),
  };
}

/**
 * The keys of `base`, each with `prefix` before it: `x/0.1`.
 *
 * @throws MetadataValidationError when the prefix is empty, absolute or could leave the array's path.
 */
export function prefixChunkKeyEncoding(base: ChunkKeyEncoding, prefix: string): ChunkKeyEncoding {
  checkKeyText(prefix, "prefix");
  if (prefix === "" || prefix.startsWith("/") || prefix.includes("zarr.json")) {
    throw new MetadataValidationError(
      `chunk key prefix ${JSON.stringify(prefix)} is empty, absolute or a document's`,
      {
        actual: prefix,
      },
    );
  }
  return {
    name: "prefix",
    separator: base.separator,
    encode: (chunkIndex) => prefix + base.encode(chunkIndex),
    decode: (key, ndim) => (key.startsWith(prefix) ? base.decode(key.slice(prefix.length), ndim) : undefined),
    toV3: () => ({ name: "prefix", configuration: { prefix, base_encoding: base.toV3() } }),
  };
}

/**
 * A directory per dimension and per digit of the index, in base `maxChildren - 1`, so that none has more than
 * `maxChildren` entries: `d0/1/23/c`. An array without dimensions has the key `c`.
 *
 * @throws MetadataValidationError unless `maxChildren` is a whole number above 3.
 */
export function fanoutChunkKeyEncoding(maxChildren = 1001): ChunkKeyEncoding {
  if (!Number.isSafeInteger(maxChildren) || maxChildren <= 3) {
    throw new MetadataValidationError(`max_children ${String(maxChildren)} is not a whole number above 3`, {
      expected: "a whole number above 3",
      actual: maxChildren,
    });
  }
  const base = maxChildren - 1;
  const encode = (chunkIndex: readonly number[]): string => {
    const parts: string[] = [];
    for (const [axis, index] of chunkIndex.entries()) parts.push(`d${axis}`, ...digitsOf(index, base));
    return [...parts, "c"].join("/");
  };
  return {
    name: "fanout",
    separator: "/",
    encode,
    decode(key, ndim) {
      const indices: number[] = [];
      for (const part of key.split("/")) {
        if (part === `d${indices.length}`) {
          indices.push(0);
          continue;
        }
        const digit = part === "c" ? 0 : decodeIndex(part);
        if (digit === undefined) return undefined;
        if (part !== "c" && indices.length > 0) indices[indices.length - 1] = indices.at(-1)! * base + digit;
      }
      // Only the one key that encodes these indices is theirs.
      const valid = indices.length === ndim && indices.every((index) => Number.isSafeInteger(index));
      return valid && encode(indices) === key ? indices : undefined;
    },
    toV3: (): JsonValue => ({ name: "fanout", configuration: { max_children: maxChildren } }),
  };
}

/** Digits of a whole number, the most significant first. */
function digitsOf(index: number, base: number): string[] {
  const digits: string[] = [];
  let rest = index;
  do {
    digits.unshift(String(rest % base));
    rest = Math.floor(rest / base);
  } while (rest > 0);
  return digits;
}

/** Text within a key never climbs out of the array's path, whatever stands beside it. */
function checkKeyText(text: string, what: string): void {
  if (!/\.\.|\\|\/\/|\0/.test(text)) return;
  throw new MetadataValidationError(
    `chunk key ${what} ${JSON.stringify(text)} holds "..", "//", a backslash or NUL`,
    {
      actual: text,
    },
  );
}
