/**
 * `vlen-array` of numcodecs: one-dimensional arrays of any length as elements.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/other/vlen.html
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { swapWords } from "../kernels/byte-order.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousValues } from "./contiguous.ts";
import type { NumpyType } from "./numpy-type.ts";
import { readNumpyType } from "./numpy-type.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";
import { readItems, writeItems } from "./vlen-items.ts";

const NAME = "numcodecs.vlen-array";

/**
 * `vlen-array`: `dtype` of the items' elements, stored in the byte order that it names. Items decode to what such elements
 * lie in (a typed array for numbers); typed arrays and lists of scalars are encoded, `null` as no elements.
 */
export const vlenArrayCodec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  v2Id: "vlen-array",
  fromV3: (configuration = {}) =>
    make(configuration, readType(NAME, configuration), numcodecsCall("VLenArray", NAME, configuration)),
  fromV2(configuration) {
    const dtype = readType("vlen-array", configuration);
    return make(configuration, dtype, pythonCall("VLenArray", { dtype: dtype.text }));
  },
};

function readType(name: string, configuration: JsonObject): NumpyType {
  const read = new CodecConfiguration(name, configuration);
  read.value("id");
  const dtype = readNumpyType(read, "dtype", true);
  if (dtype === undefined) throw read.wrong("dtype", "a data type of NumPy");
  read.done();
  return dtype;
}

function make(configuration: JsonObject, dtype: NumpyType, text: string): Codec {
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => text,
    bind: (spec) => bind(dtype.dataType, spec),
    toV2: () => ({ id: "vlen-array", dtype: dtype.text }),
  };
}

function bind(itemType: DataType, { dataType, shape }: ChunkSpec): BoundArrayBytesCodec {
  if (dataType.castKind !== "other" || dataType.itemSize !== 0) {
    throw new MetadataValidationError(`The codec ${NAME} holds arrays, not ${dataType.name}.`, {
      codec: NAME,
      expected: "object",
      actual: dataType.name,
    });
  }
  const { itemSize } = itemType;
  const words = itemType.words.filter((word) => word.bigEndian);
  const stored = (bytes: Uint8Array): Uint8Array =>
    words.length === 0 ? bytes : swapWords(bytes, itemSize, words);
  return {
    kind: "array-bytes",
    name: NAME,
    encodedSize: undefined,
    maxEncodedSize: undefined,
    encode: (block) => writeItems(contiguousValues(block).map((item) => stored(memoryForm(itemType, item)))),
    decode(bytes) {
      const items: unknown[] = [];
      readItems(bytes, sizeOf(shape), (start, end) => {
        if ((end - start) % itemSize !== 0) {
          throw new CodecError(
            `An item of ${end - start} bytes is no whole number of elements of ${itemType.name}.`,
            {
              codec: NAME,
              expected: itemSize,
              actual: end - start,
            },
          );
        }
        // A copy, so that items are aligned, and one that is kept does not keep the chunk.
        items.push(itemType.toContainer(stored(bytes.slice(start, end))));
      });
      return wrapBlock(items, shape, 0);
    },
  };
}

/** The elements of one item in memory form. */
function memoryForm(itemType: DataType, item: unknown): Uint8Array {
  if (item === null || item === undefined) return new Uint8Array(0);
  if (ArrayBuffer.isView(item) && itemType.isContainer(item)) {
    const count = (item as unknown as { length: number }).length / itemType.containerStep; // a typed array
    return itemType.fromContainer(item, 0, count) as Uint8Array; // a type of fixed size
  }
  // Only lists have elements; a scalar or a text is a mistake.
  if (!Array.isArray(item) && !(ArrayBuffer.isView(item) && Symbol.iterator in item)) {
    throw new TypeError(`The codec ${NAME} encodes arrays, not a value of type ${typeof item}.`);
  }
  const elements = Array.from(item as Iterable<unknown>); // was just asked
  const bytes = new Uint8Array(elements.length * itemType.itemSize);
  for (const [i, element] of elements.entries()) {
    itemType.writeScalar(itemType.toScalar(element), bytes, i * itemType.itemSize);
  }
  return bytes;
}
