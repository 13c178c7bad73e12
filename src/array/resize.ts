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
import type { Slice } from "../indexing/slice.ts";
import { slice } from "../indexing/slice.ts";
import { isFilledWith } from "../kernels/block-fill-test.ts";
import type { StorePath } from "../storage/store-path.ts";
import { parseExtension } from "../metadata/extension.ts";
import { BoundModel } from "./array-model.ts";
import type { ArrayModel } from "./array-model.ts";
import { metadataLock } from "./attributes.ts";
import { locksOf } from "./chunk-locks.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import type { NodeContext } from "./node-context.ts";
import { encodeNode, readNode, writeDocuments } from "./node-documents.ts";
import { pythonTuple } from "./print.ts";
import { readChunkForUpdate } from "./read-engine.ts";

/** Options of a resize. */
export interface ResizeOptions extends AbortOptions {
  /** Delete chunks that lie wholly outside the new shape, and clear what lies outside in those that stay. Default true. */
  readonly deleteOutsideChunks?: boolean | undefined;
}

/**
 * Stores the new shape, then removes what lies outside it: a reader sees the old array or the new one.
 */
export async function resizeArray(
  context: NodeContext,
  model: ArrayModel,
  shape: readonly number[],
  options: ResizeOptions,
): Promise<ArrayModel> {
  const { store, path } = context.at;
  if (shape.length !== model.shape.length) {
    throw new ShapeMismatchError(
      `An array of shape ${pythonTuple(model.shape)} cannot be resized to ${pythonTuple(shape)}: the number of dimensions stays.`,
      { expected: model.shape, actual: shape },
    );
  }
  checkExtents(shape);
  const shrinks = shape.some((length, axis) => length < model.shape[axis]!);
  const grid = model.grid.resize(shape);
  const losesChunks = grid.shape.some((count, axis) => count < model.grid.shape[axis]!);
  if (losesChunks && options.deleteOutsideChunks !== false && !store.supportsDeletes) {
    throw new UnsupportedError(
      `${String(store)} cannot delete the chunks that would lie outside the new shape; the array is unchanged.`,
      { store: String(store), path },
    );
  }
  const resized = await locksOf(store).run(metadataLock(path), async () => {
    const current = await readNode(store, path, model.zarrFormat, options);
    if (current?.kind !== "array") {
      throw new NodeNotFoundError(`The array at ${JSON.stringify(path)} is gone.`, {
        store: String(store),
        path,
      });
    }
    const { attributes } = current.metadata;
    const document =
      model.document.zarrFormat === 3
        ? {
            ...model.document,
            attributes,
            shape: [...shape],
            chunkGrid: parseExtension(grid.toV3(), "/chunk_grid"),
          }
        : { ...model.document, attributes, shape: [...shape] };
    const node = { kind: "array", metadata: document } as const;
    await writeDocuments(store, path, encodeNode(node), options);
    await keepConsolidated(store, [{ path, node }], model.zarrFormat, options);
    return { ...model, document, attributes, shape: [...shape], grid, repaired: undefined };
  });
  if (shrinks && options.deleteOutsideChunks !== false)
    await removeOutside(context.at, model, shape, options);
  return resized;
}

/** What an append writes, and where: nothing has been changed yet. */
export function appendTo(
  model: ArrayModel,
  value: unknown,
  axis: number,
  options: { readonly casting?: Casting | undefined },
): { shape: number[]; selection: Slice[]; block: NDArray } {
  const { shape, dataType } = model;
  const at = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= shape.length) {
    throw new RangeError(`An array of shape ${pythonTuple(shape)} has no axis ${axis}.`);
  }
  const block = blockFrom(value, dataType, { casting: options.casting, maxDimensions: shape.length });
  const fits =
    block.shape.length === shape.length &&
    block.shape.every((length, other) => other === at || length === shape[other]);
  if (!fits) {
    throw new ShapeMismatchError(
      `Values of shape ${pythonTuple(block.shape)} cannot be appended along axis ${at} of an array of shape ${pythonTuple(shape)}: all other dimensions must match.`,
      { expected: shape, actual: block.shape },
    );
  }
  const grown = shape.map((length, other) => (other === at ? length + block.shape[at]! : length));
  const selection = shape.map((length, other) =>
    other === at ? slice(length, grown[at]!) : slice(0, length),
  );
  return { shape: grown, selection, block: NDArray.fromBlock(dataType, block) };
}

/** Deletes stored chunks outside the new shape, and writes fill value to what lies outside in those across its edge. */
async function removeOutside(
  at: StorePath,
  old: ArrayModel,
  shape: readonly number[],
  options: AbortOptions,
): Promise<void> {
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
      await locksOf(at.store).run(key, async () => {
        if (outside) await at.store.delete(key, options);
        else await clearBeyond(at, bound, key, index, shape, options);
      });
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
  const existing = await at.store.get(key, undefined, options);
  if (existing === undefined) return;
  const chain = bound.chainAt(chunkIndex);
  const block = await readChunkForUpdate(at, bound, chunkIndex, existing);
  const { grid, fillValue, dataType } = bound.model;
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
  const empty = fillValue !== undefined && isFilledWith(block, bound.fill, dataType.isSameScalar);
  if (empty && at.store.supportsDeletes) await at.store.delete(key, options);
  else await at.store.set(key, await chain.encode(block, { writeEmptyChunks: !empty, ...options }), options);
}
