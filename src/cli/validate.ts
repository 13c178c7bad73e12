/**
 * `zarrkit validate`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag } from "./flags.ts";

/** Flags of `validate`. */
export interface ValidateFlags extends PlaceFlags {
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** What follows the name. */
export const validateUsage: string = "<url> [path] [--strict] [--json]";

export const validateCommand: Command<CliContext> = buildCommand<
  ValidateFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-validate.ts")).runValidate),
  parameters: {
    flags: {
      strict: switchFlag("Fail on warnings, too"),
      json: switchFlag("Print all deviations as JSON"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [validateUsage],
    brief: "Check metadata against the specification: Zarr 2 and 3, consolidated, OME-Zarr",
    fullDescription: [
      "Checks all metadata below a path against the specifications of Zarr 2 and 3, consolidated metadata against the",
      "documents that it copies, and OME-Zarr 0.4 and 0.5 where it is present. No chunk is read; verify does that.",
      "",
      "Each deviation has its document and a JSON pointer into it: a/zarr.json#/codecs/0. An error is what a reader that",
      "follows the specification may refuse or take otherwise; a warning is against its letter, and readers are known to",
      "agree on what is meant. Exits 1 when there are errors.",
      "",
      "Examples:",
      "  zarrkit validate data/example.zarr",
      "  zarrkit validate image.ome.zarr --strict",
      "  zarrkit validate https://example.org/data.zarr --json",
    ].join("\n"),
  },
});
