/**
 * From the arguments of a command to a store or node, which is closed when the command ends.
 *
 * @module
 */
import { open } from "../array/open.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import { ContainsGroupError } from "../base/errors.ts";
import { resolveStore } from "../storage/resolve.ts";
import type { StorePath } from "../storage/store-path.ts";
import { UsageError } from "./command-context.ts";
import type { PlaceFlags } from "./flags.ts";
import { storageOptionsOf } from "./storage-option.ts";

/** The place that a command is about. */
export interface Place {
  readonly url: string;
  readonly path: string | undefined;
  readonly flags: PlaceFlags;
  readonly signal: AbortSignal;
  /** `r+`: the store is opened for writing; `a`: and made where it is not there. Default `r`. */
  readonly mode?: "r" | "r+" | "a";
}

/**
 * Runs `work` on a place, read-only unless its mode says otherwise, and closes the store after it.
 *
 * @throws UsageError for an unknown scheme and for options that the store does not know.
 */
export async function withStorePath<T>(
  { url, path, flags, signal, mode = "r" }: Place,
  work: (at: StorePath) => Promise<T>,
): Promise<T> {
  const storageOptions = storageOptionsOf(flags.storageOption);
  const { storePath } = await resolveStore(url, { mode, path, storageOptions, signal }).catch(
    (error: unknown) => {
      // Resolving makes no request: a TypeError says that the URL or an option is wrong.
      if (error instanceof TypeError) throw new UsageError(optionMessage(error.message), { cause: error });
      throw error;
    },
  );
  try {
    return await work(storePath);
  } finally {
    await storePath.store.close();
  }
}

/** Runs `work` on the array or group at a place. @throws NodeNotFoundError when there is none. */
export async function withNode<T>(place: Place, work: (node: ZarrNode) => Promise<T>): Promise<T> {
  return await withStorePath(place, async (at) => {
    const zarrFormat =
      place.flags.zarrFormat === undefined ? undefined : zarrFormatOf(place.flags.zarrFormat);
    return await work(await open(at, { zarrFormat, signal: place.signal }));
  });
}

/** Runs `work` on the array at a place. @throws ContainsGroupError when a group is there. */
export async function withArray<T>(place: Place, work: (array: ZarrArray) => Promise<T>): Promise<T> {
  return await withNode(place, async (node) => {
    if (node instanceof ZarrArray) return await work(node);
    throw new ContainsGroupError(
      `${String(node)} is a group; name an array in it, as \`zarrkit tree\` lists them.`,
      { store: String(node.store), path: node.path },
    );
  });
}

function zarrFormatOf(text: "2" | "3"): 2 | 3 {
  return text === "2" ? 2 : 3;
}

/** The library speaks of `storageOptions`; here it is a flag. */
function optionMessage(message: string): string {
  return message.replace("'storageOptions' was provided but unused: it", "--storage-option was given, but");
}
