/**
 * An array whose metadata is stored last: a reader sees it when it is whole.
 *
 * @module
 */
import { resolveArrayConfig } from "../array/array-config.ts";
import type { ArrayModel } from "../array/array-model.ts";
import { createNode } from "../array/create-node.ts";
import type { CreateArrayOptions } from "../array/create-array.ts";
import { buildArray } from "../array/create-options.ts";
import type { ArrayShapeOptions } from "../array/create-options.ts";
import { interpret } from "../array/interpret.ts";
import { joinPath, keyIn, readNode } from "../array/node-documents.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { AbortOptions } from "../base/async.ts";
import type { JsonObject } from "../base/json.ts";
import { serializeArrayV2 } from "../metadata/v2-array.ts";
import { serializeArrayV3 } from "../metadata/v3-array.ts";
import type { StorePath } from "../storage/store-path.ts";

/** Makes the array object; nothing is stored. */
export async function newArray(at: StorePath, options: CreateArrayOptions): Promise<ZarrArray> {
  const { shape, ...rest } = options;
  if (shape === undefined) throw new TypeError("A new array needs a shape.");
  const described: ArrayShapeOptions = { ...rest, shape };
  const { document, chain } = await buildArray(described);
  const key = keyIn(at.path, document.zarrFormat === 3 ? "zarr.json" : ".zarray");
  const model: ArrayModel = await interpret(document, { store: String(at.store), path: at.path, key }, chain);
  return new ZarrArray({
    context: { at, owned: false },
    model,
    config: resolveArrayConfig(options.config ?? {}),
  });
}

/** Stores the metadata of an array that `newArray` made; once is enough. */
export async function storeMetadata(array: ZarrArray, options: AbortOptions): Promise<void> {
  const { store, path, metadata } = array;
  const found = await readNode(store, path, array.zarrFormat, options);
  if (found === undefined) await createNode(store, path, { kind: "array", metadata }, options);
}

/** The document of an array as JSON, for telling jobs apart. */
export function documentOf({ metadata }: ZarrArray): JsonObject {
  return metadata.zarrFormat === 3
    ? serializeArrayV3({ ...metadata, source: undefined })
    : { ...serializeArrayV2({ ...metadata, source: undefined }), attributes: metadata.attributes };
}

/** The store key of a chunk. */
export function chunkKey(array: ZarrArray, chunkIndex: readonly number[]): string {
  return joinPath(array.path, array.model.chunkKeys.encode(chunkIndex));
}
