/**
 * What `zarrkit info` does.
 *
 * @module
 */
import { ZarrArray } from "../array/zarr-array.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import type { CliContext } from "./command-context.ts";
import type { InfoFlags } from "./info.ts";
import type { Facts } from "./node-facts.ts";
import { nodeFacts } from "./node-facts.ts";
import { withNode } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { painter, readableJson, safeLines, safeText } from "./terminal-text.ts";

/** Prints zarr-python's summary of a node, its dimension names and its attributes. */
export async function runInfo(
  context: CliContext,
  flags: InfoFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal } = context;
  await withNode({ url, path, flags, signal }, async (node) => {
    if (flags.json === true) {
      const stored = flags.complete === true ? await storedFacts(node, signal) : {};
      await printFacts(context, { ...nodeFacts(node), ...stored });
      return;
    }
    const info = flags.complete === true ? await node.infoComplete({ signal }) : node.info;
    await context.io.stdout.write(describe(node, info, context));
  });
}

function describe(node: ZarrNode, info: string, { io }: CliContext): string {
  const paint = painter(io.stdout);
  const parts = [safeLines(info)];
  const names = node instanceof ZarrArray ? node.dimensionNames : undefined;
  if (names !== undefined) {
    const shown = names.map((name) => (name === null ? "-" : safeText(name)));
    parts.push("", `${paint("bold", "Dimensions")} : ${shown.join(", ")}`);
  }
  if (Object.keys(node.attrs).length > 0)
    parts.push("", paint("bold", "Attributes"), readableJson(node.attrs));
  return `${parts.join("\n")}\n`;
}

/** What only the store tells. */
async function storedFacts(node: ZarrNode, signal: AbortSignal): Promise<Facts> {
  if (node instanceof ZarrArray) {
    return {
      nbytesStored: await node.nbytesStored({ signal }),
      nchunksInitialized: await node.nchunksInitialized({ signal }),
    };
  }
  let narrays = 0;
  let ngroups = 0;
  for await (const [, member] of node.members({ maxDepth: null, signal })) {
    if (member instanceof ZarrArray) narrays++;
    else ngroups++;
  }
  return { nmembers: narrays + ngroups, narrays, ngroups };
}
