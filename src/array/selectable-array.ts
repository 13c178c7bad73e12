/**
 * Everything that takes a selection: reading and writing elements.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { Scalar } from "../dtypes/data-types.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { blockSelection } from "../indexing/blocks.ts";
import type { NormalizedSelection } from "../indexing/normalized.ts";
import { coordinateSelection, maskSelection, vectorSelection } from "../indexing/points.ts";
import { anySelection, basicSelection, orthogonalSelection } from "../indexing/selection.ts";
import type { BasicSelection, MaskSelection, Selection, SelectionItem } from "../indexing/selection-types.ts";
import type { GetOptions, SequenceOptions, SetOptions } from "./array-access.ts";
import type { ArrayModel } from "./array-model.ts";
import type { FieldSelection } from "./field-access.ts";
import { splitFields } from "./field-access.ts";
import { Indexer } from "./indexers.ts";
import { iterateChunks } from "./iterate-chunks.ts";
import type { ChunkOfSelection, IterateChunksOptions } from "./iterate-chunks.ts";
import { sizeOf } from "../kernels/block.ts";
import { NodeBase } from "./node-base.ts";
import type { GetResult } from "./result-types.ts";

/** A selection in which Zarr arrays may stand for index arrays. */
export type StoredSelection = Selection | SelectableArray | readonly (SelectionItem | SelectableArray)[];

/** An array whose elements are read and written by selections. Zarr arrays among the indices are read first. */
export abstract class SelectableArray<D extends string = string> extends NodeBase {
  abstract get shape(): readonly number[];
  /** The metadata, interpreted: data type, grid, codecs. */
  abstract get model(): ArrayModel;

  /** Reads a normalised selection: `out` where it is given, else a scalar or an array. */
  protected abstract readSelected(
    selection: NormalizedSelection,
    options: GetOptions<D> & SequenceOptions<D>,
  ): Promise<unknown>;
  /** Writes values that are in memory to a normalised selection. */
  protected abstract writeSelected(
    selection: NormalizedSelection,
    values: unknown,
    options: SetOptions,
  ): Promise<void>;

  /**
   * Reads a selection: all of it without one. Integers for every axis give a scalar, everything else an `NDArray`.
   *
   * @throws SelectionError for a selection that the array does not have; BoundsCheckError for an index outside.
   * @throws CodecError when a chunk cannot be decoded; it names array, chunk key, inner chunk and codec.
   * @example
   * ```ts
   * import { createArray } from "zarrkit";
   *
   * const z = await createArray({}, { shape: [10, 10], dtype: "float64", fillValue: 1 });
   * const rows = await z.get("2:4, :");
   * rows.shape; // [2, 10]
   * await z.get([0, 0]); // 1
   * ```
   */
  async get<const S extends StoredSelection = null, const O extends GetOptions<D> = object>(
    selection?: S | FieldSelection,
    options?: O & GetOptions<D>,
  ): Promise<GetResult<D, S, O>> {
    const { rest, fields } = splitFields(selection);
    const given = fields === undefined ? (options ?? {}) : { ...options, fields };
    const result = await this.#get(rest, (indices) => anySelection(read(indices), this.shape), given);
    return result as GetResult<D, S, O>; // what the engine makes of S and O
  }

  /**
   * Writes values to a selection, broadcast as NumPy does. Writes to parts of one chunk wait for each other.
   *
   * @throws RangeError for a value that the data type cannot hold; ShapeMismatchError; ReadOnlyError.
   * @example
   * ```ts
   * import { createArray, slice } from "zarrkit";
   *
   * const z = await createArray({}, { shape: [4, 4], dtype: "int16" });
   * await z.set([slice(0, 2)], [1, 2, 3, 4]);
   * ```
   */
  async set(
    selection: StoredSelection | FieldSelection,
    value: unknown,
    options: SetOptions = {},
  ): Promise<void> {
    const { rest, fields } = splitFields(selection);
    const given = fields === undefined ? options : { ...options, fields };
    await this.#set(rest, (indices) => anySelection(read(indices), this.shape), value, given);
  }

  /** Orthogonal indexing: each axis by integers, slices or a list of its own. */
  get oindex(): Indexer<D, StoredSelection, "any"> {
    return this.#indexer((selection) => orthogonalSelection(read(selection), this.shape));
  }
  /** Vectorised indexing: points by one array per axis, or a mask. */
  get vindex(): Indexer<D, StoredSelection> {
    return this.#indexer((selection) => vectorSelection(read(selection), this.shape));
  }
  /** Indexing by chunks (shards where the array is sharded): integers and slices of the chunk grid. */
  get blocks(): Indexer<D, BasicSelection> {
    return this.#indexer((selection) => blockSelection(selection, this.model.grid));
  }

  getBasicSelection(selection: BasicSelection, options: GetOptions<D> = {}): Promise<NDArray<D> | Scalar<D>> {
    return this.#get(selection, (indices) => basicSelection(indices, this.shape), options);
  }
  setBasicSelection(selection: BasicSelection, value: unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(selection, (indices) => basicSelection(indices, this.shape), value, options);
  }
  getOrthogonalSelection(selection: Selection, options: GetOptions<D> = {}): Promise<NDArray<D> | Scalar<D>> {
    return this.#get(selection, (indices) => orthogonalSelection(indices, this.shape), options);
  }
  setOrthogonalSelection(selection: Selection, value: unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(selection, (indices) => orthogonalSelection(indices, this.shape), value, options);
  }
  getCoordinateSelection(selection: Selection, options: GetOptions<D> = {}): Promise<NDArray<D> | Scalar<D>> {
    return this.#get(selection, (indices) => coordinateSelection(indices, this.shape), options);
  }
  setCoordinateSelection(selection: Selection, value: unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(selection, (indices) => coordinateSelection(indices, this.shape), value, options);
  }
  getMaskSelection(mask: MaskSelection, options: GetOptions<D> = {}): Promise<NDArray<D> | Scalar<D>> {
    return this.#get(mask, (indices) => maskSelection(indices, this.shape), options);
  }
  setMaskSelection(mask: MaskSelection, value: unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(mask, (indices) => maskSelection(indices, this.shape), value, options);
  }
  getBlockSelection(selection: BasicSelection, options: GetOptions<D> = {}): Promise<NDArray<D> | Scalar<D>> {
    return this.#get(selection, (indices) => blockSelection(indices, this.model.grid), options);
  }
  setBlockSelection(selection: BasicSelection, value: unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(selection, (indices) => blockSelection(indices, this.model.grid), value, options);
  }

  /**
   * The selection chunk by chunk, in C order of the chunks. The next chunk is read while one is in use.
   *
   * @example
   * ```ts
   * import { createArray } from "zarrkit";
   *
   * const z = await createArray({}, { shape: [4, 4], chunks: [2, 2], dtype: "uint8" });
   * let chunks = 0;
   * for await (const { data } of z.iterChunks()) chunks += data.size / 4;
   * chunks; // 4
   * ```
   */
  iterChunks(selection?: Selection, options: IterateChunksOptions = {}): AsyncIterable<ChunkOfSelection<D>> {
    const normalized = anySelection(selection, this.shape);
    const { signal } = options;
    const count = normalized.kind === "points" ? normalized.length : sizeOf(normalized.axisShape);
    const bytes = count * this.model.dataType.itemSize;
    // A selection with an axis for each of the array's gives an array.
    const read = (part: NormalizedSelection, recycled: NDArray<D> | undefined): Promise<NDArray<D>> =>
      this.readSelected(part, { signal, sequence: { bytes, recycled } }) as Promise<NDArray<D>>;
    return iterateChunks(normalized, this.model.grid, read, options);
  }

  #indexer<S, Kind extends "any" | "arrays">(
    normalize: (selection: S) => NormalizedSelection,
  ): Indexer<D, S, Kind> {
    return new Indexer<D, S, Kind>(
      (selection, options) => this.#get(selection, normalize, options),
      (selection, value, options) => this.#set(selection, normalize, value, options),
    );
  }

  async #get<S>(
    selection: S,
    normalize: (selection: S) => NormalizedSelection,
    options: GetOptions<D>,
  ): Promise<NDArray<D> | Scalar<D>> {
    const indices = hasArrays(selection) ? await inMemory(selection, options) : selection;
    // `out`, where it is given, is what the caller has.
    return (await this.readSelected(normalize(indices), options)) as NDArray<D> | Scalar<D>;
  }

  async #set<S>(
    selection: S,
    normalize: (selection: S) => NormalizedSelection,
    value: unknown,
    options: SetOptions,
  ): Promise<void> {
    this.requireWritable();
    const indices = hasArrays(selection) ? await inMemory(selection, options) : selection;
    const normalized = normalize(indices);
    const values =
      value instanceof SelectableArray ? await value.get("...", { signal: options.signal }) : value;
    await this.writeSelected(normalized, values, options);
  }
}

/** A selection whose Zarr arrays have been read: `inMemory` has put their elements in their place. */
function read(selection: StoredSelection): Selection {
  return selection as Selection; // as said above
}

function hasArrays(selection: unknown): boolean {
  return (
    selection instanceof SelectableArray ||
    (Array.isArray(selection) && selection.some((item) => item instanceof SelectableArray))
  );
}

/** The selection with every Zarr array in it read. */
async function inMemory<S>(selection: S, options: AbortOptions): Promise<S> {
  const read = async (item: unknown): Promise<unknown> =>
    item instanceof SelectableArray ? await item.get("...", { signal: options.signal }) : item;
  const indices = Array.isArray(selection) ? await Promise.all(selection.map(read)) : await read(selection);
  return indices as S; // arrays in memory select as the Zarr arrays whose place they take
}
