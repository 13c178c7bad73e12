/**
 * Flags that say what a new array is to be.
 *
 * @module
 */
import type { FlagParametersForType } from "@stricli/core";
import type { CodecLike, CodecsLike } from "../array/create-options.ts";
import type { JsonValue } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import type { CliContext } from "./command-context.ts";
import { names, parsedFlag, wholeNumbers } from "./flags.ts";

/** Chunks and codecs of a new array. */
export interface LayoutFlags {
  readonly chunks?: readonly number[] | "auto";
  readonly shards?: readonly number[] | "auto" | "none";
  readonly compressor?: readonly CodecFlag[];
  readonly filter?: readonly CodecFlag[];
  readonly serializer?: CodecFlag;
}

/** A codec as a flag names it: its name, its name and level, or JSON; `none`. */
export type CodecFlag =
  | { readonly kind: "none" }
  | { readonly kind: "name"; readonly name: string; readonly level: number | undefined }
  | { readonly kind: "json"; readonly json: CodecLike };

/** Reads `zstd`, `zstd:5`, `none` or a codec as JSON. @throws RangeError */
export function parseCodec(text: string): CodecFlag {
  if (text === "none") return { kind: "none" };
  if (text.trimStart().startsWith("{")) {
    const json = parseJson(text);
    // A codec has a name (v3) or an id (v2); its parser checks the rest.
    if (isJsonObject(json) && (typeof json["name"] === "string" || typeof json["id"] === "string"))
      return { kind: "json", json: json as unknown as CodecLike };
    throw new RangeError('a codec as JSON has a "name" (Zarr 3) or an "id" (Zarr 2)');
  }
  const [, name, level] = /^([A-Za-z][\w.-]*)(?::(-?\d{1,3}))?$/.exec(text) ?? [];
  if (name === undefined)
    throw new RangeError(`${JSON.stringify(text)} is no codec, as zstd, gzip:9 or {"name": …} are`);
  return { kind: "name", name, level: level === undefined ? undefined : Number(level) };
}

/** `LayoutFlags` as the parser knows them. */
export const layoutFlags: FlagParametersForType<LayoutFlags, CliContext> = {
  chunks: parsedFlag(
    "lengths",
    (text) => (text === "auto" ? "auto" : wholeNumbers(1)(text)),
    "Shape of a chunk: 100,100. auto: at most 64 MiB",
  ),
  shards: parsedFlag(
    "lengths",
    (text) => (text === "auto" || text === "none" ? text : wholeNumbers(1)(text)),
    "Shape of a shard, whose inner chunks --chunks are; none",
  ),
  compressor: {
    kind: "parsed",
    parse: parseCodec,
    variadic: true,
    optional: true,
    placeholder: "codec",
    brief:
      'Bytes-to-bytes codec: zstd, gzip:9, none, or JSON: {"name":"blosc","configuration":{"cname":"lz4"}}; may be repeated',
  },
  filter: {
    kind: "parsed",
    parse: parseCodec,
    variadic: true,
    optional: true,
    placeholder: "codec",
    brief: "Array-to-array codec, likewise; may be repeated",
  },
  serializer: parsedFlag("codec", parseCodec, "Array-to-bytes codec, likewise (Zarr 3)"),
};

/** The options of the library that the flags mean; what was not given is left out. */
export function layoutOptions(
  flags: LayoutFlags,
  zarrFormat: 2 | 3,
): {
  chunks?: readonly number[] | "auto";
  shards?: readonly number[] | "auto" | null;
  compressors?: CodecsLike;
  filters?: CodecsLike;
  serializer?: CodecLike;
} {
  const { chunks, shards, compressor, filter, serializer } = flags;
  const codec = serializer === undefined ? undefined : codecsOf([serializer], zarrFormat)[0];
  return {
    ...(chunks === undefined ? {} : { chunks }),
    ...(shards === undefined ? {} : { shards: shards === "none" ? null : shards }),
    ...(compressor === undefined ? {} : { compressors: codecsOf(compressor, zarrFormat) }),
    ...(filter === undefined ? {} : { filters: codecsOf(filter, zarrFormat) }),
    ...(codec === undefined ? {} : { serializer: codec }),
  };
}

function codecsOf(flags: readonly CodecFlag[], zarrFormat: 2 | 3): CodecLike[] {
  return flags.flatMap((flag): CodecLike[] => {
    if (flag.kind === "none") return [];
    if (flag.kind === "json") return [flag.json];
    const { name, level } = flag;
    if (zarrFormat === 2) return [level === undefined ? { id: name } : { id: name, level }];
    if (level === undefined) return [name];
    // Zarr 3's zstd states whether there is a checksum.
    return [{ name, configuration: name === "zstd" ? { level, checksum: false } : { level } }];
  });
}

/** A value as text: JSON, Python's tokens among it, where it parses, else the text itself. */
export function valueOf(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Reads names of dimensions; an empty one, or `-`, is none. */
export function dimensionNames(text: string): (string | null)[] {
  return names(text).map((name) => (name === "" || name === "-" ? null : name));
}

/** Reads a JSON object. @throws RangeError */
export function parseObject(text: string): Readonly<Record<string, JsonValue>> {
  const json = parseJson(text);
  if (isJsonObject(json)) return json;
  throw new RangeError('expected a JSON object: {"units": "K"}');
}
