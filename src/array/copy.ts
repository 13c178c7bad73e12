/**
 * Copying nodes and stores: `copy`, `copyAll`, `copyStore`.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { StoreError } from "../base/errors.ts";
import { copyJson } from "../base/json-notes.ts";
import { normalizePath } from "../storage/normalize-path.ts";
import { resolveStore } from "../storage/resolve.ts";
import { isStore } from "../storage/store.ts";
import type { Store } from "../storage/store.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { containsError } from "./create-node.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import { copyValues } from "./derive-array.ts";
import { fromArray } from "./from-array.ts";
import { joinPath, readNode } from "./node-documents.ts";
import { open, openGroup } from "./open.ts";
import { ZarrArray } from "./zarr-array.ts";
import { ZarrGroup } from "./zarr-group.ts";
import type { ZarrNode } from "./zarr-group.ts";

/** What happens where the destination has something already. */
export type IfExists = "raise" | "replace" | "skip" | "skip_initialized";

/** What was copied. */
export interface CopyResult {
  /** Nodes, or values of a store. */
  readonly copied: number;
  readonly skipped: number;
  /** Bytes of the elements in memory, or of the values of a store. */
  readonly bytes: number;
}

/** Options of `copy` and `copyAll`; those of a new array replace what the source has. */
export interface CopyOptions
  extends AbortOptions, Omit<CreateArrayOptions, "shape" | "data" | "dtype" | "overwrite" | "signal"> {
  /** Name in the destination. Default: the source's. */
  readonly name?: string | undefined;
  /** Default `raise`. `skip_initialized` fills arrays that are there and hold no chunk yet. */
  readonly ifExists?: IfExists | undefined;
  /** Leave attributes behind. */
  readonly withoutAttrs?: boolean | undefined;
  /** Copy a group without its members. */
  readonly shallow?: boolean | undefined;
  /** Count only. */
  readonly dryRun?: boolean | undefined;
  /** Called with a line for each node. */
  readonly log?: ((line: string) => void) | undefined;
}

/** Options of `copyStore`. */
export interface CopyStoreOptions extends AbortOptions {
  /** Only what lies below this path. */
  readonly sourcePath?: string | undefined;
  /** Where it goes. */
  readonly destPath?: string | undefined;
  /** Keys, relative to `sourcePath`, that are left out: regular expressions. */
  readonly excludes?: readonly (string | RegExp)[] | undefined;
  /** Of those excluded, keys that are copied all the same. */
  readonly includes?: readonly (string | RegExp)[] | undefined;
  /** Default `raise`. */
  readonly ifExists?: "raise" | "replace" | "skip" | undefined;
  readonly dryRun?: boolean | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Copies a node, with all below it, into a group. Arrays are decoded and encoded anew: options of `createArray` rechunk
 * or recompress them on the way.
 *
 * @throws ContainsArrayError or ContainsGroupError where something exists, unless `ifExists` says otherwise; nothing is copied then.
 * @example
 * ```ts
 * import { copy, createArray, createGroup } from "zarrkit";
 *
 * const source = await createArray({}, { path: "a", data: [1, 2, 3] });
 * const target = await createGroup({});
 * (await copy(source, target)).copied; // 1
 * ```
 */
export async function copy(
  source: ZarrNode | StoreLike,
  dest: ZarrGroup | StoreLike,
  options: CopyOptions = {},
): Promise<CopyResult> {
  return await withNodes(source, dest, options, async (node, group) => {
    const name = options.name ?? node.basename;
    if (name === "") throw new TypeError("The source is the root of a store and has no name; give one.");
    return await copyNodes(await planCopy(node, group, normalizePath(name), options), options);
  });
}

/** Copies all members of a group into another group. */
export async function copyAll(
  source: ZarrGroup | StoreLike,
  dest: ZarrGroup | StoreLike,
  options: CopyOptions = {},
): Promise<CopyResult> {
  return await withNodes(source, dest, options, async (node, group) => {
    if (!(node instanceof ZarrGroup))
      throw new TypeError("copyAll copies the members of a group; copy copies an array.");
    const steps: CopyStep[] = [];
    for await (const [name, member] of node.members(options))
      steps.push(...(await planCopy(member, group, name, options)));
    return await copyNodes(steps, options);
  });
}

/**
 * Copies values between stores as they are stored: nothing is decoded. Metadata goes last, so that a reader of the
 * destination never sees a node without its chunks.
 *
 * @throws StoreError where a key exists, unless `ifExists` says otherwise; nothing is copied then.
 * @example
 * ```ts
 * import { copyStore, createArray } from "zarrkit";
 *
 * const source = {};
 * await createArray(source, { data: [1, 2, 3], chunks: [2] });
 * const target = {};
 * (await copyStore(source, target)).copied; // 3
 * ```
 */
export async function copyStore(
  source: StoreLike,
  dest: StoreLike,
  options: CopyStoreOptions = {},
): Promise<CopyResult> {
  const { signal } = options;
  const from = await resolveStore(source, { mode: "r", path: options.sourcePath, signal });
  try {
    const to = await resolveStore(dest, { mode: "a", path: options.destPath, signal });
    try {
      return await copyKeys(
        from.storePath.store,
        from.storePath.path,
        to.storePath.store,
        to.storePath.path,
        options,
      );
    } finally {
      if (to.owned) await to.storePath.store.close();
    }
  } finally {
    if (from.owned) await from.storePath.store.close();
  }
}

const METADATA = /(^|\/)(zarr\.json|\.zarray|\.zgroup|\.zattrs|\.zmetadata)$/;

async function copyKeys(
  source: Store,
  sourcePath: string,
  dest: Store,
  destPath: string,
  options: CopyStoreOptions,
): Promise<CopyResult> {
  const { ifExists = "raise", dryRun = false, log } = options;
  const prefix = sourcePath === "" ? "" : `${sourcePath}/`;
  const keys: string[] = [];
  for await (const key of source.listPrefix(prefix, options)) {
    const relative = key.slice(prefix.length);
    if (!matches(relative, options.excludes) || matches(relative, options.includes)) keys.push(relative);
  }
  const existing = new Set<string>();
  if (ifExists !== "replace") {
    await each(keys, options, async (key) => {
      if (await dest.exists(joinPath(destPath, key), options)) existing.add(key);
    });
  }
  const [first] = existing;
  if (ifExists === "raise" && first !== undefined) {
    throw new StoreError(
      `The destination ${String(dest)} has ${existing.size} of the keys already, for example ${JSON.stringify(first)}.`,
      {
        store: String(dest),
        key: joinPath(destPath, first),
      },
    );
  }
  const wanted = keys.filter((key) => !existing.has(key));
  let bytes = 0;
  const copyOne = async (key: string): Promise<void> => {
    const value = await source.get(prefix + key, undefined, options);
    if (value === undefined) return; // deleted meanwhile
    bytes += value.length;
    log?.(`copy ${prefix}${key} -> ${joinPath(destPath, key)} (${value.length} bytes)`);
    if (!dryRun) await dest.set(joinPath(destPath, key), value, options);
  };
  await each(
    wanted.filter((key) => !METADATA.test(key)),
    options,
    copyOne,
  );
  // Children first: a group's document appears when everything that it leads to is there.
  const documents = wanted
    .filter((key) => METADATA.test(key))
    .sort((a, b) => b.split("/").length - a.split("/").length);
  for (const key of documents) await copyOne(key);
  return { copied: wanted.length, skipped: existing.size, bytes };
}

interface CopyStep {
  readonly source: ZarrNode;
  readonly group: ZarrGroup;
  /** Path in `group`. */
  readonly path: string;
  readonly action: "create" | "replace" | "skip" | "fill";
}

/** What is to be done, found out before anything is done. */
async function planCopy(
  source: ZarrNode,
  group: ZarrGroup,
  path: string,
  options: CopyOptions,
): Promise<CopyStep[]> {
  const action = await actionFor(source, group, path, options);
  const steps: CopyStep[] = [{ source, group, path, action }];
  if (source instanceof ZarrGroup && options.shallow !== true) {
    for await (const [name, member] of source.members({ signal: options.signal })) {
      steps.push(...(await planCopy(member, group, joinPath(path, name), options)));
    }
  }
  return steps;
}

async function actionFor(
  source: ZarrNode,
  group: ZarrGroup,
  path: string,
  options: CopyOptions,
): Promise<CopyStep["action"]> {
  const { ifExists = "raise" } = options;
  const at = joinPath(group.path, path);
  const existing = await readNode(group.store, at, group.zarrFormat, options);
  if (existing === undefined) return "create";
  // Two groups are merged; their members decide.
  if (existing.kind === "group" && source instanceof ZarrGroup) return "skip";
  if (ifExists === "replace") return "replace";
  if (ifExists === "skip") return "skip";
  if (ifExists === "skip_initialized" && existing.kind === "array") {
    const array = await group.getArray(path, options);
    return (await array.nchunksInitialized(options)) === 0 ? "fill" : "skip";
  }
  throw containsError(group.store, at, existing.kind);
}

async function copyNodes(steps: readonly CopyStep[], options: CopyOptions): Promise<CopyResult> {
  let copied = 0;
  let skipped = 0;
  let bytes = 0;
  for (const { source, group, path, action } of steps) {
    options.log?.(`${action === "skip" ? "skip" : "copy"} ${source.name} -> ${joinPath(group.name, path)}`);
    if (action === "skip") {
      skipped++;
      continue;
    }
    copied++;
    if (source instanceof ZarrArray) bytes += source.nbytes;
    if (options.dryRun === true) continue;
    if (source instanceof ZarrGroup) {
      const attributes = options.withoutAttrs === true ? {} : copyJson(source.attrs);
      await group.createGroup(path, { attributes, overwrite: action === "replace", signal: options.signal });
    } else if (action === "fill") {
      await copyValues(source, await group.getArray(path, options), options);
    } else {
      await copyArray(source, group, path, action === "replace", options);
    }
  }
  return { copied, skipped, bytes };
}

async function copyArray(
  source: ZarrArray,
  group: ZarrGroup,
  path: string,
  overwrite: boolean,
  options: CopyOptions,
): Promise<void> {
  const {
    name: _name,
    ifExists: _ifExists,
    withoutAttrs,
    shallow: _shallow,
    dryRun: _dryRun,
    log: _log,
    ...create
  } = options;
  await fromArray(group.store, {
    ...create,
    ...(withoutAttrs === true ? { attributes: {} } : {}),
    data: source,
    path: joinPath(group.path, path),
    zarrFormat: group.zarrFormat,
    overwrite,
  });
}

/** Opens what is given by its store, and closes it again. */
async function withNodes(
  source: ZarrNode | StoreLike,
  dest: ZarrGroup | StoreLike,
  options: AbortOptions,
  work: (source: ZarrNode, dest: ZarrGroup) => Promise<CopyResult>,
): Promise<CopyResult> {
  const from = isNode(source) ? source : await open(source, { mode: "r", signal: options.signal });
  try {
    const to = isNode(dest) ? dest : await openGroup(dest, { mode: "a", signal: options.signal });
    try {
      if (!(to instanceof ZarrGroup)) throw new TypeError("Nodes are copied into a group.");
      return await work(from, to);
    } finally {
      if (!isNode(dest)) await to.close();
    }
  } finally {
    if (!isNode(source)) await from.close();
  }
}

function isNode(value: unknown): value is ZarrNode {
  return (value instanceof ZarrArray || value instanceof ZarrGroup) && !isStore(value);
}

function matches(key: string, patterns: readonly (string | RegExp)[] | undefined): boolean {
  return patterns?.some((pattern) => new RegExp(pattern).test(key)) ?? false;
}

function each(
  keys: readonly string[],
  options: AbortOptions,
  work: (key: string) => Promise<void>,
): Promise<void> {
  return forEachLimited(keys, config.get("async.concurrency"), work, options);
}
