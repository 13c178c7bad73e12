/**
 * Creating nodes: `createArray`, `createGroup`, `group`, and `consolidateMetadata`.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import { UnsupportedError } from "../base/errors.ts";
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import { encodeJson } from "../base/json-write.ts";
import type { NodeDocuments } from "../metadata/consolidated.ts";
import { buildConsolidatedV2, buildConsolidatedV3 } from "../metadata/consolidated.ts";
import { serializeGroupV3 } from "../metadata/v3-group.ts";
import type { StoreLike } from "../storage/store-like.ts";
import { attributesOf } from "./attributes.ts";
import { consolidatedEntry } from "./consolidated-upkeep.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import { ARRAY_OPTION_NAMES, createArrayAt } from "./create-array.ts";
import type { CreateNodeBase } from "./create-options.ts";
import { PLACE_OPTION_NAMES } from "./create-options.ts";
import { createNode, emptyGroup } from "./create-node.ts";
import { locksOf, metadataLock } from "./chunk-locks.ts";
import { keyIn, readNode } from "./node-documents.ts";
import { closingOnFailure, openGroup, placeOf } from "./open.ts";
import type { OpenGroupOptions, OpenPlaceOptions } from "./open.ts";
import type { ZarrArray } from "./zarr-array.ts";
import { groupOf } from "./zarr-group.ts";
import type { ZarrGroup } from "./zarr-group.ts";

/** Options of `createGroup`. */
export interface CreateGroupOptions extends CreateNodeBase {
  readonly attributes?: object | null | undefined;
  /** Default 3. */
  readonly zarrFormat?: 2 | 3 | null | undefined;
}

const CREATE_ARRAY: ReadonlySet<string> = optionNames({ ...PLACE_OPTION_NAMES, ...ARRAY_OPTION_NAMES });
const CREATE_GROUP: ReadonlySet<string> = optionNames({
  ...PLACE_OPTION_NAMES,
  attributes: 0,
  zarrFormat: 0,
});

/**
 * Creates an array, and the groups above it that are missing.
 *
 * @param store - A path, URL, store, `Map` or plain object; see the storage guide.
 * @throws ContainsArrayError or ContainsGroupError when something is there and `overwrite` is not set.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 *
 * const z = await createArray({}, {
 *   shape: [100, 100], chunks: [10, 10], shards: [50, 50], dtype: "uint16",
 *   dimensionNames: ["y", "x"], attributes: { units: "m" },
 * });
 * z.chunks; // [10, 10]
 * ```
 */
export async function createArray<D extends string = "float64">(
  store: StoreLike,
  options: CreateArrayOptions<D> & CreateNodeBase,
): Promise<ZarrArray<D>> {
  checkOptionNames(options, CREATE_ARRAY, "createArray");
  const context = await placeOf(store, options, "a");
  return await closingOnFailure(context, () => createArrayAt<D>(context, options));
}

/**
 * Creates a group, and the groups above it that are missing.
 *
 * @throws ContainsArrayError or ContainsGroupError when something is there and `overwrite` is not set.
 * @example
 * ```ts
 * import { createGroup } from "zarrkit";
 *
 * const group = await createGroup({}, { path: "foo/bar", attributes: { a: 1 } });
 * group.name; // "/foo/bar"
 * ```
 */
export async function createGroup(store: StoreLike, options: CreateGroupOptions = {}): Promise<ZarrGroup> {
  checkOptionNames(options, CREATE_GROUP, "createGroup");
  const context = await placeOf(store, options, "a");
  return await closingOnFailure(context, async () => {
    const format = options.zarrFormat ?? config.get("default_zarr_format");
    const node = emptyGroup(format, attributesOf(options.attributes));
    await createNode(context.at.store, context.at.path, node, options);
    return groupOf(context, node);
  });
}

/** Opens a group, creating it if there is none; with `overwrite`, anew. */
export async function group(
  store?: StoreLike,
  options: CreateGroupOptions & OpenGroupOptions = {},
): Promise<ZarrGroup> {
  const { overwrite = false, attributes, ...rest } = options;
  return await openGroup(store, {
    ...rest,
    attributes: attributes ?? undefined,
    mode: overwrite ? "w" : "a",
  });
}

/** The hierarchy below a place as text. */
export async function tree(
  store: StoreLike,
  options: OpenPlaceOptions & { readonly level?: number | null; readonly maxNodes?: number } = {},
): Promise<string> {
  const { level, maxNodes, ...place } = options;
  const root = await openGroup(store, { ...place, mode: options.mode ?? "r" });
  try {
    return await root.tree({ level, maxNodes, signal: options.signal });
  } finally {
    await root.close();
  }
}

/**
 * Copies the metadata of all nodes below a group into the group's own document (v2: `.zmetadata`), so that
 * a reader needs one request, and returns the group opened with it.
 *
 * @throws UnsupportedError when the store does not support it.
 */
export async function consolidateMetadata(
  store: StoreLike,
  options: OpenPlaceOptions & AbortOptions = {},
): Promise<ZarrGroup> {
  const root = await openGroup(store, { ...options, mode: options.mode ?? "r+", useConsolidated: false });
  try {
    await writeConsolidated(root, options);
  } catch (error) {
    await root.close().catch(() => {}); // the first failure is the one to see
    throw error;
  }
  await root.close();
  return await openGroup(store, { ...options, mode: options.mode ?? "r+", useConsolidated: true });
}

async function writeConsolidated(root: ZarrGroup, options: AbortOptions): Promise<void> {
  const { store, path, zarrFormat } = root;
  if (!store.supportsConsolidatedMetadata) {
    throw new UnsupportedError(`The store ${String(store)} does not support consolidated metadata.`, {
      store: String(store),
      path,
    });
  }
  const key = keyIn(path, zarrFormat === 3 ? "zarr.json" : ".zmetadata");
  // Nodes are read under the lock: a change that comes meanwhile is written into what is stored here.
  const lock = zarrFormat === 3 ? metadataLock(path) : key;
  await locksOf(store).run(
    lock,
    async () => {
      const nodes = new Map<string, NodeDocuments>();
      for await (const [name, node] of root.members({ ...options, maxDepth: null })) {
        const kind = "dtype" in node ? "array" : "group";
        // `kind` says which metadata this is.
        nodes.set(
          name,
          consolidatedEntry({ kind, metadata: node.metadata } as Parameters<typeof consolidatedEntry>[0]),
        );
      }
      const self = await readNode(store, path, zarrFormat, options);
      if (self?.kind !== "group") return;
      if (self.metadata.zarrFormat === 3) {
        const document = serializeGroupV3({ ...self.metadata, consolidated: buildConsolidatedV3(nodes) });
        await store.set(key, encodeJson(document, { indent: config.get("json_indent") }), options);
      } else {
        nodes.set("", consolidatedEntry(self));
        await store.set(key, encodeJson(buildConsolidatedV2(nodes)), options);
      }
    },
    options,
  );
}
