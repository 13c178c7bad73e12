/**
 * `packbits` of numcodecs: eight booleans a byte, the first in the highest bit.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/filter/packbits.html
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousBytes } from "./contiguous.ts";
import { numcodecsCall } from "./python-call.ts";

const NAME = "numcodecs.packbits";
const UINT8 = parseDataType("uint8");

/** `packbits` has no configuration. It makes bytes of a bool array; the first byte counts the bits that pad the last one. */
export const numcodecsPackbitsCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  v2Id: "packbits",
  fromV3(configuration = {}) {
    new CodecConfiguration(NAME, configuration).done();
    return make(numcodecsCall("PackBits", NAME, configuration));
  },
  fromV2(configuration) {
    const read = new CodecConfiguration("packbits", configuration);
    read.value("id");
    read.done();
    return make("PackBits()");
  },
};

function make(text: string): Codec {
  return {
    kind: "array-array",
    name: NAME,
    configuration: {},
    toString: () => text,
    bind,
    toV2: () => ({ id: "packbits" }),
  };
}

function bind({ dataType, shape }: ChunkSpec): BoundArrayArrayCodec {
  if (dataType.castKind !== "bool") {
    throw new MetadataValidationError(`The codec ${NAME} packs booleans, not ${dataType.name}.`, {
      codec: NAME,
      expected: "bool",
      actual: dataType.name,
    });
  }
  const count = sizeOf(shape);
  const size = 1 + Math.ceil(count / 8);
  const padding = (size - 1) * 8 - count;
  return {
    kind: "array-array",
    name: NAME,
    encoded: { shape: [size], dataType: UINT8, fillValue: 0 },
    encode(block) {
      const packed = new Uint8Array(size);
      packed[0] = padding;
      packHighFirst(contiguousBytes(block), packed.subarray(1));
      return wrapBlock(packed, [size], 1);
    },
    decode(block) {
      const packed = contiguousBytes(block);
      if (packed.length !== size || packed[0] !== padding) {
        throw new CodecError(
          `A chunk of ${count} packed booleans is said to have ${packed[0]} bits of padding.`,
          {
            codec: NAME,
            expected: padding,
            actual: packed[0],
          },
        );
      }
      const values = new Uint8Array(count);
      unpackHighFirst(packed.subarray(1), values);
      return wrapBlock(values, shape, 1);
    },
  };
}

function packHighFirst(values: Uint8Array, packed: Uint8Array): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) packed[i >> 3]! |= 128 >> (i & 7);
  }
}

function unpackHighFirst(packed: Uint8Array, values: Uint8Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (packed[i >> 3]! >> (7 - (i & 7))) & 1;
}
