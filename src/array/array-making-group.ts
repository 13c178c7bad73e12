/**
 * How a group makes arrays: `createArray`, and NumPy's ways to say what is in them.
 *
 * @module
 */
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import { normalizePath } from "../storage/normalize-path.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import { ARRAY_OPTION_NAMES, createArrayAt } from "./create-array.ts";
import type { FromArrayOptions, LikeOptions } from "./derive-array.ts";
import { fromArrayAt, optionsLike } from "./derive-array.ts";
import { NodeBase } from "./node-base.ts";
import { contextAt, flushOwned } from "./node-context.ts";
import type { NodeContext } from "./node-context.ts";
import { joinPath } from "./node-documents.ts";
import type { ZarrArray } from "./zarr-array.ts";

/** Options of an array that has a shape. */
export type ShapedArrayOptions<D extends string = string> = CreateArrayOptions<D> & {
  readonly shape: readonly number[] | number;
};

/** Options of an array like another one, in a group. */
export type LikeInGroupOptions<D extends string = string> = Omit<
  LikeOptions<D>,
  "path" | "name" | "storageOptions"
>;

const CREATE_ARRAY: ReadonlySet<string> = optionNames(ARRAY_OPTION_NAMES);

/** A group, as far as it makes arrays. All are in its Zarr format; groups between are created. */
export abstract class ArrayMakingGroup extends NodeBase {
  /** 2 or 3. */
  abstract get zarrFormat(): 2 | 3;

  /** Called when members changed in the store. */
  protected abstract membersChanged(): void;

  /**
   * Creates an array below this group, in its format, and the groups between.
   *
   * @throws ContainsArrayError or ContainsGroupError when something is there and `overwrite` is not set.
   * @throws TypeError for an option that does not exist, or the other Zarr format.
   */
  async createArray<D extends string = "float64">(
    path: string,
    options: CreateArrayOptions<D>,
  ): Promise<ZarrArray<D>> {
    checkOptionNames(options, CREATE_ARRAY, "createArray of a group");
    return await this.#make(path, options, (context) =>
      createArrayAt<D>(context, { ...options, zarrFormat: this.zarrFormat }),
    );
  }

  /** Creates an array of values: of another Zarr array with its chunks, codecs and attributes. */
  async array<D extends string = string>(path: string, options: FromArrayOptions<D>): Promise<ZarrArray<D>> {
    return await this.#make(path, options, (context) =>
      fromArrayAt<D>(context, { ...options, zarrFormat: this.zarrFormat }),
    );
  }

  /** Creates an array without values; its fill value is the data type's zero. */
  empty<D extends string = "float64">(path: string, options: ShapedArrayOptions<D>): Promise<ZarrArray<D>> {
    return this.createArray<D>(path, options);
  }
  /** Creates an array of zeros: nothing but metadata is stored. */
  zeros<D extends string = "float64">(path: string, options: ShapedArrayOptions<D>): Promise<ZarrArray<D>> {
    return this.createArray<D>(path, { ...options, fillValue: options.fillValue ?? 0 });
  }
  /** Creates an array of ones: nothing but metadata is stored. */
  ones<D extends string = "float64">(path: string, options: ShapedArrayOptions<D>): Promise<ZarrArray<D>> {
    return this.createArray<D>(path, { ...options, fillValue: options.fillValue ?? 1 });
  }
  /** Creates an array filled with `fillValue`: nothing but metadata is stored. */
  full<D extends string = "float64">(
    path: string,
    options: ShapedArrayOptions<D> & { readonly fillValue: unknown },
  ): Promise<ZarrArray<D>> {
    return this.createArray<D>(path, options);
  }

  /** Creates an array of the shape, data type, chunks and fill value of `like`, without values. */
  emptyLike<D extends string = string>(path: string, options: LikeInGroupOptions<D>): Promise<ZarrArray<D>> {
    return this.#makeLike<D>(path, options, undefined);
  }
  /** As `emptyLike`, filled with 0. */
  zerosLike<D extends string = string>(path: string, options: LikeInGroupOptions<D>): Promise<ZarrArray<D>> {
    return this.#makeLike<D>(path, options, 0);
  }
  /** As `emptyLike`, filled with 1. */
  onesLike<D extends string = string>(path: string, options: LikeInGroupOptions<D>): Promise<ZarrArray<D>> {
    return this.#makeLike<D>(path, options, 1);
  }
  /** As `emptyLike`, filled with `fillValue`, or with that of `like`. */
  fullLike<D extends string = string>(path: string, options: LikeInGroupOptions<D>): Promise<ZarrArray<D>> {
    return this.#makeLike<D>(path, options, undefined);
  }

  /** Stores values as an array, in place of whatever is at the path: zarr-python's `group[path] = values`. */
  async set(path: string, values: unknown): Promise<void> {
    await this.array(path, { data: values, overwrite: true });
  }

  #makeLike<D extends string>(
    path: string,
    options: LikeInGroupOptions<D>,
    fillValue: number | undefined,
  ): Promise<ZarrArray<D>> {
    const filled = { ...options, fillValue: options.fillValue ?? fillValue, zarrFormat: this.zarrFormat };
    if (options.zarrFormat !== undefined) Object.assign(filled, { zarrFormat: options.zarrFormat });
    // The fill value is the caller's for D, or a number that the builder checks against the data type.
    return this.createArray<D>(path, optionsLike<D>(filled as LikeOptions<D>));
  }

  async #make<T>(
    path: string,
    options: { readonly zarrFormat?: 2 | 3 | null | undefined },
    create: (context: NodeContext) => Promise<T>,
  ): Promise<T> {
    this.requireWritable();
    const { zarrFormat } = options;
    if (zarrFormat !== undefined && zarrFormat !== null && zarrFormat !== this.zarrFormat) {
      throw new TypeError(
        `A group of Zarr format ${this.zarrFormat} has members of that format, not of format ${String(zarrFormat)}.`,
      );
    }
    const context = contextAt(this.context, joinPath(this.path, normalizePath(path)));
    const made = await create(context);
    this.membersChanged();
    await flushOwned(context);
    return made;
  }
}
