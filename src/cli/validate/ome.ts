/**
 * OME-Zarr metadata: 0.4 in the attributes of v2 nodes, 0.5 below `ome` in those of v3 nodes. Other versions are left alone.
 *
 * @module
 */
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { own, pointer } from "../../metadata/document.ts";
import { Findings } from "./deviation.ts";
import type { Deviation } from "./deviation.ts";
import { shown } from "./json-checks.ts";
import { checkMultiscales } from "./ome-multiscales.ts";
import { checkPlate, checkWell } from "./ome-plate.ts";

/** What is known of an array that OME metadata names. */
export interface ArrayAt {
  readonly zarrFormat: 2 | 3;
  readonly shape: readonly number[];
  readonly dimensionNames: readonly (string | null)[] | undefined;
  readonly separator: string;
}

/** One OME object and what surrounds it. */
export interface OmePlace {
  readonly version: "0.4" | "0.5";
  readonly zarrFormat: 2 | 3;
  readonly findings: Findings;
  /** The array at a path relative to the node; `undefined` where there is none. */
  arrayAt(path: string): Promise<ArrayAt | undefined>;
  /** Is there a node at a path relative to this one? */
  hasNode(path: string): Promise<boolean>;
}

const MEMBERS = ["multiscales", "plate", "well", "labels", "image-label", "omero", "bioformats2raw.layout"];

/** A node whose attributes may hold OME metadata. */
export interface OmeNode extends Pick<OmePlace, "zarrFormat" | "arrayAt" | "hasNode"> {
  readonly attributes: JsonObject;
  readonly path: string;
  /** Store key of the document that has the attributes. */
  readonly key: string;
}

/** Checks the OME metadata of a node, where it has any. */
export async function checkOme(node: OmeNode, all: Deviation[]): Promise<void> {
  const { attributes, zarrFormat, path, key } = node;
  const ome = own(attributes, "ome");
  const at = zarrFormat === 3 ? "/attributes" : "";
  if (isJsonObject(ome)) {
    const version = own(ome, "version");
    if (version !== undefined && version !== "0.5") return;
    const findings = new Findings(all, { path, key, rule: "ome-0.5", base: `${at}/ome` });
    if (version === undefined) findings.error("/version", 'It must be "0.5", and is missing.');
    if (zarrFormat === 2)
      findings.error("", "OME-Zarr 0.5 is stored in Zarr format 3, and this node has format 2.");
    await checkMembers(ome, { ...node, version: "0.5", findings });
    return;
  }
  if (!MEMBERS.some((member) => Object.hasOwn(attributes, member)) || versionOf(attributes) !== "0.4") return;
  const findings = new Findings(all, { path, key, rule: "ome-0.4", base: at });
  if (zarrFormat === 3)
    findings.error("", "OME-Zarr 0.4 is stored in Zarr format 2, and this node has format 3.");
  await checkMembers(attributes, { ...node, version: "0.4", findings });
}

/** The version that 0.4's objects name, each for itself; where none does, the axes tell 0.4 from what was before. */
function versionOf(attributes: JsonObject): string | undefined {
  const multiscales = own(attributes, "multiscales");
  const first = isJsonArray(multiscales) ? multiscales[0] : undefined;
  for (const member of [
    first,
    own(attributes, "plate"),
    own(attributes, "well"),
    own(attributes, "image-label"),
  ]) {
    const version = isJsonObject(member) ? own(member, "version") : undefined;
    if (typeof version === "string") return version;
  }
  if (!isJsonObject(first)) return undefined;
  const axes = own(first, "axes");
  return isJsonArray(axes) && axes.every(isJsonObject) ? "0.4" : undefined;
}

async function checkMembers(json: JsonObject, place: OmePlace): Promise<void> {
  const multiscales = own(json, "multiscales");
  if (multiscales !== undefined) await checkMultiscales(multiscales, place);
  if (own(json, "omero") !== undefined) checkOmero(own(json, "omero"), place.findings);
  if (own(json, "labels") !== undefined) await checkLabels(own(json, "labels"), place);
  if (own(json, "image-label") !== undefined) checkImageLabel(own(json, "image-label"), place.findings);
  if (own(json, "plate") !== undefined) await checkPlate(own(json, "plate"), place);
  if (own(json, "well") !== undefined) await checkWell(own(json, "well"), place);
  const layout = own(json, "bioformats2raw.layout");
  if (layout !== undefined && layout !== 3)
    place.findings.error("/bioformats2raw.layout", `It must be the integer 3, ${shown(layout)}.`);
}

function checkOmero(json: JsonValue | undefined, findings: Findings): void {
  const channels = isJsonObject(json) ? own(json, "channels") : undefined;
  if (!isJsonArray(channels)) {
    findings.error("/omero/channels", `It must be a list, ${shown(channels)}.`);
    return;
  }
  for (const [index, channel] of channels.entries()) {
    const at = pointer("/omero/channels", index);
    if (!isJsonObject(channel)) {
      findings.error(at, `It must be an object, ${shown(channel)}.`);
      continue;
    }
    const color = own(channel, "color");
    if (color === undefined) findings.warning(`${at}/color`, "The required member is missing.");
    else if (typeof color !== "string" || !/^[0-9a-f]{6}$/i.test(color))
      findings.error(`${at}/color`, `It must be six hexadecimal digits, ${shown(color)}.`);
    const window = own(channel, "window");
    if (window === undefined) {
      findings.warning(`${at}/window`, "The required member is missing.");
    } else if (!isJsonObject(window)) {
      findings.error(`${at}/window`, `It must be an object, ${shown(window)}.`);
    } else {
      for (const bound of ["min", "max", "start", "end"]) {
        const value = own(window, bound);
        if (typeof value === "number" || typeof value === "bigint") continue;
        if (value === undefined) findings.warning(`${at}/window/${bound}`, "The required member is missing.");
        else findings.error(`${at}/window/${bound}`, `It must be a number, ${shown(value)}.`);
      }
    }
  }
}

async function checkLabels(json: JsonValue | undefined, place: OmePlace): Promise<void> {
  const { findings } = place;
  if (!isJsonArray(json)) {
    findings.error("/labels", `It must be a list of paths, ${shown(json)}.`);
    return;
  }
  for (const [index, path] of json.entries()) {
    const at = pointer("/labels", index);
    if (typeof path !== "string") findings.error(at, `It must be a path, ${shown(path)}.`);
    else if (!(await place.hasNode(path))) findings.error(at, `There is no node at ${JSON.stringify(path)}.`);
  }
}

function checkImageLabel(json: JsonValue | undefined, findings: Findings): void {
  const here = "/image-label";
  if (!isJsonObject(json)) {
    findings.error(here, `It must be an object, ${shown(json)}.`);
    return;
  }
  for (const member of ["colors", "properties"] as const) {
    const list = own(json, member);
    if (list === undefined) continue;
    if (!isJsonArray(list)) {
      findings.error(`${here}/${member}`, `It must be a list, ${shown(list)}.`);
      continue;
    }
    const seen = new Set<JsonValue>();
    for (const [index, item] of list.entries()) {
      const at = pointer(`${here}/${member}`, index);
      const value = isJsonObject(item) ? own(item, "label-value") : undefined;
      if (typeof value !== "number" && typeof value !== "bigint")
        findings.error(`${at}/label-value`, `It must be a number, ${shown(value)}.`);
      else if (seen.has(value)) findings.error(`${at}/label-value`, `The label ${value} is there twice.`);
      else seen.add(value);
      const rgba = isJsonObject(item) ? own(item, "rgba") : undefined;
      if (member === "colors" && rgba !== undefined && !isRgba(rgba))
        findings.error(`${at}/rgba`, `It must be four integers from 0 to 255, ${shown(rgba)}.`);
    }
  }
}

function isRgba(json: JsonValue): boolean {
  return (
    isJsonArray(json) &&
    json.length === 4 &&
    json.every((part) => typeof part === "number" && Number.isInteger(part) && part >= 0 && part <= 255)
  );
}
