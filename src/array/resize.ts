/**
 * Changing the shape of an array, and adding to its end.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { NodeNotFoundError, ShapeMismatchError, UnsupportedError } from "../base/errors.ts";
import { fillPart } from "../codecs/copy-part.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import type { Casting } from "../dtypes/casting.ts";
import { blockFrom } from "../dtypes/nd-array-values.ts";
import { checkExtents } from "../grids/regular.ts";
import { isFilledWith } from "../kernels/block-fill-test.ts";
import type { Block } from "../kernels/block.ts";
import type { StorePath } from "../storage/store-path.ts";
import { parseExtension } from "../metadata/extension.ts";
import { BoundModel } from "./array-model.ts";
import type { ArrayModel } from "./array-model.ts";
import { locksOf, metadataLock } from "./chunk-locks.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import { interpret } from "./interpret.ts";
import type { NodeContext } from "./node-context.ts";
import { encodeNode, keyIn, readNode, writeDocuments } from "./node-documents.ts";
import { pythonTuple } from "./print.ts";
import { forgetChunk } from "./chunk-cache.ts";
import { changeValue } from "./chunk-update.ts";
import { readChunkForUpdate } from "./read-engine.ts";

/** Options of a resize. */
export interface ResizeOptions extends AbortOptions {
  /** Delete chunks that lie wholly outside the new shape, and clear what lies outside in those that stay. Default true. */
  readonly deleteOutsideChunks?: boolean | undefined;
}

/** An array before and after a change of its shape. */
export interface Resized {
  readonly before: ArrayModel;
  readonly after: ArrayModel;
}

/**
 * Stores a new shape, which `shapeOf` tells from the stored one: another object may have changed it. Chunks stay;
 * `removeOutside` deletes those that then lie outside, so that a reader sees the old array or the new one.
 */
export async function storeShape(
  context: NodeContext,
  zarrFormat: 2 | 3,
  shapeOf: (stored: readonly number[]) => readonly number[],
  options: ResizeOptions,
): Promise<Resized> {
  const { store, path } = context.at;
  return await locksOf(store).run(
    metadataLock(path),
    async () => {
      const current = await readNode(store, path, zarrFormat, options);
      if (current?.kind !== "array") {
        throw new NodeNotFoundError(`The array at ${JSON.stringify(path)} is gone.`, {
          store: String(store),
          path,
        });
      }
      const key = keyIn(path, zarrFormat === 3 ? "zarr.json" : ".zarray");
      const before = await interpret(current.metadata, { store: String(store), path, key });
      const after = withShape(before, shapeOf(before.shape));
      const losesChunks = after.grid.shape.some((count, axis) => count < before.grid.shape[axis]!);
      if (losesChunks && options.deleteOutsideChunks !== false && !store.supportsDeletes) {
        throw new UnsupportedError(
          `${String(store)} cannot delete the chunks that would lie outside the new shape; the array is unchanged.`,
          { store: String(store), path },
        );
      }
      const node = { kind: "array", metadata: after.document } as const;
      await writeDocuments(store, path, encodeNode(node), options);
      await keepConsolidated(store, [{ path, node }], zarrFormat, options);
      return { before, after };
    },
    options,
  );
}

/** The array with another shape. */
function withShape(model: ArrayModel, given: readonly number[]): ArrayModel {
  if (given.length !== model.shape.length) {
    throw new ShapeMismatchError(
      `An array of shape ${pythonTuple(model.shape)} cannot be resized to ${pythonTuple(given)}: the number of dimensions stays.`,
      { expected: model.shape, actual: given },
    );
  }
  checkExtents(given);
  const shape = [...given];
  const grid = model.grid.resize(shape);
  const document =
    model.document.zarrFormat === 3
      ? { ...model.document, shape, chunkGrid: parseExtension(grid.toV3(), "/chunk_grid") }
      : { ...model.document, shape };
  return { ...model, document, shape, grid, repaired: undefined };
}

/** Values to append, and where: nothing has been changed yet. */
export interface Appended {
  readonly block: NDArray;
  /** The axis, from 0. */
  readonly axis: number;
  /**
   * The shape of the array with the values behind its end.
   *
   * @throws ShapeMismatchError when another dimension differs.
   */
  grownShape(shape: readonly number[]): number[];
}

/** @throws RangeError when there is no such axis; what `z.set` throws for values that the data type does not take. */
export function appendedValues(
  model: ArrayModel,
  value: unknown,
  givenAxis: number,
  options: { readonly casting?: Casting | undefined },
): Appended {
  const { shape, dataType } = model;
  const axis = givenAxis < 0 ? givenAxis + shape.length : givenAxis;
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    throw new RangeError(`An array of shape ${pythonTuple(shape)} has no axis ${givenAxis}.`);
  }
  const values = blockFrom(value, dataType, { casting: options.casting, maxDimensions: shape.length });
  return {
    block: NDArray.fromBlock(dataType, values),
    axis,
    grownShape(old) {
      const fits =
        values.shape.length === old.length &&
        values.shape.every((length, other) => other === axis || length === old[other]);
      if (!fits) {
        throw new ShapeMismatchError(
          `Values of shape ${pythonTuple(values.shape)} cannot be appended along axis ${axis} of an array of shape ${pythonTuple(old)}: all other dimensions must match.`,
          { expected: old, actual: values.shape },
        );
      }
      return old.map((length, other) => (other === axis ? length + values.shape[axis]! : length));
    },
  };
}

/** Deletes stored chunks outside the new shape, and writes fill value to what lies outside in those across its edge. */
export async function removeOutside(
  at: StorePath,
  { before: old, after: { shape } }: Resized,
  options: AbortOptions,
): Promise<void> {
  if (shape.every((length, axis) => length >= old.shape[axis]!)) return;
  const bound = new BoundModel(old);
  const affected: { key: string; index: readonly number[]; outside: boolean }[] = [];
  for await (const { key, index } of storedChunks(at, old, options)) {
    const starts = index.map((cell, axis) => old.grid.dimensions[axis]!.cellStart(cell));
    const outside = starts.some((start, axis) => start >= shape[axis]!);
    const across = starts.some((start, axis) => {
      const end = Math.min(start + old.grid.dimensions[axis]!.cellLength(index[axis]!), old.shape[axis]!);
      return end > shape[axis]!;
    });
    if (across) affected.push({ key, index, outside });
  }
  await forEachLimited(
    affected,
    config.get("async.concurrency"),
    async ({ key, index, outside }) => {
      await locksOf(at.store).run(
        key,
        async () => {
          if (outside) await at.store.delete(key, options);
          else await clearBeyond(at, bound, key, index, shape, options);
          forgetChunk(at.store, key);
        },
        options,
      );
    },
    options,
  );
}

/** Chunks that are stored; where the store cannot list, every chunk of the grid. */
async function* storedChunks(
  at: StorePath,
  model: ArrayModel,
  options: AbortOptions,
): AsyncGenerator<{ key: string; index: number[] }> {
  const { chunkKeys, grid, shape } = model;
  const prefix = at.path === "" ? "" : `${at.path}/`;
  if (at.store.supportsListing) {
    for await (const key of at.store.listPrefix(prefix, options)) {
      const index = chunkKeys.decode(key.slice(prefix.length), shape.length);
      if (index?.every((cell, axis) => cell < grid.shape[axis]!) === true) yield { key, index };
    }
    return;
  }
  if (grid.shape.includes(0)) return;
  const index = shape.map(() => 0);
  for (;;) {
    yield { key: prefix + chunkKeys.encode(index), index: [...index] };
    let axis = index.length - 1;
    while (axis >= 0 && ++index[axis]! >= grid.shape[axis]!) index[axis--] = 0;
    if (axis < 0) return;
  }
}

async function clearBeyond(
  at: StorePath,
  bound: BoundModel,
  key: string,
  chunkIndex: readonly number[],
  shape: readonly number[],
  options: AbortOptions,
): Promise<void> {
  const chain = bound.chainAt(chunkIndex);
  const { grid, fillValue, dataType } = bound.model;
  const clear = (block: Block): void => {
    for (const [axis, length] of chain.spec.shape.entries()) {
      const kept = shape[axis]! - grid.dimensions[axis]!.cellStart(chunkIndex[axis]!);
      if (kept >= length) continue;
      const axes = chain.spec.shape.map((all, other) => {
        const range =
          other === axis
            ? ({ kind: "range", start: kept, step: 1, count: length - kept } as const)
            : ({ kind: "range", start: 0, step: 1, count: all } as const);
        return { from: range, to: range };
      });
      fillPart({ kind: "orthogonal", axes, full: false }, block, bound.fill);
    }
  };
  let stored: Block | undefined; // what was stored, cleared
  const encode = (block: Block, empty: boolean): Promise<Uint8Array> =>
    Promise.resolve(chain.encode(block, { writeEmptyChunks: empty, ...options }));
  const change = {
    next: async (existing: Uint8Array | undefined) => {
      stored = undefined;
      if (existing === undefined) return undefined;
      stored = await readChunkForUpdate(at, bound, chunkIndex, existing);
      clear(stored);
      const empty = fillValue !== undefined && isFilledWith(stored, bound.fill, dataType.isSameScalar);
      return empty && at.store.supportsDeletes ? undefined : encode(stored, empty);
    },
    remove: async () => {
      if (stored !== undefined) await at.store.delete(key, options);
    },
    blank: () => encode(stored!, true), // asked for only where something was stored
  };
  await changeValue(at.store, key, change, options);
}
