/**
 * The documents of a v2 array or group against the specification.
 *
 * @module
 */
import { interpretV2 } from "../../array/interpret.ts";
import { isZarrError } from "../../base/errors.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject } from "../../base/json.ts";
import { isIntegerAt } from "../../base/json-notes.ts";
import { codecRegistry } from "../../codecs/registry.ts";
import { own, pointer } from "../../metadata/document.ts";
import { parseArrayV2 } from "../../metadata/v2-array.ts";
import type { Findings } from "./deviation.ts";
import { checkFormat, checkLengths, checkRequired, shown } from "./json-checks.ts";

/** Required, and without them no reader goes on. */
const NEEDED = ["shape", "chunks", "dtype"] as const;
/** Required, and readers agree on what their absence means. */
const EXPECTED = { compressor: "null", fill_value: "null", order: '"C"', filters: "null" } as const;

/** Checks a `.zgroup`. */
export function checkGroupV2(document: JsonObject, findings: Findings): void {
  checkFormat(document, 2, findings);
}

/** Checks a `.zarray`. */
export async function checkArrayV2(document: JsonObject, findings: Findings): Promise<void> {
  checkFormat(document, 2, findings);
  checkRequired(document, NEEDED, findings);
  for (const [key, meaning] of Object.entries(EXPECTED)) {
    if (!Object.hasOwn(document, key))
      findings.warning(pointer("", key), `The required member is missing; readers take ${meaning}.`);
  }
  const shape = Object.hasOwn(document, "shape")
    ? checkLengths(own(document, "shape"), "/shape", 0, findings)
    : undefined;
  const chunks = Object.hasOwn(document, "chunks")
    ? checkLengths(own(document, "chunks"), "/chunks", 1, findings)
    : undefined;
  if (shape !== undefined && chunks !== undefined && chunks.length !== shape.length)
    findings.error("/chunks", `It has ${chunks.length} lengths for ${shape.length} dimensions.`);
  checkOneOf(document, "order", ["C", "F"], findings);
  checkOneOf(document, "dimension_separator", [".", "/"], findings);
  checkFillValue(document, findings);
  await checkCompressor(document, findings);
  await checkFilters(document, findings);
  if (findings.errors > 0) return;
  await findings.tryAsync(
    async () =>
      await interpretV2(parseArrayV2(document), { store: "", path: findings.path, key: findings.key }),
    (error) => pointerOf(document, error),
  );
}

function checkOneOf(document: JsonObject, key: string, values: readonly string[], findings: Findings): void {
  const value = own(document, key);
  if (value === undefined || values.some((known) => known === value)) return;
  const names = values.map((known) => JSON.stringify(known)).join(" or ");
  findings.error(pointer("", key), `It must be ${names}, ${shown(value)}.`);
}

/** Numbers as text and integers with a fraction are read everywhere, and written by nobody who reads the specification. */
function checkFillValue(document: JsonObject, findings: Findings): void {
  const dtype = own(document, "dtype");
  const fill = own(document, "fill_value");
  if (typeof dtype !== "string" || fill === undefined) return;
  const kind = /^[<>|=]?([a-z])/i.exec(dtype)?.[1] ?? "";
  if ((kind === "i" || kind === "u") && typeof fill === "string" && /^-?\d+$/.test(fill))
    findings.warning("/fill_value", `It must be a number, ${shown(fill)}.`);
  if ((kind === "i" || kind === "u") && typeof fill === "number" && Number.isInteger(fill)) {
    if (!isIntegerAt(document, "fill_value"))
      findings.warning("/fill_value", "An integer has no fraction and no exponent.");
  }
  if (/^[a-z]\d/i.test(dtype) && !/^[SV]/.test(dtype))
    findings.warning("/dtype", `It must begin with a byte order ("<", ">" or "|"), ${shown(dtype)}.`);
}

async function checkCompressor(document: JsonObject, findings: Findings): Promise<void> {
  const compressor = own(document, "compressor");
  if (compressor === undefined || compressor === null) return;
  await checkCodec(compressor, "/compressor", findings);
}

async function checkFilters(document: JsonObject, findings: Findings): Promise<void> {
  const filters = own(document, "filters");
  if (filters === undefined || filters === null) return;
  if (!isJsonArray(filters)) {
    findings.error("/filters", `It must be a list of codecs, or null, ${shown(filters)}.`);
    return;
  }
  if (filters.length === 0)
    findings.warning("/filters", "An empty list of filters must be null; readers take it so.");
  for (const [index, filter] of filters.entries())
    await checkCodec(filter, pointer("/filters", index), findings);
}

async function checkCodec(json: unknown, at: string, findings: Findings): Promise<void> {
  // Documents are JSON.
  const codec = json as JsonObject;
  if (!isJsonObject(codec) || typeof own(codec, "id") !== "string") {
    findings.error(at, 'A codec is an object with a string "id".');
    return;
  }
  await codecRegistry.loadV2([codec]);
  findings.try(at, () => codecRegistry.parseV2(codec));
}

/** Which member an error of the whole is about. */
function pointerOf(document: JsonObject, error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  const name = isZarrError(error) ? error.codec : undefined;
  if (name !== undefined) {
    const filters = own(document, "filters");
    const index = isJsonArray(filters)
      ? filters.findIndex((filter) => isJsonObject(filter) && own(filter, "id") === name)
      : -1;
    return index < 0 ? "/compressor" : pointer("/filters", index);
  }
  if (/fill value|fill_value/i.test(text)) return "/fill_value";
  if (isZarrError(error) && error.name === "UnknownDataTypeError") return "/dtype";
  return /data type|dtype|field|byte order|length of/i.test(text) ? "/dtype" : "";
}
