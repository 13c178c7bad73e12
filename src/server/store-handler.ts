/**
 * A handler for all values of a store.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { mapLimited } from "../base/async.ts";
import { isStore } from "../storage/store.ts";
import type { Store } from "../storage/store.ts";
import { StorePath } from "../storage/store-path.ts";
import type { Handler } from "./handler.ts";
import { handlerOf } from "./handler.ts";
import type { HandlerOptions } from "./handler-options.ts";
import { resolveHandlerOptions } from "./handler-options.ts";
import type { ListedEntry, Served } from "./served.ts";
import { isDocumentKey } from "./served.ts";

const LOOKS_AT_ONCE = 32;

/**
 * Serves every value of a store, or of what is below a place in one. What else the store holds besides arrays and groups
 * can be read, too: use `nodeHandler` where that must not be.
 *
 * @throws TypeError for options that do not exist or do not go together.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { storeHandler } from "zarrkit/server";
 * import { MemoryStore } from "zarrkit/storage";
 *
 * const store = new MemoryStore();
 * await createArray(store, { path: "a", shape: [4], dtype: "int32" });
 * const handler = storeHandler(store);
 * const response = await handler(new Request("http://localhost/a/zarr.json"));
 * response.status; // 200
 * response.headers.get("content-type"); // "application/json"
 * ```
 */
export function storeHandler(source: Store | StorePath, options: HandlerOptions = {}): Handler {
  const at = isStore(source) ? new StorePath(source) : source;
  if (!(at instanceof StorePath)) throw new TypeError("storeHandler takes a Store or a StorePath.");
  return handlerOf(storeServed(at), resolveHandlerOptions(options, "storeHandler"));
}

function storeServed({ store, path: root }: StorePath): Served {
  const keyIn = (path: string): string => (root === "" ? path : `${root}/${path}`);
  return {
    store,
    title: "Zarr store",
    isInMemory: false,
    keyOf: (path) => Promise.resolve(keyIn(path)),
    changed: () => {},
    list: (path, options) => entriesOf(store, path === "" ? root : keyIn(path), options),
  };
}

/** Names in a directory. A store tells names; whether one is a key is asked for a few at a time. */
async function* entriesOf(
  store: Store,
  directory: string,
  options: AbortOptions,
): AsyncGenerator<ListedEntry> {
  let batch: string[] = [];
  const flush = (): Promise<ListedEntry[]> =>
    mapLimited(
      batch,
      LOOKS_AT_ONCE,
      async (name) => {
        const key = directory === "" ? name : `${directory}/${name}`;
        const isKey = isDocumentKey(key) || (await store.exists(key, options));
        return { name, kind: isKey ? "key" : "prefix" } as const;
      },
      options,
    );
  for await (const name of store.listDir(directory, options)) {
    if (batch.push(name) < LOOKS_AT_ONCE * 4) continue;
    yield* await flush();
    batch = [];
  }
  yield* await flush();
}
