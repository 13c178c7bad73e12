/**
 * What a selection gives, as far as its type tells.
 *
 * @module
 */
import type { Scalar } from "../dtypes/data-types.ts";
import type { NDArray } from "../dtypes/nd-array.ts";

/**
 * The result of `z.get(selection)`: a tuple written out with a slice, `null`, `"..."`, a new axis or an
 * array in it gives an `NDArray`, and so does a string with `:` or `...`. Everything else may be a scalar.
 */
export type SelectionResult<D extends string, S> = S extends `${string}:${string}` | `${string}...${string}`
  ? NDArray<D>
  : S extends readonly unknown[]
    ? number extends S["length"]
      ? NDArray<D> | Scalar<D>
      : [Exclude<S[number], number | bigint>] extends [never]
        ? NDArray<D> | Scalar<D>
        : NDArray<D>
    : S extends number | bigint | string | null | undefined
      ? NDArray<D> | Scalar<D>
      : S extends object
        ? NDArray<D>
        : NDArray<D> | Scalar<D>;

/** What a read returns: `out` itself where it was given. */
export type GetResult<D extends string, S, O> = O extends { readonly out: infer Out }
  ? Out extends undefined
    ? SelectionResult<D, S>
    : Out
  : SelectionResult<D, S>;
