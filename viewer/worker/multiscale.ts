/**
 * Multiscale images of OME-Zarr 0.4 and 0.5, as attributes describe them. Pure; attributes are hostile.
 *
 * @module
 */
import type { ChannelFacts, MultiscaleFacts, ScaleAxis } from "../protocol.ts";

const MAX_LEVELS = 64;
const MAX_CHANNELS = 256;

/** The first multiscale that a group's attributes describe. */
export function multiscaleOf(attributes: unknown): MultiscaleFacts | undefined {
  const ome = isRecord(attributes)
    ? isRecord(attributes["ome"])
      ? attributes["ome"]
      : attributes
    : undefined;
  const [first] = listIn(ome, "multiscales");
  if (ome === undefined || !isRecord(first)) return undefined;
  const levels = listIn(first, "datasets")
    .slice(0, MAX_LEVELS)
    .flatMap((dataset) => {
      const path = isRecord(dataset) ? textIn(dataset, "path") : undefined;
      if (path === undefined || !isPlainPath(path)) return [];
      return [{ path, scale: scaleIn(dataset) }];
    });
  if (levels.length === 0) return undefined;
  const axes = listIn(first, "axes").map(axisOf);
  const omero = isRecord(ome["omero"]) ? ome["omero"] : undefined;
  return {
    name: textIn(first, "name"),
    version: textIn(ome, "version") ?? textIn(first, "version"),
    axes,
    levels,
    channels: listIn(omero, "channels").slice(0, MAX_CHANNELS).map(channelOf),
    isLabels: isRecord(ome["image-label"]),
  };
}

/** 0.4 and later name type and unit; before, an axis was a letter. */
function axisOf(axis: unknown): ScaleAxis {
  if (typeof axis === "string") return { name: axis, type: undefined, unit: undefined };
  const record = isRecord(axis) ? axis : {};
  return { name: textIn(record, "name") ?? "", type: textIn(record, "type"), unit: textIn(record, "unit") };
}

function scaleIn(dataset: unknown): readonly number[] | undefined {
  for (const transformation of listIn(dataset, "coordinateTransformations")) {
    if (!isRecord(transformation) || transformation["type"] !== "scale") continue;
    const scale = listIn(transformation, "scale").map(Number);
    if (scale.length > 0 && scale.every((value) => value > 0 && Number.isFinite(value))) return scale;
  }
  return undefined;
}

function channelOf(channel: unknown): ChannelFacts {
  const record = isRecord(channel) ? channel : {};
  const color = textIn(record, "color");
  const window = isRecord(record["window"]) ? record["window"] : {};
  const start = Number(window["start"] ?? window["min"]);
  const end = Number(window["end"] ?? window["max"]);
  return {
    label: textIn(record, "label"),
    color: color !== undefined && /^#?[0-9a-f]{6}$/i.test(color) ? `#${color.replace("#", "")}` : undefined,
    window: start < end && Number.isFinite(start) && Number.isFinite(end) ? [start, end] : undefined,
    isActive: record["active"] !== false,
  };
}

/** A path below the group: nothing that leads out of it. */
function isPlainPath(path: string): boolean {
  return path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = isRecord(value) ? value[name] : undefined;
  return Array.isArray(list) ? (list as unknown[]) : []; // elements are looked at one by one
}

function textIn(record: { readonly [name: string]: unknown }, name: string): string | undefined {
  const value = record[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
