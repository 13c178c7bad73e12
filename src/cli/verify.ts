/**
 * `zarrkit verify`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { byteFlag, placeArguments, placeFlags, switchFlag } from "./flags.ts";

/** Flags of `verify`. */
export interface VerifyFlags extends PlaceFlags {
  readonly maxMemory?: number;
  readonly json?: boolean;
}

/** What follows the name. */
export const verifyUsage: string = "<url> [path] [--json]";

export const verifyCommand: Command<CliContext> = buildCommand<
  VerifyFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-verify.ts")).runVerify),
  parameters: {
    flags: {
      json: switchFlag("Print what was found as JSON"),
      maxMemory: byteFlag("Chunks in memory at a time: 64MiB, 2GB. Default: 256MiB"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [verifyUsage],
    brief: "Decode every stored chunk and shard, and report each that is damaged",
    fullDescription: [
      "Reads and decodes every stored chunk below a path: its checksums, its length, each inner chunk of a shard. Reports each",
      "that is damaged, and arrays whose metadata cannot be read. Chunks that are not stored are no damage: they are fill",
      "value. Nothing is changed. Exits 1 when there is damage. validate checks metadata.",
      "",
      "Examples:",
      "  zarrkit verify data/example.zarr",
      "  zarrkit verify data.zip temperature",
      "  zarrkit verify s3://bucket/data.zarr --storage-option anon=true --json",
    ].join("\n"),
  },
});
