/**
 * OME-Zarr's description of a pyramid.
 *
 * @module
 */
import type { JsonObject } from "../base/json.ts";

/** An axis of an image. */
export interface PyramidAxis {
  readonly name: string;
  readonly type?: "space" | "time" | "channel" | undefined;
  /** UDUNITS-2 name: `micrometer`, `second`. */
  readonly unit?: string | undefined;
}

/** What a pyramid is. */
export interface PyramidDescription {
  readonly name: string;
  readonly axes: readonly PyramidAxis[];
  /** By level: its path, how many elements of the first one of its elements stands for, by axis. */
  readonly levels: readonly { readonly path: string; readonly factors: readonly number[] }[];
  /** Distance of neighbours of the first level, by axis. */
  readonly scale: readonly number[];
  readonly method: "mean" | "nearest";
}

const TYPES: Readonly<Record<string, PyramidAxis["type"]>> = {
  t: "time",
  time: "time",
  c: "channel",
  channel: "channel",
  z: "space",
  y: "space",
  x: "space",
};

/**
 * Axes by their names: `t` and `time`, `c` and `channel`, `z`, `y`, `x` have types; others may say theirs, as in `depth:space`.
 *
 * @throws RangeError for axes that OME-Zarr does not allow.
 */
export function axesFrom(
  names: readonly string[],
  units: readonly (string | undefined)[] = [],
): PyramidAxis[] {
  const axes = names.map((text, i): PyramidAxis => {
    const [name = "", said] = text.split(":");
    const type = said ?? TYPES[name.toLowerCase()];
    if (type !== undefined && type !== "space" && type !== "time" && type !== "channel")
      throw new RangeError(
        `The axis ${name} has the type ${JSON.stringify(type)}; there are space, time and channel.`,
      );
    return { name, type, unit: units[i] };
  });
  checkAxes(axes);
  return axes;
}

/** @throws RangeError for axes that OME-Zarr does not allow. */
export function checkAxes(axes: readonly PyramidAxis[]): void {
  const shown = axes.map(({ name, type }) => (type === undefined ? name : `${name}:${type}`)).join(", ");
  const count = (type: string): number => axes.filter((axis) => axis.type === type).length;
  const rank = ({ type }: PyramidAxis): number => (type === "time" ? 0 : type === "space" ? 2 : 1);
  const problem =
    axes.length < 2 || axes.length > 5
      ? "there must be 2 to 5 axes"
      : new Set(axes.map(({ name }) => name)).size < axes.length
        ? "names must differ"
        : count("space") < 2 || count("space") > 3
          ? "2 or 3 axes must be of space"
          : count("time") > 1 || axes.length - count("space") - count("time") > 1
            ? "there may be one axis of time and one of something else beside those of space"
            : axes.some((axis, i) => i > 0 && rank(axis) < rank(axes[i - 1]!))
              ? "the order is time, channel, space"
              : undefined;
  if (problem !== undefined)
    throw new RangeError(`OME-Zarr has no image with the axes ${shown}: ${problem}.`);
}

/** Attributes of the group of a pyramid: 0.5 for Zarr format 3, 0.4 for 2. */
export function pyramidAttributes(
  { name, axes, levels, scale, method }: PyramidDescription,
  zarrFormat: 2 | 3,
): JsonObject {
  const datasets = levels.map(({ path, factors }) => {
    const scales = factors.map((factor, axis) => factor * scale[axis]!);
    // The mean of a block lies at its middle, a sample where it was taken.
    const shifts = factors.map((factor, axis) => (method === "mean" ? ((factor - 1) / 2) * scale[axis]! : 0));
    const transformations: JsonObject[] = [{ type: "scale", scale: scales }];
    if (shifts.some((shift) => shift !== 0))
      transformations.push({ type: "translation", translation: shifts });
    return { path, coordinateTransformations: transformations };
  });
  const image: JsonObject = {
    ...(zarrFormat === 2 ? { version: "0.4" } : {}),
    name,
    axes: axes.map((axis) => ({
      name: axis.name,
      ...(axis.type === undefined ? {} : { type: axis.type }),
      ...(axis.unit === undefined ? {} : { unit: axis.unit }),
    })),
    datasets,
    type: method,
  };
  return zarrFormat === 3 ? { ome: { version: "0.5", multiscales: [image] } } : { multiscales: [image] };
}
