/**
 * Nodes by path, opened once and looked at again after a while.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { SharedWork } from "../base/async.ts";
import { NodeNotFoundError } from "../base/errors.ts";
import { nodeOf, ZarrGroup } from "../array/zarr-group.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { readNode } from "../array/node-documents.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { PlainArray } from "./plain-array.ts";
import type { PlainTypes } from "./plain-type.ts";

/** A node as it is presented. */
export type PlainNode = PlainArray | ZarrGroup;

interface Entry {
  readonly node: PlainNode;
  readonly at: number;
}

/** Paths are hostile: only so many nodes are remembered. */
const MAX_NODES = 1024;

/** The nodes at and below one. */
export class NodeCache {
  readonly #root: ZarrNode;
  readonly #types: PlainTypes;
  readonly #maxAge: number;
  readonly #entries = new Map<string, Entry>();
  /** Callers that look for a node at the same time share the look. */
  readonly #reading = new Map<string, SharedWork<PlainNode | undefined>>();

  /** @param maxAge - Milliseconds after which a node is looked at again. */
  constructor(root: ZarrNode, types: PlainTypes, maxAge: number) {
    this.#root = root;
    this.#types = types;
    this.#maxAge = maxAge;
  }

  /**
   * The node at a path below the root; `undefined` when there is none. `fresh` reads its metadata anew, except where
   * the root is a group that was opened with consolidated metadata: that is what it was then.
   */
  async find(path: string, fresh: boolean, options: AbortOptions): Promise<PlainNode | undefined> {
    const entry = this.#entries.get(path);
    const isYoung = entry !== undefined && performance.now() - entry.at <= this.#maxAge;
    if (entry !== undefined && !fresh && isYoung && isCurrent(entry.node)) return entry.node;
    const under = this.#reading.get(path);
    if (under !== undefined && !under.cancelled) return await under.join(options.signal);
    const work = new SharedWork(async (signal) => {
      try {
        return await this.#read(path, { signal });
      } finally {
        if (this.#reading.get(path) === work) this.#reading.delete(path);
      }
    });
    this.#reading.set(path, work);
    return await work.join(options.signal);
  }

  async #read(path: string, options: AbortOptions): Promise<PlainNode | undefined> {
    const node = await this.#open(path, options);
    const known = this.#entries.get(path)?.node;
    this.#entries.delete(path);
    if (node === undefined) return undefined;
    const found = node instanceof ZarrArray ? await this.#array(node, known) : node;
    this.#entries.set(path, { node: found, at: performance.now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_NODES) break;
      this.#entries.delete(oldest);
    }
    return found;
  }

  /** An array as it is presented. */
  present(array: ZarrArray): Promise<PlainArray> {
    return PlainArray.of(array, this.#types);
  }

  /** The same array as before keeps the chunks that were decoded of it. */
  async #array(array: ZarrArray, known: PlainNode | undefined): Promise<PlainArray> {
    if (known instanceof PlainArray && known.isCurrent && known.array.equals(array)) return known;
    return await this.present(array);
  }

  async #open(path: string, options: AbortOptions): Promise<ZarrNode | undefined> {
    const root = this.#root;
    if (path !== "") {
      if (!(root instanceof ZarrGroup)) return undefined;
      try {
        return await root.get(path, options);
      } catch (error) {
        if (error instanceof NodeNotFoundError) return undefined;
        throw error;
      }
    }
    if (root instanceof ZarrGroup && root.isConsolidated) return root;
    const at = root.storePath;
    const found = await readNode(at.store, at.path, root.zarrFormat, options);
    // An implicit group has no document; an array that was here may have been changed in place since it was opened.
    if (found === undefined) return root instanceof ZarrGroup ? root : undefined;
    const node = await nodeOf({ at, owned: false }, found);
    return node instanceof ZarrArray && root instanceof ZarrArray ? node.withConfig(root.config) : node;
  }
}

function isCurrent(node: PlainNode): boolean {
  return !(node instanceof PlainArray) || node.isCurrent;
}
