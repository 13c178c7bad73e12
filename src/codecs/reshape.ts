/**
 * The `reshape` codec: the same elements in C order, in another shape.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/reshape
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import type { Block } from "../kernels/block.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousBytes, contiguousValues } from "./contiguous.ts";
import { pythonCall } from "./python-call.ts";

const NAME = "reshape";

/** A length; -1 for what is left; or the axes of the input whose lengths are multiplied. */
type Length = number | readonly number[];

/**
 * `reshape`: `shape`, whose items are lengths, at most one -1 for what is left, or lists of input axes, in
 * rising order, whose lengths are multiplied.
 */
export const reshapeCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  fromV3(configuration) {
    const read = new CodecConfiguration(NAME, configuration, true);
    const given = read.value("shape");
    const wrong = (): MetadataValidationError =>
      read.wrong("shape", "a list of positive lengths, at most one -1, and lists of rising input axes");
    if (!isJsonArray(given)) throw wrong();
    let lastAxis = -1;
    const shape = given.map((item): Length => {
      if (!isJsonArray(item)) {
        if (typeof item === "number" && Number.isSafeInteger(item) && (item > 0 || item === -1)) return item;
        throw wrong();
      }
      return item.map((axis) => {
        if (typeof axis !== "number" || !Number.isInteger(axis) || axis <= lastAxis) throw wrong();
        lastAxis = axis;
        return axis;
      });
    });
    if (shape.filter((item) => item === -1).length > 1) throw wrong();
    read.done();
    return make(shape, { shape: given });
  },
};

function make(shape: readonly Length[], configuration: JsonObject): Codec {
  return {
    kind: "array-array",
    name: NAME,
    configuration,
    toString: () => pythonCall("ReshapeCodec", configuration),
    bind: (spec) => bind(shape, spec),
  };
}

function bind(lengths: readonly Length[], spec: ChunkSpec): BoundArrayArrayCodec {
  const encodedShape = reshaped(lengths, spec.shape);
  return {
    kind: "array-array",
    name: NAME,
    encoded: { ...spec, shape: encodedShape },
    encode: (block) => viewedAs(block, encodedShape),
    decode: (block) => viewedAs(block, spec.shape),
  };
}

function viewedAs(block: Block, shape: readonly number[]): Block {
  const data = block.itemSize === 0 ? [...contiguousValues(block)] : contiguousBytes(block);
  return wrapBlock(data, shape, block.itemSize);
}

function reshaped(lengths: readonly Length[], input: readonly number[]): readonly number[] {
  const fail = (why: string): MetadataValidationError =>
    new MetadataValidationError(
      `The codec ${NAME} cannot reshape a chunk of shape [${input.join(", ")}]: ${why}.`,
      {
        codec: NAME,
        expected: lengths,
        actual: input,
      },
    );
  const size = sizeOf(input);
  const shape = lengths.map((item) => {
    if (typeof item === "number") return item;
    if (item.some((axis) => axis >= input.length)) throw fail("it has not as many axes");
    return item.reduce((product, axis) => product * input[axis]!, 1);
  });
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const rest = -sizeOf(shape); // the -1 turns the sign
    if (rest <= 0 || size % rest !== 0) throw fail("no length is left for -1");
    shape[open] = size / rest;
  }
  if (sizeOf(shape) !== size) throw fail(`it has ${size} elements, not ${sizeOf(shape)}`);
  for (const [i, item] of lengths.entries()) {
    if (typeof item === "number" || item.length === 0) continue;
    // An output axis made of input axes must cover just those, in the order of elements.
    const before = sizeOf(shape.slice(0, i)) === sizeOf(input.slice(0, item[0]));
    const after = sizeOf(shape.slice(i + 1)) === sizeOf(input.slice(item.at(-1)! + 1));
    if (!before || !after) throw fail(`axis ${i} of the output is not made of its input axes alone`);
  }
  return shape;
}
