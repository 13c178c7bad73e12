/**
 * The metadata documents of a node: reading, telling what is there, writing.
 *
 * @module
 */
import { chain, isPromise } from "../base/async.ts";
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { config } from "../base/config.ts";
import type { JsonObject } from "../base/json.ts";
import { encodeJson } from "../base/json-write.ts";
import { parseDocument } from "../metadata/document.ts";
import type { ArrayMetadataV2 } from "../metadata/v2-array.ts";
import { parseArrayV2, serializeArrayV2 } from "../metadata/v2-array.ts";
import type { GroupMetadataV2 } from "../metadata/v2-group.ts";
import { parseGroupV2, serializeGroupV2 } from "../metadata/v2-group.ts";
import type { ArrayMetadataV3 } from "../metadata/v3-array.ts";
import { parseArrayV3, serializeArrayV3 } from "../metadata/v3-array.ts";
import type { GroupMetadataV3 } from "../metadata/v3-group.ts";
import { nodeKindV3, parseGroupV3, serializeGroupV3 } from "../metadata/v3-group.ts";
import { readSoon } from "../storage/read-soon.ts";
import type { Store } from "../storage/store.ts";

/** What is at a path. */
export type NodeDocument =
  | { readonly kind: "array"; readonly metadata: ArrayMetadataV2 | ArrayMetadataV3 }
  | { readonly kind: "group"; readonly metadata: GroupMetadataV2 | GroupMetadataV3 };

/** Zarr formats to look for; `undefined` means both, v3 first. */
export type WantedFormat = 2 | 3 | undefined;

/** A store key below a node. */
export function keyIn(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** A path below a path. */
export function joinPath(base: string, path: string): string {
  return base === "" ? path : path === "" ? base : `${base}/${path}`;
}

/**
 * Reads the node at a path; `undefined` when there is none. A v3 node costs one read.
 *
 * @throws MetadataValidationError when a document is there and wrong.
 */
export async function readNode(
  store: Store,
  path: string,
  format: WantedFormat,
  options: AbortOptions = {},
): Promise<NodeDocument | undefined> {
  return await readNodeSoon(store, path, format, options);
}

/** As `readNode`, for one of many: without a promise where the store has the documents at once. It fails at once, too. */
export function readNodeSoon(
  store: Store,
  path: string,
  format: WantedFormat,
  options: AbortOptions = {},
): Awaitable<NodeDocument | undefined> {
  if (format === 2) return readNodeV2(store, path, options);
  const key = keyIn(path, "zarr.json");
  const parse = (bytes: Uint8Array): NodeDocument => {
    const context = { store: String(store), path, key };
    return parseNodeV3(parseDocument(bytes, context), context);
  };
  return chain(readSoon(store, key, parse, options), (node) =>
    node === undefined && format !== 3 ? readNodeV2(store, path, options) : node,
  );
}

/** A v3 document as a node. */
export function parseNodeV3(
  document: JsonObject,
  context: { readonly store: string; readonly path: string; readonly key: string },
): NodeDocument {
  return nodeKindV3(document, context) === "array"
    ? { kind: "array", metadata: parseArrayV3(document, context) }
    : { kind: "group", metadata: parseGroupV3(document, context) };
}

function readNodeV2(store: Store, path: string, options: AbortOptions): Awaitable<NodeDocument | undefined> {
  const context = { store: String(store), path };
  const read = (name: string): Awaitable<JsonObject | undefined> => {
    const key = keyIn(path, name);
    return readSoon(store, key, (bytes) => parseDocument(bytes, { ...context, key }), options);
  };
  return chain(readAll(V2_DOCUMENTS, read), ([array, group, attributes]): NodeDocument | undefined => {
    // Where both are there the array is what has data; zarr-python refuses to choose.
    if (array !== undefined) {
      const metadata = parseArrayV2(array, attributes, { ...context, key: keyIn(path, ".zarray") });
      return { kind: "array", metadata };
    }
    if (group === undefined) return undefined;
    return {
      kind: "group",
      metadata: parseGroupV2(group, attributes, { ...context, key: keyIn(path, ".zgroup") }),
    };
  });
}

const V2_DOCUMENTS = [".zarray", ".zgroup", ".zattrs"] as const;

/** Reads all, waits for those that give promises, then throws the first failure in their order: nothing is left unhandled. */
function readAll<T>(names: readonly string[], read: (name: string) => Awaitable<T>): Awaitable<T[]> {
  const started = names.map((name): Awaitable<T> => {
    try {
      return read(name);
    } catch (error) {
      return Promise.reject(error);
    }
  });
  if (!started.some(isPromise)) return started as T[]; // as was just asked
  return Promise.allSettled(started).then((results) =>
    results.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    }),
  );
}

/** Documents to store for a node, by name below its path: all encoded before any is written. */
export function encodeNode(node: NodeDocument): ReadonlyMap<string, Uint8Array> {
  const { metadata } = node;
  const indent = config.get("json_indent");
  if (metadata.zarrFormat === 3) {
    const document =
      node.kind === "array"
        ? serializeArrayV3(metadata as ArrayMetadataV3)
        : serializeGroupV3(metadata as GroupMetadataV3); // the kind and the format together tell which it is
    return new Map([["zarr.json", encodeJson(document, { indent })]]);
  }
  const attributes = encodeJson(metadata.attributes, { indent });
  return node.kind === "array"
    ? new Map([
        [".zarray", encodeJson(serializeArrayV2(metadata as ArrayMetadataV2), { indent })], // likewise
        [".zattrs", attributes],
      ])
    : new Map([
        [".zgroup", encodeJson(serializeGroupV2(metadata as GroupMetadataV2), { indent })], // likewise
        [".zattrs", attributes],
      ]);
}

/** Stores encoded documents. v2's attributes go first: the node appears with the document that names it. */
export async function writeDocuments(
  store: Store,
  path: string,
  documents: ReadonlyMap<string, Uint8Array>,
  options: AbortOptions = {},
): Promise<void> {
  const names = [...documents.keys()].sort((a, b) => Number(b === ".zattrs") - Number(a === ".zattrs"));
  for (const name of names) await store.set(keyIn(path, name), documents.get(name)!, options);
}
