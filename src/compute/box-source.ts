/**
 * A box of an array as a reduction or a map sees it.
 *
 * @module
 */
import type { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { regionSelection, regionShape, regionSize } from "./region.ts";
import type { Region } from "./region.ts";

/** A box of an array; nothing is read before it is asked for. */
export interface Box {
  /** Start and stop by axis. */
  readonly region: Region;
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  /** The elements, in C order. */
  read(): Promise<NDArray>;
}

/** The box of an array at a region. */
export function boxSource(array: ZarrArray, region: Region, { signal }: AbortOptions): Box {
  return {
    region,
    shape: regionShape(region),
    size: regionSize(region),
    async read() {
      const values = await array.get(regionSelection(region), { signal });
      // Slices, and "..." where there are no dimensions, give arrays.
      if (!(values instanceof NDArray)) throw new TypeError("A box is read as an array.");
      return values;
    },
  };
}
