/**
 * What `zarrkit create` does.
 *
 * @module
 */
import { createArray, createGroup } from "../array/create.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import type { CliContext } from "./command-context.ts";
import { UsageError } from "./command-context.ts";
import type { CreateFlags } from "./create.ts";
import { layoutOptions, valueOf } from "./layout-flags.ts";
import { nodeFacts } from "./node-facts.ts";
import { withStorePath } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { safeText } from "./terminal-text.ts";

const OF_ARRAYS: readonly (keyof CreateFlags)[] = [
  "shape",
  "dtype",
  "chunks",
  "shards",
  "compressor",
  "filter",
  "serializer",
  "fillValue",
  "dimensionNames",
  "order",
];

/** Creates the node and says which. */
export async function runCreate(
  context: CliContext,
  flags: CreateFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal, io } = context;
  if (flags.group === true) {
    const wrong = OF_ARRAYS.find((flag) => flags[flag] !== undefined);
    if (wrong !== undefined) throw new UsageError(`--${kebab(wrong)} is for arrays; leave --group out.`);
  } else if (flags.shape === undefined) throw new UsageError("An array needs --shape; a group --group.");
  const zarrFormat = flags.zarrFormat === "2" ? 2 : 3;
  const { attributes, overwrite } = flags;
  await withStorePath({ url, path, flags, signal, mode: "a" }, async (at) => {
    const node: ZarrNode = await asMisuse(async () =>
      flags.group === true
        ? await createGroup(at, { attributes, overwrite, zarrFormat, signal })
        : await createArray(at, {
            shape: flags.shape ?? [],
            dtype: flags.dtype,
            ...layoutOptions(flags, zarrFormat),
            fillValue: flags.fillValue === undefined ? undefined : valueOf(flags.fillValue),
            dimensionNames: flags.dimensionNames,
            attributes,
            ...(flags.order === undefined ? {} : { order: flags.order }),
            overwrite,
            zarrFormat,
            signal,
          }),
    );
    if (flags.json === true) await printFacts(context, nodeFacts(node));
    else await io.stdout.write(`${safeText(String(node))}\n`);
  });
}

/** What the library takes for a wrong argument was one of ours. */
export async function asMisuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** `fillValue` → `fill-value` */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
