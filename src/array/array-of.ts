/**
 * An array object over a metadata document.
 *
 * @module
 */
import { chain } from "../base/async.ts";
import type { Awaitable } from "../base/async.ts";
import { resolveArrayConfig } from "./array-config.ts";
import type { ArrayConfig } from "./array-config.ts";
import { interpretV2, interpretV3 } from "./interpret.ts";
import type { NodeContext } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { keyIn } from "./node-documents.ts";
import { ZarrArray } from "./zarr-array.ts";

/** Run-time options of an array object. */
export interface ArrayObjectOptions {
  readonly config?: ArrayConfig | undefined;
  readonly int64?: "bigint" | "number" | undefined;
}

/** The array that a document describes, without a promise where codecs like its own have been met before; errors name the node and the key of the document. */
export function arrayOf(
  context: NodeContext,
  { metadata }: NodeDocument & { readonly kind: "array" },
  options: ArrayObjectOptions = {},
): Awaitable<ZarrArray> {
  const { store, path } = context.at;
  const key = keyIn(path, metadata.zarrFormat === 3 ? "zarr.json" : ".zarray");
  const place = { store: String(store), path, key };
  const config = resolveArrayConfig(options.config ?? {});
  const made = metadata.zarrFormat === 3 ? interpretV3(metadata, place) : interpretV2(metadata, place);
  return chain(made, (model) => new ZarrArray({ context, model, config, int64: options.int64 }));
}
