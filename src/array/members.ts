/**
 * The members of a group: found by listing, or in consolidated metadata.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { mapLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { UnsupportedError } from "../base/errors.ts";
import { LocalStore } from "../storage/local-store.ts";
import { isStoredNodePath } from "../metadata/node-name.ts";
import type { ConsolidatedView } from "./consolidated-view.ts";
import { readConsolidated } from "./consolidated-view.ts";
import type { NodeContext } from "./node-context.ts";
import { contextAt } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { joinPath, readNode, readNodeSoon } from "./node-documents.ts";

/** Which members. */
export interface MembersOptions extends AbortOptions {
  /** 0 (default): immediate members; 1: also theirs; `null`: all. */
  readonly maxDepth?: number | null | undefined;
}

/** The group whose members are asked for. */
export interface GroupView {
  readonly context: NodeContext;
  readonly zarrFormat: 2 | 3;
  readonly consolidated: ConsolidatedView | undefined;
}

/** A member's documents, its place, and the consolidated metadata that it is reached through or has itself. */
export interface Member {
  readonly context: NodeContext;
  readonly node: NodeDocument;
  readonly consolidated: ConsolidatedView | undefined;
}

/** Of local documents so many are held at a time: what is dropped soon costs the collector less. */
const MEMBERS_AT_A_TIME = 100;

/** The node at a path below a group; consolidated metadata, where the group has it, answers alone. */
export async function readMember(
  group: GroupView,
  path: string,
  options: AbortOptions,
): Promise<Member | undefined> {
  const { context, consolidated } = group;
  if (path === "") {
    const self = await readNode(context.at.store, context.at.path, group.zarrFormat, options);
    return self === undefined ? undefined : { context, node: self, consolidated };
  }
  const below = contextAt(context, joinPath(context.at.path, path));
  if (consolidated !== undefined) {
    const node = consolidated.node(below.at.path);
    return node === undefined ? undefined : { context: below, node, consolidated };
  }
  const node = await readNode(below.at.store, below.at.path, group.zarrFormat, options);
  if (node === undefined) return undefined;
  const own =
    node.kind === "group"
      ? await readConsolidated(below.at.store, below.at.path, node.metadata, ".zmetadata", options)
      : undefined;
  return { context: below, node, consolidated: own };
}

/** All members down to a depth, level by level. */
export async function* members(
  group: GroupView,
  options: MembersOptions,
): AsyncGenerator<NamedMember, void, undefined> {
  for await (const batch of memberBatches(group, options)) yield* batch;
}

/** A member, and its path relative to the group. */
export type NamedMember = [name: string, member: Member];

/**
 * As `members`, those that are at hand together: a promise for each would cost more than many of them. A batch is walked
 * once, and before the next one.
 */
export async function* memberBatches(
  group: GroupView,
  options: MembersOptions,
): AsyncGenerator<Iterable<NamedMember>, void, undefined> {
  const maxDepth = options.maxDepth === undefined ? 0 : (options.maxDepth ?? Infinity);
  if (!(maxDepth >= 0))
    throw new RangeError(`maxDepth is at least 0, or null for all; got ${String(options.maxDepth)}.`);
  if (group.consolidated === undefined) yield* listedMembers(group, maxDepth, options);
  else yield consolidatedMembers(group, group.consolidated, maxDepth);
}

function* consolidatedMembers(
  { context }: GroupView,
  consolidated: ConsolidatedView,
  maxDepth: number,
): Generator<NamedMember, void, undefined> {
  for (const name of consolidated.below(context.at.path, maxDepth)) {
    const below = contextAt(context, joinPath(context.at.path, name));
    const node = consolidated.node(below.at.path);
    if (node !== undefined) yield [name, { context: below, node, consolidated }];
  }
}

async function* listedMembers(
  { context, zarrFormat }: GroupView,
  maxDepth: number,
  options: AbortOptions,
): AsyncGenerator<Iterable<NamedMember>, void, undefined> {
  const { store, path: root } = context.at;
  if (!store.supportsListing) {
    throw new UnsupportedError(
      `${String(store)} cannot be listed, so the members of a group in it cannot be found; consolidated metadata would name them.`,
      { store: String(store), path: root },
    );
  }
  let level = [""];
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth++) {
    const next: string[] = [];
    for (const parent of level) {
      const names: string[] = [];
      for await (const name of store.listDir(joinPath(root, parent), options)) {
        if (!isDocument(name, zarrFormat) && isStoredNodePath(name)) names.push(name);
      }
      const all = names.sort().map((name) => joinPath(parent, name));
      const atATime = LocalStore.directFiles(store) === undefined ? all.length : MEMBERS_AT_A_TIME;
      for (let start = 0; start < all.length; start += atATime) {
        const paths = all.slice(start, start + atATime);
        const nodes = await mapLimited(
          paths,
          config.get("async.concurrency"),
          (path) => readNodeSoon(store, joinPath(root, path), zarrFormat, options),
          options,
        );
        yield found(context, paths, nodes);
        for (const [i, path] of paths.entries()) if (nodes[i]?.kind === "group") next.push(path);
      }
    }
    level = next;
  }
}

function* found(
  context: NodeContext,
  paths: readonly string[],
  nodes: readonly (NodeDocument | undefined)[],
): Generator<NamedMember, void, undefined> {
  for (const [i, path] of paths.entries()) {
    const node = nodes[i];
    if (node === undefined) continue; // not a node: some other file
    const at = contextAt(context, joinPath(context.at.path, path));
    yield [path, { context: at, node, consolidated: undefined }];
  }
}

function isDocument(name: string, zarrFormat: 2 | 3): boolean {
  return zarrFormat === 3
    ? name === "zarr.json"
    : name === ".zgroup" || name === ".zattrs" || name === ".zmetadata" || name === ".zarray";
}
