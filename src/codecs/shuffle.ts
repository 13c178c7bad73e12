/**
 * The `shuffle` filter of v2, which is `numcodecs.shuffle` in v3: bytes of equal significance
 * lie together.
 *
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import { shuffle, unshuffle } from "../kernels/shuffle.ts";
import { wasmShuffle, wasmUnshuffle } from "../kernels/wasm-steps.ts";
import { bytesBytesCodec, type BytesTransform } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.shuffle";
const MAX_ELEMENT = 2 ** 31 - 1;

/**
 * `numcodecs.shuffle`: `elementsize` is the number of bytes of an element; absent or 0, as NCZarr
 * writes it, it is the item size of the data type. Bytes after the last whole element stay.
 */
export const shuffleCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "shuffle",
  fromV3: (configuration = {}) => makeV3(configuration),
  fromV2(json) {
    const elementsize = readSize(json);
    return make(elementsize, { elementsize }, pythonCall("Shuffle", { elementsize }));
  },
};

function makeV3(configuration: JsonObject): Codec {
  const elementsize = readSize(configuration);
  const text = numcodecsCall("Shuffle", NAME, configuration);
  if (elementsize > 0) return make(elementsize, configuration, text);
  return {
    ...make(elementsize, configuration, text),
    resolve: ({ dataType }) => makeV3({ elementsize: Math.max(1, dataType.itemSize) }),
  };
}

function readSize(json: JsonObject): number {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  const elementsize = read.integer("elementsize", 0, MAX_ELEMENT, 0);
  read.done();
  return elementsize;
}

function make(elementsize: number, configuration: JsonObject, text: string): Codec {
  return bytesBytesCodec({
    name: NAME,
    configuration,
    text,
    v2: { id: "shuffle", elementsize },
    transform: ({ dataType }) => shuffleTransform(elementsize > 0 ? elementsize : dataType.itemSize),
  });
}

function shuffleTransform(elementsize: number): BytesTransform {
  const plain = elementsize <= 1;
  return {
    isFixedSize: true,
    synchronous: true,
    encodesSynchronously: true,
    maxEncodedSize: (size) => size,
    encode(bytes, transient) {
      if (plain) return bytes;
      const shuffled = wasmShuffle(bytes, elementsize, false, transient);
      if (shuffled !== undefined) return shuffled;
      const result = new Uint8Array(bytes.length);
      shuffle(bytes, 0, bytes.length, elementsize, result, 0);
      return result;
    },
    decode(bytes, _limit, transient) {
      if (plain) return bytes;
      const unshuffled = wasmUnshuffle(bytes, elementsize, transient);
      if (unshuffled !== undefined) return unshuffled;
      const result = new Uint8Array(bytes.length);
      unshuffle(bytes, 0, bytes.length, elementsize, result, 0);
      return result;
    },
  };
}
