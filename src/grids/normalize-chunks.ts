/**
 * The options `chunks` and `shards` of an array to be created.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { ChunkGrid } from "./grid.ts";
import { guessChunks, guessShards, MAX_CHUNK_BYTES, MAX_INNER_CHUNK_BYTES } from "./guess-chunks.ts";
import { RectilinearGrid, rectilinearGrid } from "./rectilinear.ts";
import type { Edges } from "./rectilinear.ts";
import { RegularGrid, regularGrid, wrongNumberOfAxes } from "./regular.ts";

/**
 * How to chunk an array: `"auto"`; one length for all axes, or one per axis, where -1 is the whole
 * axis; `false` for one chunk; a list of chunk lengths per axis for a rectilinear grid; the grid of another array.
 */
export type ChunksOption = "auto" | number | false | readonly (number | readonly number[])[] | ChunkGrid;

/** How to shard an array: as chunks are given, or `{ shape, indexLocation }`. */
export type ShardsOption =
  | ChunksOption
  | { readonly shape: ChunksOption; readonly indexLocation?: "start" | "end" | undefined };

/** The grid of shards, and where the option says that their index lies. */
export interface NormalizedShards {
  readonly grid: ChunkGrid;
  readonly indexLocation: "start" | "end" | undefined;
}

/**
 * The chunk grid that the option `chunks` asks for. `undefined` and `"auto"` guess, with chunks of at most
 * 64 MiB, or 1 MiB where `sharded` says that they are the inner chunks of shards. `itemSize` is in bytes.
 *
 * @throws TypeError for what is no chunk shape, `null` and `true` among it; RangeError for a length of 0 or below
 * -1; MetadataValidationError when the numbers of axes differ or listed lengths do not add up to their axis.
 * @example
 * ```ts
 * normalizeChunks([10, -1], [100, 100], 8).chunkShape; // [10, 100]
 * ```
 */
export function normalizeChunks(
  input: ChunksOption | undefined,
  shape: readonly number[],
  itemSize: number,
  options: { readonly sharded?: boolean | undefined } = {},
): ChunkGrid {
  if (input === undefined || input === "auto") {
    const maxBytes = options.sharded === true ? MAX_INNER_CHUNK_BYTES : MAX_CHUNK_BYTES;
    return regularGrid(shape, guessChunks(shape, itemSize, { maxBytes }));
  }
  return gridOf(input, shape, undefined, "chunk");
}

/**
 * The grid of shards that the option `shards` asks for, over the grid of `chunks`; `undefined` without one.
 * A whole axis (-1, `false`) is rounded up to whole chunks. `targetBytes` is what `"auto"` aims at.
 *
 * @throws TypeError, RangeError and MetadataValidationError as {@link normalizeChunks}; MetadataValidationError
 * when chunks are rectilinear or a shard is not made of whole chunks.
 * @example
 * ```ts
 * normalizeShards([-1], [105], regularGrid([105], [10]), 8)?.grid.chunkShape; // [110]
 * ```
 */
export function normalizeShards(
  input: ShardsOption | null | undefined,
  shape: readonly number[],
  chunks: ChunkGrid,
  itemSize: number,
  options: { readonly targetBytes?: number | undefined } = {},
): NormalizedShards | undefined {
  if (input === null || input === undefined) return undefined;
  const inner = chunks.chunkShape;
  if (inner === undefined) {
    throw new MetadataValidationError("shards need chunks of one shape; rectilinear chunks have several", {
      expected: "regular chunks",
      actual: chunks.name,
    });
  }
  const bag = isShardBag(input) ? input : { shape: input, indexLocation: undefined };
  const { indexLocation } = bag;
  if (indexLocation !== undefined && indexLocation !== "start" && indexLocation !== "end") {
    throw new TypeError(`indexLocation ${String(indexLocation)} is neither "start" nor "end"`);
  }
  const grid =
    bag.shape === "auto"
      ? regularGrid(shape, guessShards(shape, inner, itemSize, options))
      : gridOf(bag.shape, shape, inner, "shard");
  for (const [axis, lengths] of grid.edgeLengths.entries()) {
    const broken = lengths.find((length) => length % inner[axis]! !== 0);
    if (broken === undefined) continue;
    throw new MetadataValidationError(
      `shard length ${broken} of dimension ${axis} is not divisible by the inner chunk length ${inner[axis]}`,
      { expected: `a multiple of ${inner[axis]}`, actual: broken },
    );
  }
  return { grid, indexLocation };
}

function isShardBag(input: ShardsOption): input is Exclude<ShardsOption, ChunksOption> {
  return typeof input === "object" && !Array.isArray(input) && !ArrayBuffer.isView(input) && !isGrid(input);
}

function isGrid(input: unknown): input is RegularGrid | RectilinearGrid {
  return input instanceof RegularGrid || input instanceof RectilinearGrid;
}

/** `unit` is what the lengths of whole axes are rounded up to. */
function gridOf(
  input: unknown,
  shape: readonly number[],
  unit: readonly number[] | undefined,
  what: string,
): ChunkGrid {
  if (isGrid(input)) return sameGrid(input, shape);
  if (input === false || typeof input === "number") {
    const length = input === false ? -1 : input;
    return regularGrid(
      shape,
      shape.map((extent, axis) => lengthOf(length, extent, unit?.[axis] ?? 1, axis, what)),
    );
  }
  if (ArrayBuffer.isView(input) && !(input instanceof DataView)) {
    // A typed array is a list of numbers; of bigints, its items say what is wrong.
    return gridOf(Array.from(input as unknown as ArrayLike<unknown>), shape, unit, what);
  }
  if (!Array.isArray(input)) {
    throw new TypeError(
      `${describe(input)} is not a valid ${what} input; give a number, a list of numbers, -1, false or "auto"`,
    );
  }
  const items: readonly unknown[] = input;
  if (items.length !== shape.length) throw wrongNumberOfAxes(shape, items.length);
  const edges = items.map((item, axis): number | number[] =>
    Array.isArray(item)
      ? edgesOf(item, shape[axis]!, axis, what)
      : lengthOf(item, shape[axis]!, unit?.[axis] ?? 1, axis, what),
  );
  const lengths = edges.filter((edge) => typeof edge === "number");
  return lengths.length === edges.length ? regularGrid(shape, lengths) : rectilinearGrid(shape, edges);
}

/** The grid of another array on this shape: the lengths stay, the reach of rectilinear ones is checked anew. */
function sameGrid(grid: RegularGrid | RectilinearGrid, shape: readonly number[]): ChunkGrid {
  if (grid instanceof RegularGrid) return regularGrid(shape, grid.chunkShape);
  return rectilinearGrid(
    shape,
    grid.dimensions.map((dimension): Edges => ("runs" in dimension ? dimension.runs : dimension.chunkLength)),
  );
}

function lengthOf(item: unknown, extent: number, unit: number, axis: number, what: string): number {
  const length = wholeNumber(item, axis, what);
  if (length === -1) return unit * Math.max(1, Math.ceil(extent / unit));
  if (length < 1) throw outOfRange(length, axis, `${what} length`, "positive or -1");
  return length;
}

function edgesOf(items: readonly unknown[], extent: number, axis: number, what: string): number[] {
  if (items.length === 0) {
    throw new MetadataValidationError(`the ${what} lengths of dimension ${axis} are none`, { actual: [] });
  }
  const edges = items.map((item) => wholeNumber(item, axis, what));
  const broken = edges.find((edge) => edge < 1);
  if (broken !== undefined) throw outOfRange(broken, axis, `${what} length`, "positive");
  const total = edges.reduce((sum, edge) => sum + edge, 0);
  // An axis of length 0 keeps the chunks that it is to grow into.
  if (extent > 0 && total !== extent) {
    throw new MetadataValidationError(
      `the ${what} lengths of dimension ${axis} add up to ${total}, not to its length ${extent}`,
      { expected: extent, actual: total },
    );
  }
  return edges;
}

function wholeNumber(item: unknown, axis: number, what: string): number {
  if (typeof item === "number" && Number.isSafeInteger(item)) return item;
  throw new TypeError(`the ${what} length ${describe(item)} of dimension ${axis} is not a whole number`);
}

function outOfRange(length: number, axis: number, what: string, expected: string): RangeError {
  return new RangeError(`the ${what} ${length} of dimension ${axis} is not ${expected}`);
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
