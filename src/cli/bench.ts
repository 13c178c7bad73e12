/**
 * `zarrkit bench`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { byteFlag, parsedFlag, placeFlags, switchFlag, wholeNumber } from "./flags.ts";

/** Flags of `bench`. */
export interface BenchFlags extends PlaceFlags {
  readonly limit?: number;
  readonly rounds?: number;
  readonly json?: boolean;
}

/** What follows the name. */
export const benchUsage: string = "[url] [path] [--limit 256MiB] [--rounds N] [--json]";

export const benchCommand: Command<CliContext> = buildCommand<
  BenchFlags,
  [url?: string, path?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-bench.ts")).runBench),
  parameters: {
    flags: {
      limit: byteFlag("Bytes of elements that one way reads at most. Default: 256MiB"),
      rounds: parsedFlag("N", wholeNumber(1), "How often each way is measured; the best counts. Default: 3"),
      json: switchFlag("Print all figures as JSON"),
      ...placeFlags,
    },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "url",
          optional: true,
          brief: "Path or URL of a store. Default: arrays in memory, made for it",
        },
        {
          parse: String,
          placeholder: "path",
          optional: true,
          brief: "Path of an array in it. Default: the first one",
        },
      ],
    },
  },
  docs: {
    customUsage: [benchUsage],
    brief: "Measure how fast an array is read here, in MB/s and chunks/s",
    fullDescription: [
      "Reads an array in several ways and says how fast each is: everything at once, chunk by chunk, single chunks here and",
      "there, single elements. Without a URL, arrays with different codecs are made in memory and read. The figures are of this",
      "machine and this moment; what is cached on the way counts as it is found.",
      "",
      "Examples:",
      "  zarrkit bench",
      "  zarrkit bench data/example.zarr temperature",
      "  zarrkit bench s3://bucket/data.zarr sst --storage-option anon=true --limit 64MiB --json",
    ].join("\n"),
  },
});
