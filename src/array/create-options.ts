/**
 * The options of a new array, and the metadata document that they make.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import { MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { codecChain, resolveChain } from "../codecs/chain.ts";
import type { CodecChain } from "../codecs/chain.ts";
import type { ChunkSpec, Codec } from "../codecs/codec.ts";
import { codecRegistry } from "../codecs/registry.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { DataTypeLike } from "../dtypes/registry.ts";
import { parseDataType } from "../dtypes/registry.ts";
import type { ChunkGrid } from "../grids/grid.ts";
import type { ChunksOption, ShardsOption } from "../grids/normalize-chunks.ts";
import { normalizeChunks, normalizeShards } from "../grids/normalize-chunks.ts";
import { parseChunkKeyEncoding } from "../grids/registry.ts";
import { checkExtents } from "../grids/regular.ts";
import { parseExtension } from "../metadata/extension.ts";
import type { ArrayMetadataV2 } from "../metadata/v2-array.ts";
import type { ArrayMetadataV3 } from "../metadata/v3-array.ts";
import type { ArrayConfig } from "./array-config.ts";
import { resolveArrayConfig } from "./array-config.ts";
import { attributesOf } from "./attributes.ts";

/** A codec as an option: an object with a name (v3) or an id (v2), the name alone, or a codec. */
export type CodecLike =
  | string
  | Codec
  | { readonly name: string; readonly configuration?: object }
  | { readonly id: string; readonly [key: string]: unknown };
/** One codec, several, or none. */
export type CodecsLike = CodecLike | readonly CodecLike[] | null;

/** What an array is to be, store and data apart. */
export interface ArrayShapeOptions<D extends string = string> {
  readonly shape: readonly number[] | number;
  /** Data type, in NumPy's or Zarr's notation. Default `float64`. */
  readonly dtype?: D | DataTypeLike | undefined;
  /** Shape of a chunk. Default `"auto"`: zarr-python's heuristic, at most 64 MiB. */
  readonly chunks?: ChunksOption | undefined;
  /** Shape of a shard; chunks are then its inner chunks. Default: no shards. */
  readonly shards?: ShardsOption | null | undefined;
  /** Array-to-array codecs. Default: none, but what the data type needs in v2. */
  readonly filters?: CodecsLike | "auto" | undefined;
  /** Array-to-bytes codec. Default: what the data type needs. v3 only. */
  readonly serializer?: CodecLike | "auto" | null | undefined;
  /** Bytes-to-bytes codecs. Default `"auto"`: zstd. `null` or `[]`: none. */
  readonly compressors?: CodecsLike | "auto" | undefined;
  /** Default: the data type's zero. `null` is stored as such in v2. */
  readonly fillValue?: unknown;
  /** v2: memory layout of chunks. Default `C`. */
  readonly order?: "C" | "F" | undefined;
  /** Default 3. */
  readonly zarrFormat?: 2 | 3 | null | undefined;
  readonly attributes?: object | null | undefined;
  /** `{ name: "default" | "v2", separator: "/" | "." }`, the name alone, or v3's form. */
  readonly chunkKeyEncoding?: string | object | undefined;
  /** Names of the dimensions; `null` for one without. v3 only. */
  readonly dimensionNames?: readonly (string | null)[] | null | undefined;
  /** Run-time options of the array object. */
  readonly config?: ArrayConfig | undefined;
}

/** The options of a new array that are there whatever it is made from. */
export interface CreateNodeBase extends AbortOptions {
  /** Path in the store. Default: its root. */
  readonly path?: string | undefined;
  /** zarr-python's name for `path`. */
  readonly name?: string | undefined;
  /** Options of the file system, where the store is given by a URL. */
  readonly storageOptions?: object | undefined;
  /** Delete what is at the path, children too. Default: refuse. */
  readonly overwrite?: boolean | undefined;
}

/** Names of these options. */
export const PLACE_OPTION_NAMES: Readonly<Record<keyof CreateNodeBase, 0>> = {
  path: 0,
  name: 0,
  storageOptions: 0,
  overwrite: 0,
  signal: 0,
};

/** A new array: its document, and in v3 the very codecs, which may have settings that no document holds. */
export interface BuiltArray {
  readonly document: ArrayMetadataV2 | ArrayMetadataV3;
  readonly chain?: CodecChain | undefined;
}

/** The document of a new array. Errors as `buildArray`. */
export async function buildArrayDocument(options: ArrayShapeOptions): Promise<BuiltArray["document"]> {
  return (await buildArray(options)).document;
}

/**
 * Makes the document of a new array; nothing is stored.
 *
 * @throws TypeError, RangeError or a MetadataValidationError that names what does not fit.
 */
export async function buildArray(options: ArrayShapeOptions): Promise<BuiltArray> {
  const shape = normalizeShape(options.shape);
  const dataType = parseDataType(options.dtype ?? "float64");
  const zarrFormat = options.zarrFormat ?? config.get("default_zarr_format");
  if (zarrFormat !== 2 && zarrFormat !== 3) {
    throw new TypeError(`There is no Zarr format ${JSON.stringify(zarrFormat)}; 2 and 3 are supported.`);
  }
  return zarrFormat === 3
    ? await buildV3(options, shape, dataType)
    : { document: await buildV2(options, shape, dataType) };
}

function normalizeShape(given: readonly number[] | number): number[] {
  const shape =
    typeof given === "number"
      ? [given]
      : Array.from(given, (length) => (typeof length === "bigint" ? Number(length) : length));
  for (const length of shape) {
    if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
      throw new TypeError(
        `A shape is a list of non-negative integers below 2^53, not ${JSON.stringify(given)}.`,
      );
    }
  }
  checkExtents(shape);
  return shape;
}

async function buildV3(
  options: ArrayShapeOptions,
  shape: readonly number[],
  dataType: DataType,
): Promise<BuiltArray> {
  const itemSize = dataType.itemSize || 1;
  const sharded = options.shards !== undefined && options.shards !== null;
  const chunks = normalizeChunks(options.chunks, shape, itemSize, { sharded });
  const targetBytes = config.get("array.target_shard_size_bytes") ?? undefined;
  const shards = normalizeShards(options.shards, shape, chunks, itemSize, { targetBytes });
  const fillValue =
    options.fillValue === undefined || options.fillValue === null
      ? dataType.defaultFillValue
      : dataType.toScalar(options.fillValue);
  const filters = codecList(options.filters === "auto" ? null : options.filters);
  const filtered = await filteredType(filters, chunks, dataType, fillValue);
  const inner = [
    ...filters,
    serializerOf(options.serializer, filtered),
    ...codecList(
      options.compressors === undefined || options.compressors === "auto" ? ZSTD_V3 : options.compressors,
    ),
  ];
  const codecs = shards === undefined ? inner : [sharding(chunks, inner, shards.indexLocation ?? "end")];
  const grid = shards?.grid ?? chunks;
  const chain = await resolvedCodecs(codecs, grid, dataType, fillValue);
  const document: ArrayMetadataV3 = {
    zarrFormat: 3,
    shape,
    dataType: dataType.toV3(),
    chunkGrid: parseExtension(grid.toV3(), "/chunk_grid"),
    chunkKeyEncoding: parseExtension(keyEncodingV3(options.chunkKeyEncoding), "/chunk_key_encoding"),
    fillValue: dataType.fillValueToJson(fillValue, 3),
    codecs: chain.codecs.map(({ name, configuration }) => ({ name, configuration, mustUnderstand: true })),
    attributes: attributesOf(options.attributes),
    dimensionNames: dimensionNamesOf(options.dimensionNames, shape.length),
    storageTransformers: [],
    extra: {},
  };
  return { document, chain };
}

const ZSTD_V3: CodecLike = { name: "zstd", configuration: { level: 0, checksum: false } };

function sharding(chunks: ChunkGrid, inner: readonly CodecLike[], indexLocation: "start" | "end"): CodecLike {
  return {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: [...chunks.chunkShape!], // normalizeShards has refused any other grid
      codecs: inner.map(codecJson),
      index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
      index_location: indexLocation,
    },
  };
}

/** The data type that reaches the serializer: some filters change it. */
async function filteredType(
  filters: readonly CodecLike[],
  chunks: ChunkGrid,
  dataType: DataType,
  fillValue: unknown,
): Promise<DataType> {
  const shape = chunks.chunkShape ?? chunks.edgeLengths.map((lengths) => lengths[0] ?? 1);
  let spec: ChunkSpec = { shape, dataType, fillValue };
  for (const codec of await parsedCodecs(filters)) {
    if (codec.kind !== "array-array") {
      throw new TypeError(`filters are array-to-array codecs; ${codec.name} is ${codec.kind}.`);
    }
    const bound = (codec.resolve?.(spec) ?? codec).bind(spec);
    if (bound.kind === "array-array") spec = bound.encoded;
  }
  return spec.dataType;
}

/** Codec options as codecs. */
async function parsedCodecs(given: readonly CodecLike[]): Promise<Codec[]> {
  const json = given.map(codecJson);
  await codecRegistry.loadV3(json);
  return given.map((codec, i) => (isCodec(codec) ? codec : codecRegistry.parseV3([json[i]])[0]!));
}

function serializerOf(given: ArrayShapeOptions["serializer"], dataType: DataType): CodecLike {
  if (given !== undefined && given !== null && given !== "auto") return given;
  return dataType.itemSize === 0 && dataType.objectCodec !== undefined
    ? { name: dataType.objectCodec }
    : { name: "bytes" };
}

/** Codecs with everything filled in that follows from the data type. */
async function resolvedCodecs(
  given: readonly CodecLike[],
  grid: ChunkGrid,
  dataType: DataType,
  fillValue: unknown,
): Promise<CodecChain> {
  const parsed = await parsedCodecs(given);
  const shape = grid.chunkShape ?? grid.edgeLengths.map((lengths) => lengths[0] ?? 1);
  return resolveChain(codecChain(parsed), { shape, dataType, fillValue });
}

async function buildV2(
  options: ArrayShapeOptions,
  shape: readonly number[],
  dataType: DataType,
): Promise<ArrayMetadataV2> {
  refuseV3Options(options);
  const chunks = normalizeChunks(options.chunks, shape, dataType.itemSize || 1);
  if (chunks.chunkShape === undefined) {
    throw new UnsupportedError("Zarr format 2 has no rectilinear chunks; use zarrFormat: 3.");
  }
  const filters = codecList(options.filters === "auto" ? undefined : options.filters).map(numcodec);
  const compressors = codecList(
    options.compressors === undefined || options.compressors === "auto"
      ? { id: "zstd", level: 0 }
      : options.compressors,
  ).map(numcodec);
  if (compressors.length > 1) {
    throw new TypeError(
      `Zarr format 2 has one compressor, not ${compressors.length}; put the others into filters.`,
    );
  }
  await codecRegistry.loadV2([...filters, ...compressors]);
  const known = filters.map((filter) => codecRegistry.parseV2(filter).kind);
  // An object data type needs the codec that turns its values into bytes.
  if (dataType.objectCodec !== undefined && dataType.itemSize === 0 && !known.includes("array-bytes")) {
    filters.push({ id: dataType.objectCodec });
  }
  const [compressor] = compressors;
  const { fillValue } = options;
  const keys = parseChunkKeyEncoding(keyEncodingV2(options.chunkKeyEncoding));
  return {
    zarrFormat: 2,
    shape,
    chunks: chunks.chunkShape,
    dtype: dataType.toV2(),
    fillValue:
      fillValue === null
        ? null
        : dataType.fillValueToJson(
            fillValue === undefined ? dataType.defaultFillValue : dataType.toScalar(fillValue),
            2,
          ),
    order: options.order ?? resolveArrayConfig(options.config ?? {}).order,
    filters: filters.length === 0 ? null : filters,
    dimensionSeparator: keys.separator === "/" ? "/" : ".",
    compressor: compressor === undefined ? null : filled(compressor),
    attributes: attributesOf(options.attributes),
    extra: {},
    repairs: [],
  };
}

/** A compressor with its defaults, as numcodecs writes it. */
function filled(compressor: JsonObject): JsonObject {
  return codecRegistry.parseV2(compressor).toV2?.() ?? compressor;
}

function refuseV3Options(options: ArrayShapeOptions): void {
  const given: [string, unknown][] = [
    ["shards", options.shards],
    ["serializer", options.serializer === "auto" ? undefined : options.serializer],
    ["dimensionNames", options.dimensionNames],
  ];
  const wrong = given.find(([, value]) => value !== undefined && value !== null);
  if (wrong !== undefined) throw new TypeError(`Zarr format 2 has no ${wrong[0]}; use zarrFormat: 3.`);
}

function keyEncodingV3(given: string | object | undefined): JsonValue {
  if (given === undefined) return { name: "default", configuration: { separator: "/" } };
  // The parser checks it; a plain object of the user's is JSON.
  return parseChunkKeyEncoding(given as JsonValue).toV3();
}

function keyEncodingV2(given: string | object | undefined): JsonValue {
  if (given === undefined) return { name: "v2", configuration: { separator: "." } };
  const json = given as JsonValue; // as above
  const name = isJsonObject(json) ? json["name"] : json;
  if (name !== "v2")
    throw new TypeError(`Zarr format 2 has the chunk key encoding "v2" alone, not ${JSON.stringify(name)}.`);
  return json;
}

function dimensionNamesOf(
  given: readonly (string | null)[] | null | undefined,
  ndim: number,
): readonly (string | null)[] | undefined {
  if (given === undefined || given === null) return undefined;
  const wrong = !Array.isArray(given) || given.some((name) => name !== null && typeof name !== "string");
  if (wrong || given.length !== ndim) {
    throw new MetadataValidationError(
      `dimensionNames is a list of ${ndim} names or null, one for each dimension.`,
      {
        expected: ndim,
        actual: given,
      },
    );
  }
  return [...given];
}

function codecList(given: CodecsLike | undefined): CodecLike[] {
  if (given === undefined || given === null) return [];
  return isList(given) ? [...given] : [given];
}

function isList(given: CodecsLike): given is readonly CodecLike[] {
  return Array.isArray(given);
}

function isCodec(given: CodecLike): given is Codec {
  return typeof given === "object" && "bind" in given;
}

/** A codec option as v3 metadata names it. */
function codecJson(given: CodecLike): JsonObject {
  // Without a configuration an option means the codec's defaults, which a document would have to state.
  if (typeof given === "string") return { name: given, configuration: {} };
  if (isCodec(given)) {
    const { name, configuration } = given;
    return configuration === undefined ? { name } : { name, configuration };
  }
  if ("name" in given && typeof given.name === "string") {
    // A configuration is JSON; the codec's parser checks it.
    return { name: given.name, configuration: (given.configuration ?? {}) as JsonObject };
  }
  throw new TypeError(
    `A codec of Zarr format 3 has a name, as in { name: "gzip", configuration: { level: 5 } }; got ${JSON.stringify(given)}.`,
  );
}

/** A codec option as v2 metadata has it. */
function numcodec(given: CodecLike): JsonObject {
  if (typeof given === "string") return { id: given };
  if ("id" in given) return { ...given } as JsonObject; // its parser checks the configuration
  if (isCodec(given) && given.toV2 !== undefined) return given.toV2();
  throw new TypeError(
    `A codec of Zarr format 2 has an id, as in { id: "gzip", level: 5 }; got ${JSON.stringify(given)}.`,
  );
}
