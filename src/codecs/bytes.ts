/**
 * The `bytes` codec: elements one after another in C order, in a stated byte order.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/bytes/index.html
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock, isCContiguous, sizeOf, wrapBlock } from "../kernels/block.ts";
import { copyBlock } from "../kernels/block-copy.ts";
import type { Word } from "../kernels/byte-order.ts";
import { swapWords } from "../kernels/byte-order.ts";
import { addressOf, roomAfter } from "../kernels/memory.ts";
import { decodePlainPart } from "./bytes-part.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";

/** Byte order of stored words. `stored` is v2's: each word has the order that the data type names. */
export type Endian = "little" | "big" | "stored";

/** The `bytes` codec with a byte order; `undefined` only fits single-byte types. */
export function bytesCodecOf(endian: Endian | undefined): Codec {
  return {
    kind: "array-bytes",
    name: "bytes",
    configuration: endian === "little" || endian === "big" ? { endian } : undefined,
    toString: () => (endian === undefined ? "BytesCodec(endian=None)" : `BytesCodec(endian='${endian}')`),
    bind: (spec) => bind(spec, endian),
    resolve: ({ dataType }) =>
      dataType.hasEndianness ? bytesCodecOf(endian ?? "little") : bytesCodecOf(undefined),
  };
}

/** @see bytesCodecOf */
export const bytesCodec: CodecDefinition = {
  kind: "array-bytes",
  name: "bytes",
  aliases: ["endian"],
  fromV3(configuration) {
    const unknown = Object.keys(configuration ?? {}).filter((key) => key !== "endian");
    if (unknown.length > 0) {
      throw new MetadataValidationError(
        `The bytes codec has no configuration ${JSON.stringify(unknown[0])}.`,
        {
          codec: "bytes",
          known: ["endian"],
        },
      );
    }
    const endian = configuration?.["endian"];
    if (endian !== undefined && endian !== null && endian !== "little" && endian !== "big") {
      throw new MetadataValidationError(`The bytes codec has no endian ${JSON.stringify(endian)}.`, {
        codec: "bytes",
        expected: ["little", "big"],
        actual: endian,
      });
    }
    return bytesCodecOf(endian ?? undefined);
  },
} satisfies CodecDefinition & { fromV3(configuration: JsonObject | undefined): Codec };

function bind(spec: ChunkSpec, endian: Endian | undefined): BoundArrayBytesCodec {
  const { dataType, shape } = spec;
  const { itemSize } = dataType;
  if (itemSize === 0) {
    throw new MetadataValidationError(
      `The bytes codec cannot hold ${dataType.name}, whose elements vary in length; it needs ${dataType.objectCodec ?? "a codec for it"}.`,
      { codec: "bytes", actual: dataType.name },
    );
  }
  if (endian === undefined && dataType.hasEndianness && dataType.fields === undefined) {
    throw new MetadataValidationError(
      "The `endian` configuration needs to be specified for multi-byte data types.",
      { codec: "bytes", actual: dataType.name },
    );
  }
  const words = wordsToSwap(dataType, endian);
  const encodedSize = sizeOf(shape) * itemSize;
  const elementsOf = (bytes: Uint8Array, transient: boolean): Uint8Array => {
    const elements = words.length === 0 ? bytes : swapWords(bytes, itemSize, words, transient);
    // Types of fewer bits than a byte ignore the others on read.
    return dataType.canonicalize?.(elements) ?? elements;
  };
  return {
    kind: "array-bytes",
    name: "bytes",
    encodedSize,
    maxEncodedSize: encodedSize,
    synchronous: true,
    encodesSynchronously: true,
    encode(block, _options, transient = false) {
      const bytes = contiguousBytes(block, shape, itemSize, transient);
      return words.length === 0 ? bytes : swapWords(bytes, itemSize, words, transient);
    },
    decode(bytes, transient = false) {
      if (bytes.length !== encodedSize) {
        throw new CodecError(`A chunk has ${bytes.length} bytes where its shape says ${encodedSize}.`, {
          codec: "bytes",
          expected: encodedSize,
          actual: bytes.length,
        });
      }
      return wrapBlock(elementsOf(bytes, transient), shape, itemSize);
    },
    decodeRun: (bytes) => elementsOf(bytes, true),
    keepsRuns: words.length === 0 && dataType.canonicalize === undefined,
    partial: {
      innerChunkShape: undefined,
      decodePart: (source, part, target, options) =>
        decodePlainPart({ shape, dataType, words, source, part, target }, options),
    },
  };
}

function wordsToSwap(dataType: DataType, endian: Endian | undefined): readonly Word[] {
  if (endian === "big") return dataType.words;
  return endian === "stored" ? dataType.words.filter((word) => word.bigEndian) : [];
}

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

function contiguousBytes(
  block: Block,
  shape: readonly number[],
  itemSize: number,
  transient: boolean,
): Uint8Array {
  // The chain only hands blocks of this codec's own data type, whose elements are bytes.
  const data = block.data as Uint8Array;
  if (isCContiguous(block)) {
    return data.subarray(block.offset * itemSize, (block.offset + sizeOf(shape)) * itemSize);
  }
  if (transient) {
    const room = roomAfter(addressOf(data) < 0 ? NOTHING : data, sizeOf(shape) * itemSize);
    if (room !== undefined) {
      copyBlock(block, wrapBlock(room, shape, itemSize));
      return room;
    }
  }
  const copy = allocateBlock(shape, itemSize);
  copyBlock(block, copy);
  return copy.data as Uint8Array; // allocated with an item size, so it is bytes
}
