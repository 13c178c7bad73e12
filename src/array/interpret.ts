/**
 * From a metadata document to what the engines work with: names become data types,
 * grids and codecs.
 *
 * @module
 */
import { addFacts, MetadataValidationError } from "../base/errors.ts";
import type { Awaitable } from "../base/async.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { CodecChain } from "../codecs/chain.ts";
import { checkChain, codecChain } from "../codecs/chain.ts";
import type { Codec } from "../codecs/codec.ts";
import { bytesCodecOf } from "../codecs/bytes.ts";
import { codecRegistry } from "../codecs/registry.ts";
import { transposeCodecOf } from "../codecs/transpose.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { dataTypeRegistry, parseDataTypeV2, parseDataTypeV3 } from "../dtypes/registry.ts";
import type { ParsedFillValue } from "../dtypes/registry.ts";
import { v2ChunkKeyEncoding } from "../grids/chunk-key-encoding.ts";
import type { ChunkGrid } from "../grids/grid.ts";
import { parseChunkGrid } from "../grids/parse-chunk-grid.ts";
import { parseChunkKeyEncoding } from "../grids/registry.ts";
import { regularGrid } from "../grids/regular.ts";
import { parseExtension, serializeExtension } from "../metadata/extension.ts";
import type { ArrayMetadataV2 } from "../metadata/v2-array.ts";
import type { ArrayMetadataV3 } from "../metadata/v3-array.ts";
import type { ArrayModel } from "./array-model.ts";

/** Where a document is, for errors. */
export interface NodePlace {
  readonly store: string;
  readonly path: string;
  readonly key: string;
}

const NO_WARNINGS: readonly string[] = [];

const DEFAULT_CODECS: readonly JsonObject[] = [{ name: "bytes", configuration: { endian: "little" } }];

/** Interprets an array document of either format. Errors as `interpretV3`. */
export async function interpret(
  document: ArrayMetadataV2 | ArrayMetadataV3,
  place: NodePlace,
  codecs?: CodecChain,
): Promise<ArrayModel> {
  return document.zarrFormat === 3
    ? await interpretV3(document, place, codecs)
    : await interpretV2(document, place);
}

/**
 * Interprets a v3 array document. Without a promise where codecs like its own have been met before.
 *
 * @param given - The codecs that the document was made from; they may have settings that it does not hold.
 * @throws MetadataValidationError, UnknownCodecError or UnknownDataTypeError, each with the node and the key of the document.
 */
export function interpretV3(
  document: ArrayMetadataV3,
  place: NodePlace,
  given?: CodecChain,
): Awaitable<ArrayModel> {
  const chain = given ?? codecRegistry.knownChain(codecsOf(document))?.chain;
  return chain === undefined ? loadV3(document, place) : modelV3(document, place, chain);
}

/** The codecs of a document, as the registry remembers chains by. */
function codecsOf({ codecs }: ArrayMetadataV3): JsonValue {
  // Their members are JSON, if they are there.
  return codecs as readonly object[] as readonly JsonObject[];
}

async function loadV3(document: ArrayMetadataV3, place: NodePlace): Promise<ArrayModel> {
  let chain: CodecChain;
  try {
    parseDataTypeV3(document.dataType); // what is wrong with it is said first
    // zarrita writes an empty list where it means the default.
    const codecs = document.codecs.length === 0 ? DEFAULT_CODECS : document.codecs.map(serializeExtension);
    await codecRegistry.loadV3(codecs);
    chain = codecChain(codecRegistry.parseV3(codecs));
    codecRegistry.rememberChain(codecsOf(document), { chain });
  } catch (error) {
    throw addFacts(error, place);
  }
  return modelV3(document, place, chain);
}

function modelV3(document: ArrayMetadataV3, place: NodePlace, chain: CodecChain): ArrayModel {
  try {
    const dataType = parseDataTypeV3(document.dataType);
    const { innerChunkShape } = chain.arrayBytes;
    const chunkGrid = serializeExtension(document.chunkGrid);
    const { grid, warnings, movesChunks } = parseChunkGrid(chunkGrid, document.shape, { innerChunkShape });
    const fill = fillOf(dataType, document.fillValue, 3);
    const model: ArrayModel = {
      zarrFormat: 3,
      document,
      shape: document.shape,
      dataType,
      fillValue: fill === undefined ? dataType.defaultFillValue : fill.value,
      fillBytes: fill?.bytes,
      grid,
      chunkKeys: parseChunkKeyEncoding(serializeExtension(document.chunkKeyEncoding)),
      chain,
      dimensionNames: document.dimensionNames,
      attributes: document.attributes,
      order: "C",
      warnings: warnings.concat(slowShards(chain)),
      repaired: movesChunks
        ? { ...document, chunkGrid: parseExtension(grid.toV3(), "/chunk_grid") }
        : undefined,
    };
    checkModel(model);
    return model;
  } catch (error) {
    throw addFacts(error, place);
  }
}

/** Interprets a v2 array document. Without a promise, and errors, as `interpretV3`. */
export function interpretV2(document: ArrayMetadataV2, place: NodePlace): Awaitable<ArrayModel> {
  const { filters, compressor, order } = document;
  const configurations = [...(filters ?? []), ...(compressor === null ? [] : [compressor])];
  // What the chain is made of; no list of v3 begins with a text of one letter.
  const parts = [order, configurations];
  const known = codecRegistry.knownChain(parts);
  return known === undefined
    ? loadV2(document, place, configurations, parts)
    : modelV2(document, place, known.objectCodec, () => known.chain);
}

async function loadV2(
  document: ArrayMetadataV2,
  place: NodePlace,
  configurations: readonly JsonObject[],
  parts: JsonValue,
): Promise<ArrayModel> {
  try {
    await codecRegistry.loadV2(configurations);
    const codecs = configurations.map((configuration) => codecRegistry.parseV2(configuration));
    const objectCodec = objectCodecOf(configurations, codecs);
    return modelV2(document, place, objectCodec, () => {
      const chain = chainV2(codecs, document.order);
      return codecRegistry.rememberChain(parts, { chain, objectCodec }).chain;
    });
  } catch (error) {
    throw addFacts(error, place);
  }
}

function modelV2(
  document: ArrayMetadataV2,
  place: NodePlace,
  objectCodec: string | undefined,
  makeChain: () => CodecChain,
): ArrayModel {
  try {
    const dataType = parseDataTypeV2(document.dtype, objectCodec);
    const fill = fillOf(dataType, document.fillValue, 2);
    const model: ArrayModel = {
      zarrFormat: 2,
      document,
      shape: document.shape,
      dataType,
      fillValue: fill?.value,
      fillBytes: fill === undefined ? zeroBytes(dataType) : fill.bytes,
      grid: regularGrid(document.shape, document.chunks),
      chunkKeys: v2ChunkKeyEncoding(document.dimensionSeparator),
      chain: makeChain(),
      dimensionNames: undefined,
      attributes: document.attributes,
      order: document.order,
      warnings: document.repairs.flatMap(({ warning }) => warning ?? []),
      repaired: document.repairs.some(({ movesChunks }) => movesChunks)
        ? { ...document, repairs: [] }
        : undefined,
    };
    checkModel(model);
    return model;
  } catch (error) {
    throw addFacts(error, place);
  }
}

/** Codecs around a sharding codec work on whole shards, so that no part of one can be read or written alone. */
function slowShards({ arrayBytes, codecs }: CodecChain): readonly string[] {
  if (arrayBytes.innerChunkShape === undefined || codecs.length === 1) return NO_WARNINGS;
  return [
    `The codec ${arrayBytes.name} stands beside other codecs, which disables partial reads and writes of shards.`,
  ];
}

/** A fill value of a document; `undefined` where it has none. */
function fillOf(dataType: DataType, json: JsonValue, zarrFormat: 2 | 3): ParsedFillValue | undefined {
  return json === null ? undefined : dataTypeRegistry.parseFill(dataType, json, zarrFormat);
}

/** Without a fill value, missing chunks of v2 read as zero bytes, whatever the type's default is. */
function zeroBytes({ itemSize }: DataType): Uint8Array | undefined {
  return itemSize === 0 ? undefined : new Uint8Array(itemSize);
}

/** The id of the codec that turns values into bytes, for the v2 type `|O`, which names none itself. */
function objectCodecOf(configurations: readonly JsonObject[], codecs: readonly Codec[]): string | undefined {
  const at = codecs.findIndex((codec) => codec.kind === "array-bytes" || codec.takesObjects === true);
  const id: JsonValue | undefined = configurations[at]?.["id"];
  return typeof id === "string" ? id : undefined;
}

/**
 * v2's filters and compressor as a chain. Column-major chunks are transposed first; elements become
 * bytes, in the byte order that the data type names, before the first codec that works on bytes.
 */
function chainV2(given: readonly Codec[], order: "C" | "F"): CodecChain {
  const codecs = [...given];
  if (!codecs.some((codec) => codec.kind === "array-bytes")) {
    const firstBytes = codecs.findIndex((codec) => codec.kind === "bytes-bytes");
    codecs.splice(firstBytes < 0 ? codecs.length : firstBytes, 0, bytesCodecOf("stored"));
  }
  if (order === "F") codecs.unshift(transposeCodecOf("F"));
  return codecChain(codecs);
}

/** Binds the chain to every chunk shape of the grid that can tell a wrong configuration, so that it fails on opening. */
function checkModel(model: ArrayModel): void {
  const fillValue = model.fillValue ?? model.dataType.defaultFillValue;
  for (const shape of distinctShapes(model.grid)) {
    checkChain(model.chain, { shape, dataType: model.dataType, fillValue, fillBytes: model.fillBytes });
  }
}

/** A shape for each distinct edge: chunk sizes must fit axis by axis, so the combinations need not be tried. */
function distinctShapes(grid: ChunkGrid): readonly (readonly number[])[] {
  if (grid.chunkShape !== undefined) return [grid.chunkShape];
  const first = grid.edgeLengths.map((lengths) => lengths[0] ?? 1);
  const shapes = [first];
  for (const [axis, lengths] of grid.edgeLengths.entries()) {
    for (const length of lengths.slice(1)) shapes.push(first.map((one, at) => (at === axis ? length : one)));
  }
  return shapes;
}

/** A fill value as its document has it. */
export function fillValueJson(dataType: DataType, value: unknown, zarrFormat: 2 | 3): JsonValue {
  const json = dataType.fillValueToJson(value, zarrFormat);
  if (json === null) {
    throw new MetadataValidationError(`A fill value of ${dataType.name} has no form in metadata.`, {
      actual: value,
    });
  }
  return json;
}
