/**
 * The `packbits` codec: elements of few bits, one after another, the lowest bit first.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/packbits
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import type { BitField } from "./bit-fields.ts";
import { packFields, unpackFields } from "./bit-fields.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousBytes } from "./contiguous.ts";
import { pythonCall } from "./python-call.ts";

const NAME = "packbits";
const PADDINGS = ["none", "first_byte", "last_byte"] as const;

interface Settings {
  readonly padding: (typeof PADDINGS)[number];
  /** Of each component, counted from the lowest. */
  readonly firstBit: number;
  /** The last one that is kept; `undefined`: the highest. */
  readonly lastBit: number | undefined;
}

/**
 * `packbits`: `padding_encoding` (`none`, `first_byte` or `last_byte`: where the number of bits that fill up the last
 * byte is written), `first_bit` (default 0) and `last_bit` (default: the highest) of each element, or of each part of a
 * complex one. Bits below `first_bit` are dropped; a value that needs bits above `last_bit` is a RangeError.
 */
export const packbitsCodec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  fromV3(configuration) {
    const read = new CodecConfiguration(NAME, configuration);
    const padding = read.oneOf("padding_encoding", PADDINGS, "none");
    const firstBit = (read.value("first_bit") ?? null) === null ? 0 : read.integer("first_bit", 0, 63);
    const lastBit =
      (read.value("last_bit") ?? null) === null ? undefined : read.integer("last_bit", firstBit, 63);
    read.done();
    return make({ padding, firstBit, lastBit }, configuration);
  },
};

function make(settings: Settings, configuration: JsonObject | undefined): Codec {
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => pythonCall("PackBitsCodec", configuration ?? {}),
    bind: (spec) => bind(settings, spec),
  };
}

function bind(
  { padding, firstBit, lastBit }: Settings,
  { dataType, shape }: ChunkSpec,
): BoundArrayBytesCodec {
  const { itemSize } = dataType;
  const field = fieldOf(dataType, firstBit, lastBit);
  const components = dataType.castKind === "complex" ? 2 : 1;
  const count = sizeOf(shape) * components;
  const packedSize = Math.ceil((count * (field.lastBit - field.firstBit + 1)) / 8);
  const paddingBits = packedSize * 8 - count * (field.lastBit - field.firstBit + 1);
  const encodedSize = packedSize + (padding === "none" ? 0 : 1);
  const start = padding === "first_byte" ? 1 : 0;
  return {
    kind: "array-bytes",
    name: NAME,
    encodedSize,
    maxEncodedSize: encodedSize,
    encode(block) {
      const bytes = new Uint8Array(encodedSize);
      const bad = packFields(contiguousBytes(block), field, bytes.subarray(start, start + packedSize));
      if (bad >= 0) {
        throw new RangeError(
          `An element of ${dataType.name} does not fit into bits ${field.firstBit} to ${field.lastBit}.`,
        );
      }
      if (padding !== "none") bytes[padding === "first_byte" ? 0 : packedSize] = paddingBits;
      return bytes;
    },
    decode(bytes) {
      if (bytes.length !== encodedSize) {
        throw new CodecError(`A chunk has ${bytes.length} bytes where its shape says ${encodedSize}.`, {
          codec: NAME,
          expected: encodedSize,
          actual: bytes.length,
        });
      }
      const stored = padding === "none" ? paddingBits : bytes[padding === "first_byte" ? 0 : packedSize];
      if (stored !== paddingBits) {
        throw new CodecError(`A chunk says that it has ${stored} bits of padding, and has ${paddingBits}.`, {
          codec: NAME,
          expected: paddingBits,
          actual: stored,
        });
      }
      const values = new Uint8Array(sizeOf(shape) * itemSize);
      unpackFields(bytes.subarray(start, start + packedSize), field, values);
      return wrapBlock(dataType.canonicalize?.(values) ?? values, shape, itemSize);
    },
  };
}

function fieldOf(dataType: DataType, firstBit: number, lastBit: number | undefined): BitField {
  const { castKind, itemSize, name } = dataType;
  const isNumber = ["bool", "signed", "unsigned", "float", "complex"].includes(castKind);
  const wordSize = castKind === "complex" ? itemSize / 2 : itemSize;
  const bits = castKind === "bool" ? 1 : (dataType.packedBits ?? wordSize * 8);
  const last = lastBit ?? bits - 1;
  if (!isNumber || last >= bits || firstBit > last) {
    throw new MetadataValidationError(
      isNumber
        ? `The codec ${NAME} cannot take bits ${firstBit} to ${last} of ${name}, which has ${bits}.`
        : `The codec ${NAME} packs numbers, not ${name}.`,
      { codec: NAME, actual: name },
    );
  }
  return { wordSize, bits, firstBit, lastBit: last, isSigned: castKind === "signed" };
}
