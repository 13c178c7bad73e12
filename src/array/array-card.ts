/**
 * An array as a thread gets it: the text of its document, from which the other side makes the same model.
 *
 * @module
 */
import { parseJson } from "../base/json-parse.ts";
import { isJsonObject } from "../base/json.ts";
import { stringifyJson } from "../base/json-write.ts";
import { codecRegistry } from "../codecs/registry.ts";
import { dataTypeRegistry } from "../dtypes/registry.ts";
import { registeredChunkKeyEncodings } from "../grids/registry.ts";
import { parseArrayV2, serializeArrayV2 } from "../metadata/v2-array.ts";
import { parseArrayV3, serializeArrayV3 } from "../metadata/v3-array.ts";
import { BoundModel } from "./array-model.ts";
import type { ArrayModel } from "./array-model.ts";
import { interpret } from "./interpret.ts";

const cards = new WeakMap<ArrayModel, string>();

/** The card of an array; `undefined` where it needs an extension that was registered here, which other threads do not have. */
export function cardOf(model: ArrayModel): string | undefined {
  let card = cards.get(model);
  if (card === undefined) {
    // Attributes are no business of the engines.
    const { document } = model;
    card = stringifyJson(
      document.zarrFormat === 3
        ? serializeArrayV3({ ...document, attributes: {}, source: undefined })
        : serializeArrayV2({ ...document, attributes: {}, source: undefined }),
    );
    cards.set(model, card);
  }
  return namesExtension(model, card) ? undefined : card;
}

/** The array of a card, bound. */
export async function boundOfCard(card: string): Promise<BoundModel> {
  const json = parseJson(card);
  if (!isJsonObject(json)) throw new TypeError("A card is a document.");
  const document = json["zarr_format"] === 2 ? parseArrayV2(json, undefined) : parseArrayV3(json);
  return new BoundModel(await interpret(document, { store: "", path: "", key: "" }));
}

/** Does the card mention a name that was registered in this thread? Rather one too many. */
function namesExtension({ zarrFormat }: ArrayModel, card: string): boolean {
  // A registered data type may understand any v2 text.
  if (zarrFormat === 2 && dataTypeRegistry.registered.length > 0) return true;
  return [...codecRegistry.registered, ...dataTypeRegistry.registered, ...registeredChunkKeyEncodings()].some(
    (name) => typeof name !== "string" || card.includes(JSON.stringify(name)),
  );
}
