/**
 * How much the random tests do: a tenth of their runs in the quick loop, all of them with `ZARRKIT_THOROUGH=1`, as
 * continuous integration sets it.
 */
const thorough = process.env["ZARRKIT_THOROUGH"] === "1";

/** Runs of a property whose thorough number is `all`. */
export function runs(all: number): number {
  return thorough ? all : Math.max(5, Math.ceil(all / 10));
}

/** Seeds of the model-based test of stores. */
export const modelSeeds: readonly number[] = thorough ? [1, 2, 3] : [1];
