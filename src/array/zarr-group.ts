/**
 * The group: its attributes and its members.
 *
 * @module
 */
import { isPromise } from "../base/async.ts";
import type { AbortOptions, Awaitable } from "../base/async.ts";
import {
  ArrayNotFoundError,
  ContainsArrayError,
  ContainsGroupError,
  GroupNotFoundError,
  NodeNotFoundError,
} from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { copyJson } from "../base/json-notes.ts";
import type { GroupMetadataV2 } from "../metadata/v2-group.ts";
import type { GroupMetadataV3 } from "../metadata/v3-group.ts";
import { normalizePath } from "../storage/normalize-path.ts";
import type { Store } from "../storage/store.ts";
import { forgetChunksBelow } from "./chunk-cache.ts";
import { attributesOf, changeAttributes } from "./attributes.ts";
import type { AttributesChange } from "./attributes.ts";
import type { ConsolidatedView } from "./consolidated-view.ts";
import type { CreateArrayOptions } from "./create-array.ts";
import { createNode, emptyGroup } from "./create-node.ts";
import type { CreateNodeOptions } from "./create-node.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import { moveNode } from "./move-node.ts";
import { memberBatches, members, readMember } from "./members.ts";
import type { GroupView, Member, MembersOptions } from "./members.ts";
import { countRows, groupRows, groupTree } from "./group-info.ts";
import { ArrayMakingGroup } from "./array-making-group.ts";
import { arrayOf } from "./array-of.ts";
import { createNodesBelow, entriesInGroup } from "./create-nodes.ts";
import type { HierarchyNodes } from "./create-nodes.ts";
import type { NodeContext } from "./node-context.ts";
import { contextAt, flushOwned } from "./node-context.ts";
import { joinPath } from "./node-documents.ts";
import type { NodeDocument } from "./node-documents.ts";
import { infoTable } from "./print.ts";
import { requireFit } from "./require-fit.ts";
import { ZarrArray } from "./zarr-array.ts";

/** What a group is made of; `openGroup` and `createGroup` make them. */
export interface ZarrGroupParts {
  readonly context: NodeContext;
  readonly metadata: GroupMetadataV2 | GroupMetadataV3;
  /** Metadata of all nodes below, where the group was opened with it: they are then not read one by one. */
  readonly consolidated?: ConsolidatedView | undefined;
}

/** A node: an array or a group. */
export type ZarrNode = ZarrArray | ZarrGroup;

/**
 * A group of arrays and groups in a store.
 *
 * @example
 * ```ts
 * import { createGroup } from "zarrkit";
 *
 * const root = await createGroup({});
 * await root.createArray("a/b", { shape: [2], dtype: "int32" });
 * const names: string[] = [];
 * for await (const [name] of root.members({ maxDepth: null })) names.push(name);
 * names; // ["a", "a/b"]
 * ```
 */
export class ZarrGroup extends ArrayMakingGroup {
  #metadata: GroupMetadataV2 | GroupMetadataV3;
  #consolidated: ConsolidatedView | undefined;
  #attrs: JsonObject | undefined;

  constructor(parts: ZarrGroupParts) {
    super(parts.context);
    this.#metadata = parts.metadata;
    this.#consolidated = parts.consolidated;
  }

  /** 2 or 3. */
  get zarrFormat(): 2 | 3 {
    return this.#metadata.zarrFormat;
  }
  /** The metadata document, parsed. */
  get metadata(): GroupMetadataV2 | GroupMetadataV3 {
    return this.#metadata;
  }
  /** The attributes last seen: a frozen plain object. Change them with `updateAttributes`. */
  get attrs(): JsonObject {
    this.#attrs ??= copyJson(this.#metadata.attributes, { freeze: true });
    return this.#attrs;
  }
  /** Was the group opened with consolidated metadata? */
  get isConsolidated(): boolean {
    return this.#consolidated !== undefined;
  }

  /**
   * The node at a path below this group.
   *
   * @throws NodeNotFoundError when there is none.
   * @example
   * ```ts
   * import { createGroup } from "zarrkit";
   *
   * const root = await createGroup({});
   * await root.createGroup("a/b");
   * String((await root.get("a")).name); // /a
   * ```
   */
  async get(path: string, options: AbortOptions = {}): Promise<ZarrNode> {
    const node = await this.#find(path, options);
    if (node === undefined) throw this.#notFound(NodeNotFoundError, "node", path);
    return node;
  }

  /** Is there a node at a path below this group? Also one whose codecs or data type are not known. */
  async has(path: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.#member(path, options)) !== undefined;
  }

  /**
   * The array at a path.
   *
   * @throws ArrayNotFoundError; ContainsGroupError when a group is there.
   */
  async getArray(path: string, options: AbortOptions = {}): Promise<ZarrArray> {
    const node = await this.#find(path, options);
    if (node instanceof ZarrArray) return node;
    if (node === undefined) throw this.#notFound(ArrayNotFoundError, "array", path);
    throw new ContainsGroupError(
      `The node at ${JSON.stringify(node.path)} is a group, not an array.`,
      facts(node),
    );
  }

  /**
   * The group at a path.
   *
   * @throws GroupNotFoundError; ContainsArrayError when an array is there.
   */
  async getGroup(path: string, options: AbortOptions = {}): Promise<ZarrGroup> {
    const node = await this.#find(path, options);
    if (node instanceof ZarrGroup) return node;
    if (node === undefined) throw this.#notFound(GroupNotFoundError, "group", path);
    throw new ContainsArrayError(
      `The node at ${JSON.stringify(node.path)} is an array, not a group.`,
      facts(node),
    );
  }

  /**
   * Names (paths relative to this group) and nodes below it, parents before children. `maxDepth` 0 (default) gives
   * immediate members, `null` all.
   *
   * @throws UnsupportedError when the store cannot list and there is no consolidated metadata.
   */
  async *members(
    options: MembersOptions = {},
  ): AsyncGenerator<[name: string, node: ZarrNode], void, undefined> {
    for await (const batch of memberBatches(this.#view(), options)) {
      for (const [name, { context, node, consolidated }] of batch) {
        const made = nodeOf(context, node, consolidated);
        yield [name, isPromise(made) ? await made : made];
      }
    }
  }

  /** The arrays among the members. */
  async *arrays(
    options: MembersOptions = {},
  ): AsyncGenerator<[name: string, array: ZarrArray], void, undefined> {
    for await (const batch of memberBatches(this.#view(), options)) {
      for (const [name, { context, node }] of batch) {
        if (node.kind !== "array") continue;
        const made = arrayOf(context, node);
        yield [name, isPromise(made) ? await made : made];
      }
    }
  }

  /** The groups among the members. */
  async *groups(
    options: MembersOptions = {},
  ): AsyncGenerator<[name: string, group: ZarrGroup], void, undefined> {
    for await (const [name, { context, node, consolidated }] of members(this.#view(), options)) {
      if (node.kind === "group") yield [name, groupOf(context, node, consolidated)];
    }
  }

  /** Names of the members, also of those whose codecs or data type are not known. */
  async *keys(options: MembersOptions = {}): AsyncGenerator<string, void, undefined> {
    for await (const [name] of members(this.#view(), options)) yield name;
  }

  /** Number of members, with those whose codecs or data type are not known. */
  async nmembers(options: MembersOptions = {}): Promise<number> {
    let count = 0;
    for await (const _ of members(this.#view(), options)) count++;
    return count;
  }

  /** Creates a group below this one, and the groups between. */
  async createGroup(
    path: string,
    options: CreateNodeOptions & { readonly attributes?: object | undefined } = {},
  ): Promise<ZarrGroup> {
    this.requireWritable();
    const node = emptyGroup(this.zarrFormat, attributesOf(options.attributes));
    const context = contextAt(this.context, this.#below(path));
    await createNode(this.store, context.at.path, node, options);
    this.#consolidated = undefined;
    await flushOwned(context);
    return groupOf(context, node);
  }

  /** The group at a path, created if there is nothing. @throws ContainsArrayError when an array is there. */
  async requireGroup(
    path: string,
    options: CreateNodeOptions & { readonly attributes?: object | undefined } = {},
  ): Promise<ZarrGroup> {
    const node = options.overwrite === true ? undefined : await this.#find(path, options);
    if (node instanceof ZarrGroup) return node;
    if (node === undefined) return await this.createGroup(path, options);
    throw new ContainsArrayError(
      `An array is at ${JSON.stringify(node.path)}; a group cannot be.`,
      facts(node),
    );
  }

  /** The groups at several paths, each created if there is nothing. */
  async requireGroups(...paths: string[]): Promise<ZarrGroup[]> {
    const groups: ZarrGroup[] = [];
    for (const path of paths) groups.push(await this.requireGroup(path));
    return groups;
  }

  /**
   * Creates arrays and groups below this one, each with its path: everything is built before anything is written.
   * Groups between them are created. Yields path and node, parents before children.
   *
   * @throws MetadataValidationError for another Zarr format than this group's, or this group itself.
   */
  async *createHierarchy(
    nodes: HierarchyNodes,
    options: CreateNodeOptions = {},
  ): AsyncGenerator<[path: string, node: ZarrNode], void, undefined> {
    this.requireWritable();
    const entries = entriesInGroup(nodes, this);
    if (entries.length === 0) return;
    const created = await createNodesBelow(this.context, entries, options);
    this.#consolidated = undefined;
    for (const [path, node] of created) {
      yield [path, await nodeOf(contextAt(this.context, joinPath(this.path, path)), node)];
    }
  }

  /**
   * The array at a path, created if there is nothing.
   *
   * @throws TypeError when the array there has another shape, or a data type whose values that of `dtype` (default
   * `float64`) cannot hold; with `exact`, another data type at all.
   */
  async requireArray<D extends string = "float64">(
    path: string,
    options: CreateArrayOptions<D> & {
      readonly shape: readonly number[] | number;
      readonly exact?: boolean | undefined;
    },
  ): Promise<ZarrArray<D>> {
    const { exact: _exact, ...create } = options;
    const node = await this.#find(path, options);
    if (node === undefined) return await this.createArray<D>(path, create);
    if (node instanceof ZarrArray) return requireFit<D>(node, options);
    throw new ContainsGroupError(
      `A group is at ${JSON.stringify(node.path)}; an array cannot be.`,
      facts(node),
    );
  }

  /** Deletes the node at a path and all below it. Nothing there is no error. */
  async delete(path: string, options: AbortOptions = {}): Promise<void> {
    this.requireWritable();
    const at = this.#below(path);
    await this.store.deleteDir(at, options);
    forgetChunksBelow(this.store, at);
    await keepConsolidated(this.store, [{ path: at, node: undefined }], this.zarrFormat, options);
    this.#consolidated = this.#consolidated?.without(at);
    await flushOwned(this.context);
  }

  /**
   * Moves a node, with all below it, to another path of this group. Its values are copied as they are, then deleted.
   *
   * @throws NodeNotFoundError when there is nothing to move; ContainsArrayError or ContainsGroupError when something is in the way.
   */
  async move(source: string, dest: string, options: AbortOptions = {}): Promise<void> {
    this.requireWritable();
    await moveNode(this, normalizePath(source), normalizePath(dest), options);
    this.#consolidated = undefined;
    await flushOwned(this.context);
  }

  /** Merges into the attributes and stores them. */
  updateAttributes(patch: object, options: AbortOptions = {}): Promise<this> {
    return this.#changeAttributes({ kind: "merge", patch }, options);
  }
  /** Replaces all attributes. */
  setAttributes(attributes: object, options: AbortOptions = {}): Promise<this> {
    return this.#changeAttributes({ kind: "replace", attributes }, options);
  }
  /** Deletes attributes by name; names that are not there are no error. */
  deleteAttributes(...names: string[]): Promise<this> {
    return this.#changeAttributes({ kind: "delete", names }, {});
  }

  /** The hierarchy as text: names, and shape and data type of arrays. */
  async tree(
    options: AbortOptions & {
      readonly level?: number | null | undefined;
      readonly maxNodes?: number | undefined;
    } = {},
  ): Promise<string> {
    const { level = null, maxNodes = 500, signal } = options;
    return await groupTree(this.name, this.members({ maxDepth: level, signal }), maxNodes);
  }

  /** zarr-python's summary of the group; with the numbers of members where metadata is consolidated. */
  get info(): string {
    const counts = this.#consolidated?.counts(this.path);
    return infoTable([...groupRows(this), ...(counts === undefined ? [] : countRows(counts))]);
  }

  /** `info`, and the numbers of members. Lists the store. */
  async infoComplete(options: AbortOptions = {}): Promise<string> {
    let arrays = 0;
    let groups = 0;
    for await (const [, { node }] of members(this.#view(), { ...options, maxDepth: null })) {
      if (node.kind === "array") arrays++;
      else groups++;
    }
    return infoTable([...groupRows(this), ...countRows({ arrays, groups })]);
  }

  /** Is this the same group, at an equal place? */
  equals(other: unknown): boolean {
    return other instanceof ZarrGroup && this.storePath.equals(other.storePath);
  }

  /** `<Group file://data/foo/bar>` */
  override toString(): string {
    return `<Group ${String(this.storePath)}>`;
  }

  protected override membersChanged(): void {
    this.#consolidated = undefined;
  }

  #below(path: string): string {
    return joinPath(this.path, normalizePath(path));
  }

  async #find(path: string, options: AbortOptions): Promise<ZarrNode | undefined> {
    const found = await this.#member(path, options);
    return found === undefined ? undefined : await nodeOf(found.context, found.node, found.consolidated);
  }

  #member(path: string, options: AbortOptions): Promise<Member | undefined> {
    return readMember(this.#view(), normalizePath(path), options);
  }

  #view(): GroupView {
    return { context: this.context, zarrFormat: this.zarrFormat, consolidated: this.#consolidated };
  }

  async #changeAttributes(change: AttributesChange, options: AbortOptions): Promise<this> {
    this.requireWritable();
    const node: NodeDocument = { kind: "group", metadata: this.#metadata };
    const changed = await changeAttributes(this.context, node, change, options);
    if (changed.kind === "group") this.#metadata = changed.metadata;
    this.#attrs = undefined;
    await flushOwned(this.context);
    return this;
  }

  #notFound<E>(
    type: new (message: string, facts: { store: string; path: string }) => E,
    what: string,
    path: string,
  ): E {
    const where = this.#consolidated === undefined ? "" : " in the consolidated metadata";
    return new type(
      `There is no ${what} at ${JSON.stringify(this.#below(path))}${where} of ${String(this.store)}.`,
      {
        store: String(this.store),
        path: this.#below(path),
      },
    );
  }
}

/** A node over its documents, without a promise as `arrayOf`. */
export function nodeOf(
  context: NodeContext,
  node: NodeDocument,
  consolidated?: ConsolidatedView,
): Awaitable<ZarrNode> {
  return node.kind === "array" ? arrayOf(context, node) : groupOf(context, node, consolidated);
}

/** A group over its documents. */
export function groupOf(
  context: NodeContext,
  node: NodeDocument,
  consolidated?: ConsolidatedView,
): ZarrGroup {
  if (node.kind !== "group") throw new TypeError("These documents are an array's.");
  return new ZarrGroup({ context, metadata: node.metadata, consolidated });
}

function facts(node: { readonly store: Store; readonly path: string }): { store: string; path: string } {
  return { store: String(node.store), path: node.path };
}
