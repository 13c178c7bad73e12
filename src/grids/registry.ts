/**
 * The registry of chunk key encodings, and reading one from metadata.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import { JsonMemo } from "../base/json-memo.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { defaultChunkKeyEncoding, v2ChunkKeyEncoding } from "./chunk-key-encoding.ts";
import type { ChunkKeySeparator } from "./chunk-key-encoding.ts";
import {
  fanoutChunkKeyEncoding,
  prefixChunkKeyEncoding,
  suffixChunkKeyEncoding,
} from "./chunk-key-extensions.ts";
import type { ChunkKeyEncoding } from "./grid.ts";

/** Makes an encoding from its `configuration`; `parseBase` reads an encoding within. Throws MetadataValidationError. */
export type ChunkKeyEncodingParser = (
  configuration: JsonObject,
  parseBase: (json: JsonValue | undefined) => ChunkKeyEncoding,
) => ChunkKeyEncoding;

const registry = new Map<string, ChunkKeyEncodingParser>([
  ["default", (configuration) => defaultChunkKeyEncoding(separatorOf(configuration, "/"))],
  ["v2", (configuration) => v2ChunkKeyEncoding(separatorOf(configuration, "."))],
  ["suffix", (configuration, parseBase) => parseSuffix(configuration, parseBase)],
  ["prefix", (configuration, parseBase) => parsePrefix(configuration, parseBase)],
  ["fanout", (configuration) => parseFanout(configuration)],
]);

const registered = new Set<string>();

/** Encodings that were read with this registry: they have no state, so arrays may share them. */
const known = new JsonMemo<ChunkKeyEncoding>();

/** Names of the encodings that are not the library's own. */
export function registeredChunkKeyEncodings(): readonly string[] {
  return [...registered];
}

// An encoding within an encoding has a purpose; deeper nesting is an attack on the stack.
const MAX_DEPTH = 8;

/**
 * Adds a chunk key encoding, or replaces the one of that name, for all arrays opened or created afterwards.
 *
 * @example
 * ```ts
 * registerChunkKeyEncoding("flat", () => ({
 *   name: "flat",
 *   separator: "_",
 *   encode: (chunkIndex) => `chunk_${chunkIndex.join("_")}`,
 *   decode: () => undefined,
 *   toV3: () => ({ name: "flat" }),
 * }));
 * ```
 */
export function registerChunkKeyEncoding(name: string, parse: ChunkKeyEncodingParser): void {
  registry.set(name, parse);
  registered.add(name);
  known.clear();
}

/**
 * Reads the `chunk_key_encoding` of v3 metadata: `{ name, configuration }`, `{ name }`, the name alone, or
 * zarr-python's short `{ name, separator }`.
 *
 * @throws MetadataValidationError for an unknown name (`known` lists those registered) or a bad configuration.
 * @example
 * ```ts
 * parseChunkKeyEncoding("default").encode([0, 1]); // "c/0/1"
 * ```
 */
export function parseChunkKeyEncoding(json: JsonValue | undefined): ChunkKeyEncoding {
  const named = json ?? null;
  return known.find(named) ?? known.add(named, parseNested(json, 0));
}

function parseNested(json: JsonValue | undefined, depth: number): ChunkKeyEncoding {
  if (depth > MAX_DEPTH)
    throw new MetadataValidationError(`chunk key encodings nest deeper than ${MAX_DEPTH}`);
  const { name, configuration } = namedConfiguration(json);
  const parse = registry.get(name);
  if (parse === undefined) {
    const names = [...registry.keys()];
    throw new MetadataValidationError(
      `unknown chunk key encoding ${JSON.stringify(name)}; known: ${names.join(", ")}`,
      { actual: name, known: names },
    );
  }
  return parse(configuration, (base) => parseNested(base, depth + 1));
}

function namedConfiguration(json: JsonValue | undefined): { name: string; configuration: JsonObject } {
  if (typeof json === "string") return { name: json, configuration: {} };
  if (!isObject(json) || typeof json["name"] !== "string")
    throw invalid("is neither a name nor an object with one", json);
  const { name, configuration, separator } = json;
  if (configuration === undefined)
    return { name, configuration: separator === undefined ? {} : { separator } };
  if (!isObject(configuration)) throw invalid("has a configuration that is not an object", configuration);
  return { name, configuration };
}

function separatorOf(configuration: JsonObject, absent: ChunkKeySeparator): ChunkKeySeparator {
  checkKeys(configuration, ["separator"]);
  const separator = configuration["separator"];
  if (separator === undefined) return absent;
  if (separator === "/" || separator === ".") return separator;
  throw invalid('has a separator other than "/" and "."', separator);
}

function parseSuffix(
  configuration: JsonObject,
  parseBase: (json: JsonValue | undefined) => ChunkKeyEncoding,
) {
  // One of the specification's two examples spells the key with a hyphen.
  checkKeys(configuration, ["suffix", "base_encoding", "base-encoding"]);
  const suffix = configuration["suffix"];
  if (typeof suffix !== "string") throw invalid("has a suffix that is not a string", suffix);
  return suffixChunkKeyEncoding(
    parseBase(configuration["base_encoding"] ?? configuration["base-encoding"]),
    suffix,
  );
}

function parsePrefix(
  configuration: JsonObject,
  parseBase: (json: JsonValue | undefined) => ChunkKeyEncoding,
) {
  checkKeys(configuration, ["prefix", "base_encoding"]);
  const prefix = configuration["prefix"];
  if (typeof prefix !== "string") throw invalid("has a prefix that is not a string", prefix);
  return prefixChunkKeyEncoding(parseBase(configuration["base_encoding"]), prefix);
}

function parseFanout(configuration: JsonObject): ChunkKeyEncoding {
  checkKeys(configuration, ["max_children"]);
  const maxChildren = configuration["max_children"];
  if (maxChildren === undefined) return fanoutChunkKeyEncoding();
  if (typeof maxChildren !== "number") throw invalid("has a max_children that is not a number", maxChildren);
  return fanoutChunkKeyEncoding(maxChildren);
}

function checkKeys(configuration: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(configuration)) {
    if (!known.includes(key))
      throw invalid(`has the unknown configuration ${JSON.stringify(key)}`, key, known);
  }
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function invalid(what: string, actual: unknown, known?: readonly string[]): MetadataValidationError {
  return new MetadataValidationError(`chunk_key_encoding ${what}`, { actual, known });
}
