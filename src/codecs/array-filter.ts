/**
 * What the array-to-array codecs of numcodecs share: they see the bytes of a chunk as elements
 * of a type that their configuration names, and turn them into as many elements of another.
 *
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { swapWords } from "../kernels/byte-order.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec } from "./codec.ts";
import { contiguousBytes } from "./contiguous.ts";

/** Elements in memory form, in C order, from one type to another. */
export interface FilterTransform {
  /** The type of decoded elements. */
  readonly decodedType: DataType;
  /** The type of encoded elements. */
  readonly encodedType: DataType;
  /**
   * Throws RangeError for an element that would not come back. `fill` is the fill value in memory form: it
   * pads the chunks at the edges, and is exempt.
   */
  encode(source: Uint8Array, fill: Uint8Array | undefined): Uint8Array;
  decode(source: Uint8Array): Uint8Array;
  /** The fill value of encoded chunks, from that of decoded ones. Default: `encode` of it. */
  encodeFill?(fill: Uint8Array): Uint8Array;
}

/** A codec as configured. */
export interface FilterParts {
  readonly name: string;
  readonly configuration: JsonObject;
  /** zarr-python's printed form. */
  readonly text: string;
  /** The numcodecs configuration. */
  readonly v2: JsonObject;
  /** Fills in what comes from the data type. */
  readonly resolve?: (spec: ChunkSpec) => Codec;
  transform(dataType: DataType): FilterTransform;
}

/** An array-to-array codec made of its parts. */
export function arrayFilter(parts: FilterParts): Codec {
  const { name, configuration, text, v2, resolve } = parts;
  return {
    kind: "array-array",
    name,
    configuration,
    toString: () => text,
    bind: (spec) => bindFilter(name, spec, parts.transform(spec.dataType)),
    ...(resolve === undefined ? {} : { resolve }),
    toV2: () => v2,
  };
}

function bindFilter(name: string, spec: ChunkSpec, transform: FilterTransform): BoundArrayArrayCodec {
  const { dataType, shape } = spec;
  const { decodedType, encodedType } = transform;
  const viewShape = shapeSeenAs(name, spec, decodedType);
  const swap = orderDiffers(dataType, decodedType);
  const fill = dataType.itemSize === decodedType.itemSize ? fillElement(spec) : undefined;
  const seen = (bytes: Uint8Array): Uint8Array => (swap ? reordered(bytes, dataType, decodedType) : bytes);
  const seenFill = fill === undefined ? undefined : seen(fill);
  const encodedSize = sizeOf(viewShape) * encodedType.itemSize;
  return {
    kind: "array-array",
    name,
    encoded: {
      shape: viewShape,
      dataType: encodedType,
      fillValue: encodedFill(transform, seenFill),
    },
    encode(block) {
      const bytes = seen(contiguousBytes(block));
      return wrapBlock(transform.encode(bytes, seenFill), viewShape, encodedType.itemSize);
    },
    decode(block) {
      const bytes = contiguousBytes(block);
      if (bytes.length !== encodedSize) {
        throw new CodecError(`A chunk has ${bytes.length} bytes where its shape says ${encodedSize}.`, {
          codec: name,
          expected: encodedSize,
          actual: bytes.length,
        });
      }
      const decoded = transform.decode(bytes);
      const stored = swap ? reordered(decoded, decodedType, dataType) : decoded;
      return wrapBlock(dataType.canonicalize?.(stored) ?? stored, shape, dataType.itemSize);
    },
  };
}

function shapeSeenAs(name: string, { dataType, shape }: ChunkSpec, decodedType: DataType): readonly number[] {
  if (dataType.itemSize === decodedType.itemSize) return shape;
  const size = sizeOf(shape) * dataType.itemSize;
  if (size === 0 || size % decodedType.itemSize !== 0) {
    throw new MetadataValidationError(
      `The codec ${name} cannot see a chunk of ${dataType.name} as elements of ${decodedType.name}.`,
      { codec: name, expected: decodedType.name, actual: dataType.name },
    );
  }
  return [size / decodedType.itemSize];
}

/** Do the two types put other bytes into a v2 chunk for the same memory form? */
function orderDiffers(a: DataType, b: DataType): boolean {
  const [one, other] = [a, b].map(({ words }) =>
    words.flatMap((word) => (word.bigEndian ? [`${word.offset}:${word.size}`] : [])).join(),
  );
  return one !== other;
}

/** Memory form of `from` as stored in v2, seen as what is stored of `to`, in its memory form. */
function reordered(bytes: Uint8Array, from: DataType, to: DataType): Uint8Array {
  const stored = swapWords(bytes, from.itemSize, bigEndianWords(from));
  return swapWords(stored, to.itemSize, bigEndianWords(to));
}

/** The fill value in memory form. */
function fillElement({ dataType, fillValue, fillBytes }: ChunkSpec): Uint8Array {
  if (fillBytes !== undefined) return fillBytes;
  const bytes = new Uint8Array(dataType.itemSize);
  dataType.writeScalar(fillValue, bytes, 0);
  return bytes;
}

function encodedFill(transform: FilterTransform, fill: Uint8Array | undefined): unknown {
  const { encodedType } = transform;
  if (fill === undefined) return encodedType.defaultFillValue;
  const encoded = transform.encodeFill?.(fill) ?? transform.encode(fill, fill);
  return encodedType.readScalar(encoded, 0);
}

function bigEndianWords({ words }: DataType): DataType["words"] {
  return words.filter((word) => word.bigEndian);
}
