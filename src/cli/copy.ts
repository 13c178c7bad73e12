/**
 * `zarrkit copy`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { TransferFlags } from "./flags.ts";
import { transferArguments, transferFlags } from "./flags.ts";

/** What follows the name. */
export const copyUsage: string =
  "<source> <target> [--path P] [--target-path P] [--overwrite] [--max-memory 256MiB]";

export const copyCommand: Command<CliContext> = buildCommand<
  TransferFlags,
  [source: string, target: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-copy.ts")).runCopy),
  parameters: { flags: transferFlags, positional: transferArguments },
  docs: {
    customUsage: [copyUsage],
    brief: "Copy an array or a hierarchy between any two stores, as it is stored",
    fullDescription: [
      "Copies a node and all below it as it is stored; nothing is decoded. Chunks go first and metadata last, so that no reader",
      "sees half a node. Stopped by Ctrl-C, a crash or a failing network, and run again, it goes on with what is missing: until",
      "it is done, the target has a folder .zarrkit-job. A source that cannot be listed (plain HTTP) needs consolidated metadata.",
      "rechunk copies into other chunks, shards or codecs.",
      "",
      "Examples:",
      "  zarrkit copy https://example.org/data.zarr data/local.zarr",
      "  zarrkit copy data/example.zarr archive.zip",
      "  zarrkit copy data/example.zarr s3://bucket/data.zarr --path model/run1 --target-path run1",
      "  zarrkit copy s3://public/a.zarr s3://mine/a.zarr --storage-option anon=true --target-storage-option profile=me",
    ].join("\n"),
  },
});
