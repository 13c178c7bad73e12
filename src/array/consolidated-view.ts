/**
 * Consolidated metadata as a group uses it: the documents of all nodes below, at hand.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { NodeDocuments } from "../metadata/consolidated.ts";
import { parseConsolidatedV2, parseConsolidatedV3 } from "../metadata/consolidated.ts";
import { parseDocument } from "../metadata/document.ts";
import { parseArrayV2 } from "../metadata/v2-array.ts";
import { parseGroupV2 } from "../metadata/v2-group.ts";
import type { GroupMetadataV2 } from "../metadata/v2-group.ts";
import { parseArrayV3 } from "../metadata/v3-array.ts";
import { parseGroupV3 } from "../metadata/v3-group.ts";
import type { GroupMetadataV3 } from "../metadata/v3-group.ts";
import type { Store } from "../storage/store.ts";
import type { NodeDocument } from "./node-documents.ts";
import { keyIn } from "./node-documents.ts";

/** Documents by path, and the group that holds them. */
export class ConsolidatedView {
  readonly #nodes: ReadonlyMap<string, NodeDocuments>;
  readonly #root: string;
  readonly #store: string;

  /** @param root Path of the group that holds the documents. */
  constructor(store: string, root: string, nodes: ReadonlyMap<string, NodeDocuments>) {
    this.#store = store;
    this.#root = root;
    this.#nodes = nodes;
  }

  /** The node at a path of the store; `undefined` when the documents have none. */
  node(path: string): NodeDocument | undefined {
    const found = this.#nodes.get(this.#relative(path));
    if (found === undefined) return undefined;
    const context = {
      store: this.#store,
      path,
      key: keyIn(path, found.zarrFormat === 3 ? "zarr.json" : `.z${found.kind}`),
    };
    if (found.zarrFormat === 3) {
      return found.kind === "array"
        ? { kind: "array", metadata: parseArrayV3(found.document, context) }
        : { kind: "group", metadata: parseGroupV3(found.document, context) };
    }
    return found.kind === "array"
      ? { kind: "array", metadata: parseArrayV2(found.document, found.attributes, context) }
      : { kind: "group", metadata: parseGroupV2(found.document, found.attributes, context) };
  }

  /**
   * Paths of all nodes below a path of the store, relative to it, parents first.
   *
   * @param maxDepth - 0: those immediately below; 1: also those below them. Default: all.
   */
  below(path: string, maxDepth: number = Infinity): string[] {
    const relative = this.#relative(path);
    const prefix = relative === "" ? "" : `${relative}/`;
    const levels: string[][] = [];
    for (const key of this.#nodes.keys()) {
      if (key === "" || key === relative || !key.startsWith(prefix)) continue;
      const depth = depthOf(key, prefix.length);
      if (depth <= maxDepth) (levels[depth] ??= []).push(key.slice(prefix.length));
    }
    // Levels that have no node stay out.
    return levels.flatMap((names) => names.sort());
  }

  /** Numbers of nodes below a path of the store. */
  counts(path: string): { arrays: number; groups: number } {
    const relative = this.#relative(path);
    const prefix = relative === "" ? "" : `${relative}/`;
    const counts = { arrays: 0, groups: 0 };
    for (const [key, { kind }] of this.#nodes) {
      if (key !== "" && key !== relative && key.startsWith(prefix)) counts[`${kind}s`]++;
    }
    return counts;
  }

  /** The same without a node and all below it. */
  without(path: string): ConsolidatedView {
    const gone = this.#relative(path);
    const kept = [...this.#nodes].filter(([key]) => key !== gone && !key.startsWith(`${gone}/`));
    return new ConsolidatedView(this.#store, this.#root, new Map(kept));
  }

  #relative(path: string): string {
    return this.#root === "" ? path : path.slice(this.#root.length + 1);
  }
}

/** The consolidated metadata of a group, if it has any that is understood. */
export async function readConsolidated(
  store: Store,
  path: string,
  metadata: GroupMetadataV2 | GroupMetadataV3,
  v2Key: string,
  options: AbortOptions,
): Promise<ConsolidatedView | undefined> {
  const name = String(store);
  if (metadata.zarrFormat === 3) {
    if (metadata.consolidated === undefined) return undefined;
    const parsed = parseConsolidatedV3(metadata.consolidated, {
      store: name,
      path,
      key: keyIn(path, "zarr.json"),
    });
    return parsed === undefined ? undefined : new ConsolidatedView(name, path, parsed.nodes);
  }
  const key = keyIn(path, v2Key);
  const bytes = await store.get(key, undefined, options);
  if (bytes === undefined) return undefined;
  const context = { store: name, path, key };
  return new ConsolidatedView(name, path, parseConsolidatedV2(parseDocument(bytes, context), context).nodes);
}

/** Slashes in a path from a position on. */
function depthOf(path: string, from: number): number {
  let depth = 0;
  for (let at = path.indexOf("/", from); at >= 0; at = path.indexOf("/", at + 1)) depth++;
  return depth;
}
