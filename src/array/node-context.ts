/**
 * Where a node is, and whether it must close the store.
 *
 * @module
 */
import type { Store } from "../storage/store.ts";
import { StorePath } from "../storage/store-path.ts";

/** A node's place. Children share the owner of the node that they were reached through. */
export interface NodeContext {
  readonly at: StorePath;
  /** Was the store resolved for this node, not made by the caller? Then closing the node closes it, and writes are flushed. */
  readonly owned: boolean;
}

/** The context of another node in the same store. */
export function contextAt(context: NodeContext, path: string): NodeContext {
  return { ...context, at: new StorePath(context.at.store, path) };
}

/** Makes what was written last: a store that buffers (a zip) and that nobody else will close. */
export async function flushOwned(context: NodeContext): Promise<void> {
  const { store } = context.at;
  if (context.owned && !store.readOnly && isFlushable(store)) await store.flush();
}

/** Closes the store if the node owns it. */
export async function closeOwned(context: NodeContext): Promise<void> {
  if (context.owned) await context.at.store.close();
}

function isFlushable(store: Store): store is Store & { flush(): Promise<void> } {
  return "flush" in store && typeof store.flush === "function";
}
