/**
 * The `sharding_indexed` codec: a chunk that is itself a grid of inner chunks, with an index.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html
 * @module
 */
import { MetadataValidationError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { entirePart } from "../../indexing/projection.ts";
import { allocateBlock } from "../../kernels/block.ts";
import { codecChain, resolveChain } from "../chain.ts";
import { parseDataTypeV3 } from "../../dtypes/registry.ts";
import { bytesCodecOf } from "../bytes.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "../codec.ts";
import { crc32cCodec } from "../crc32c.ts";
import type { ShardingConfiguration } from "./layout.ts";
import { layoutOf } from "./layout.ts";
import { readHeld, readPart } from "./shard-read.ts";
import { encodesAtOnce, writePart, writeWhole } from "./shard-write.ts";
import { parseWriteOrder } from "./write-order.ts";

const DEFAULT_WRITE_ORDER = "morton";
const KEYS = ["chunk_shape", "codecs", "index_codecs", "index_location", "subchunk_write_order"];

/** A sharding codec with a parsed configuration. */
export function shardingCodecOf(configuration: ShardingConfiguration): Codec {
  const { chunkShape, codecs, indexCodecs, indexLocation } = configuration;
  return {
    kind: "array-bytes",
    name: "sharding_indexed",
    configuration: {
      chunk_shape: [...chunkShape],
      codecs: codecs.codecs.map(codecToV3),
      index_codecs: indexCodecs.codecs.map(codecToV3),
      index_location: indexLocation,
    },
    toString: () =>
      `ShardingCodec(chunk_shape=(${chunkShape.join(", ")}${chunkShape.length === 1 ? "," : ""}), ` +
      `codecs=(${codecs.codecs.join(", ")}${codecs.codecs.length === 1 ? "," : ""}), ` +
      `index_codecs=(${indexCodecs.codecs.join(", ")}${indexCodecs.codecs.length === 1 ? "," : ""}), ` +
      `index_location=<ShardingCodecIndexLocation.${indexLocation}: '${indexLocation}'>)`,
    bind: (spec) => bind(configuration, spec),
    resolve: (spec) =>
      shardingCodecOf({
        ...configuration,
        codecs: resolveChain(codecs, { ...spec, shape: chunkShape }),
        indexCodecs: resolveChain(indexCodecs, {
          shape: [...chunkShape, 2],
          dataType: parseDataTypeV3("uint64"),
          fillValue: 0n,
        }),
      }),
    innerChunkShape: chunkShape,
    hasOwnSettings:
      configuration.writeOrder !== DEFAULT_WRITE_ORDER ||
      codecs.codecs.some((codec) => codec.hasOwnSettings === true),
    innerCodecs: codecs.codecs,
  };
}

/** @see shardingCodecOf */
export const shardingCodec: CodecDefinition = {
  kind: "array-bytes",
  name: "sharding_indexed",
  fromV3(configuration, context) {
    const given = configuration ?? {};
    const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) {
      throw new MetadataValidationError(
        `The sharding_indexed codec has no configuration ${JSON.stringify(unknown)}.`,
        {
          codec: "sharding_indexed",
          known: KEYS,
        },
      );
    }
    const location = given["index_location"] ?? "end";
    if (location !== "start" && location !== "end") {
      throw new MetadataValidationError(
        `The index of a shard is at its start or its end, not at ${JSON.stringify(location)}.`,
        { codec: "sharding_indexed", expected: ["start", "end"], actual: location },
      );
    }
    const codecs = given["codecs"];
    const indexCodecs = given["index_codecs"];
    return shardingCodecOf({
      chunkShape: parseChunkShape(given["chunk_shape"]),
      codecs: codecChain(
        codecs === undefined
          ? [bytesCodecOf("little")]
          : context.parseCodecs(codecs, "/configuration/codecs"),
      ),
      indexCodecs: codecChain(
        indexCodecs === undefined
          ? [bytesCodecOf("little"), crc32cCodec.fromV3(undefined, context)]
          : context.parseCodecs(indexCodecs, "/configuration/index_codecs"),
      ),
      indexLocation: location,
      writeOrder: parseWriteOrder(given["subchunk_write_order"] ?? DEFAULT_WRITE_ORDER),
    });
  },
};

function codecToV3(codec: Codec): JsonObject {
  return codec.configuration === undefined
    ? { name: codec.name }
    : { name: codec.name, configuration: codec.configuration };
}

function parseChunkShape(value: unknown): number[] {
  const isShape =
    Array.isArray(value) &&
    value.every(
      (length) =>
        length === true || (typeof length === "number" && Number.isSafeInteger(length) && length >= 1),
    );
  if (!isShape) {
    throw new MetadataValidationError(
      "The chunk_shape of a sharding_indexed codec is a list of lengths of at least 1.",
      {
        codec: "sharding_indexed",
        actual: value,
      },
    );
  }
  // zarr-python 3.0 to 3.2 stored `true` for 1.
  return value.map(Number);
}

function bind(configuration: ShardingConfiguration, spec: ChunkSpec): BoundArrayBytesCodec {
  const layout = layoutOf(configuration, spec);
  const whole = entirePart(spec.shape);
  return {
    kind: "array-bytes",
    name: "sharding_indexed",
    encodedSize: undefined,
    maxEncodedSize:
      layout.inner.maxEncodedSize === undefined
        ? undefined
        : layout.indexSize + layout.cells * layout.inner.maxEncodedSize,
    encodesSynchronously: encodesAtOnce(layout) ? true : undefined,
    encode: (block, options, transient) =>
      writeWhole(layout, block, options ?? { writeEmptyChunks: false }, transient),
    async decode(bytes) {
      const block = allocateBlock(spec.shape, spec.dataType.itemSize);
      await readHeld(layout, bytes, whole, block);
      return block;
    },
    partial: {
      innerChunkShape: configuration.chunkShape,
      decodePart: (source, part, target, options) => readPart(layout, source, part, target, options),
      encodePart: (existing, part, value, options) => writePart(layout, existing, part, value, options),
    },
  };
}
