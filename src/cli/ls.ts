/**
 * `zarrkit ls`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag } from "./flags.ts";

/** Flags of `ls`. */
export interface LsFlags extends PlaceFlags {
  readonly long?: boolean;
  readonly recursive?: boolean;
  readonly keys?: boolean;
  readonly json?: boolean;
}

/** What follows the name. */
export const lsUsage: string = "<url> [path] [-l] [-r] [--keys] [--json]";

export const lsCommand: Command<CliContext> = buildCommand<LsFlags, [url: string, path?: string], CliContext>(
  {
    loader: async () => guarded((await import("./run-ls.ts")).runLs),
    parameters: {
      flags: {
        long: switchFlag("Also kind, shape, data type and chunks; with --keys, bytes"),
        recursive: switchFlag("Members of members, too"),
        keys: switchFlag("List the store's keys below the path in place of nodes"),
        json: switchFlag("Print a list of facts as JSON"),
        ...placeFlags,
      },
      aliases: { l: "long", r: "recursive" },
      positional: placeArguments,
    },
    docs: {
      brief: "List the members of a group, or the keys of a store",
      fullDescription: [
        "Lists the arrays and groups in a group by name, or the keys of a store.",
        "",
        "Examples:",
        "  zarrkit ls data/example.zarr",
        "  zarrkit ls -l -r data/example.zarr",
        "  zarrkit ls data.zip temperature --keys",
        "  zarrkit ls s3://bucket/data.zarr --storage-option anon=true --json",
      ].join("\n"),
    },
  },
);
