/**
 * What `zarrkit consolidate` does.
 *
 * @module
 */
import { consolidateMetadata } from "../array/create.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { CliContext } from "./command-context.ts";
import type { ConsolidateFlags } from "./consolidate.ts";
import { withStorePath } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { count } from "./run-validate.ts";
import { safeText } from "./terminal-text.ts";

/** Consolidates, and says how many nodes there are. */
export async function runConsolidate(
  context: CliContext,
  flags: ConsolidateFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal, io } = context;
  await withStorePath({ url, path, flags, signal, mode: "r+" }, async (at) => {
    const zarrFormat = flags.zarrFormat === undefined ? undefined : flags.zarrFormat === "2" ? 2 : 3;
    const group = await consolidateMetadata(at, { zarrFormat, signal });
    const counts = { arrays: 0, groups: 0 };
    for await (const [, node] of group.members({ maxDepth: null, signal })) {
      if (node instanceof ZarrArray) counts.arrays++;
      else counts.groups++;
    }
    if (flags.json === true)
      await printFacts(context, {
        store: String(at.store),
        path: at.path,
        zarrFormat: group.zarrFormat,
        ...counts,
      });
    else
      await io.stdout.write(
        `${safeText(String(group))}: ${count(counts.arrays, "array")} and ${count(counts.groups, "group")}\n`,
      );
  });
}
