/**
 * The document of a v3 array or group against the specification.
 *
 * @module
 */
import { interpretV3 } from "../../array/interpret.ts";
import { isZarrError } from "../../base/errors.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { isIntegerAt, notedText } from "../../base/json-notes.ts";
import { codecRegistry } from "../../codecs/registry.ts";
import type { DataType } from "../../dtypes/data-type.ts";
import { parseDataTypeV3 } from "../../dtypes/registry.ts";
import { parseChunkGrid } from "../../grids/parse-chunk-grid.ts";
import { parseChunkKeyEncoding } from "../../grids/registry.ts";
import { MAX_DIMENSIONS, own, pointer, unknownKeys } from "../../metadata/document.ts";
import { parseExtension, serializeExtension } from "../../metadata/extension.ts";
import { parseArrayV3 } from "../../metadata/v3-array.ts";
import type { Findings } from "./deviation.ts";
import { checkFormat, checkLengths, checkRequired, shown } from "./json-checks.ts";

const ARRAY_KEYS = [
  "shape",
  "data_type",
  "chunk_grid",
  "chunk_key_encoding",
  "fill_value",
  "codecs",
] as const;
const KNOWN_IN_ARRAY: ReadonlySet<string> = new Set([
  ...ARRAY_KEYS,
  "zarr_format",
  "node_type",
  "attributes",
  "dimension_names",
  "storage_transformers",
]);
const KNOWN_IN_GROUP: ReadonlySet<string> = new Set([
  "zarr_format",
  "node_type",
  "attributes",
  "consolidated_metadata",
]);

/** Checks a `zarr.json`. @returns what kind of node it says it is, where it says so. */
export async function checkV3(
  document: JsonObject,
  findings: Findings,
): Promise<"array" | "group" | undefined> {
  checkFormat(document, 3, findings);
  const kind = own(document, "node_type");
  if (kind !== "array" && kind !== "group") {
    findings.error("/node_type", `It must be "array" or "group", ${shown(kind)}.`);
    return undefined;
  }
  checkUnknown(document, kind === "array" ? KNOWN_IN_ARRAY : KNOWN_IN_GROUP, findings);
  checkAttributes(document, findings);
  if (kind === "array") await checkArray(document, findings);
  return kind;
}

function checkUnknown(document: JsonObject, known: ReadonlySet<string>, findings: Findings): void {
  for (const key of unknownKeys(document, known)) {
    const value = own(document, key);
    if (isJsonObject(value) && own(value, "must_understand") === false) continue;
    findings.error(
      pointer("", key),
      'The specification has no such member, and it does not say "must_understand": false.',
    );
  }
}

function checkAttributes(document: JsonObject, findings: Findings): void {
  const attributes = own(document, "attributes");
  if (attributes === undefined || isJsonObject(attributes)) return;
  if (attributes === null) findings.warning("/attributes", "It must be an object, got null.");
  else findings.error("/attributes", `It must be an object, ${shown(attributes)}.`);
}

async function checkArray(document: JsonObject, findings: Findings): Promise<void> {
  checkRequired(document, ARRAY_KEYS, findings);
  const shape = Object.hasOwn(document, "shape")
    ? checkLengths(own(document, "shape"), "/shape", 0, findings)
    : undefined;
  if (shape !== undefined && shape.length > MAX_DIMENSIONS)
    findings.error(
      "/shape",
      `${shape.length} dimensions are more than any reader supports (${MAX_DIMENSIONS}).`,
    );
  const dataType = checkDataType(document, findings);
  if (shape !== undefined) checkGrid(document, shape, findings);
  checkKeyEncoding(document, findings);
  if (dataType !== undefined) checkFillValue(document, dataType, findings);
  checkDimensionNames(document, shape, findings);
  checkTransformers(document, findings);
  await checkCodecs(document, findings);
  // What single members cannot tell: do the codecs fit the data type and the chunks?
  if (findings.errors > 0) return;
  await findings.tryAsync(
    async () =>
      await interpretV3(parseArrayV3(document), { store: "", path: findings.path, key: findings.key }),
    (error) => codecPointer(document, error),
  );
}

function checkDataType(document: JsonObject, findings: Findings): DataType | undefined {
  const json = own(document, "data_type");
  if (json === undefined) return undefined;
  return findings.try("/data_type", () => {
    const { name, configuration } = parseExtension(json, "/data_type");
    return parseDataTypeV3(configuration === undefined ? name : { name, configuration });
  });
}

function checkGrid(document: JsonObject, shape: readonly number[], findings: Findings): void {
  const json = own(document, "chunk_grid");
  if (json === undefined) return;
  const before = findings.errors;
  const grid = findings.try("/chunk_grid", () => serializeExtension(parseExtension(json, "/chunk_grid")));
  if (grid === undefined) return;
  const configuration = own(grid, "configuration");
  const at = "/chunk_grid/configuration/chunk_shape";
  const chunkShape = isJsonObject(configuration) ? own(configuration, "chunk_shape") : undefined;
  if (own(grid, "name") === "regular") {
    const lengths = checkLengths(chunkShape, at, 1, findings);
    if (lengths !== undefined && lengths.length !== shape.length)
      findings.error(at, `It has ${lengths.length} lengths for ${shape.length} dimensions.`);
  }
  if (findings.errors === before) findings.try("/chunk_grid", () => parseChunkGrid(grid, shape));
}

function checkKeyEncoding(document: JsonObject, findings: Findings): void {
  const json = own(document, "chunk_key_encoding");
  if (json === undefined) return;
  if (isJsonObject(json) && Object.hasOwn(json, "separator")) {
    findings.warning("/chunk_key_encoding/separator", "The separator belongs into the configuration.");
    findings.try("/chunk_key_encoding", () => parseChunkKeyEncoding(json));
    return;
  }
  findings.try("/chunk_key_encoding", () =>
    parseChunkKeyEncoding(serializeExtension(parseExtension(json, "/chunk_key_encoding"))),
  );
}

function checkFillValue(document: JsonObject, dataType: DataType, findings: Findings): void {
  const json = own(document, "fill_value");
  if (json === undefined) return;
  if (json === null) {
    findings.warning("/fill_value", "It must not be null; readers take the data type's default.");
    return;
  }
  const isInteger = dataType.castKind === "signed" || dataType.castKind === "unsigned";
  if (isInteger && typeof json === "number" && Number.isInteger(json) && !isIntegerAt(document, "fill_value"))
    findings.warning(
      "/fill_value",
      `An integer has no fraction and no exponent, got ${notedText(document, "fill_value", json) ?? json}.`,
    );
  findings.try("/fill_value", () => dataType.parseFillValue(json, 3));
}

function checkDimensionNames(
  document: JsonObject,
  shape: readonly number[] | undefined,
  findings: Findings,
): void {
  const json = own(document, "dimension_names");
  if (json === undefined) return;
  const at = "/dimension_names";
  if (json === null) findings.warning(at, "It must be a list, or be left out; got null.");
  else if (!isJsonArray(json)) findings.error(at, `It must be a list of names or null, ${shown(json)}.`);
  else {
    if (shape !== undefined && json.length !== shape.length)
      findings.error(at, `It has ${json.length} names for ${shape.length} dimensions.`);
    for (const [index, name] of json.entries()) {
      if (name !== null && typeof name !== "string")
        findings.error(pointer(at, index), `It must be a string or null, ${shown(name)}.`);
    }
  }
}

function checkTransformers(document: JsonObject, findings: Findings): void {
  const json = own(document, "storage_transformers");
  if (json === undefined) return;
  if (!isJsonArray(json)) {
    findings.error("/storage_transformers", `It must be a list, ${shown(json)}.`);
    return;
  }
  for (const [index, item] of json.entries()) {
    const at = pointer("/storage_transformers", index);
    const transformer = findings.try(at, () => parseExtension(item, at));
    if (transformer?.mustUnderstand === true)
      findings.error(at, `The storage transformer ${JSON.stringify(transformer.name)} is not known.`);
  }
}

async function checkCodecs(document: JsonObject, findings: Findings): Promise<void> {
  const json = own(document, "codecs");
  if (json === undefined) return;
  if (!isJsonArray(json)) {
    findings.error("/codecs", `It must be a list of codecs, ${shown(json)}.`);
    return;
  }
  if (json.length === 0) {
    findings.warning(
      "/codecs",
      "A list of codecs has an array-to-bytes codec; readers take an empty one for bytes.",
    );
    return;
  }
  await checkCodecList(json, "/codecs", findings);
}

async function checkCodecList(list: readonly JsonValue[], at: string, findings: Findings): Promise<void> {
  const before = findings.errors;
  const kinds: string[] = [];
  for (const [index, item] of list.entries()) {
    const here = pointer(at, index);
    const codec = findings.try(here, () => parseExtension(item, here));
    if (codec === undefined) continue;
    const within = findings.errors;
    for (const [name, value] of Object.entries(codec.configuration ?? {})) {
      // A shard's inner codecs and those of its index.
      if (isCodecList(value))
        await checkCodecList(value, pointer(pointer(here, "configuration"), name), findings);
    }
    if (findings.errors > within) continue;
    const plain = serializeExtension({ ...codec, mustUnderstand: true });
    await codecRegistry.loadV3([plain]);
    const parsed = findings.try(here, () => codecRegistry.parseV3([plain])[0]);
    // Drafts named orders by letters, which no later version allows.
    const { order } = codec.configuration ?? {};
    if (codec.name === "transpose" && typeof order === "string")
      findings.warning(`${here}/configuration/order`, `It must be a list of axes, ${shown(order)}.`);
    if (parsed !== undefined) kinds.push(parsed.kind);
  }
  if (findings.errors > before) return;
  const serializers = kinds.filter((kind) => kind === "array-bytes").length;
  if (serializers !== 1)
    findings.error(at, `It must have one array-to-bytes codec, and has ${serializers || "none"}.`);
  else if (kinds.some((kind, i) => i > 0 && ORDER.indexOf(kind) < ORDER.indexOf(kinds[i - 1]!)))
    findings.error(at, `The codecs are out of order: ${kinds.join(", ")}.`);
}

const ORDER: readonly string[] = ["array-array", "array-bytes", "bytes-bytes"];

function isCodecList(value: JsonValue): value is readonly JsonValue[] {
  return (
    isJsonArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === "string" || (isJsonObject(item) && Object.hasOwn(item, "name"))) &&
    value.some(isJsonObject)
  );
}

/** Where the codec is that an error names. */
function codecPointer(document: JsonObject, error: unknown): string {
  const name = isZarrError(error) ? error.codec : undefined;
  const codecs = own(document, "codecs");
  if (name === undefined || !isJsonArray(codecs)) return "/codecs";
  const index = codecs.findIndex(
    (codec) => codec === name || (isJsonObject(codec) && own(codec, "name") === name),
  );
  return index < 0 ? "/codecs" : pointer("/codecs", index);
}
