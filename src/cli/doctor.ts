/**
 * `zarrkit doctor`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeArguments, placeFlags, switchFlag, textFlag } from "./flags.ts";

/** Flags of `doctor`. */
export interface DoctorFlags extends PlaceFlags {
  readonly origin?: string;
  readonly json?: boolean;
}

/** What follows the name. */
export const doctorUsage: string = "<url> [path] [--origin https://viewer.example] [--json]";

export const doctorCommand: Command<CliContext> = buildCommand<
  DoctorFlags,
  [url: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-doctor.ts")).runDoctor),
  parameters: {
    flags: {
      origin: textFlag("origin", "Page from which browsers would read. Default: https://example.org"),
      json: switchFlag("Print all probes as JSON"),
      ...placeFlags,
    },
    positional: placeArguments,
  },
  docs: {
    customUsage: [doctorUsage],
    brief: "Probe a store and its server, and say what to fix",
    fullDescription: [
      "Asks a store what readers will ask it, and says what is wrong and how to mend it: is there a node, can it be listed, is",
      "a missing key told from a forbidden one, does a chunk decode, are credentials accepted. Of HTTP servers, and of buckets,",
      "also: byte ranges and suffix ranges, HEAD, compressed answers, redirects, and CORS, without which no page in a browser",
      "can read. Nothing is written. Exits 1 when a probe fails; a warning costs speed or some readers.",
      "",
      "Examples:",
      "  zarrkit doctor https://example.org/data.zarr",
      "  zarrkit doctor s3://bucket/data.zarr --storage-option anon=true --origin https://viewer.example",
      "  zarrkit doctor gs://bucket/data.zarr --json",
    ].join("\n"),
  },
});
