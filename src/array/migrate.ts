/**
 * From Zarr format 2 to 3: new metadata for the same chunks, in place or in another store.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { MetadataValidationError, StoreError, UnsupportedError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { omitKeys } from "../base/json-notes.ts";
import { encodeJson } from "../base/json-write.ts";
import { bytesCodecOf } from "../codecs/bytes.ts";
import { codecChain, resolveChain } from "../codecs/chain.ts";
import type { Codec } from "../codecs/codec.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { buildConsolidatedV3 } from "../metadata/consolidated.ts";
import type { NodeDocuments } from "../metadata/consolidated.ts";
import type { ArrayMetadataV3 } from "../metadata/v3-array.ts";
import { serializeGroupV3 } from "../metadata/v3-group.ts";
import { resolveStore } from "../storage/resolve.ts";
import { StorePath } from "../storage/store-path.ts";
import type { Store } from "../storage/store.ts";
import type { StoreLike } from "../storage/store-like.ts";
import type { ArrayModel } from "./array-model.ts";
import { consolidatedEntry } from "./consolidated-upkeep.ts";
import { interpretV2 } from "./interpret.ts";
import type { NodeDocument } from "./node-documents.ts";
import { isDocument, removeMetadata } from "./remove-metadata.ts";
import { encodeNode, joinPath, keyIn, readNode, writeDocuments } from "./node-documents.ts";

/** Options of `migrateV2ToV3`. */
export interface MigrateOptions extends AbortOptions {
  /** Where the new metadata and a copy of the chunks go. Default: the new metadata beside the old. */
  readonly output?: StoreLike;
  /** With `output`: leave the chunks behind, as zarr-python's command does. Default: copy them. */
  readonly metadataOnly?: boolean | undefined;
  /** Replace v3 metadata that is there. Default: refuse. */
  readonly overwrite?: boolean | undefined;
  /** With `overwrite`: also where there is no v2 metadata to stand in for it. */
  readonly force?: boolean | undefined;
  /** Delete v2 metadata once the new is there. With `output` there is none beside it, and the input stays as it is. */
  readonly removeV2Metadata?: boolean | undefined;
  /** Write nothing. */
  readonly dryRun?: boolean | undefined;
  /** Called with a line for each document. */
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Writes v3 metadata for every v2 node of a store. Chunks stay as they are: the codecs, the chunk key encoding and
 * the byte order of the new metadata describe them. Everything is converted before anything is written.
 *
 * @throws UnsupportedError naming the array for what v3 has no name for.
 * @throws StoreError where there is v3 metadata already and `overwrite` is not set.
 * @example
 * ```ts
 * import { createArray, openArray } from "zarrkit";
 * import { migrateV2ToV3 } from "zarrkit/metadata";
 *
 * const store = {};
 * await createArray(store, { data: [1, 2, 3], zarrFormat: 2 });
 * await migrateV2ToV3(store);
 * String(await (await openArray(store, { zarrFormat: 3 })).get("...")); // [1. 2. 3.]
 * ```
 */
export async function migrateV2ToV3(input: StoreLike, options: MigrateOptions = {}): Promise<void> {
  const { signal, dryRun = false } = options;
  const from = await resolveStore(input, {
    mode: dryRun || options.output !== undefined ? "r" : "r+",
    signal,
  });
  try {
    const { store, path } = from.storePath;
    const nodes = await v2Nodes(store, path, options);
    if (nodes.size === 0) {
      throw new TypeError(
        `There is no Zarr format 2 node in ${String(from.storePath)}; only format 2 can be migrated.`,
      );
    }
    const converted = await convertAll(store, path, nodes, options);
    if (options.output === undefined) {
      const others = await otherV3(store, path, nodes, options);
      await writeAll(store, path, converted, options);
      if (!dryRun) await each(others, options, (key) => store.delete(key, options));
    } else {
      await migrateTo(store, path, nodes, converted, options);
    }
    if (options.removeV2Metadata === true && options.output === undefined)
      await removeMetadata(from.storePath, 2, { ...options, force: true });
  } finally {
    if (from.owned) await from.storePath.store.close();
  }
}

/** All v2 nodes below a path, found by their documents. */
async function v2Nodes(
  store: Store,
  root: string,
  options: AbortOptions,
): Promise<Map<string, NodeDocument>> {
  const paths = new Set<string>();
  const prefix = root === "" ? "" : `${root}/`;
  for await (const key of store.listPrefix(prefix, options)) {
    const name = key.slice(key.lastIndexOf("/") + 1);
    if (name === ".zarray" || name === ".zgroup")
      paths.add(key.slice(prefix.length, Math.max(prefix.length, key.length - name.length - 1)));
  }
  const nodes = new Map<string, NodeDocument>();
  await each([...paths].sort(), options, async (path) => {
    const node = await readNode(store, joinPath(root, path), 2, options);
    if (node !== undefined) nodes.set(path, node);
  });
  return nodes;
}

/** v3 documents of all nodes; consolidated metadata is made anew where v2 had it. */
async function convertAll(
  store: Store,
  root: string,
  nodes: ReadonlyMap<string, NodeDocument>,
  options: AbortOptions,
): Promise<Map<string, ReadonlyMap<string, Uint8Array>>> {
  const converted = new Map<string, NodeDocument>();
  for (const [path, node] of nodes) converted.set(path, await convert(store, joinPath(root, path), node));
  const documents = new Map<string, ReadonlyMap<string, Uint8Array>>();
  for (const [path, node] of converted) {
    const hadConsolidated =
      node.kind === "group" && (await store.exists(keyIn(joinPath(root, path), ".zmetadata"), options));
    documents.set(path, hadConsolidated ? consolidatedDocument(path, node, converted) : encodeNode(node));
  }
  return documents;
}

function consolidatedDocument(
  path: string,
  node: NodeDocument,
  all: ReadonlyMap<string, NodeDocument>,
): ReadonlyMap<string, Uint8Array> {
  const below = new Map<string, NodeDocuments>();
  for (const [other, member] of all) {
    if (other !== path && (path === "" || other.startsWith(`${path}/`))) {
      below.set(path === "" ? other : other.slice(path.length + 1), consolidatedEntry(member));
    }
  }
  if (node.kind !== "group" || node.metadata.zarrFormat !== 3) return encodeNode(node);
  const document = serializeGroupV3({ ...node.metadata, consolidated: buildConsolidatedV3(below) });
  return new Map([["zarr.json", encodeJson(document, { indent: config.get("json_indent") })]]);
}

async function convert(store: Store, path: string, node: NodeDocument): Promise<NodeDocument> {
  const { metadata } = node;
  if (metadata.zarrFormat === 3) return node;
  if (!("shape" in metadata)) {
    return {
      kind: "group",
      metadata: { zarrFormat: 3, attributes: metadata.attributes, consolidated: undefined, extra: {} },
    };
  }
  const place = { store: String(store), path, key: keyIn(path, ".zarray") };
  const model = await interpretV2(metadata, place);
  try {
    return { kind: "array", metadata: convertArray(model) };
  } catch (error) {
    if (!(error instanceof UnsupportedError) && !(error instanceof MetadataValidationError)) throw error;
    throw new UnsupportedError(
      `The array at ${JSON.stringify(path)} cannot be described in Zarr format 3: ${error.message}`,
      {
        ...place,
        cause: error,
      },
    );
  }
}

/** The v3 document that describes the chunks of a v2 array as they are. */
export function convertArray(model: ArrayModel): ArrayMetadataV3 {
  const { dataType, grid, chain } = model;
  if (model.document.zarrFormat !== 2) throw new TypeError("This array has format 3 already.");
  const shape = grid.chunkShape!; // v2 grids are regular
  const fillValue = model.fillValue ?? zeroOf(dataType);
  const codecs = chain.codecs.map((codec) =>
    codec === chain.arrayBytes ? stated(codec, dataType, chain, shape) : codec,
  );
  const resolved = resolveChain(codecChain(codecs), { shape, dataType, fillValue });
  return {
    zarrFormat: 3,
    shape: model.shape,
    dataType: dataType.toV3(),
    chunkGrid: { name: "regular", configuration: { chunk_shape: [...shape] }, mustUnderstand: true },
    chunkKeyEncoding: {
      name: "v2",
      configuration: { separator: model.document.dimensionSeparator },
      mustUnderstand: true,
    },
    fillValue:
      model.fillBytes !== undefined && model.fillValue !== undefined
        ? dataType.fillBytesToJson(model.fillBytes, 3)
        : dataType.fillValueToJson(fillValue, 3),
    codecs: resolved.codecs.map(({ name, configuration }) => ({
      name,
      configuration: withoutId(configuration),
      mustUnderstand: true,
    })),
    attributes: model.attributes,
    dimensionNames: undefined,
    storageTransformers: [],
    extra: {},
  };
}

/** v3 names a codec beside its configuration, numcodecs within it. */
function withoutId(configuration: JsonObject | undefined): JsonObject | undefined {
  return configuration === undefined ? undefined : omitKeys(configuration, ["id"]);
}

/** v2's bytes have the byte order of the data type that reaches them; v3 states it. */
function stated(
  codec: Codec,
  dataType: DataType,
  chain: ArrayModel["chain"],
  chunkShape: readonly number[],
): Codec {
  if (codec.name !== "bytes") return codec;
  // A filter before it may have changed the type; its own little-endian form is then what is stored unless it says otherwise.
  const reached = chain.arrayArray.reduce<DataType>((current, filter) => {
    const bound = filter.bind({ shape: chunkShape, dataType: current, fillValue: current.defaultFillValue });
    return bound.kind === "array-array" ? bound.encoded.dataType : current;
  }, dataType);
  const orders = new Set(reached.words.map((word) => word.bigEndian));
  if (orders.size > 1) {
    throw new UnsupportedError(
      `Its records (${String(reached)}) mix byte orders, and the bytes codec has one for all fields.`,
    );
  }
  if (orders.size === 0) return bytesCodecOf(undefined);
  return bytesCodecOf(orders.has(true) ? "big" : "little");
}

function zeroOf(dataType: DataType): unknown {
  return dataType.itemSize === 0
    ? dataType.defaultFillValue
    : dataType.readScalar(new Uint8Array(dataType.itemSize), 0);
}

/**
 * Documents of format 3 that no node of format 2 replaces: to be deleted, where that is forced.
 *
 * @throws StoreError where there is any document of format 3 without `overwrite`, or such a one without `force`.
 */
async function otherV3(
  store: Store,
  root: string,
  nodes: ReadonlyMap<string, NodeDocument>,
  options: MigrateOptions,
): Promise<string[]> {
  const prefix = root === "" ? "" : `${root}/`;
  const replaced = new Set([...nodes.keys()].map((path) => keyIn(joinPath(root, path), "zarr.json")));
  const others: string[] = [];
  const found: string[] = [];
  for await (const key of store.listPrefix(prefix, options)) {
    if (key !== "zarr.json" && !key.endsWith("/zarr.json")) continue;
    const facts = { store: String(store), key };
    if (options.overwrite !== true) {
      throw new StoreError(
        `There is v3 metadata at ${JSON.stringify(key)} already; use overwrite to replace it.`,
        facts,
      );
    }
    // Those that are replaced never are missing; zarr-python deletes them first, and tells so.
    found.push(key);
    if (replaced.has(key)) continue;
    if (options.force !== true) {
      throw new StoreError(
        `The v3 metadata at ${JSON.stringify(key)} has none of format 2 to replace it; use force to delete it all the same.`,
        facts,
      );
    }
    others.push(key);
  }
  for (const key of found) options.log?.(`Deleting metadata at ${String(store)}/${key}`);
  return others;
}

async function writeAll(
  store: Store,
  root: string,
  documents: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>,
  options: MigrateOptions,
): Promise<void> {
  // As zarr-python tells it: members before their group.
  const told = [...documents.keys()].sort((a, b) => depthOf(b) - depthOf(a));
  for (const path of told)
    options.log?.(`Saving metadata to ${String(store)}/${keyIn(joinPath(root, path), "zarr.json")}`);
  if (options.dryRun === true) return;
  // Parents first, so that a reader of format 3 finds every node that it is led to.
  for (const [path, document] of [...documents].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await writeDocuments(store, joinPath(root, path), document, options);
  }
}

async function migrateTo(
  source: Store,
  root: string,
  nodes: ReadonlyMap<string, NodeDocument>,
  converted: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>,
  options: MigrateOptions,
): Promise<void> {
  const to = await resolveStore(options.output, {
    mode: options.overwrite === true ? "a" : "w-",
    signal: options.signal,
  });
  try {
    const { store, path: target } = to.storePath;
    if (options.overwrite === true) await clearV3(to.storePath, options);
    if (options.dryRun !== true && options.metadataOnly !== true) {
      const prefix = root === "" ? "" : `${root}/`;
      const keys: string[] = [];
      for await (const key of source.listPrefix(prefix, options))
        if (!isDocument(key)) keys.push(key.slice(prefix.length));
      const arrays = [...nodes].filter(([, node]) => node.kind === "array").map(([path]) => path);
      const chunks = keys.filter((key) => arrays.some((path) => path === "" || key.startsWith(`${path}/`)));
      await each(chunks, options, async (key) => {
        const value = await source.get(prefix + key, undefined, options);
        if (value !== undefined) await store.set(joinPath(target, key), value, options);
      });
    }
    await writeAll(store, target, converted, options);
  } finally {
    if (to.owned) await to.storePath.store.close();
  }
}

/**
 * Empties a place of v3 metadata.
 *
 * @throws StoreError where there is anything else, or, without `force`, any at all: nothing of format 2 stands in for it.
 */
async function clearV3({ store, path }: StorePath, options: MigrateOptions): Promise<void> {
  const keys: string[] = [];
  const prefix = path === "" ? "" : `${path}/`;
  for await (const key of store.listPrefix(prefix, options)) {
    if (key !== "zarr.json" && !key.endsWith("/zarr.json"))
      throw new StoreError(
        `There is other data than v3 metadata at ${String(store)}, for example ${JSON.stringify(key)}; choose an empty place.`,
        { store: String(store), key },
      );
    keys.push(key);
  }
  if (keys.length === 0) return;
  await removeMetadata(new StorePath(store, path), 3, options);
}

function depthOf(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

function each<T>(
  items: readonly T[],
  options: AbortOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  return forEachLimited(items, config.get("async.concurrency"), work, options);
}
