/**
 * OME-Zarr's `plate` and `well`.
 *
 * @module
 */
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonValue } from "../../base/json.ts";
import { own, pointer } from "../../metadata/document.ts";
import type { Findings } from "./deviation.ts";
import { shown } from "./json-checks.ts";
import type { OmePlace } from "./ome.ts";

/** Checks a plate: its rows, columns, acquisitions and wells. */
export async function checkPlate(json: JsonValue | undefined, place: OmePlace): Promise<void> {
  const { findings } = place;
  if (!isJsonObject(json)) {
    findings.error("/plate", `It must be an object, ${shown(json)}.`);
    return;
  }
  const columns = checkNames(own(json, "columns"), "/plate/columns", findings);
  const rows = checkNames(own(json, "rows"), "/plate/rows", findings);
  checkAcquisitions(own(json, "acquisitions"), findings);
  const fields = own(json, "field_count");
  if (fields !== undefined && (typeof fields !== "number" || !Number.isInteger(fields) || fields < 1))
    findings.error("/plate/field_count", `It must be a positive integer, ${shown(fields)}.`);
  const wells = own(json, "wells");
  if (!isJsonArray(wells)) {
    findings.error("/plate/wells", `It must be a list, ${shown(wells)}.`);
    return;
  }
  for (const [index, well] of wells.entries()) {
    const at = pointer("/plate/wells", index);
    const path = isJsonObject(well) ? own(well, "path") : undefined;
    if (typeof path !== "string") {
      findings.error(`${at}/path`, `It must be a path, ${shown(path)}.`);
      continue;
    }
    const [row = "", column = "", ...rest] = path.split("/");
    if (rest.length > 0 || column === "")
      findings.error(`${at}/path`, `It must be the names of a row and a column ("A/1"), ${shown(path)}.`);
    else {
      checkIndex(well, "rowIndex", rows, row, at, findings);
      checkIndex(well, "columnIndex", columns, column, at, findings);
    }
    if (!(await place.hasNode(path)))
      findings.error(`${at}/path`, `There is no group at ${JSON.stringify(path)}.`);
  }
}

/** Checks a well: its images. */
export async function checkWell(json: JsonValue | undefined, place: OmePlace): Promise<void> {
  const { findings } = place;
  const images = isJsonObject(json) ? own(json, "images") : undefined;
  if (!isJsonArray(images)) {
    findings.error("/well/images", `It must be a list, ${shown(images)}.`);
    return;
  }
  for (const [index, image] of images.entries()) {
    const at = pointer("/well/images", index);
    const path = isJsonObject(image) ? own(image, "path") : undefined;
    if (typeof path !== "string" || !/^[A-Za-z0-9]+$/.test(path))
      findings.error(`${at}/path`, `It must be a name of letters and digits, ${shown(path)}.`);
    else if (!(await place.hasNode(path)))
      findings.error(`${at}/path`, `There is no group at ${JSON.stringify(path)}.`);
    const acquisition = isJsonObject(image) ? own(image, "acquisition") : undefined;
    if (acquisition !== undefined && (typeof acquisition !== "number" || !Number.isInteger(acquisition)))
      findings.error(`${at}/acquisition`, `It must be an integer, ${shown(acquisition)}.`);
  }
}

function checkNames(json: JsonValue | undefined, at: string, findings: Findings): string[] | undefined {
  if (!isJsonArray(json)) {
    findings.error(at, `It must be a list, ${shown(json)}.`);
    return undefined;
  }
  const names: string[] = [];
  for (const [index, item] of json.entries()) {
    const name = isJsonObject(item) ? own(item, "name") : undefined;
    const here = `${pointer(at, index)}/name`;
    if (typeof name !== "string" || !/^[A-Za-z0-9]+$/.test(name))
      findings.error(here, `It must be a name of letters and digits, ${shown(name)}.`);
    else if (names.includes(name)) findings.error(here, `The name ${JSON.stringify(name)} is there twice.`);
    names.push(String(name));
  }
  return names;
}

function checkAcquisitions(json: JsonValue | undefined, findings: Findings): void {
  if (json === undefined) return;
  if (!isJsonArray(json)) {
    findings.error("/plate/acquisitions", `It must be a list, ${shown(json)}.`);
    return;
  }
  const ids = new Set<number>();
  for (const [index, item] of json.entries()) {
    const at = `${pointer("/plate/acquisitions", index)}/id`;
    const id = isJsonObject(item) ? own(item, "id") : undefined;
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0)
      findings.error(at, `It must be an integer from 0 on, ${shown(id)}.`);
    else if (ids.has(id)) findings.error(at, `The id ${id} is there twice.`);
    else ids.add(id);
  }
}

function checkIndex(
  well: JsonValue,
  member: "rowIndex" | "columnIndex",
  names: readonly string[] | undefined,
  name: string,
  at: string,
  findings: Findings,
): void {
  const index = isJsonObject(well) ? own(well, member) : undefined;
  const where = `${at}/${member}`;
  if (typeof index !== "number" || !Number.isInteger(index)) {
    findings.error(where, `It must be an integer, ${shown(index)}.`);
  } else if (names !== undefined && names[index] === undefined) {
    findings.error(where, `It must be an index of a list of ${names.length}, ${shown(index)}.`);
  } else if (names !== undefined && names[index] !== name) {
    findings.warning(where, `It should be the index of ${JSON.stringify(name)}, ${shown(index)}.`);
  }
}
