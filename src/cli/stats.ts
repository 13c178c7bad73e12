/**
 * `zarrkit stats`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { byteFlag, placeArguments, placeFlags, switchFlag } from "./flags.ts";

/** Flags of `stats`. */
export interface StatsFlags extends PlaceFlags {
  readonly stored?: boolean;
  readonly maxMemory?: number;
  readonly json?: boolean;
}

/** What follows the name. */
export const statsUsage: string = "<url> [path] [--stored] [--json]";

export const statsCommand: Command<CliContext> = buildCommand<
  StatsFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-stats.ts")).runStats),
  parameters: {
    flags: {
      stored: switchFlag("Only what is stored, without reading values"),
      maxMemory: byteFlag("Array data in memory at a time: 64MiB, 2GB. Default: 256MiB"),
      json: switchFlag("Print all facts as JSON"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [statsUsage],
    brief: "Least, greatest and mean value, missing chunks and compression ratio",
    fullDescription: [
      "Goes through the values of an array, or of each array below a group, once and in bounded memory: least, greatest and",
      "mean value, NaN and NaT, chunks that are stored and missing, and how well they are compressed. Chunks that are not",
      "stored are fill value; they are counted, and not read. Elements without an order have no values to tell.",
      "",
      "Examples:",
      "  zarrkit stats data/example.zarr temperature",
      "  zarrkit stats data/example.zarr --stored",
      "  zarrkit stats s3://bucket/data.zarr sst --storage-option anon=true --json",
    ].join("\n"),
  },
});
