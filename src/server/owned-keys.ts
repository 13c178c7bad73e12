/**
 * Which keys belong to the nodes of a hierarchy: their metadata documents, and the chunks that their grids have.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { isZarrError } from "../base/errors.ts";
import { readConsolidated } from "../array/consolidated-view.ts";
import type { ConsolidatedView } from "../array/consolidated-view.ts";
import { interpret } from "../array/interpret.ts";
import { members } from "../array/members.ts";
import type { NodeDocument } from "../array/node-documents.ts";
import { joinPath, readNode } from "../array/node-documents.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { v2ChunkKeyEncoding } from "../grids/chunk-key-encoding.ts";
import type { ChunkKeyEncoding } from "../grids/grid.ts";
import { parseChunkGrid } from "../grids/parse-chunk-grid.ts";
import { parseChunkKeyEncoding } from "../grids/registry.ts";
import { regularGrid } from "../grids/regular.ts";
import { serializeExtension } from "../metadata/extension.ts";
import { isStoredNodePath } from "../metadata/node-name.ts";
import { StorePath } from "../storage/store-path.ts";
import type { ListedEntry } from "./served.ts";

/** Where an array's chunks are. */
interface ArrayKeys {
  readonly kind: "array";
  readonly zarrFormat: 2 | 3;
  readonly chunkKeys: ChunkKeyEncoding;
  readonly gridShape: readonly number[];
}

interface GroupKeys {
  readonly kind: "group";
  readonly zarrFormat: 2 | 3;
  readonly node: NodeDocument & { readonly kind: "group" };
}

type NodeKeys = ArrayKeys | GroupKeys;

const DOCUMENTS = {
  array: { 2: new Set([".zarray", ".zattrs"]), 3: new Set(["zarr.json"]) },
  group: { 2: new Set([".zgroup", ".zattrs", ".zmetadata"]), 3: new Set(["zarr.json"]) },
} as const;

/** Paths are hostile: only so many nodes are remembered, for so long. */
const MAX_NODES = 1024;
const MAX_AGE = 5000;

/** The keys of a node and all below it. */
export class OwnedKeys {
  readonly #at: StorePath;
  readonly #root: ZarrNode;
  readonly #nodes = new Map<string, { readonly keys: NodeKeys; readonly at: number }>();

  constructor(root: ZarrNode) {
    this.#root = root;
    this.#at = root.storePath;
  }

  /** Is there a node at whose metadata document, or in whose grid, this path is? */
  async has(path: string, access: "read" | "write", options: AbortOptions): Promise<boolean> {
    // What is remembered may be old: before a refusal the metadata is read again.
    for (const fresh of [false, true]) {
      const place = await this.#nearest(path, fresh, options);
      if (place === undefined) continue;
      const { keys, rest } = place;
      if (DOCUMENTS[keys.kind][keys.zarrFormat].has(rest)) return true;
      if (keys.kind === "array" && isChunk(keys, rest)) return true;
      if (access === "write" && keys.kind === "group" && isNewDocument(rest, keys.zarrFormat)) return true;
    }
    return false;
  }

  /** Forgets what is known of the nodes at and below a path that was written. */
  forget(path: string): void {
    const node = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    for (const known of this.#nodes.keys())
      if (known === node || node === "" || known.startsWith(`${node}/`)) this.#nodes.delete(known);
  }

  /** What is in a directory of the hierarchy. */
  async *list(path: string, options: AbortOptions): AsyncGenerator<ListedEntry> {
    const place = await this.#nearest(path === "" ? "" : `${path}/`, true, options);
    if (place === undefined) return;
    const { keys, at, rest } = place;
    const { store } = this.#at;
    if (keys.kind === "group" && rest === "") {
      const directory = joinPath(this.#at.path, at);
      for (const name of DOCUMENTS.group[keys.zarrFormat])
        if (await store.exists(joinPath(directory, name), options)) yield { name, kind: "key" };
      const consolidated = store.supportsListing ? undefined : await this.#consolidated(at, keys, options);
      const context = { at: new StorePath(store, directory), owned: false };
      const view = { context, zarrFormat: keys.zarrFormat, consolidated };
      for await (const [name, { node }] of members(view, options)) yield { name, kind: node.kind };
    } else if (keys.kind === "array") {
      const below = rest.replace(/\/$/, "");
      const directory = joinPath(joinPath(this.#at.path, at), below);
      for await (const name of store.listDir(directory, options)) {
        const relative = joinPath(below, name);
        if (DOCUMENTS.array[keys.zarrFormat].has(relative) || isChunk(keys, relative))
          yield { name, kind: "key" };
        else if (leadsToChunks(keys, relative)) yield { name, kind: "prefix" };
      }
    }
  }

  async #consolidated(
    at: string,
    { node }: GroupKeys,
    options: AbortOptions,
  ): Promise<ConsolidatedView | undefined> {
    const path = joinPath(this.#at.path, at);
    return await readConsolidated(this.#at.store, path, node.metadata, ".zmetadata", options);
  }

  /** The node that a path is at or in, found from the root down: every node above it must be a group. */
  async #nearest(
    path: string,
    fresh: boolean,
    options: AbortOptions,
  ): Promise<{ readonly keys: NodeKeys; readonly at: string; readonly rest: string } | undefined> {
    let at = "";
    let keys = await this.#node("", fresh, options);
    if (keys === undefined) return undefined;
    let rest = path;
    while (keys.kind === "group") {
      const slash = rest.indexOf("/");
      if (slash < 0) break;
      const below = joinPath(at, rest.slice(0, slash));
      const next: NodeKeys | undefined = await this.#node(below, fresh, options);
      if (next === undefined) break;
      at = below;
      keys = next;
      rest = rest.slice(slash + 1);
    }
    return { keys, at, rest };
  }

  async #node(path: string, fresh: boolean, options: AbortOptions): Promise<NodeKeys | undefined> {
    const known = this.#nodes.get(path);
    if (known !== undefined && !fresh && performance.now() - known.at <= MAX_AGE) return known.keys;
    this.#nodes.delete(path);
    if (!isStoredNodePath(path)) return undefined;
    const keys = await this.#read(path, options);
    if (keys === undefined) return undefined;
    this.#nodes.set(path, { keys, at: performance.now() });
    for (const oldest of this.#nodes.keys()) {
      if (this.#nodes.size <= MAX_NODES) break;
      this.#nodes.delete(oldest);
    }
    return keys;
  }

  async #read(path: string, options: AbortOptions): Promise<NodeKeys | undefined> {
    const { store } = this.#at;
    const full = joinPath(this.#at.path, path);
    const { zarrFormat } = this.#root;
    const node = await readNode(store, full, zarrFormat, options);
    if (node === undefined) {
      // A group without a document of its own was opened for what is below it.
      const { metadata } = this.#root;
      const isImplicit = path === "" && !("shape" in metadata);
      return isImplicit ? { kind: "group", zarrFormat, node: { kind: "group", metadata } } : undefined;
    }
    if (node.kind === "group") return { kind: "group", zarrFormat, node };
    return { kind: "array", zarrFormat, ...(await gridOf(node, { store: String(store), path: full })) };
  }
}

/** The grid of an array, also of one whose codecs or data type are not known here: its chunks are served as they are. */
async function gridOf(
  { metadata }: NodeDocument & { readonly kind: "array" },
  place: { readonly store: string; readonly path: string },
): Promise<Pick<ArrayKeys, "chunkKeys" | "gridShape">> {
  const key = joinPath(place.path, metadata.zarrFormat === 3 ? "zarr.json" : ".zarray");
  try {
    const { grid, chunkKeys } = await interpret(metadata, { ...place, key });
    return { chunkKeys, gridShape: grid.shape };
  } catch (error) {
    if (!isZarrError(error)) throw error;
    if (metadata.zarrFormat === 2) {
      const { shape, chunks, dimensionSeparator } = metadata;
      return {
        chunkKeys: v2ChunkKeyEncoding(dimensionSeparator),
        gridShape: regularGrid(shape, chunks).shape,
      };
    }
    const { grid } = parseChunkGrid(serializeExtension(metadata.chunkGrid), metadata.shape, {});
    const chunkKeys = parseChunkKeyEncoding(serializeExtension(metadata.chunkKeyEncoding));
    return { chunkKeys, gridShape: grid.shape };
  }
}

/** Is this the key of a chunk of the grid, in the one form in which it is written? */
function isChunk({ chunkKeys, gridShape }: ArrayKeys, key: string): boolean {
  const index = chunkKeys.decode(key, gridShape.length);
  return (
    index !== undefined &&
    index.every((cell, axis) => cell < gridShape[axis]!) &&
    chunkKeys.encode(index) === key
  );
}

/** Does some chunk of the grid have a key below this one? */
function leadsToChunks(keys: ArrayKeys, prefix: string): boolean {
  let key = prefix;
  for (let axis = 0; axis < keys.gridShape.length; axis++) {
    key += "/0";
    if (isChunk(keys, key)) return true;
  }
  return false;
}

/** Is this the document of a node that may be made here? */
function isNewDocument(rest: string, zarrFormat: 2 | 3): boolean {
  const slash = rest.lastIndexOf("/");
  const name = rest.slice(slash + 1);
  const isDocument = DOCUMENTS.array[zarrFormat].has(name) || DOCUMENTS.group[zarrFormat].has(name);
  return isDocument && isStoredNodePath(rest.slice(0, Math.max(0, slash)));
}
