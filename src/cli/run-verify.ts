/**
 * What `zarrkit verify` does.
 *
 * @module
 */
import { open } from "../array/open.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { NodeNotFoundError } from "../base/errors.ts";
import { StorePath } from "../storage/store-path.ts";
import type { CliContext } from "./command-context.ts";
import { UnsoundError } from "./command-context.ts";
import { withStorePath } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { ProgressBar } from "./progress.ts";
import { count } from "./run-validate.ts";
import { painter, safeText } from "./terminal-text.ts";
import { findNodes } from "./validate/find-documents.ts";
import type { VerifyFlags } from "./verify.ts";
import type { VerifiedArray } from "./verify-array.ts";
import { verifyArray } from "./verify-array.ts";

const DEFAULT_MEMORY = 256 * 2 ** 20;

/** A node whose metadata cannot be read. */
interface Unreadable {
  readonly path: string;
  readonly error: string;
  readonly message: string;
}

/** Prints each damage and a line that counts. */
export async function runVerify(
  context: CliContext,
  flags: VerifyFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal, io } = context;
  const arrays: VerifiedArray[] = [];
  const unreadable: Unreadable[] = [];
  const where = await withStorePath({ url, path, flags, signal }, async (at) => {
    const formats =
      flags.zarrFormat === undefined ? ([2, 3] as const) : ([flags.zarrFormat === "2" ? 2 : 3] as const);
    let nodes = 0;
    for await (const { path: node } of findNodes(at, formats, { signal })) {
      nodes++;
      const array = await arrayAt(new StorePath(at.store, node), flags, unreadable, { signal });
      if (array !== undefined) arrays.push(await verified(array, flags, context));
    }
    if (nodes === 0)
      throw new NodeNotFoundError(`No array or group found at ${String(at)}.`, {
        store: String(at.store),
        path: at.path,
      });
    return at;
  });
  const damaged = arrays.flatMap((array) => array.damaged);
  const chunks = arrays.reduce((sum, array) => sum + array.chunks, 0);
  const bytes = arrays.reduce((sum, array) => sum + array.bytes, 0);
  const sound = damaged.length + unreadable.length === 0;
  if (flags.json === true) {
    await printFacts(context, {
      store: String(where.store),
      path: where.path,
      sound,
      arrays: arrays.map(({ path, chunks, bytes, damaged }) => ({
        path,
        chunks,
        bytes,
        damaged: damaged.length,
      })),
      chunks,
      bytes,
      damaged,
      unreadable,
    });
  } else {
    const paint = painter(io.stdout);
    for (const each of unreadable)
      await io.stdout.write(
        `${paint("red", "unreadable")} ${safeText(`${each.path || "/"}: ${each.error}: ${each.message}`)}\n`,
      );
    for (const { key, innerChunk, codec, error, message } of damaged) {
      const inner = innerChunk === undefined ? "" : ` inner chunk (${innerChunk.join(", ")})`;
      const by = codec === undefined ? "" : ` in ${codec}`;
      await io.stdout.write(
        `${paint("red", "damaged")} ${safeText(`${key}${inner}: ${error}${by}: ${message}`)}\n`,
      );
    }
    await io.stdout.write(
      `${count(arrays.length, "array")}, ${count(chunks, "chunk")} (${bytes} bytes): ${damaged.length} damaged${unreadable.length === 0 ? "" : `, ${count(unreadable.length, "node")} unreadable`}\n`,
    );
  }
  if (!sound) throw new UnsoundError(`${damaged.length} damaged.`);
}

async function arrayAt(
  at: StorePath,
  flags: VerifyFlags,
  unreadable: Unreadable[],
  options: AbortOptions,
): Promise<ZarrArray | undefined> {
  try {
    const zarrFormat = flags.zarrFormat === undefined ? undefined : flags.zarrFormat === "2" ? 2 : 3;
    const node = await open(at, { ...options, zarrFormat });
    return node instanceof ZarrArray ? node : undefined;
  } catch (error) {
    throwIfAborted(options.signal);
    const [name, message] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
    unreadable.push({ path: at.path, error: name, message });
    return undefined;
  }
}

async function verified(
  array: ZarrArray,
  flags: VerifyFlags,
  { io, signal }: CliContext,
): Promise<VerifiedArray> {
  const total = array.model.grid.shape.reduce((product, length) => product * length, 1);
  const itemSize = array.dataType.itemSize || 64;
  const bar = new ProgressBar(io.stderr, array.size * itemSize, safeText(array.path));
  let chunks = 0;
  try {
    return await verifyArray(array, {
      signal,
      maxMemory: flags.maxMemory ?? DEFAULT_MEMORY,
      onChunk: () =>
        bar.update((array.size * itemSize * ++chunks) / Math.max(1, total), { done: chunks, total }),
    });
  } finally {
    await bar.end();
  }
}
