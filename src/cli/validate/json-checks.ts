/**
 * Checks that every metadata document goes through: is it JSON, and is it an object?
 *
 * @module
 */
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { isIntegerAt, jsonKeys, notedText } from "../../base/json-notes.ts";
import { parseJson } from "../../base/json-parse.ts";
import { own, pointer } from "../../metadata/document.ts";
import type { Findings } from "./deviation.ts";

/** Reads a document; `undefined` after reporting what is wrong with it. */
export function readDocument(bytes: Uint8Array, findings: Findings): JsonObject | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    findings.warning("", "It begins with a byte-order mark, which JSON does not allow.");
  const json = findings.try("", () => parseJson(bytes, { key: findings.key }));
  if (json === undefined) return undefined;
  if (!isJsonObject(json)) {
    findings.error("", "It must be a JSON object.");
    return undefined;
  }
  reportTokens(json, "", findings);
  return json;
}

/** Bare `NaN` and `Infinity`: Python writes and reads them, JSON has no such tokens. */
function reportTokens(json: JsonValue, at: string, findings: Findings): void {
  // A number that overflows a double (1e999) is JSON, whatever becomes of it.
  if (typeof json === "number" && !Number.isFinite(json)) {
    findings.warning(
      at,
      `The token ${json} is not JSON; readers other than Python's may refuse the document.`,
    );
  } else if (isJsonArray(json)) {
    for (const [index, item] of json.entries()) {
      // A long list of them is one mistake.
      if (typeof item === "number" && !Number.isFinite(item)) {
        reportTokens(item, pointer(at, index), findings);
        return;
      }
      if (typeof item === "object") reportTokens(item, pointer(at, index), findings);
    }
  } else if (isJsonObject(json)) {
    for (const key of jsonKeys(json)) reportTokens(own(json, key) ?? null, pointer(at, key), findings);
  }
}

/** Checks `zarr_format`. */
export function checkFormat(document: JsonObject, format: 2 | 3, findings: Findings): void {
  const actual = own(document, "zarr_format");
  if (actual === format && isIntegerAt(document, "zarr_format")) return;
  findings.error("/zarr_format", `It must be the integer ${format}, ${shown(actual)}.`);
}

/** Reports keys that must be there and are not. */
export function checkRequired(document: JsonObject, keys: readonly string[], findings: Findings): void {
  for (const key of keys)
    if (!Object.hasOwn(document, key)) findings.error(pointer("", key), "The required member is missing.");
}

/**
 * Reads a list of lengths and reports each that is not a whole number from `least` on.
 *
 * @returns `undefined` where some are wrong.
 */
export function checkLengths(
  value: JsonValue | undefined,
  at: string,
  least: 0 | 1,
  findings: Findings,
): number[] | undefined {
  if (!isJsonArray(value)) {
    findings.error(at, `It must be a list of integers, ${shown(value)}.`);
    return undefined;
  }
  let wrong = 0;
  for (const [index, length] of value.entries()) {
    const isInteger =
      (typeof length === "number" || typeof length === "bigint") &&
      isIntegerAt(value, index) &&
      length >= least;
    if (isInteger && length <= 2 ** 53) continue;
    // Of a thousand wrong lengths, the first tell enough.
    if (wrong++ < 8)
      findings.error(
        pointer(at, index),
        `It must be an integer from ${least} to 2^53, ${shown(length, typeof length === "number" ? notedText(value, index, length) : undefined)}.`,
      );
  }
  return wrong === 0 ? value.map(Number) : undefined;
}

/** `got …`, or `and is missing`. */
export function shown(value: JsonValue | undefined, text?: string): string {
  if (value === undefined) return "and is missing";
  if (text !== undefined) return `got ${text}`;
  if (isJsonArray(value)) return `got a list of ${value.length}`;
  if (isJsonObject(value)) return "got an object";
  const json = typeof value === "bigint" ? String(value) : JSON.stringify(value);
  return `got ${json.length > 60 ? `${json.slice(0, 59)}…` : json}`;
}
