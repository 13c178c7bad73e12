/**
 * `zarrkit migrate` and `zarrkit remove-metadata`: zarr-python's commands of these names.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { placeFlags, switchFlag } from "./flags.ts";
import { parseStorageOption } from "./storage-option.ts";
import type { StorageOption } from "./storage-option.ts";

const { zarrFormat: _zarrFormat, ...storageFlags } = placeFlags;

/** Flags of `migrate`. */
export interface MigrateFlags extends Omit<PlaceFlags, "zarrFormat"> {
  readonly dryRun?: boolean;
  readonly overwrite?: boolean;
  readonly force?: boolean;
  readonly removeV2Metadata?: boolean;
  readonly verbose?: boolean;
  readonly targetStorageOption?: readonly StorageOption[];
}

/** What follows the name. */
export const migrateUsage: string =
  "v3 <input> [output] [--overwrite] [--force] [--remove-v2-metadata] [--dry-run]";

export const migrateCommand: Command<CliContext> = buildCommand<
  MigrateFlags,
  [format: "v3", input: string, output?: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-migrate.ts")).runMigrate),
  parameters: {
    flags: {
      dryRun: switchFlag("Say what would be written and deleted, and change nothing"),
      overwrite: switchFlag("Remove v3 metadata that is at the output first. Default: refuse"),
      force: switchFlag("With --overwrite: also where no v2 metadata would stand in for it"),
      removeV2Metadata: switchFlag("Remove v2 metadata from the output, once the new is there"),
      verbose: switchFlag("Say what is written and deleted"),
      targetStorageOption: {
        kind: "parsed",
        parse: parseStorageOption,
        variadic: true,
        optional: true,
        placeholder: "k=v",
        brief: "Option of the file system of the output's URL; may be repeated",
      },
      ...storageFlags,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: formatV3, placeholder: "v3", brief: "The format to migrate to; there is v3" },
        { parse: String, placeholder: "input", brief: "Path or URL of a store in Zarr format 2" },
        {
          parse: String,
          placeholder: "output",
          optional: true,
          brief: "Where the new metadata goes, without chunks; it must be empty. Default: the input",
        },
      ],
    },
  },
  docs: {
    customUsage: [migrateUsage],
    brief: "Write Zarr 3 metadata for every Zarr 2 node; chunks stay as they are",
    fullDescription: [
      "Writes a zarr.json for every array and group of Zarr format 2: it describes the chunks that are there. Behaves as",
      "zarr-python's command; besides, it migrates text, arrays without a fill value, and consolidated metadata.",
      "Only metadata goes to an output; use copy first where chunks are wanted there.",
      "",
      "Examples:",
      "  zarrkit migrate v3 data/old.zarr --dry-run",
      "  zarrkit migrate v3 data/old.zarr --remove-v2-metadata",
      "  zarrkit migrate v3 data/old.zarr metadata-only.zarr --verbose",
    ].join("\n"),
  },
});

/** Flags of `remove-metadata`. */
export interface RemoveMetadataFlags extends Omit<PlaceFlags, "zarrFormat"> {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}

/** What follows the name. */
export const removeMetadataUsage: string = "v2|v3 <url> [--force] [--dry-run]";

export const removeMetadataCommand: Command<CliContext> = buildCommand<
  RemoveMetadataFlags,
  [format: "v2" | "v3", url: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-migrate.ts")).runRemoveMetadata),
  parameters: {
    flags: {
      force: switchFlag("Also where no metadata of the other format would be left"),
      dryRun: switchFlag("Say what would be deleted, and change nothing"),
      verbose: switchFlag("Say what is deleted"),
      ...storageFlags,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: formatOf, placeholder: "v2|v3", brief: "Whose metadata: v2 or v3" },
        { parse: String, placeholder: "url", brief: "Path or URL of a store" },
      ],
    },
  },
  docs: {
    customUsage: [removeMetadataUsage],
    brief: "Delete the metadata of one Zarr format, at all levels",
    fullDescription: [
      "Deletes all metadata documents of one format: .zarray, .zgroup, .zattrs and .zmetadata, or zarr.json. Refuses, and",
      "deletes nothing, where a node would be left without any. Behaves as zarr-python's command.",
      "",
      "Examples:",
      "  zarrkit remove-metadata v2 data/migrated.zarr --dry-run",
      "  zarrkit remove-metadata v3 data/migrated.zarr --force",
    ].join("\n"),
  },
});

function formatV3(text: string): "v3" {
  if (text === "v3") return text;
  throw new RangeError(`${JSON.stringify(text)} is not "v3"`);
}

function formatOf(text: string): "v2" | "v3" {
  if (text === "v2" || text === "v3") return text;
  throw new RangeError(`${JSON.stringify(text)} is neither "v2" nor "v3"`);
}
