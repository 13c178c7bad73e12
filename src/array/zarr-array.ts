/**
 * The array: its metadata, and reading and writing its elements.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { JsonObject } from "../base/json.ts";
import { copyJson } from "../base/json-notes.ts";
import { equalJson } from "../base/json-write.ts";
import type { Codec } from "../codecs/codec.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { Scalar } from "../dtypes/data-types.ts";
import { parseDataType } from "../dtypes/registry.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { anySelection } from "../indexing/selection.ts";
import { slice } from "../indexing/slice.ts";
import { sizeOf } from "../kernels/block.ts";
import type { ArrayMetadataV2 } from "../metadata/v2-array.ts";
import { serializeArrayV2 } from "../metadata/v2-array.ts";
import type { ArrayMetadataV3 } from "../metadata/v3-array.ts";
import { serializeArrayV3 } from "../metadata/v3-array.ts";
import type { GetOptions, SequenceOptions, SetOptions } from "./array-access.ts";
import { getSelection, setSelection } from "./array-access.ts";
import type { ArrayConfig, ResolvedArrayConfig } from "./array-config.ts";
import { resolveArrayConfig } from "./array-config.ts";
import { INFO_WIDTH, infoRows, storedFacts } from "./array-info.ts";
import type { ArrayModel } from "./array-model.ts";
import { BoundModel } from "./array-model.ts";
import { chunkCounts, chunkShapeOf, chunkSizes, codecsOf, shardShapeOf } from "./array-layout.ts";
import type { ChunkSizes } from "./array-layout.ts";
import { changeAttributes } from "./attributes.ts";
import type { AttributesChange } from "./attributes.ts";
import { countStoredChunks } from "./chunk-count.ts";
import type { NodeContext } from "./node-context.ts";
import { flushOwned } from "./node-context.ts";
import { infoTable, pythonTuple } from "./print.ts";
import type { ResizeOptions } from "./resize.ts";
import { appendedValues, removeOutside, storeShape } from "./resize.ts";
import { SelectableArray } from "./selectable-array.ts";
import { storeRepair } from "./store-repair.ts";

/** What an array is made of; `openArray` and `createArray` make them. */
export interface ZarrArrayParts {
  readonly context: NodeContext;
  readonly model: ArrayModel;
  readonly config: ResolvedArrayConfig;
  /** How 64-bit integers are read unless a read says otherwise. */
  readonly int64?: "bigint" | "number" | undefined;
}

/**
 * A chunked N-dimensional array in a store.
 *
 * `D` is the logical name of its data type: `z.get(…)` of a `ZarrArray<"float64">` gives an
 * `NDArray<"float64">`, whose data is a `Float64Array`.
 *
 * @example
 * ```ts
 * import { createArray, slice } from "zarrkit";
 *
 * const z = await createArray({}, { shape: [4, 6], chunks: [2, 3], dtype: "int32" });
 * await z.set(null, 42);
 * const part = await z.get([slice(0, 2), slice(1, 3)]);
 * part.shape; // [2, 2]
 * ```
 */
export class ZarrArray<D extends string = string> extends SelectableArray<D> {
  readonly #config: ResolvedArrayConfig;
  readonly #int64: "bigint" | "number" | undefined;
  #model: ArrayModel;
  /** Made when elements are first read or written: most arrays of a large hierarchy are only looked at. */
  #boundModel: BoundModel | undefined;
  #attrs: JsonObject | undefined;

  constructor(parts: ZarrArrayParts) {
    super(parts.context);
    this.#config = parts.config;
    this.#int64 = parts.int64;
    this.#model = parts.model;
  }

  /** 2 or 3. */
  get zarrFormat(): 2 | 3 {
    return this.model.zarrFormat;
  }
  /** The metadata document, parsed. */
  get metadata(): ArrayMetadataV2 | ArrayMetadataV3 {
    return this.model.document;
  }
  /** Run-time options. */
  get config(): ResolvedArrayConfig {
    return this.#config;
  }
  /** Length of each dimension. */
  override get shape(): readonly number[] {
    return this.model.shape;
  }
  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** Bytes of all elements in memory; not what is stored. Elements of variable length count as in NumPy: 16 a string, 8 any other. */
  get nbytes(): number {
    return this.size * (this.dataType.itemSize || (this.dataType.nominalSize ?? 8));
  }
  /** Logical name of the data type: `float64`. */
  get dtype(): D {
    return this.dataType.name as D; // D is the name of this array's data type
  }
  /** The data type. */
  get dataType(): DataType {
    return this.model.dataType;
  }
  /** What elements have where nothing was written; `null` for v2's null. */
  get fillValue(): Scalar<D> | null {
    return (this.model.fillValue ?? null) as Scalar<D> | null; // parsed by this array's data type
  }
  /** Memory layout of chunks: v2 may say `F`. */
  get order(): "C" | "F" {
    return this.model.order;
  }
  /** Names of the dimensions, where v3 metadata has them. */
  get dimensionNames(): readonly (string | null)[] | undefined {
    return this.model.dimensionNames;
  }
  /**
   * What there is to know of how the metadata was read, one sentence each: invalid chunk lengths that were repaired, codecs
   * that make shards slow. The library prints nothing; show these where users look.
   */
  get warnings(): readonly string[] {
    return this.model.warnings;
  }
  /** The attributes last seen: a frozen plain object. Change them with `updateAttributes`. */
  get attrs(): JsonObject {
    this.#attrs ??= copyJson(this.model.attributes, { freeze: true });
    return this.#attrs;
  }

  /**
   * Shape of a chunk; of an inner chunk where the array is sharded.
   *
   * @throws UnsupportedError for a rectilinear grid, whose chunks differ; `readChunkSizes` has them.
   */
  get chunks(): readonly number[] {
    return chunkShapeOf(this.model);
  }
  /** Shape of a shard, or `undefined` where the array is not sharded. */
  get shards(): readonly number[] | undefined {
    return shardShapeOf(this.model);
  }
  /** Lengths of the chunks along each dimension as they are read, the last cut at the array's end. */
  get readChunkSizes(): ChunkSizes {
    return chunkSizes(this.model, "read");
  }
  /** Lengths of the stored chunks (shards) along each dimension, the last cut at the array's end. */
  get writeChunkSizes(): ChunkSizes {
    return chunkSizes(this.model, "write");
  }
  /** Number of chunks along each dimension; inner chunks where the array is sharded. */
  get chunkGridShape(): readonly number[] {
    return chunkCounts(this.model);
  }
  /** zarr-python's name for `chunkGridShape`. */
  get cdataShape(): readonly number[] {
    return this.chunkGridShape;
  }
  /** Number of chunks. */
  get nchunks(): number {
    return sizeOf(this.chunkGridShape);
  }
  /** Array-to-array codecs (v2: filters) of a chunk. */
  get filters(): readonly Codec[] {
    return codecsOf(this.model).filters;
  }
  /** The array-to-bytes codec of a chunk; `null` in v2. */
  get serializer(): Codec | null {
    return this.zarrFormat === 2 ? null : codecsOf(this.model).serializer;
  }
  /** Bytes-to-bytes codecs of a chunk. */
  get compressors(): readonly Codec[] {
    return codecsOf(this.model).compressors;
  }

  /**
   * Is this an array of that data type? Narrows the type.
   *
   * @example
   * ```ts
   * import { createArray } from "zarrkit";
   *
   * const z: import("zarrkit").ZarrArray = await createArray({}, { shape: [2], dtype: "float32" });
   * if (z.is("float32")) z.fillValue?.toFixed(1); // 0.0
   * ```
   */
  is<N extends string>(dtype: N): this is ZarrArray<N> {
    return parseDataType(dtype).name === this.dataType.name;
  }

  /**
   * Changes the shape in place. Growing writes metadata alone; shrinking deletes the chunks that lie wholly outside.
   *
   * @throws ShapeMismatchError for another number of dimensions; ReadOnlyError.
   */
  async resize(shape: readonly number[], options: ResizeOptions = {}): Promise<void> {
    this.requireWritable();
    const resized = await storeShape(this.context, this.zarrFormat, () => shape, options);
    this.#update(resized.after);
    if (options.deleteOutsideChunks !== false) await removeOutside(this.context.at, resized, options);
    await flushOwned(this.context);
  }

  /**
   * Adds values behind the end of an axis and returns the new shape. The end is that of the stored array: appends
   * from several objects in this process all last, in the order in which they come.
   *
   * @throws ShapeMismatchError when another dimension differs; the array is unchanged then.
   */
  async append(
    value: unknown,
    options: SetOptions & { readonly axis?: number | undefined } = {},
  ): Promise<readonly number[]> {
    this.requireWritable();
    const { block, axis, grownShape } = appendedValues(this.model, value, options.axis ?? 0, options);
    const { after } = await storeShape(this.context, this.zarrFormat, grownShape, options);
    this.#update(after);
    const { shape } = after;
    const selection = shape.map((end, at) => slice(at === axis ? end - block.shape[axis]! : 0, end));
    await this.writeSelected(anySelection(selection, shape), block, options);
    return shape;
  }

  /** Merges into the attributes and stores them. */
  async updateAttributes(patch: object, options: AbortOptions = {}): Promise<this> {
    return await this.#changeAttributes({ kind: "merge", patch }, options);
  }
  /** Replaces all attributes. */
  async setAttributes(attributes: object, options: AbortOptions = {}): Promise<this> {
    return await this.#changeAttributes({ kind: "replace", attributes }, options);
  }
  /** Deletes attributes by name; names that are not there are no error. */
  async deleteAttributes(...names: string[]): Promise<this> {
    return await this.#changeAttributes({ kind: "delete", names }, {});
  }

  /** Number of chunks that are stored; in a sharded array all inner chunks of the stored shards. Lists the store. */
  nchunksInitialized(options: AbortOptions = {}): Promise<number> {
    return countStoredChunks(this.context.at, this.model, options);
  }
  /** Bytes stored for the array: metadata and chunks. Lists the store. */
  nbytesStored(options: AbortOptions = {}): Promise<number> {
    return this.store.getSizePrefix(this.path, options);
  }

  /** zarr-python's summary of the array. */
  get info(): string {
    return infoTable(infoRows(this), INFO_WIDTH);
  }
  /** `info`, and what is stored. Lists the store. */
  async infoComplete(options: AbortOptions = {}): Promise<string> {
    return infoTable([...infoRows(this), ...(await storedFacts(this, options))], INFO_WIDTH);
  }

  /** The same array with other run-time options. */
  withConfig(given: ArrayConfig): ZarrArray<D> {
    const config = resolveArrayConfig(given, this.#config);
    return new ZarrArray<D>({ context: this.context, model: this.model, config, int64: this.#int64 });
  }

  /** Is this the same array: equal metadata at an equal place? */
  equals(other: unknown): boolean {
    return (
      other instanceof ZarrArray &&
      this.storePath.equals(other.storePath) &&
      equalJson(encodableOf(this.model), encodableOf(other.model))
    );
  }

  /** `<Array file://data/a shape=(2,) dtype=float64>` */
  override toString(): string {
    return `<Array ${String(this.storePath)} shape=${pythonTuple(this.shape)} dtype=${String(this.dataType)}>`;
  }

  /** The metadata, interpreted: data type, grid, codecs. */
  override get model(): ArrayModel {
    return this.#model;
  }

  get #bound(): BoundModel {
    this.#boundModel ??= new BoundModel(this.#model, this.#config.chunkCache);
    return this.#boundModel;
  }

  #update(model: ArrayModel): void {
    this.#model = model;
    this.#boundModel = undefined;
    this.#attrs = undefined;
  }

  async #changeAttributes(change: AttributesChange, options: AbortOptions): Promise<this> {
    this.requireWritable();
    const before = { kind: "array", metadata: this.model.document } as const;
    const { attributes } = (await changeAttributes(this.context, before, change, options)).metadata;
    // The model of now: a resize may have come between.
    this.#update({ ...this.model, attributes, document: { ...this.model.document, attributes } });
    await flushOwned(this.context);
    return this;
  }

  protected override readSelected(
    selection: NormalizedSelection,
    options: GetOptions<D> & SequenceOptions<D>,
  ): Promise<unknown> {
    const int64 = options.int64 ?? this.#int64;
    return getSelection<D>(
      this.context.at,
      this.#bound,
      selection,
      { ...options, int64 },
      this.#config.readMissingChunks,
    );
  }

  protected override async writeSelected(
    selection: NormalizedSelection,
    values: unknown,
    options: SetOptions,
  ): Promise<void> {
    if (this.model.repaired !== undefined) this.#update(await storeRepair(this.context, this.model, options));
    await setSelection(
      this.context.at,
      this.#bound,
      selection,
      values,
      options,
      this.#config.writeEmptyChunks,
    );
    await flushOwned(this.context);
  }
}

function encodableOf(model: ArrayModel): JsonObject {
  return model.document.zarrFormat === 3
    ? serializeArrayV3({ ...model.document, source: undefined })
    : { ...serializeArrayV2({ ...model.document, source: undefined }), attributes: model.attributes };
}
