/**
 * The rows of `array.info`, as zarr-python prints them.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { Codec } from "../codecs/codec.ts";
import type { DataType } from "../dtypes/data-type.ts";
import type { Store } from "../storage/store.ts";
import { humanBytes, pythonBool, pythonTuple } from "./print.ts";

type Row = readonly [name: string, value: string];

/** What `info` reads of an array. */
export interface ArrayFacts {
  readonly zarrFormat: 2 | 3;
  readonly dataType: DataType;
  readonly fillValue: unknown;
  readonly shape: readonly number[];
  readonly shards: readonly number[] | undefined;
  readonly chunks: readonly number[];
  readonly order: "C" | "F";
  readonly readOnly: boolean;
  readonly store: Store;
  readonly filters: readonly Codec[];
  readonly serializer: Codec | null;
  readonly compressors: readonly Codec[];
  readonly nbytes: number;
  nbytesStored(options: AbortOptions): Promise<number>;
  nchunksInitialized(options: AbortOptions): Promise<number>;
}

/** Width of the longest name that a row can have. */
export const INFO_WIDTH: number = "Chunks Initialized".length;

/** Everything that metadata tells. */
export function infoRows(array: ArrayFacts): Row[] {
  const { fillValue, dataType } = array;
  const rows: Row[] = [
    ["Type", "Array"],
    ["Zarr format", String(array.zarrFormat)],
    ["Data type", dataType.toInfoString()],
    ["Fill value", fillValue === null ? "None" : dataType.scalarToString(fillValue)],
    ["Shape", pythonTuple(array.shape)],
  ];
  const shards = tryShape(() => array.shards);
  if (shards !== undefined) rows.push(["Shard shape", shards]);
  rows.push(
    ["Chunk shape", tryShape(() => array.chunks) ?? ""],
    ["Order", array.order],
    ["Read-only", pythonBool(array.readOnly)],
    ["Store type", array.store.constructor.name],
    ["Filters", pythonTuple(array.filters)],
  );
  if (array.serializer !== null) rows.push(["Serializer", String(array.serializer)]);
  rows.push(["Compressors", pythonTuple(array.compressors)], ["No. bytes", humanBytes(array.nbytes)]);
  return rows;
}

/** What only the store tells. */
export async function storedFacts(array: ArrayFacts, options: AbortOptions): Promise<Row[]> {
  const stored = await array.nbytesStored(options);
  const chunks = await array.nchunksInitialized(options);
  // Of shards that differ in shape, the inner chunks are told.
  const shards = tryShape(() => array.shards) === "<variable>" ? undefined : array.shards;
  const perShard = shards?.reduce((count, length, axis) => count * (length / array.chunks[axis]!), 1);
  return [
    ["No. bytes stored", humanBytes(stored)],
    ["Storage ratio", stored === 0 ? "inf" : (array.nbytes / stored).toFixed(1)],
    perShard === undefined
      ? ["Chunks Initialized", String(chunks)]
      : ["Shards Initialized", String(chunks / perShard)],
  ];
}

/** A shape, or `<variable>` where chunks differ. */
function tryShape(shape: () => readonly number[] | undefined): string | undefined {
  try {
    const found = shape();
    return found === undefined ? undefined : pythonTuple(found);
  } catch {
    return "<variable>";
  }
}
