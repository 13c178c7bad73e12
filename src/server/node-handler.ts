/**
 * A handler for an array or a group.
 *
 * @module
 */
import { optionNames } from "../base/option-names.ts";
import { UnsupportedError } from "../base/errors.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { ZarrGroup } from "../array/zarr-group.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { joinPath } from "../array/node-documents.ts";
import { TranscodedStore } from "../transcode/transcoded-store.ts";
import type { TranscodeOptions } from "../transcode/transcoded-store.ts";
import type { Handler } from "./handler.ts";
import { handlerOf } from "./handler.ts";
import type { HandlerOptions } from "./handler-options.ts";
import { HANDLER_OPTION_NAMES, resolveHandlerOptions } from "./handler-options.ts";
import { OwnedKeys } from "./owned-keys.ts";
import type { ListedEntry, Served } from "./served.ts";

/** Options of `nodeHandler`. */
export interface NodeHandlerOptions extends HandlerOptions {
  /**
   * Serve v3 metadata that names no codec but `bytes`, and decoded chunks (of shards, inner chunks), for clients that lack
   * the codecs of an array. Options say which data types are presented, and how much is kept for how long (128 MiB, 5 s).
   * Not together with `writable`. Default `false`.
   */
  readonly transcode?: boolean | TranscodeOptions | undefined;
}

const NAMES = optionNames({ ...HANDLER_OPTION_NAMES, transcode: 0 });
const TRANSCODED_AGE_SECONDS = 5;

/**
 * Serves an array, or a group and all below it, and nothing else of its store: metadata documents, and chunks that the
 * grid of an array has, by the one key that they are written to (`c/00/0` is not one). With `writable`, documents of new
 * nodes below a group can be written, too.
 *
 * @throws TypeError for options that do not exist or do not go together.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { nodeHandler } from "zarrkit/server";
 *
 * const z = await createArray({}, { shape: [4], chunks: [2], dtype: "uint8", compressors: null });
 * await z.set(null, [1, 2, 3, 4]);
 * const handler = nodeHandler(z);
 * const headers = { range: "bytes=-1" };
 * const response = await handler(new Request("http://localhost/c/0", { headers }));
 * response.status; // 206
 * response.headers.get("content-range"); // "bytes 1-1/2"
 * (await handler(new Request("http://localhost/c/2"))).status; // 404
 * ```
 */
export function nodeHandler(node: ZarrNode, options: NodeHandlerOptions = {}): Handler {
  if (!(node instanceof ZarrArray) && !(node instanceof ZarrGroup))
    throw new TypeError("nodeHandler takes an array or a group.");
  const { transcode = false, ...rest } = options;
  const resolved = resolveHandlerOptions(options, "nodeHandler", NAMES);
  if (transcode !== false && rest.writable === true)
    throw new TypeError("What is transcoded cannot be written: transcode and writable do not go together.");
  if (transcode === false) return handlerOf(nodeServed(node), resolved);
  const given = transcode === true ? {} : transcode;
  return handlerOf(transcodedServed(node, { maxAgeSeconds: TRANSCODED_AGE_SECONDS, ...given }), resolved);
}

function nodeServed(node: ZarrNode): Served {
  const keys = new OwnedKeys(node);
  const root = node.path;
  return {
    store: node.store,
    title: titleOf(node),
    isInMemory: false,
    keyOf: async (path, access, options) =>
      (await keys.has(path, access, options)) ? joinPath(root, path) : undefined,
    changed: (path) => keys.forget(path),
    list: (path, options) => keys.list(path, options),
  };
}

function transcodedServed(node: ZarrNode, options: TranscodeOptions): Served {
  const store = new TranscodedStore(node, options);
  return {
    store,
    title: titleOf(node),
    isInMemory: true,
    keyOf: (path) => Promise.resolve(path),
    changed: () => {},
    list: (path, listOptions) => transcodedEntries(store, path, listOptions),
  };
}

async function* transcodedEntries(
  store: TranscodedStore,
  path: string,
  options: { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<ListedEntry> {
  if (!store.supportsListing) throw new UnsupportedError("The store behind this one cannot be listed.");
  for await (const name of store.listDir(path, options)) {
    const isKey = name === "zarr.json" || (await store.isChunkKey(joinPath(path, name), options));
    yield { name, kind: isKey ? "key" : "prefix" };
  }
}

/** The node's name; of a root, what it is. */
function titleOf(node: ZarrNode): string {
  return node.basename === "" ? (node instanceof ZarrArray ? "Zarr array" : "Zarr group") : node.basename;
}
