/**
 * `zarrkit consolidate`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag } from "./flags.ts";

/** Flags of `consolidate`. */
export interface ConsolidateFlags extends PlaceFlags {
  readonly json?: boolean;
}

/** What follows the name. */
export const consolidateUsage: string = "<url> [path] [--json]";

export const consolidateCommand: Command<CliContext> = buildCommand<
  ConsolidateFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-consolidate.ts")).runConsolidate),
  parameters: {
    flags: { json: switchFlag("Print what was consolidated as JSON"), ...placeFlags },
    positional: placeArguments,
  },
  docs: {
    customUsage: [consolidateUsage],
    brief: "Copy the metadata of all nodes into one document, so that opening costs one request",
    fullDescription: [
      "Writes consolidated metadata of a group: copies of the documents of all nodes below it, in zarr.json (Zarr 3) or",
      ".zmetadata (Zarr 2). A reader then opens the whole hierarchy with one request, also where the store cannot be listed.",
      "",
      "Examples:",
      "  zarrkit consolidate data/example.zarr",
      "  zarrkit consolidate s3://bucket/data.zarr model --storage-option profile=science",
    ].join("\n"),
  },
});
