/**
 * An array as plain chunks: metadata that names no codec but `bytes`, and chunks of its inner chunk grid, decoded.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { BoundModel } from "../array/array-model.ts";
import type { ArrayModel } from "../array/array-model.ts";
import { readSelection } from "../array/read-engine.ts";
import type { ZarrArray } from "../array/zarr-array.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import { fillPart } from "../codecs/copy-part.ts";
import type { BoundChain } from "../codecs/chain.ts";
import { bindChain, codecChain } from "../codecs/chain.ts";
import { codecRegistry } from "../codecs/registry.ts";
import { basicSelection } from "../indexing/selection.ts";
import { entirePart } from "../indexing/projection.ts";
import { slice } from "../indexing/slice.ts";
import type { Block } from "../kernels/block.ts";
import { allocateBlock, sizeOf, wrapBlock } from "../kernels/block.ts";
import { isFilledWith } from "../kernels/block-fill-test.ts";
import { serializeArrayV3 } from "../metadata/v3-array.ts";
import type { PlainType, PlainTypes } from "./plain-type.ts";
import { plainCodec, plainType } from "./plain-type.ts";

/** Larger chunks are not made: one would take the memory of a process. */
const MAX_CHUNK_BYTES = 2 ** 31 - 1;

/** One array, seen as plain chunks. */
export class PlainArray {
  readonly array: ZarrArray;
  /** The v3 document. */
  readonly document: JsonObject;
  readonly chunkShape: readonly number[];
  /** Chunks along each dimension. */
  readonly gridShape: readonly number[];
  readonly #model: ArrayModel;
  readonly #bound: BoundModel;
  readonly #type: PlainType;
  readonly #chain: BoundChain;
  /** Must chunks of nothing but fill value be served, because readers would read another one from the document? */
  readonly #isDense: boolean;

  private constructor(array: ZarrArray, type: PlainType, types: PlainTypes, codecs: readonly JsonObject[]) {
    const { model } = array;
    this.array = array;
    this.#model = model;
    this.#bound = new BoundModel(model);
    this.#type = type;
    this.chunkShape = plainChunkShape(model);
    this.gridShape = model.shape.map((length, axis) => Math.ceil(length / this.chunkShape[axis]!));
    const bytes = sizeOf(this.chunkShape) * Math.max(1, type.dataType.itemSize);
    if (bytes > MAX_CHUNK_BYTES)
      throw new UnsupportedError(`A decoded chunk has ${bytes} bytes, which is more than is served as one.`, {
        store: String(array.store),
        path: array.path,
        actual: bytes,
        expected: MAX_CHUNK_BYTES,
      });
    const { json, isExact } = fillValueFor(model, type, types);
    this.#isDense = !isExact;
    this.document = documentOf(model, type, this.chunkShape, json, codecs);
    this.#chain = bindChain(codecChain(codecRegistry.parseV3(codecs)), {
      shape: this.chunkShape,
      dataType: type.dataType,
      fillValue: type.dataType.defaultFillValue,
    });
  }

  /**
   * @throws UnsupportedError when the elements have no plain form or no name in v3 metadata.
   */
  static async of(array: ZarrArray, types: PlainTypes): Promise<PlainArray> {
    const type = plainType(array.dataType, types);
    const codecs: JsonObject[] = [
      type.dataType.itemSize > 0
        ? { name: plainCodec(type.dataType), configuration: { endian: "little" } }
        : { name: plainCodec(type.dataType), configuration: {} },
    ];
    await codecRegistry.loadV3(codecs);
    return new PlainArray(array, type, types, codecs);
  }

  /** Is this still what the array's metadata says? An array changes in place when it is resized. */
  get isCurrent(): boolean {
    return this.array.model === this.#model;
  }

  /** Is this the index of a chunk of the array? */
  has(chunkIndex: readonly number[]): boolean {
    return (
      chunkIndex.length === this.gridShape.length &&
      chunkIndex.every((cell, axis) => cell < this.gridShape[axis]!)
    );
  }

  /** The bytes of a chunk; `undefined` when it holds nothing but fill value, as if it were not stored. */
  async chunk(chunkIndex: readonly number[], options: AbortOptions): Promise<Uint8Array | undefined> {
    const { chunkShape } = this;
    const { shape, dataType } = this.#model;
    const starts = chunkIndex.map((cell, axis) => cell * chunkShape[axis]!);
    const lengths = starts.map((start, axis) => Math.min(chunkShape[axis]!, shape[axis]! - start));
    const block = allocateBlock(chunkShape, dataType.itemSize);
    const isWhole = lengths.every((length, axis) => length === chunkShape[axis]);
    if (!isWhole || dataType.itemSize === 0) fillPart(entirePart(chunkShape), block, this.#bound.fill);
    const selection = basicSelection(
      starts.map((start, axis) => slice(start, start + lengths[axis]!)),
      shape,
    );
    const target = { ...block, shape: lengths };
    await readSelection(this.array.storePath, this.#bound, selection, target, {
      signal: options.signal,
      readMissingChunks: this.array.config.readMissingChunks,
    });
    if (!this.#isDense && isFilledWith(target, this.#bound.fill, dataType.isSameScalar?.bind(dataType)))
      return undefined;
    return await this.#chain.encode(this.#presented(block));
  }

  #presented(block: Block): Block {
    const { dataType, convert } = this.#type;
    if (dataType === this.#model.dataType) return block;
    return wrapBlock(convert(block.data), block.shape, dataType.itemSize);
  }
}

/** Cells that are decoded alone; where they differ, boxes of the largest lengths. */
function plainChunkShape(model: ArrayModel): readonly number[] {
  return (
    model.chain.arrayBytes.innerChunkShape ??
    model.grid.chunkShape ??
    model.grid.edgeLengths.map((lengths) => lengths.reduce((most, length) => Math.max(most, length), 1))
  );
}

/** The fill value in the document, and whether every reader takes it for what it is. */
function fillValueFor(
  model: ArrayModel,
  type: PlainType,
  types: PlainTypes,
): { json: JsonValue; isExact: boolean } {
  const { dataType, fillBytes } = model;
  const own = fillBytes ?? undefined;
  if (own === undefined) {
    const value = model.fillValue ?? dataType.defaultFillValue;
    return { json: dataType.fillValueToJson(value, 3), isExact: true };
  }
  const converted = type.dataType === dataType ? own : type.convert(own);
  if (!(converted instanceof Uint8Array))
    return { json: type.dataType.fillValueToJson(converted[0], 3), isExact: true };
  if (types === "own") return { json: type.dataType.fillBytesToJson(converted, 3), isExact: true };
  // Readers of core types may know NaN by its name alone, and integers as doubles.
  const value: unknown = type.dataType.readScalar(converted, 0);
  const isExact = typeof value !== "bigint" || Number.isSafeInteger(Number(value));
  return { json: type.dataType.fillValueToJson(value, 3), isExact };
}

function documentOf(
  model: ArrayModel,
  type: PlainType,
  chunkShape: readonly number[],
  fillValue: JsonValue,
  codecs: readonly JsonObject[],
): JsonObject {
  return serializeArrayV3({
    zarrFormat: 3,
    shape: model.shape,
    dataType: type.dataType.toV3(),
    chunkGrid: {
      name: "regular",
      configuration: { chunk_shape: chunkShape },
      mustUnderstand: true,
    },
    chunkKeyEncoding: { name: "default", configuration: { separator: "/" }, mustUnderstand: true },
    fillValue,
    codecs: codecs.map((codec) => ({
      name: String(codec["name"]),
      // A codec that is given one has one; both are made above.
      configuration: codec["configuration"] as JsonObject,
      mustUnderstand: true,
    })),
    attributes: model.attributes,
    dimensionNames: model.dimensionNames ?? xarrayNames(model),
    storageTransformers: [],
    extra: {},
  });
}

/** Names of dimensions where xarray keeps them in v2: without them it cannot read the array as v3. */
function xarrayNames({ zarrFormat, attributes, shape }: ArrayModel): readonly string[] | undefined {
  if (zarrFormat !== 2 || !Object.hasOwn(attributes, "_ARRAY_DIMENSIONS")) return undefined;
  const names = attributes["_ARRAY_DIMENSIONS"];
  if (!isJsonArray(names) || names.length !== shape.length) return undefined;
  const texts = names.filter((name) => typeof name === "string");
  return texts.length === names.length ? texts : undefined;
}
