/**
 * Opening nodes: `open`, `openArray`, `openGroup`, `openConsolidated`.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import {
  ArrayNotFoundError,
  GroupNotFoundError,
  MetadataValidationError,
  NodeNotFoundError,
  UnknownDataTypeError,
} from "../base/errors.ts";
import type { ContainsArrayError, ContainsGroupError } from "../base/errors.ts";
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import { parseDataType } from "../dtypes/registry.ts";
import { resolveStore } from "../storage/resolve.ts";
import type { StoreLike } from "../storage/store-like.ts";
import type { StoreMode } from "../storage/store-mode.ts";
import { arrayOf } from "./array-of.ts";
import { attributesOf } from "./attributes.ts";
import type { ConsolidatedView } from "./consolidated-view.ts";
import { readConsolidated } from "./consolidated-view.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import { ARRAY_OPTION_NAMES, createArrayAt } from "./create-array.ts";
import { PLACE_OPTION_NAMES } from "./create-options.ts";
import { containsError, createNode, emptyGroup } from "./create-node.ts";
import { hasImplicitGroup } from "./implicit-group.ts";
import type { NodeContext } from "./node-context.ts";
import { closeOwned, flushOwned } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { readNode } from "./node-documents.ts";
import type { ZarrArray } from "./zarr-array.ts";
import type { ZarrNode } from "./zarr-group.ts";
import { groupOf } from "./zarr-group.ts";
import type { ZarrGroup } from "./zarr-group.ts";

/** Where and how a node is opened. */
export interface OpenPlaceOptions extends AbortOptions {
  /** Path in the store. Default: its root. */
  readonly path?: string | undefined;
  /** `r` reads, `r+` changes, `a` changes or creates, `w` creates anew, `w-` creates. */
  readonly mode?: StoreMode | undefined;
  /** Look for this format only. Default: both, v3 first. */
  readonly zarrFormat?: 2 | 3 | null | undefined;
  /** Options of the file system, where the store is given by a URL. */
  readonly storageOptions?: object | undefined;
}

/** Options of `openArray`; those of a new array matter only where the mode creates one. */
export type OpenArrayOptions<D extends string = string> = OpenPlaceOptions &
  Omit<Partial<CreateArrayOptions<D>>, "zarrFormat">;

/** Options of `openGroup`. */
export interface OpenGroupOptions extends OpenPlaceOptions {
  /** Attributes of a group that is created. */
  readonly attributes?: object | undefined;
  /** `true`: consolidated metadata must be there; `false`: it is not used; a name: v2's key for it. Default: used where it is. */
  readonly useConsolidated?: boolean | string | null | undefined;
}

const OPEN_NAMES = { ...PLACE_OPTION_NAMES, mode: 0, zarrFormat: 0 } as const;
const OPEN_ARRAY: ReadonlySet<string> = optionNames({ ...OPEN_NAMES, ...ARRAY_OPTION_NAMES });
const OPEN_GROUP: ReadonlySet<string> = optionNames({ ...OPEN_NAMES, attributes: 0, useConsolidated: 0 });
const OPEN: ReadonlySet<string> = new Set([...OPEN_ARRAY, ...OPEN_GROUP]);

/**
 * Opens an array: an existing one, unless `mode` is `a`, `w` or `w-`. `dtype` is then checked, and narrows the type.
 *
 * @throws ArrayNotFoundError when there is none; ContainsGroupError when a group is there.
 * @throws UnknownDataTypeError when `dtype` names another type than the array's.
 * @example
 * ```ts
 * import { createArray, openArray } from "zarrkit";
 *
 * const store = new Map<string, Uint8Array>();
 * await createArray(store, { shape: [3], dtype: "float32" });
 * const z = await openArray(store, { dtype: "float32" });
 * (await z.get("...")).toString(); // [0. 0. 0.]
 * ```
 */
export async function openArray<D extends string = string>(
  store: StoreLike,
  options: OpenArrayOptions<D> = {},
): Promise<ZarrArray<D>> {
  checkOptionNames(options, OPEN_ARRAY, "openArray");
  const { mode } = options;
  const context = await placeOf(store, options, mode);
  return await closingOnFailure(context, async () => {
    if (mode === "w" || mode === "w-") return await createdArray<D>(context, options, mode === "w");
    const node = await readNode(context.at.store, context.at.path, options.zarrFormat ?? undefined, options);
    if (node?.kind === "array") return await openedArray<D>(context, node, options);
    if (node?.kind === "group") throw containsGroup(context);
    if (mode === "a") return await createdArray<D>(context, options, false);
    throw notFound(ArrayNotFoundError, "array", context);
  });
}

/**
 * Opens a group, or creates one where the mode allows it: the default is `a` for local paths and memory, and `r` for
 * everything else that is named by a URL, for archives and for read-only stores.
 *
 * @throws GroupNotFoundError when there is none and none is created; ContainsArrayError when an array is there.
 * @example
 * ```ts
 * import { openGroup } from "zarrkit";
 *
 * const group = await openGroup({}, { attributes: { title: "new" } });
 * group.attrs.title; // "new"
 * ```
 */
export async function openGroup(store: StoreLike, options: OpenGroupOptions = {}): Promise<ZarrGroup> {
  checkOptionNames(options, OPEN_GROUP, "openGroup");
  const context = await placeOf(store, options, options.mode);
  return await closingOnFailure(context, async () => {
    const mode = options.mode ?? (context.at.readOnly ? "r" : "a");
    const format = options.zarrFormat ?? undefined;
    if (mode === "w" || mode === "w-") return await createdGroup(context, options, mode === "w");
    const node = await readNode(context.at.store, context.at.path, format, options);
    if (node?.kind === "group") return await openedGroup(context, node, options);
    if (node?.kind === "array") throw containsArray(context);
    if (mode === "a") return await createdGroup(context, options, false);
    if (format !== 3 && (await hasImplicitGroup(context.at, options))) return groupOf(context, emptyGroup(2));
    throw notFound(GroupNotFoundError, "group", context);
  });
}

/**
 * Opens a group that has consolidated metadata; nothing below it is read one by one.
 *
 * @throws MetadataValidationError when it has none.
 */
export async function openConsolidated(store: StoreLike, options: OpenGroupOptions = {}): Promise<ZarrGroup> {
  const { useConsolidated = true } = options;
  if (useConsolidated !== true && typeof useConsolidated !== "string") {
    throw new TypeError(
      `openConsolidated uses consolidated metadata; useConsolidated cannot be ${String(useConsolidated)}.`,
    );
  }
  // As openArray: what exists, writable where the store is.
  return await openGroup(store, {
    ...options,
    useConsolidated,
    mode: options.mode ?? (await existingMode(store, options)),
  });
}

/**
 * Opens what is there, array or group. Creates only when `mode` or `shape` says so.
 *
 * @throws NodeNotFoundError when there is nothing and nothing is created.
 * @example
 * ```ts
 * import { createArray, open, ZarrArray } from "zarrkit";
 *
 * const store = {};
 * await createArray(store, { path: "x", shape: [2], dtype: "bool" });
 * (await open(store, { path: "x" })) instanceof ZarrArray; // true
 * ```
 */
export async function open(
  store: StoreLike,
  options: OpenArrayOptions & OpenGroupOptions = {},
): Promise<ZarrNode> {
  checkOptionNames(options, OPEN, "open");
  const creates = options.shape !== undefined || options.data !== undefined;
  const mode = options.mode ?? (creates ? "a" : undefined);
  const context = await placeOf(store, options, mode);
  return await closingOnFailure(context, async () => {
    if (mode === "w" || mode === "w-") {
      return creates
        ? await createdArray(context, options, mode === "w")
        : await createdGroup(context, options, mode === "w");
    }
    const node = await readNode(context.at.store, context.at.path, options.zarrFormat ?? undefined, options);
    if (node?.kind === "array") return await openedArray(context, node, options);
    if (node?.kind === "group") {
      if (options.config !== undefined) throw new TypeError("A group has no config; only arrays do.");
      return await openedGroup(context, node, options);
    }
    if (mode === "a") {
      return creates
        ? await createdArray(context, options, false)
        : await createdGroup(context, options, false);
    }
    const implicit = options.zarrFormat !== 3 && (await hasImplicitGroup(context.at, options));
    if (implicit) return groupOf(context, emptyGroup(2));
    throw notFound(NodeNotFoundError, "array or group", context);
  });
}

/** Resolves a store-like to a place. */
export async function placeOf(
  store: StoreLike,
  options: OpenPlaceOptions & { readonly name?: string | undefined },
  mode: StoreMode | undefined,
): Promise<NodeContext> {
  const { storageOptions, signal } = options;
  const path = options.path ?? options.name;
  const { storePath, owned } = await resolveStore(store, {
    mode,
    path,
    signal,
    // Options of any file system: the driver reads those that it knows.
    ...(storageOptions === undefined ? {} : { storageOptions: storageOptions as Record<string, unknown> }),
  });
  return { at: storePath, owned };
}

/** Runs the rest of an opening; a store that was made for it is closed when it fails. */
export async function closingOnFailure<T>(context: NodeContext, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await flushOwned(context);
    return result;
  } catch (error) {
    // The failure that matters is the first.
    await closeOwned(context).catch(() => {});
    throw error;
  }
}

async function existingMode(store: StoreLike, options: OpenPlaceOptions): Promise<StoreMode> {
  const context = await placeOf(store, options, undefined);
  const mode = context.at.readOnly ? "r" : "r+";
  await closeOwned(context);
  return mode;
}

async function openedArray<D extends string>(
  context: NodeContext,
  node: NodeDocument & { readonly kind: "array" },
  options: OpenArrayOptions<D>,
): Promise<ZarrArray<D>> {
  const array = await arrayOf(context, node, options);
  if (options.dtype !== undefined) {
    const wanted = parseDataType(options.dtype);
    if (wanted.name !== array.dtype) {
      throw new UnknownDataTypeError(
        `The array at ${JSON.stringify(array.path)} has data type ${array.dtype}, not ${wanted.name}.`,
        { store: String(array.store), path: array.path, expected: wanted.name, actual: array.dtype },
      );
    }
  }
  return array as ZarrArray as ZarrArray<D>; // D, where the caller gave it, was just checked
}

async function createdArray<D extends string>(
  context: NodeContext,
  options: OpenArrayOptions<D>,
  overwrite: boolean,
): Promise<ZarrArray<D>> {
  return await createArrayAt<D>(context, { ...options, zarrFormat: options.zarrFormat, overwrite });
}

async function createdGroup(
  context: NodeContext,
  options: OpenGroupOptions,
  overwrite: boolean,
): Promise<ZarrGroup> {
  const node = emptyGroup(options.zarrFormat ?? 3, attributesOf(options.attributes));
  await createNode(context.at.store, context.at.path, node, { overwrite, signal: options.signal });
  return groupOf(context, node);
}

async function openedGroup(
  context: NodeContext,
  node: NodeDocument & { readonly kind: "group" },
  options: OpenGroupOptions,
): Promise<ZarrGroup> {
  return groupOf(context, node, await consolidatedOf(context, node, options));
}

async function consolidatedOf(
  context: NodeContext,
  node: NodeDocument & { readonly kind: "group" },
  options: OpenGroupOptions,
): Promise<ConsolidatedView | undefined> {
  const { useConsolidated } = options;
  const { store, path } = context.at;
  if (useConsolidated === false || (!store.supportsConsolidatedMetadata && !useConsolidated))
    return undefined;
  if (typeof useConsolidated === "string" && node.metadata.zarrFormat === 3) {
    throw new TypeError("Only Zarr format 2 has a key for consolidated metadata; use useConsolidated: true.");
  }
  const key = typeof useConsolidated === "string" ? useConsolidated : ".zmetadata";
  try {
    const view = await readConsolidated(store, path, node.metadata, key, options);
    if (view !== undefined || !useConsolidated) return view;
  } catch (error) {
    // Metadata that was not asked for and cannot be read is as good as none: the nodes themselves are there.
    if (useConsolidated || !(error instanceof MetadataValidationError)) throw error;
    return undefined;
  }
  throw new MetadataValidationError(
    `Consolidated metadata requested with useConsolidated: true but not found in ${JSON.stringify(path)}.`,
    { store: String(store), path },
  );
}

function containsGroup(context: NodeContext): ContainsGroupError {
  return containsError(context.at.store, context.at.path, "group");
}

function containsArray(context: NodeContext): ContainsArrayError {
  return containsError(context.at.store, context.at.path, "array");
}

function notFound<E>(
  type: new (message: string, facts: { store: string; path: string }) => E,
  what: string,
  { at }: NodeContext,
): E {
  const path = at.path;
  return new type(`No ${what} found in store ${String(at.store)} at path ${JSON.stringify(path)}.`, {
    store: String(at.store),
    path,
  });
}
