/**
 * What `vlen-utf8` and `vlen-bytes` share.
 *
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { CastKind, DataType } from "../dtypes/data-type.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousValues } from "./contiguous.ts";
import { fixedScalars, scalarsBlock } from "./scalar-block.ts";
import { readItems, writeItems } from "./vlen-items.ts";

/** How items of one kind become bytes. */
export interface ItemCoding {
  /** Name in v3, and id in v2. */
  readonly name: string;
  /** Data types of this kind are what the codec works on. */
  readonly castKind: CastKind;
  /** The printed forms in v3 and v2. */
  readonly text: string;
  readonly textV2: string;
  toBytes(value: unknown): Uint8Array;
  /** The item in `bytes` from `start` to `end`. */
  fromBytes(bytes: Uint8Array, start: number, end: number): unknown;
}

/** The definition of a codec of items: no configuration, `u32` count and lengths. */
export function vlenDefinition(coding: ItemCoding): CodecDefinition {
  const { name, text, textV2 } = coding;
  return {
    kind: "array-bytes",
    name,
    aliases: [`numcodecs.${name}`],
    v2Id: name,
    fromV3(configuration) {
      new CodecConfiguration(name, configuration).done();
      return vlenCodec(coding, text);
    },
    fromV2(configuration) {
      const read = new CodecConfiguration(name, configuration);
      read.value("id");
      read.done();
      return vlenCodec(coding, textV2);
    },
  };
}

function vlenCodec(coding: ItemCoding, text: string): Codec {
  return {
    kind: "array-bytes",
    name: coding.name,
    configuration: {},
    toString: () => text,
    bind: (spec) => bind(coding, spec),
    toV2: () => ({ id: coding.name }),
  };
}

function bind(coding: ItemCoding, spec: ChunkSpec): BoundArrayBytesCodec {
  const { shape, dataType } = spec;
  requireKind(coding, dataType);
  const count = sizeOf(shape);
  return {
    kind: "array-bytes",
    name: coding.name,
    encodedSize: undefined,
    maxEncodedSize: undefined,
    encode(block) {
      const values = dataType.itemSize === 0 ? contiguousValues(block) : fixedScalars(dataType, block);
      return writeItems(values.map((value) => coding.toBytes(value)));
    },
    decode(bytes) {
      const values: unknown[] = [];
      readItems(bytes, count, (start, end) => values.push(coding.fromBytes(bytes, start, end)));
      return dataType.itemSize === 0 ? wrapBlock(values, shape, 0) : scalarsBlock(dataType, values, shape);
    },
  };
}

function requireKind({ name, castKind }: ItemCoding, dataType: DataType): void {
  if (dataType.castKind === castKind) return;
  throw new MetadataValidationError(`The codec ${name} cannot hold ${dataType.name}.`, {
    codec: name,
    actual: dataType.name,
  });
}

/** The error of an item that the codec cannot represent. */
export function badItem(name: string, value: unknown): CodecError {
  const kind = value === null ? "null" : typeof value;
  return new CodecError(`The codec ${name} cannot encode a value of type ${kind}.`, {
    codec: name,
    actual: kind,
  });
}
