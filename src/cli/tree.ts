/**
 * `zarrkit tree`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag, wholeNumber } from "./flags.ts";

/** Flags of `tree`. */
export interface TreeFlags extends PlaceFlags {
  readonly level?: number;
  readonly maxNodes?: number;
  readonly json?: boolean;
}

/** What follows the name. */
export const treeUsage: string = "<url> [path] [--level N] [--max-nodes N] [--json]";

export const treeCommand: Command<CliContext> = buildCommand<
  TreeFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-tree.ts")).runTree),
  parameters: {
    flags: {
      level: {
        kind: "parsed",
        parse: wholeNumber(0),
        optional: true,
        placeholder: "N",
        brief: "How deep: 0 shows immediate members only. Default: all levels",
      },
      maxNodes: {
        kind: "parsed",
        parse: wholeNumber(1),
        optional: true,
        placeholder: "N",
        brief: "Stop after so many nodes. Default: 500",
      },
      json: switchFlag("Print nested nodes as JSON"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [treeUsage],
    brief: "Draw the hierarchy, with shape and data type of each array",
    fullDescription: [
      "Draws the hierarchy below a group, with shape and data type of each array.",
      "",
      "Examples:",
      "  zarrkit tree data/example.zarr",
      "  zarrkit tree data.zip group --level 0",
      '  zarrkit tree s3://bucket/data.zarr --storage-option client_kwargs=\'{"endpoint_url":"http://localhost:9000"}\'',
      "  zarrkit tree https://example.org/data.zarr --json",
    ].join("\n"),
  },
});
