/**
 * `zarrkit rechunk`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { TransferFlags } from "./flags.ts";
import { textFlag, transferArguments, transferFlags } from "./flags.ts";
import type { LayoutFlags } from "./layout-flags.ts";
import { layoutFlags } from "./layout-flags.ts";

/** Flags of `rechunk`. */
export interface RechunkFlags extends TransferFlags, LayoutFlags {
  readonly targetFormat?: "2" | "3";
  readonly temporary?: string;
  readonly way?: "direct" | "staged";
}

/** What follows the name. */
export const rechunkUsage: string =
  "<source> <target> [--path P] --chunks 100,100 [--shards 1000,1000] [--compressor zstd:5] [--max-memory 256MiB]";

export const rechunkCommand: Command<CliContext> = buildCommand<
  RechunkFlags,
  [source: string, target: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-rechunk.ts")).runRechunk),
  parameters: {
    flags: {
      ...layoutFlags,
      targetFormat: {
        kind: "enum",
        values: ["2", "3"],
        optional: true,
        brief: "Zarr format of the new array. Default: the source's",
      },
      temporary: textFlag(
        "url",
        "Where an intermediate array goes, if one is needed. Default: in the target, until the job is done",
      ),
      way: {
        kind: "enum",
        values: ["direct", "staged"],
        optional: true,
        brief: "staged: by an intermediate array. Default: whichever reads less",
      },
      ...transferFlags,
    },
    positional: transferArguments,
  },
  docs: {
    customUsage: [rechunkUsage],
    brief: "Copy an array into other chunks, shards or codecs, in bounded memory",
    fullDescription: [
      "Copies an array into other chunks, shards, codecs or another Zarr format; what is not given stays as it is. No more array",
      "data than --max-memory is in memory. Where boxes that hold whole chunks of both arrays do not fit, values go by an",
      "intermediate array, so that each chunk is read once.",
      "",
      "Chunks go first and metadata last. Stopped by Ctrl-C or a crash, and run again, it goes on with the chunks that are",
      "missing; until it is done, the target has a folder .zarrkit-job.",
      "",
      "Examples:",
      "  zarrkit rechunk data/maps.zarr data/series.zarr --chunks 1000,10,10",
      "  zarrkit rechunk data.zarr sharded.zarr --path a --chunks 64,64 --shards 1024,1024 --compressor zstd:5",
      "  zarrkit rechunk s3://bucket/a.zarr s3://bucket/b.zarr --chunks 8760,1,1 --max-memory 2GB --temporary /scratch/tmp.zarr",
      "  zarrkit rechunk old.zarr new.zarr --target-format 3",
    ].join("\n"),
  },
});
