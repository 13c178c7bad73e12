/**
 * What `zarrkit migrate` and `zarrkit remove-metadata` do.
 *
 * @module
 */
import { migrateV2ToV3 } from "../array/migrate.ts";
import { removeMetadata } from "../array/remove-metadata.ts";
import { GroupNotFoundError, NodeNotFoundError } from "../base/errors.ts";
import type { CliContext } from "./command-context.ts";
import type { MigrateFlags, RemoveMetadataFlags } from "./migrate.ts";
import { withStorePath } from "./open-place.ts";
import { safeText } from "./terminal-text.ts";
import { findNodes } from "./validate/find-documents.ts";

/** Migrates; says what on stderr when asked to, as zarr-python does. */
export async function runMigrate(
  context: CliContext,
  flags: MigrateFlags,
  _format: "v3",
  input: string,
  output?: string,
): Promise<void> {
  const { signal } = context;
  const { dryRun, overwrite, force, removeV2Metadata } = flags;
  const lines = linesOf(flags, "created");
  const mode = dryRun === true || output !== undefined ? "r" : "r+";
  try {
    await withStorePath({ url: input, path: undefined, flags, signal, mode }, async (at) => {
      const options = {
        dryRun,
        overwrite,
        force,
        removeV2Metadata,
        signal,
        log: lines.log,
        metadataOnly: true,
      };
      for await (const _ of findNodes(at, [2, 3], { signal })) {
        if (output === undefined) return await migrateV2ToV3(at, options);
        const target = {
          url: output,
          path: undefined,
          flags: { storageOption: flags.targetStorageOption },
          signal,
        };
        return await withStorePath({ ...target, mode: "a" }, (to) =>
          migrateV2ToV3(at, { ...options, output: to }),
        );
      }
      throw new NodeNotFoundError(`No array or group found at ${String(at)}.`, {
        store: String(at.store),
        path: at.path,
      });
    });
  } finally {
    await lines.print(context);
  }
}

/** Removes; says what on stderr when asked to. */
export async function runRemoveMetadata(
  context: CliContext,
  flags: RemoveMetadataFlags,
  format: "v2" | "v3",
  url: string,
): Promise<void> {
  const { signal } = context;
  const { dryRun, force } = flags;
  const lines = linesOf(flags, "deleted");
  try {
    await withStorePath(
      { url, path: undefined, flags, signal, mode: dryRun === true ? "r" : "r+" },
      async (at) => {
        if (at.store.supportsListing && (await at.isEmpty({ signal })))
          throw new GroupNotFoundError(`There is nothing at ${String(at)}.`, {
            store: String(at.store),
            path: at.path,
          });
        await removeMetadata(at, format === "v2" ? 2 : 3, { dryRun, force, signal, log: lines.log });
      },
    );
  } finally {
    await lines.print(context);
  }
}

/** Lines that the work logs, kept until it is done: they name keys of a store, and stderr must be waited for. */
function linesOf(
  { dryRun = false, verbose = false }: { readonly dryRun?: boolean; readonly verbose?: boolean },
  done: string,
): { log(line: string): void; print(context: CliContext): Promise<void> } {
  const lines: string[] = [];
  return {
    log: (line) => lines.push(line),
    async print({ io }) {
      if (!dryRun && !verbose) return;
      const first = dryRun
        ? [
            `Dry run enabled - no ${done === "created" ? "new files will be created" : "files will be deleted"} or changed. Log of files that would be ${done} on a real run:`,
          ]
        : [];
      for (const line of [...first, ...lines]) await io.stderr.write(`${safeText(line)}\n`);
    },
  };
}
