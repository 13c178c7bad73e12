/**
 * Least, greatest and mean value of an array, and what of it is stored.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import type { Box } from "./box-source.ts";
import { chunkKey } from "./new-array.ts";
import { reduce } from "./reduce.ts";
import type { ComputeOptions } from "./run-plan.ts";
import { chunksIn } from "./transfer.ts";

/** What the values of an array come to. */
export interface ValueStatistics {
  /** Elements that are numbers. */
  readonly count: number;
  /** Elements that are NaN or NaT. */
  readonly missing: number;
  /** `undefined` where there is no number. Scalars of the data type, so `bigint` for 64-bit integers and times. */
  readonly min: number | bigint | undefined;
  readonly max: number | bigint | undefined;
  /** Mean of the numbers, in double precision; `undefined` where there is none, and of times. */
  readonly mean: number | undefined;
}

/** What of an array is stored. */
export interface StoredStatistics {
  /** Stored chunks (shards) that lie in the grid. */
  readonly chunksStored: number;
  /** Bytes of all that is stored for the array, metadata among it. */
  readonly bytesStored: number;
  /** Chunks (shards) of the grid. */
  readonly chunksTotal: number;
  /** Keys of the stored chunks. */
  readonly keys: ReadonlySet<string>;
}

interface Partial {
  readonly count: number;
  readonly missing: number;
  readonly min: number | bigint | undefined;
  readonly max: number | bigint | undefined;
  readonly sum: number;
}

const NOTHING: Partial = { count: 0, missing: 0, min: undefined, max: undefined, sum: 0 };

/** Do elements of this array have an order and a mean? */
export function hasStatistics({ dataType }: ZarrArray): boolean {
  return ["bool", "unsigned", "signed", "float", "datetime", "timedelta"].includes(dataType.castKind);
}

/**
 * Goes through the values of an array once. Chunks that are known to be missing are not read: they are fill value.
 *
 * @param stored - what `storedStatistics` found, so that missing chunks are known.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { valueStatistics } from "zarrkit/compute";
 *
 * const z = await createArray({}, { data: Float32Array.of(1, NaN, 4), chunks: [2] });
 * await valueStatistics(z); // { count: 2, missing: 1, min: 1, max: 4, mean: 2.5 }
 * ```
 */
export async function valueStatistics(
  array: ZarrArray,
  options: ComputeOptions = {},
  stored?: Pick<StoredStatistics, "keys">,
): Promise<ValueStatistics> {
  if (!hasStatistics(array))
    throw new TypeError(`Elements of ${String(array)} have no least, greatest and mean.`);
  const { castKind } = array.dataType;
  const isTime = castKind === "datetime" || castKind === "timedelta";
  const fill = array.fillValue ?? array.dataType.defaultFillValue;
  const isMissing = (box: Box): boolean =>
    stored !== undefined &&
    array.model.fillValue !== undefined &&
    chunksIn(array, box.region).every((chunk) => !stored.keys.has(chunkKey(array, chunk)));
  const { count, missing, min, max, sum } = await reduce<Partial>(
    array,
    {
      initial: NOTHING,
      combine,
      async each(box) {
        if (isMissing(box)) return repeated(numberOf(fill), box.size, isTime);
        return partialOf((await box.read()).data, isTime);
      },
    },
    options,
  );
  return { count, missing, min, max, mean: count === 0 || isTime ? undefined : sum / count };
}

/** Lists what is stored of an array. */
export async function storedStatistics(
  array: ZarrArray,
  options: AbortOptions = {},
): Promise<StoredStatistics> {
  const { grid, chunkKeys, shape } = array.model;
  const prefix = array.path === "" ? "" : `${array.path}/`;
  const keys = new Set<string>();
  for await (const key of array.store.listPrefix(prefix, options)) {
    const index = chunkKeys.decode(key.slice(prefix.length), shape.length);
    if (index === undefined || !index.every((cell, axis) => cell < grid.shape[axis]!)) continue;
    keys.add(key);
  }
  const chunksTotal = grid.shape.reduce((count, length) => count * length, 1);
  return { chunksStored: keys.size, bytesStored: await array.nbytesStored(options), chunksTotal, keys };
}

/** The scalar of a data type as a number: booleans are 0 and 1. */
function numberOf(value: unknown): number | bigint {
  return typeof value === "bigint" ? value : Number(value);
}

function repeated(value: number | bigint, times: number, isTime: boolean): Partial {
  const isNothing = typeof value === "bigint" ? isTime && value === NOT_A_TIME : Number.isNaN(value);
  if (isNothing) return { ...NOTHING, missing: times };
  return { count: times, missing: 0, min: value, max: value, sum: Number(value) * times };
}

function combine(left: Partial, right: Partial): Partial {
  return {
    count: left.count + right.count,
    missing: left.missing + right.missing,
    min: least(left.min, right.min),
    max: greatest(left.max, right.max),
    sum: left.sum + right.sum,
  };
}

function least<T extends number | bigint>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined ? b : b === undefined || a <= b ? a : b;
}

function greatest<T extends number | bigint>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined ? b : b === undefined || a >= b ? a : b;
}

const NOT_A_TIME = -(2n ** 63n);

function partialOf(data: unknown, isTime: boolean): Partial {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return ofBigInts(data, isTime);
  // The types above lie in typed arrays of numbers, or of big integers.
  return ofNumbers(data as ArrayLike<number>);
}

function ofNumbers(data: ArrayLike<number>): Partial {
  const { length } = data;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let missing = 0;
  for (let i = 0; i < length; i++) {
    const value = data[i]!;
    if (value !== value) {
      missing++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const count = length - missing;
  return count === 0 ? { ...NOTHING, missing } : { count, missing, min, max, sum };
}

function ofBigInts(data: BigInt64Array | BigUint64Array, isTime: boolean): Partial {
  let min: bigint | undefined;
  let max: bigint | undefined;
  let sum = 0;
  let missing = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (isTime && value === NOT_A_TIME) {
      missing++;
      continue;
    }
    if (min === undefined || value < min) min = value;
    if (max === undefined || value > max) max = value;
    sum += Number(value);
  }
  return { count: data.length - missing, missing, min, max, sum };
}
