/**
 * The `transpose` codec: permutes the axes of a chunk. Nothing is copied: only strides change.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/transpose/index.html
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";

/** A permutation, or the draft forms `"C"` (none) and `"F"` (reversed), which are read and never written. */
export type TransposeOrder = readonly number[] | "C" | "F";

/** Axis `i` of the encoded array is axis `order[i]` of the decoded one. */
export function transposeCodecOf(order: TransposeOrder): Codec {
  const { configuration, text } =
    typeof order === "string"
      ? { configuration: { order }, text: `'${order}'` }
      : {
          configuration: { order: [...order] },
          text: `(${order.join(", ")}${order.length === 1 ? "," : ""})`,
        };
  return {
    kind: "array-array",
    name: "transpose",
    configuration,
    toString: () => `TransposeCodec(order=${text})`,
    bind: (spec) => bind(spec, order),
    resolve: (spec) => transposeCodecOf(permutationOf(order, spec.shape.length)),
  };
}

/** @see transposeCodecOf */
export const transposeCodec: CodecDefinition = {
  kind: "array-array",
  name: "transpose",
  fromV3(configuration) {
    const order = configuration?.["order"];
    for (const key of Object.keys(configuration ?? {})) {
      if (key !== "order") throw invalid(`has no configuration ${JSON.stringify(key)}`, key);
    }
    if (order === "C" || order === "F") return transposeCodecOf(order);
    if (!Array.isArray(order)) throw invalid("needs an order, a list of axes", order);
    const axes = order.map((axis) => {
      if (typeof axis !== "number" || !Number.isInteger(axis) || axis < 0) {
        throw invalid("has an order that is not a list of axes", order);
      }
      return axis;
    });
    if (new Set(axes).size !== axes.length || axes.some((axis) => axis >= axes.length)) {
      throw invalid(`has an order that is no permutation of ${axes.length} axes`, order);
    }
    return transposeCodecOf(axes);
  },
};

function invalid(what: string, actual: unknown): MetadataValidationError {
  return new MetadataValidationError(`The transpose codec ${what}.`, { codec: "transpose", actual });
}

function permutationOf(order: TransposeOrder, ndim: number): readonly number[] {
  if (order === "C") return Array.from({ length: ndim }, (_, axis) => axis);
  if (order === "F") return Array.from({ length: ndim }, (_, axis) => ndim - 1 - axis);
  if (order.length !== ndim) {
    throw new MetadataValidationError(
      `The transpose codec has an order of ${order.length} axes for a chunk of ${ndim} dimensions.`,
      { codec: "transpose", expected: ndim, actual: order.length },
    );
  }
  return order;
}

function bind(spec: ChunkSpec, given: TransposeOrder): BoundArrayArrayCodec {
  const order = permutationOf(given, spec.shape.length);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return {
    kind: "array-array",
    name: "transpose",
    encoded: { ...spec, shape: order.map((axis) => spec.shape[axis]!) },
    synchronous: true,
    encodesSynchronously: true,
    encode: (block) => permute(block, order),
    decode: (block) => permute(block, inverse),
    project(part, target) {
      if (part.kind === "points") {
        const from = order.map((axis) => part.from[axis]!);
        return { part: { kind: "points", from, to: part.to } satisfies ChunkPart, target };
      }
      const axes = order.map((axis) => part.axes[axis]!);
      return { part: { ...part, axes }, target: permute(target, order) };
    },
  };
}

function permute(block: Block, order: readonly number[]): Block {
  return {
    ...block,
    shape: order.map((axis) => block.shape[axis]!),
    stride: order.map((axis) => block.stride[axis]!),
  };
}
