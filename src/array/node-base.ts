/**
 * What arrays and groups have in common: their place in a store.
 *
 * @module
 */
import { addDisposeAndInspect } from "../base/dispose.ts";
import { ReadOnlyError } from "../base/errors.ts";
import type { Store } from "../storage/store.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { NodeContext } from "./node-context.ts";
import { closeOwned } from "./node-context.ts";

/** A node at a place in a store. */
export abstract class NodeBase {
  readonly #context: NodeContext;

  constructor(context: NodeContext) {
    this.#context = context;
  }

  static {
    addDisposeAndInspect(this);
  }

  /** The store that holds the node. */
  get store(): Store {
    return this.#context.at.store;
  }
  /** Where the node is. */
  get storePath(): StorePath {
    return this.#context.at;
  }
  /** Path in the store, without a leading slash; the root is `""`. */
  get path(): string {
    return this.#context.at.path;
  }
  /** Path with a leading slash. */
  get name(): string {
    return `/${this.path}`;
  }
  /** Last part of the path. */
  get basename(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }
  /** Does the store refuse writes? */
  get readOnly(): boolean {
    return this.store.readOnly;
  }

  /** Closes the store if this node resolved it; a store that the caller made stays open. */
  async close(): Promise<void> {
    await closeOwned(this.#context);
  }

  protected get context(): NodeContext {
    return this.#context;
  }

  protected requireWritable(): void {
    if (!this.readOnly) return;
    throw new ReadOnlyError(`${String(this)} is read-only.`, { store: String(this.store), path: this.path });
  }
}
