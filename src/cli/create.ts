/**
 * `zarrkit create`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { JsonValue } from "../base/json.ts";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { parsedFlag, placeFlags, switchFlag, textFlag, wholeNumbers } from "./flags.ts";
import { placeArguments } from "./flags.ts";
import type { LayoutFlags } from "./layout-flags.ts";
import { dimensionNames, layoutFlags, parseObject } from "./layout-flags.ts";

/** Flags of `create`. */
export interface CreateFlags extends PlaceFlags, LayoutFlags {
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly fillValue?: string;
  readonly dimensionNames?: readonly (string | null)[];
  readonly attributes?: Readonly<Record<string, JsonValue>>;
  readonly order?: "C" | "F";
  readonly group?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** What follows the name. */
export const createUsage: string =
  "<url> [path] --shape 100,200 [--dtype float32] [--chunks 10,20] [--shards 50,100] | --group";

export const createCommand: Command<CliContext> = buildCommand<
  CreateFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-create.ts")).runCreate),
  parameters: {
    flags: {
      shape: parsedFlag("lengths", wholeNumbers(0), "Shape of the array: 100,200"),
      dtype: textFlag(
        "type",
        "Data type, as NumPy or Zarr names it: float32, <i2, datetime64[ns]. Default: float64",
      ),
      ...layoutFlags,
      fillValue: textFlag(
        "value",
        "What elements have that nobody wrote: 0, NaN, JSON or text. Default: zero",
      ),
      dimensionNames: parsedFlag("names", dimensionNames, "Names of the dimensions (Zarr 3): t,y,x"),
      attributes: parsedFlag("JSON", parseObject, 'Attributes of the node: {"units": "K"}'),
      order: {
        kind: "enum",
        values: ["C", "F"],
        optional: true,
        brief: "Layout of chunks in Zarr 2. Default: C",
      },
      group: switchFlag("Create a group in place of an array"),
      overwrite: switchFlag("Delete what is there, with all below it. Default: refuse"),
      json: switchFlag("Print facts of the new node as JSON"),
      ...placeFlags,
      zarrFormat: {
        kind: "enum",
        values: ["2", "3"],
        optional: true,
        brief: "Format of the new node. Default: 3",
      },
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [createUsage],
    brief: "Create an array or a group",
    fullDescription: [
      "Creates an array without values, or a group; groups above it that are missing are made. Options that are not given are",
      "zarr-python's: chunks by its heuristic, zstd, no shards.",
      "",
      "Examples:",
      "  zarrkit create data/example.zarr temperature --shape 365,180,360 --dtype float32 --chunks 1,180,360",
      "  zarrkit create data/example.zarr big --shape 100000,100000 --chunks 256,256 --shards 4096,4096 --compressor zstd:5",
      "  zarrkit create data/old.zarr a --shape 10 --dtype '<i2' --zarr-format 2 --compressor none",
      `  zarrkit create data/example.zarr raw --group --attributes '{"source": "sensor 4"}'`,
    ].join("\n"),
  },
});
