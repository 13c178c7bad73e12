/**
 * OME-Zarr's `multiscales`: axes, datasets and their coordinate transformations.
 *
 * @module
 */
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { own, pointer } from "../../metadata/document.ts";
import { shown } from "./json-checks.ts";
import type { ArrayAt, OmePlace } from "./ome.ts";

const TYPES = ["time", "channel", "space"];

/** Checks the list of images. */
export async function checkMultiscales(json: JsonValue, place: OmePlace): Promise<void> {
  const { findings, version } = place;
  if (!isJsonArray(json) || json.length === 0) {
    findings.error("/multiscales", `It must be a list of at least one image, ${shown(json)}.`);
    return;
  }
  for (const [index, image] of json.entries()) {
    const at = pointer("/multiscales", index);
    if (!isJsonObject(image)) {
      findings.error(at, `It must be an object, ${shown(image)}.`);
      continue;
    }
    if (version === "0.4" && own(image, "version") === undefined)
      findings.warning(`${at}/version`, 'It should be "0.4", and is missing.');
    const axes = checkAxes(own(image, "axes"), `${at}/axes`, place);
    checkTransformations(
      own(image, "coordinateTransformations"),
      `${at}/coordinateTransformations`,
      axes?.length,
      place,
      false,
    );
    await checkDatasets(image, at, axes, place);
  }
}

/** @returns the names, where the axes are as they must be. */
function checkAxes(json: JsonValue | undefined, at: string, { findings }: OmePlace): string[] | undefined {
  if (!isJsonArray(json)) {
    findings.error(at, `It must be a list of axes, ${shown(json)}.`);
    return undefined;
  }
  if (json.length < 2 || json.length > 5)
    findings.error(at, `There must be 2 to 5 axes, and are ${json.length}.`);
  const names: string[] = [];
  const types: (string | undefined)[] = [];
  for (const [index, axis] of json.entries()) {
    const here = pointer(at, index);
    const name = isJsonObject(axis) ? own(axis, "name") : undefined;
    if (typeof name !== "string") findings.error(`${here}/name`, `It must be a string, ${shown(name)}.`);
    else if (names.includes(name))
      findings.error(`${here}/name`, `The name ${JSON.stringify(name)} is there twice.`);
    names.push(String(name));
    const type = isJsonObject(axis) ? own(axis, "type") : undefined;
    types.push(typeof type === "string" ? type : undefined);
    if (type !== undefined && type !== null && typeof type !== "string")
      findings.error(`${here}/type`, `It must be a string, ${shown(type)}.`);
    const unit = isJsonObject(axis) ? own(axis, "unit") : undefined;
    if (unit !== undefined && unit !== null && typeof unit !== "string")
      findings.error(`${here}/unit`, `It must be a string, ${shown(unit)}.`);
  }
  const count = (type: string): number => types.filter((each) => each === type).length;
  if (count("space") < 2 || count("space") > 3)
    findings.error(at, `There must be 2 or 3 axes of type "space", and are ${count("space")}.`);
  if (count("time") > 1)
    findings.error(at, `There must be at most one axis of type "time", and are ${count("time")}.`);
  if (types.filter((type) => type !== "space" && type !== "time").length > 1)
    findings.error(at, "There must be at most one axis that is neither time nor space.");
  const ranks = types.map((type) => (type === "space" ? 2 : type === "time" ? 0 : 1));
  if (ranks.some((rank, i) => i > 0 && rank < ranks[i - 1]!))
    findings.error(at, `The axes must be in the order ${TYPES.join(", ")}; they are ${names.join(", ")}.`);
  return names;
}

async function checkDatasets(
  image: JsonObject,
  imageAt: string,
  axes: readonly string[] | undefined,
  place: OmePlace,
): Promise<void> {
  const { findings } = place;
  const json = own(image, "datasets");
  const at = `${imageAt}/datasets`;
  if (!isJsonArray(json) || json.length === 0) {
    findings.error(at, `It must be a list of at least one dataset, ${shown(json)}.`);
    return;
  }
  let previous: ArrayAt | undefined;
  for (const [index, dataset] of json.entries()) {
    const here = pointer(at, index);
    const path = isJsonObject(dataset) ? own(dataset, "path") : undefined;
    const transformations = isJsonObject(dataset) ? own(dataset, "coordinateTransformations") : undefined;
    checkTransformations(transformations, `${here}/coordinateTransformations`, axes?.length, place, true);
    if (typeof path !== "string") {
      findings.error(`${here}/path`, `It must be a path, ${shown(path)}.`);
      continue;
    }
    const array = await place.arrayAt(path);
    if (array === undefined) {
      findings.error(`${here}/path`, `There is no array at ${JSON.stringify(path)}.`);
      continue;
    }
    checkArray(array, path, `${here}/path`, axes, place);
    if (previous !== undefined && array.shape.length === previous.shape.length) {
      const before = previous.shape;
      if (array.shape.some((length, axis) => length > before[axis]!))
        findings.error(
          `${here}/path`,
          "Datasets must go from the largest to the smallest; this one is larger than the one before.",
        );
    }
    previous = array;
  }
}

function checkArray(
  array: ArrayAt,
  path: string,
  at: string,
  axes: readonly string[] | undefined,
  { findings, version, zarrFormat }: OmePlace,
): void {
  const name = JSON.stringify(path);
  if (array.zarrFormat !== zarrFormat)
    findings.error(
      at,
      `The array at ${name} has Zarr format ${array.zarrFormat}, and its group format ${zarrFormat}.`,
    );
  if (axes === undefined) return;
  if (array.shape.length !== axes.length) {
    findings.error(
      at,
      `The array at ${name} has ${array.shape.length} dimensions, and there are ${axes.length} axes.`,
    );
    return;
  }
  if (version === "0.4") {
    if (array.separator !== "/")
      findings.warning(
        at,
        `The chunks of the array at ${name} should be nested ("dimension_separator": "/").`,
      );
    return;
  }
  if (array.dimensionNames === undefined)
    findings.error(at, `The array at ${name} must have dimension_names that are the names of the axes.`);
  else if (array.dimensionNames.join() !== axes.join())
    findings.error(
      at,
      `The dimension_names of the array at ${name} (${array.dimensionNames.join(", ")}) must be the names of the axes (${axes.join(", ")}).`,
    );
}

/** One scale, and after it at most one translation. */
function checkTransformations(
  json: JsonValue | undefined,
  at: string,
  ndim: number | undefined,
  { findings }: OmePlace,
  required: boolean,
): void {
  if (json === undefined) {
    if (required) findings.error(at, "It must be a list with a scale, and is missing.");
    return;
  }
  if (!isJsonArray(json)) {
    findings.error(at, `It must be a list, ${shown(json)}.`);
    return;
  }
  if (json.length === 0 && !required) {
    findings.warning(at, "An empty list says nothing, and should be left out.");
    return;
  }
  const types: string[] = [];
  for (const [index, item] of json.entries()) {
    const here = pointer(at, index);
    const type = isJsonObject(item) ? own(item, "type") : undefined;
    if (!isJsonObject(item) || (type !== "scale" && type !== "translation" && type !== "identity")) {
      findings.error(`${here}/type`, `It must be "scale" or "translation", ${shown(type)}.`);
      continue;
    }
    types.push(type);
    if (type === "identity") {
      const text = 'It must be "scale" or "translation", got "identity".';
      // Of all levels together it says nothing, and spatialdata writes it there.
      if (required) findings.error(`${here}/type`, text);
      else findings.warning(`${here}/type`, text);
      continue;
    }
    if (typeof own(item, "path") === "string") continue; // the values are elsewhere
    const values = own(item, type);
    if (
      !isJsonArray(values) ||
      values.some((value) => typeof value !== "number" && typeof value !== "bigint")
    )
      findings.error(`${here}/${type}`, `It must be a list of numbers, ${shown(values)}.`);
    else if (ndim !== undefined && values.length !== ndim)
      findings.error(`${here}/${type}`, `It has ${values.length} numbers for ${ndim} axes.`);
  }
  const text = types.join(", ");
  if (types.includes("identity") || types.length < json.length) return;
  if (text !== "scale" && text !== "scale, translation")
    findings.error(
      at,
      `There must be one scale, and after it at most one translation; there is ${text || "nothing"}.`,
    );
}
