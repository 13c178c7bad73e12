/**
 * `zarrkit info`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag } from "./flags.ts";

/** Flags of `info`. */
export interface InfoFlags extends PlaceFlags {
  readonly complete?: boolean;
  readonly json?: boolean;
}

/** What follows the name. */
export const infoUsage: string = "<url> [path] [--complete] [--json]";

export const infoCommand: Command<CliContext> = buildCommand<
  InfoFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-info.ts")).runInfo),
  parameters: {
    flags: {
      complete: switchFlag("Also what only the store tells: bytes and chunks stored, numbers of members"),
      json: switchFlag("Print all facts as JSON"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [infoUsage],
    brief: "Describe an array or group: type, shape, chunks, codecs, attributes",
    fullDescription: [
      "Describes an array or group: data type, shape, chunks, codecs and attributes.",
      "",
      "Examples:",
      "  zarrkit info data/example.zarr",
      "  zarrkit info data/example.zarr temperature --complete",
      "  zarrkit info s3://noaa-nwm-retro-v2-zarr-pds --storage-option anon=true",
      "  zarrkit info https://example.org/image.ome.zarr 0 --json",
    ].join("\n"),
  },
});
