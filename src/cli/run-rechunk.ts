/**
 * What `zarrkit rechunk` does.
 *
 * @module
 */
import { open } from "../array/open.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { ContainsGroupError } from "../base/errors.ts";
import { planRechunk } from "../compute/rechunk.ts";
import { runPlan } from "../compute/run-plan.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { CliContext } from "./command-context.ts";
import { withComputeProgress } from "./compute-progress.ts";
import { layoutOptions } from "./layout-flags.ts";
import { withStorePath } from "./open-place.ts";
import type { RechunkFlags } from "./rechunk.ts";
import { reportTransfer, withTransfer } from "./run-copy.ts";
import { asMisuse } from "./run-create.ts";

/** Rechunks an array, and says how much. */
export async function runRechunk(
  context: CliContext,
  flags: RechunkFlags,
  source: string,
  target: string,
): Promise<void> {
  const { io, signal } = context;
  await withTransfer(context, flags, source, target, async (from, to) => {
    const array = await arrayOf(from, flags, signal);
    await withTemporary(context, flags, async (temporary) => {
      const zarrFormat =
        flags.targetFormat === undefined ? array.zarrFormat : flags.targetFormat === "2" ? 2 : 3;
      const { overwrite, maxMemory, way } = flags;
      const options = {
        ...layoutOptions(flags, zarrFormat),
        zarrFormat,
        overwrite,
        maxMemory,
        way,
        temporary,
      };
      // Chunks that do not fit the shape, or memory that one does not fit, are found out here.
      const plan = await asMisuse(() => planRechunk(array, to, options, { signal }));
      const result = await withComputeProgress(io, (onProgress) =>
        runPlan(plan, { maxMemory, signal, onProgress }),
      );
      await reportTransfer(context, flags, "rechunked", from, to, result, {
        way: plan.way,
        chunkShape: plan.target.chunks,
        shardShape: plan.target.shards ?? null,
      });
    });
  });
}

/** The array at a place. @throws ContainsGroupError where a group is there. */
export async function arrayOf(
  at: StorePath,
  { zarrFormat }: Pick<RechunkFlags, "zarrFormat">,
  signal: AbortSignal,
): Promise<ZarrArray> {
  const node = await open(at, {
    zarrFormat: zarrFormat === undefined ? undefined : zarrFormat === "2" ? 2 : 3,
    signal,
  });
  if (node instanceof ZarrArray) return node;
  throw new ContainsGroupError(`${String(node)} is a group; name an array in it with --path.`, {
    store: String(node.store),
    path: node.path,
  });
}

async function withTemporary<T>(
  { signal }: CliContext,
  flags: RechunkFlags,
  work: (temporary: StorePath | undefined) => Promise<T>,
): Promise<T> {
  if (flags.temporary === undefined) return await work(undefined);
  const place = {
    url: flags.temporary,
    path: undefined,
    flags: { storageOption: flags.targetStorageOption },
    signal,
  };
  return await withStorePath({ ...place, mode: "a" }, work);
}
