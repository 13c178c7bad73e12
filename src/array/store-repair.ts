/**
 * Storing a repaired document before the first chunk.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { equalJson } from "../base/json-write.ts";
import { serializeArrayV2 } from "../metadata/v2-array.ts";
import { serializeArrayV3 } from "../metadata/v3-array.ts";
import type { ArrayModel } from "./array-model.ts";
import { locksOf, metadataLock } from "./chunk-locks.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import type { NodeContext } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { encodeNode, readNode, writeDocuments } from "./node-documents.ts";

/**
 * Stores the document that an invalid one was read as, with the attributes that are stored now, and returns the model
 * without a repair to come. Chunks may follow: every reader then finds them.
 *
 * @throws MetadataValidationError when the stored layout is neither the one that was read nor its repair: another
 * process changed it, and nothing is stored.
 */
export async function storeRepair(
  context: NodeContext,
  model: ArrayModel,
  options: AbortOptions,
): Promise<ArrayModel> {
  const { repaired, document } = model;
  if (repaired === undefined) return model;
  const { store, path } = context.at;
  return await locksOf(store).run(metadataLock(path), async () => {
    const current = await readNode(store, path, model.zarrFormat, options);
    const layout = current?.kind === "array" ? layoutOf(current.metadata) : undefined;
    const isRepaired = equalJson(layout ?? null, layoutOf(repaired));
    if (layout === undefined || !(isRepaired || equalJson(layout, layoutOf(document)))) {
      throw new MetadataValidationError(
        `The layout of the array at ${JSON.stringify(path)} was changed since it was opened; reopen the array to write to it. Nothing was stored.`,
        { store: String(store), path },
      );
    }
    const { attributes } = current!.metadata; // there is a layout, so there is a node
    const metadata = { ...repaired, attributes };
    const node: NodeDocument = { kind: "array", metadata };
    // In v2 the parser repairs what it reads, so that equal layouts do not tell what is stored.
    if (!isRepaired || model.zarrFormat === 2) {
      await writeDocuments(store, path, encodeNode(node), options);
      await keepConsolidated(store, [{ path, node }], model.zarrFormat, options);
    }
    return { ...model, document: metadata, attributes, repaired: undefined };
  });
}

/** Everything of a document that says where elements lie. */
function layoutOf(metadata: ArrayModel["document"]): JsonObject {
  const document =
    metadata.zarrFormat === 3
      ? serializeArrayV3({ ...metadata, source: undefined })
      : serializeArrayV2({ ...metadata, source: undefined });
  return { ...document, attributes: {} };
}
