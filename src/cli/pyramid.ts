/**
 * `zarrkit pyramid`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { TransferFlags } from "./flags.ts";
import {
  finiteNumber,
  names,
  parsedFlag,
  textFlag,
  transferArguments,
  transferFlags,
  wholeNumber,
} from "./flags.ts";
import type { LayoutFlags } from "./layout-flags.ts";
import { layoutFlags } from "./layout-flags.ts";

/** Flags of `pyramid`. */
export interface PyramidFlags extends TransferFlags, Pick<LayoutFlags, "chunks" | "shards" | "compressor"> {
  readonly method?: "mean" | "nearest";
  readonly levels?: number;
  readonly factor?: number;
  readonly axes?: readonly string[];
  readonly downsample?: readonly string[];
  readonly scale?: readonly number[];
  readonly units?: readonly string[];
  readonly name?: string;
  readonly targetFormat?: "2" | "3";
}

/** What follows the name. */
export const pyramidUsage: string =
  "<source> <target> [--path P] [--method mean|nearest] [--levels N] [--axes c,y,x] [--scale 1,0.5,0.5]";

export const pyramidCommand: Command<CliContext> = buildCommand<
  PyramidFlags,
  [source: string, target: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-pyramid.ts")).runPyramid),
  parameters: {
    flags: {
      method: {
        kind: "enum",
        values: ["mean", "nearest"],
        optional: true,
        brief: "mean: average blocks; nearest: the first element of each, for labels. Default: mean",
      },
      levels: parsedFlag(
        "N",
        wholeNumber(1),
        "Number of resolutions. Default: until no axis of space is longer than 256",
      ),
      factor: parsedFlag("N", wholeNumber(2), "How much smaller each level is. Default: 2"),
      axes: parsedFlag(
        "names",
        names,
        "Names of the axes: t,c,z,y,x, or name:type with the types time, channel, space. Default: the dimension names",
      ),
      downsample: parsedFlag("names", names, "Axes that are made smaller. Default: those of space"),
      scale: parsedFlag(
        "numbers",
        (text) => text.split(",").map(finiteNumber),
        "Distance of neighbours along each axis: 1,0.5,0.5. Default: 1",
      ),
      units: parsedFlag(
        "names",
        names,
        "Unit of each axis, as UDUNITS names it; - is none: -,micrometer,micrometer",
      ),
      name: textFlag("name", "Name of the image. Default: that of the target"),
      chunks: layoutFlags.chunks,
      shards: layoutFlags.shards,
      compressor: layoutFlags.compressor,
      targetFormat: {
        kind: "enum",
        values: ["2", "3"],
        optional: true,
        brief: "3 writes OME-Zarr 0.5, 2 writes 0.4. Default: the source's",
      },
      ...transferFlags,
    },
    positional: transferArguments,
  },
  docs: {
    customUsage: [pyramidUsage],
    brief: "Write an image in several resolutions, as OME-Zarr multiscales",
    fullDescription: [
      "Makes an OME-Zarr image of an array: a group with the arrays 0, 1, … in ever smaller resolutions, axes and coordinate",
      "transformations, so that viewers load what they show. Works chunk by chunk in bounded memory, and goes on where it was",
      "stopped, as rechunk does. Means of integers are rounded, NaN counts for nothing.",
      "",
      "Examples:",
      "  zarrkit pyramid scan.zarr scan.ome.zarr --axes z,y,x --scale 2,0.5,0.5 --units micrometer,micrometer,micrometer",
      "  zarrkit pyramid cells.zarr image.ome.zarr --target-path labels/cells --method nearest",
      "  zarrkit pyramid climate.zarr view.zarr --path temperature --axes time,y,x --chunks 1,256,256 --levels 4",
    ].join("\n"),
  },
});
