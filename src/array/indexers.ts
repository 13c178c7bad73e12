/**
 * `z.oindex`, `z.vindex` and `z.blocks`: the other ways of reading a selection.
 *
 * @module
 */
import type { GetOptions, SetOptions } from "./array-access.ts";
import type { GetResult } from "./result-types.ts";

/** One way of indexing an array, for reading and for writing; `Kind` says whether a read may give a scalar. */
export class Indexer<D extends string, S, Kind extends "any" | "arrays" = "arrays"> {
  readonly #get: (selection: S, options: GetOptions<D>) => Promise<unknown>;
  readonly #set: (selection: S, value: unknown, options: SetOptions) => Promise<void>;

  constructor(
    get: (selection: S, options: GetOptions<D>) => Promise<unknown>,
    set: (selection: S, value: unknown, options: SetOptions) => Promise<void>,
  ) {
    this.#get = get;
    this.#set = set;
  }

  /** Reads the selection. A scalar only where `oindex` is given an integer for every axis. */
  async get<const T extends S, const O extends GetOptions<D> = object>(
    selection: T,
    options?: O,
  ): Promise<GetResult<D, Kind extends "arrays" ? object : T, O>> {
    // What the engine makes of the selection: `out` itself, an array, or a scalar as the type says.
    return (await this.#get(selection, options ?? {})) as GetResult<D, Kind extends "arrays" ? object : T, O>;
  }

  /** Writes values, broadcast to the selection. Where positions repeat, the last one wins. */
  set(selection: S, value: unknown, options: SetOptions = {}): Promise<void> {
    return this.#set(selection, value, options);
  }
}
