/**
 * The `n5_default` codec: a block of N5 in its default mode, a header with the block's own shape and then its elements.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/n5_default
 * @module
 */
import { chain } from "../base/async.ts";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { entirePart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock, sizeOf } from "../kernels/block.ts";
import type { BoundChain, CodecChain } from "./chain.ts";
import { bindChain, codecChain, resolveChain } from "./chain.ts";
import type { BoundArrayBytesCodec, ChunkSpec, Codec, CodecContext, CodecDefinition } from "./codec.ts";
import { copyPartOut, fillPart } from "./copy-part.ts";
import { fillElementOf } from "./fill-element.ts";
import { pythonCall } from "./python-call.ts";

const NAME = "n5_default";
/** Bound chains of truncated edge blocks that are kept; an array has few shapes of them. */
const MAX_SHAPES = 64;
/** The data types that N5 has. */
const N5_TYPES: ReadonlySet<string> = new Set([
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float32",
  "float64",
]);

/** `n5_default`: `codecs` are a full transpose, big-endian bytes, and at most one compressor. */
export const n5DefaultCodec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  fromV3(configuration, context) {
    const unknown = Object.keys(configuration ?? {}).find((key) => key !== "codecs");
    if (unknown !== undefined) throw invalid(`has no configuration ${JSON.stringify(unknown)}`, unknown);
    return make(readCodecs(configuration, context));
  },
};

function readCodecs(configuration: JsonObject | undefined, context: CodecContext): CodecChain {
  const codecs = codecChain(context.parseCodecs(configuration?.["codecs"], "/configuration/codecs"));
  const names = codecs.codecs.map((codec) => codec.name);
  const [first, ...others] = codecs.arrayArray;
  if (
    first?.name !== "transpose" ||
    others.length > 0 ||
    codecs.arrayBytes.name !== "bytes" ||
    codecs.bytesBytes.length > 1
  ) {
    throw invalid("takes a transpose, the bytes codec and at most one compressor", names);
  }
  const endian = codecs.arrayBytes.configuration?.["endian"];
  if (endian !== undefined && endian !== "big") throw invalid("stores big-endian bytes", endian);
  return codecs;
}

function make(codecs: CodecChain): Codec {
  const configuration: JsonObject = {
    codecs: codecs.codecs.map((codec): JsonObject =>
      codec.configuration === undefined
        ? { name: codec.name }
        : { name: codec.name, configuration: codec.configuration },
    ),
  };
  return {
    kind: "array-bytes",
    name: NAME,
    configuration,
    toString: () => pythonCall("N5DefaultCodec", configuration),
    bind: (spec) => bind(codecs, spec),
    resolve: (spec) => make(resolveChain(codecs, spec)),
  };
}

function bind(codecs: CodecChain, spec: ChunkSpec): BoundArrayBytesCodec {
  const { shape, dataType } = spec;
  const ndim = shape.length;
  if (!N5_TYPES.has(dataType.name)) throw invalid(`has no data type ${dataType.name}`, dataType.name);
  if (shape.some((length) => length > 0xffffffff))
    throw invalid("has blocks of at most 2^32 - 1 a side", shape);
  const order = codecs.arrayArray[0]?.configuration?.["order"];
  const reversed =
    Array.isArray(order) && order.length === ndim && order.every((axis, i) => axis === ndim - 1 - i);
  if (!reversed && order !== "F") throw invalid("needs a transpose that reverses all axes", order);
  const headerBytes = 4 + 4 * ndim;
  const fill = fillElementOf(spec);
  const whole = bindChain(codecs, spec);
  const chains = new Map<string, BoundChain>([[shape.join(), whole]]);
  const chainFor = (blockShape: readonly number[]): BoundChain => {
    const key = blockShape.join();
    let found = chains.get(key);
    if (found === undefined) {
      found = bindChain(codecs, { ...spec, shape: blockShape });
      if (chains.size < MAX_SHAPES) chains.set(key, found);
    }
    return found;
  };
  return {
    kind: "array-bytes",
    name: NAME,
    encodedSize: undefined,
    maxEncodedSize: whole.maxEncodedSize === undefined ? undefined : headerBytes + whole.maxEncodedSize,
    encode: (block, options) =>
      chain(whole.encode(block, options), (elements) => {
        const bytes = new Uint8Array(headerBytes + elements.length);
        const view = new DataView(bytes.buffer);
        view.setUint16(2, ndim);
        for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
        bytes.set(elements, headerBytes);
        return bytes;
      }),
    decode(bytes) {
      const blockShape = readHeader(bytes, shape);
      const decoded = chainFor(blockShape).decode(bytes.subarray(headerBytes));
      return chain(decoded, (block) => fitted(block, blockShape, shape, fill));
    },
  };
}

/** The block's own shape: edge blocks may be cut at the array's end. */
function readHeader(bytes: Uint8Array, shape: readonly number[]): number[] {
  const headerBytes = 4 + 4 * shape.length;
  if (bytes.length < headerBytes) throw damaged("is shorter than its header", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mode = view.getUint16(0);
  if (mode !== 0) throw damaged("is not in the default mode", mode);
  const ndim = view.getUint16(2);
  if (ndim !== shape.length) throw damaged(`does not have ${shape.length} dimensions`, ndim);
  const blockShape = shape.map((_, axis) => view.getUint32(4 + 4 * axis));
  // What a block says of itself may not cost more memory than the metadata justify.
  if (blockShape.includes(0) || sizeOf(blockShape) > sizeOf(shape)) {
    throw damaged(`has a shape that does not fit a chunk of ${shape.join(" x ")}`, blockShape);
  }
  return blockShape;
}

/** The block padded with fill value, or cut, to the shape of a chunk. */
function fitted(block: Block, blockShape: readonly number[], shape: readonly number[], fill: unknown): Block {
  if (blockShape.every((length, axis) => length === shape[axis])) return block;
  const chunk = allocateBlock(shape, block.itemSize);
  fillPart(entirePart(shape), chunk, fill);
  copyPartOut(entirePart(shape.map((length, axis) => Math.min(length, blockShape[axis]!))), block, chunk);
  return chunk;
}

function invalid(what: string, actual: unknown): MetadataValidationError {
  return new MetadataValidationError(`The n5_default codec ${what}.`, { codec: NAME, actual });
}

function damaged(what: string, actual: unknown): CodecError {
  return new CodecError(`An N5 block ${what}.`, { codec: NAME, actual });
}
