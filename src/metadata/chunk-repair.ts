/**
 * Chunk sizes that older software stored and that are not valid: they are read as zarr-python reads them.
 *
 * @module
 */
import type { JsonValue } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import { copyNumberText, isIntegerAt } from "../base/json-notes.ts";

/** One place where a document was read as something else than what it says. */
export interface MetadataRepair {
  /** JSON pointer of what was read otherwise. */
  readonly location: string;
  readonly stored: JsonValue;
  readonly read: JsonValue;
  /**
   * Are chunks that are written now not where a reader of the stored document looks for them? Then the
   * repaired document must be stored before the first chunk.
   */
  readonly movesChunks: boolean;
  /** What the user must know, in a sentence; `undefined` where nothing is lost or to be done. */
  readonly warning: string | undefined;
}

/** A chunk shape with its invalid sizes replaced, and what was replaced. */
export interface RepairedChunkShape {
  /** To be validated like any other: only sizes that have a repair were touched. */
  readonly chunkShape: readonly JsonValue[];
  readonly repairs: readonly MetadataRepair[];
}

/**
 * Repairs the sizes of a chunk shape: `true` (from `chunks=True`) is 1; `0` and `false` are the smallest size that
 * the dimension can have, with a warning unless the dimension has length 0, where `chunks=-1` gave them.
 * No chunk can have been stored under a size of 0, so such an array holds only its fill value.
 *
 * @param shape - Lengths of the array; `undefined` where they are not known (inner chunks), and 0 is then left.
 * @param units - Smallest size of each dimension: the inner chunk's where the chunk is a shard. Default: 1.
 * @example
 * ```ts
 * repairChunkShape([0, true], [8, 8], "/chunks")?.chunkShape; // [1, 1]
 * ```
 */
export function repairChunkShape(
  stored: JsonValue | undefined,
  shape: readonly number[] | undefined,
  location: string,
  units: readonly number[] = [],
): RepairedChunkShape | undefined {
  if (!isJsonArray(stored) || (shape !== undefined && stored.length !== shape.length)) return undefined;
  const repairs: MetadataRepair[] = [];
  const chunkShape = stored.map((size, index) => {
    const place = `${location}/${index}`;
    if (size === true) {
      repairs.push({ location: place, stored: size, read: 1, movesChunks: false, warning: undefined });
      return 1;
    }
    const isZero = size === false || (size === 0 && isIntegerAt(stored, index));
    if (!isZero || shape === undefined) return size;
    const unit = units[index] ?? 1;
    const warning =
      shape[index] === 0
        ? undefined
        : `Chunk size ${JSON.stringify(size)} at ${place} is invalid and is read as ${unit}. No chunk can be stored ` +
          "under it, so the array holds only its fill value: recreate it with the chunk shape that you want.";
    repairs.push({ location: place, stored: size, read: unit, movesChunks: true, warning });
    return unit;
  });
  if (repairs.length === 0) return undefined;
  // So that `4.0` beside a repaired size is still not an integer; a text of what was replaced no longer applies.
  for (const index of stored.keys()) copyNumberText(stored, chunkShape, index);
  return { chunkShape, repairs };
}
