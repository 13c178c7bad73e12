/**
 * An array object over a metadata document.
 *
 * @module
 */
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

/** The array that a document describes; errors name the node and the key of the document. */
export async function arrayOf(
  context: NodeContext,
  { metadata }: NodeDocument & { readonly kind: "array" },
  options: ArrayObjectOptions = {},
): Promise<ZarrArray> {
  const { store, path } = context.at;
  const key = keyIn(path, metadata.zarrFormat === 3 ? "zarr.json" : ".zarray");
  const place = { store: String(store), path, key };
  const config = resolveArrayConfig(options.config ?? {});
  const model =
    metadata.zarrFormat === 3 ? await interpretV3(metadata, place) : await interpretV2(metadata, place);
  return new ZarrArray({ context, model, config, int64: options.int64 });
}
