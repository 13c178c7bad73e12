/**
 * What `zarrkit pyramid` does.
 *
 * @module
 */
import { axesFrom } from "../compute/pyramid-metadata.ts";
import { planPyramid } from "../compute/pyramid.ts";
import { runPlan } from "../compute/run-plan.ts";
import type { CliContext } from "./command-context.ts";
import { withComputeProgress } from "./compute-progress.ts";
import { layoutOptions } from "./layout-flags.ts";
import type { PyramidFlags } from "./pyramid.ts";
import { reportTransfer, withTransfer } from "./run-copy.ts";
import { asMisuse } from "./run-create.ts";
import { arrayOf } from "./run-rechunk.ts";

/** Writes the levels, and says how much. */
export async function runPyramid(
  context: CliContext,
  flags: PyramidFlags,
  source: string,
  target: string,
): Promise<void> {
  const { io, signal } = context;
  await withTransfer(context, flags, source, target, async (from, to) => {
    const array = await arrayOf(from, flags, signal);
    const zarrFormat =
      flags.targetFormat === undefined ? array.zarrFormat : flags.targetFormat === "2" ? 2 : 3;
    const { method, levels, factor, downsample, scale, overwrite, maxMemory } = flags;
    const name = flags.name ?? nameOf(to.path === "" ? target : to.path);
    const plan = await asMisuse(() => {
      const units = flags.units?.map((unit) => (unit === "-" || unit === "" ? undefined : unit));
      const named = flags.axes ?? array.dimensionNames?.map(String);
      const axes = named === undefined ? undefined : axesFrom(named, units);
      return planPyramid(array, to, {
        ...layoutOptions(flags, zarrFormat),
        ...{ zarrFormat, method, levels, factor, downsample, scale, overwrite, maxMemory, name, axes },
      });
    });
    const result = await withComputeProgress(io, (onProgress) =>
      runPlan(plan, { maxMemory, signal, onProgress }),
    );
    await reportTransfer(context, flags, "wrote", from, to, result, {
      levels: plan.levels.map(({ shape }) => shape),
    });
  });
}

/** `data/scan.ome.zarr` → `scan` */
function nameOf(url: string): string {
  const last =
    url
      .replace(/[?#].*$/, "")
      .split(/[/\\]/)
      .filter((part) => part !== "")
      .at(-1) ?? "image";
  return last.replace(/(\.ome)?\.(zarr|zip|ozx)$/i, "") || "image";
}
