/**
 * Our stores and nodes for zarrita and what is built on it.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { ZarrGroup } from "../array/zarr-group.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { isStore } from "../storage/store.ts";
import type { Store } from "../storage/store.ts";
import { StorePath } from "../storage/store-path.ts";
import type { TranscodeOptions } from "../transcode/transcoded-store.ts";
import { TranscodedStore } from "../transcode/transcoded-store.ts";
import { ZarritaStore } from "./zarrita-store.ts";
import type { AbsolutePath } from "./zarrita-store.ts";

/** A node, as zarrita's `contents()` names it. */
export interface ZarritaContent {
  readonly path: AbsolutePath;
  readonly kind: "array" | "group";
}

/**
 * A store, or the place of a group or array in one, as a store for zarrita: the same keys and the same bytes, so that
 * zarrita decodes them. An array or group is its root, `/`.
 *
 * Works with whatever takes a zarrita `Readable`: viv, vizarr, zarr-layer and others.
 *
 * @throws TypeError for anything else.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { toZarrita } from "zarrkit/zarrita";
 *
 * const z = await createArray({}, { shape: [4], dtype: "int32" });
 * const store = toZarrita(z);
 * (await store.get("/zarr.json")) instanceof Uint8Array; // true
 * await store.get("/c/7"); // undefined
 * ```
 */
export function toZarrita(source: Store | StorePath | ZarrNode): ZarritaStore {
  return new ZarritaStore(placeOf(source));
}

/**
 * An array or group as a store for zarrita that holds decoded chunks: whatever zarrkit can read, zarrita shows. The
 * metadata is v3 with the codec `bytes` alone and the inner chunks of shards as chunks, so that a consumer needs no
 * codec at all. Works with zarrita 0.5 and later.
 *
 * Data types that zarrita does not know are presented as ones that it does: `datetime64` as `int64` counts of its unit,
 * `bfloat16` as `float32`, `int4` as `int8`, fixed-length text as strings. `dataTypes: "own"` keeps them.
 *
 * Chunks that were decoded are kept, up to `cacheBytes` (128 MiB), and callers that want one chunk at the same time share
 * its decoding. What is written to the array later is not seen in a kept chunk, unless `maxAgeSeconds` says for how long
 * one counts.
 *
 * @throws TypeError when it is given no array or group.
 * @example
 * ```ts
 * import { createArray } from "zarrkit";
 * import { toZarritaDecoded } from "zarrkit/zarrita";
 *
 * const z = await createArray({}, { shape: [4], chunks: [2], shards: [4], dtype: "uint8" });
 * await z.set(null, [1, 2, 3, 4]);
 * const store = toZarritaDecoded(z);
 * await store.get("/c/1"); // Uint8Array(2) [ 3, 4 ]
 * ```
 */
export function toZarritaDecoded(node: ZarrNode, options: TranscodeOptions = {}): ZarritaStore {
  return new ZarritaStore(new StorePath(new TranscodedStore(node, { dataTypes: "core", ...options })));
}

/**
 * Adds `contents()`, which lists the nodes at and below a group as zarrita's stores with consolidated metadata do. It is
 * synchronous there, so the members are listed now.
 *
 * @throws UnsupportedError when the group's store cannot list and it was opened without consolidated metadata.
 * @example
 * ```ts
 * import { createGroup } from "zarrkit";
 * import { toZarrita, withContents } from "zarrkit/zarrita";
 *
 * const root = await createGroup({});
 * await root.createArray("a", { shape: [1], dtype: "int8" });
 * const store = await withContents(toZarrita(root), root);
 * store.contents(); // [{ path: "/", kind: "group" }, { path: "/a", kind: "array" }]
 * ```
 */
export async function withContents<S extends ZarritaStore>(
  store: S,
  node: ZarrNode,
  options: AbortOptions = {},
): Promise<S & { contents(): ZarritaContent[] }> {
  const contents: ZarritaContent[] = [{ path: "/", kind: node instanceof ZarrArray ? "array" : "group" }];
  if (node instanceof ZarrGroup) {
    for await (const [path, member] of node.members({ maxDepth: null, signal: options.signal }))
      contents.push({ path: `/${path}`, kind: member instanceof ZarrArray ? "array" : "group" });
  }
  return Object.assign(store, { contents: () => contents.map((content) => ({ ...content })) });
}

function placeOf(source: unknown): StorePath {
  if (source instanceof ZarrArray || source instanceof ZarrGroup) return source.storePath;
  if (source instanceof StorePath) return source;
  if (isStore(source)) return new StorePath(source);
  throw new TypeError("toZarrita takes a Store, a StorePath, an array or a group; open a URL or path first.");
}
