/**
 * `z.oindex`, `z.vindex` and `z.blocks`: the other ways of reading a selection.
 *
 * @module
 */
import type { Scalar } from "../dtypes/data-types.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import type { GetOptions, SetOptions } from "./array-access.ts";

/** One way of indexing an array, for reading and for writing. */
export class Indexer<D extends string, S> {
  readonly #get: (selection: S, options: GetOptions<D>) => Promise<unknown>;
  readonly #set: (selection: S, value: unknown, options: SetOptions) => Promise<void>;

  constructor(
    get: (selection: S, options: GetOptions<D>) => Promise<unknown>,
    set: (selection: S, value: unknown, options: SetOptions) => Promise<void>,
  ) {
    this.#get = get;
    this.#set = set;
  }

  /** Reads the selection. A scalar only where the selection is an integer for every axis. */
  async get<O extends GetOptions<D>>(
    selection: S,
    options?: O,
  ): Promise<O extends { readonly out: infer Out extends object } ? Out : NDArray<D>> {
    // The engine returns what this type says: `out` itself, or an array.
    return (await this.#get(selection, options ?? {})) as O extends { readonly out: infer Out extends object }
      ? Out
      : NDArray<D>;
  }

  /** Writes values, broadcast to the selection. Where positions repeat, the last one wins. */
  set(selection: S, value: NDArray | Scalar<D> | unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(selection, value, options);
  }
}
