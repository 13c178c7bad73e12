/**
 * Changing attributes: applied to what is stored now, under a lock, so that two changes
 * from one process both last.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { config } from "../base/config.ts";
import { NodeNotFoundError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { mergeObjects, omitKeys } from "../base/json-notes.ts";
import { encodeJson, toJsonValue } from "../base/json-write.ts";
import { locksOf, metadataLock } from "./chunk-locks.ts";
import { keepConsolidated } from "./consolidated-upkeep.ts";
import type { NodeContext } from "./node-context.ts";
import type { NodeDocument } from "./node-documents.ts";
import { encodeNode, keyIn, readNode, writeDocuments } from "./node-documents.ts";

/** A change of attributes. */
export type AttributesChange =
  | { readonly kind: "merge"; readonly patch: object }
  | { readonly kind: "replace"; readonly attributes: object }
  | { readonly kind: "delete"; readonly names: readonly string[] };

/** Attributes as metadata holds them: a copy, checked to be JSON. */
export function attributesOf(value: object | null | undefined): JsonObject {
  const json = toJsonValue(value ?? {});
  if (!isJsonObject(json)) throw new TypeError("Attributes are an object of JSON values.");
  return json;
}

/** Changes a node's attributes in the store and returns its documents. */
export async function changeAttributes(
  context: NodeContext,
  node: NodeDocument,
  change: AttributesChange,
  options: AbortOptions,
): Promise<NodeDocument> {
  const { store, path } = context.at;
  const { zarrFormat } = node.metadata;
  const apply = preparedChange(change);
  return await locksOf(store).run(
    metadataLock(path),
    async () => {
      const current = await readNode(store, path, zarrFormat, options);
      if (current === undefined) {
        throw new NodeNotFoundError(
          `The node at ${JSON.stringify(path)} is gone; its attributes cannot be changed.`,
          {
            store: String(store),
            path,
          },
        );
      }
      const attributes = apply(current.metadata.attributes);
      // The kind of metadata stays what it is; only its attributes change.
      const changed = { ...current, metadata: { ...current.metadata, attributes } } as NodeDocument;
      if (zarrFormat === 2) {
        const bytes = encodeJson(attributes, { indent: config.get("json_indent") });
        await store.set(keyIn(path, ".zattrs"), bytes, options);
      } else {
        await writeDocuments(store, path, encodeNode(changed), options);
      }
      await keepConsolidated(store, [{ path, node: changed }], zarrFormat, options);
      return changed;
    },
    options,
  );
}

/** Checks the change before any I/O. */
function preparedChange(change: AttributesChange): (current: JsonObject) => JsonObject {
  switch (change.kind) {
    case "merge": {
      const patch = attributesOf(change.patch);
      return (current) => mergeObjects(current, patch);
    }
    case "replace": {
      const attributes = attributesOf(change.attributes);
      return () => attributes;
    }
    case "delete":
      return (current) => omitKeys(current, change.names);
    default:
      return change satisfies never;
  }
}
