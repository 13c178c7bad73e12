/**
 * What `zarrkit copy` does.
 *
 * @module
 */
import { humanBytes } from "../array/print.ts";
import { copyTree } from "../compute/copy.ts";
import type { ComputeResult } from "../compute/run-plan.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { CliContext } from "./command-context.ts";
import { withComputeProgress } from "./compute-progress.ts";
import type { TransferFlags } from "./flags.ts";
import { withStorePath } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { count } from "./run-validate.ts";
import { safeText } from "./terminal-text.ts";

/** Copies, and says how much. */
export async function runCopy(
  context: CliContext,
  flags: TransferFlags,
  source: string,
  target: string,
): Promise<void> {
  const { io, signal } = context;
  const { overwrite, maxMemory } = flags;
  await withTransfer(context, flags, source, target, async (from, to) => {
    const result = await withComputeProgress(io, (onProgress) =>
      copyTree(from, to, { overwrite, maxMemory, signal, onProgress }),
    );
    await reportTransfer(context, flags, "copied", from, to, result);
  });
}

/** Opens two places for reading and writing, and closes both. */
export async function withTransfer<T>(
  { signal }: CliContext,
  flags: TransferFlags,
  source: string,
  target: string,
  work: (from: StorePath, to: StorePath) => Promise<T>,
): Promise<T> {
  const to = {
    url: target,
    path: flags.targetPath,
    flags: { storageOption: flags.targetStorageOption },
    signal,
    mode: "a" as const,
  };
  return await withStorePath({ url: source, path: flags.path, flags, signal }, (from) =>
    withStorePath(to, (at) => work(from, at)),
  );
}

/** Says what a job did. */
export async function reportTransfer(
  context: CliContext,
  { json }: Pick<TransferFlags, "json">,
  done: string,
  from: StorePath | undefined,
  to: StorePath,
  { chunks, skipped, bytes }: ComputeResult,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (json === true) {
    await printFacts(context, { source: String(from), target: String(to), chunks, skipped, bytes, ...facts });
    return;
  }
  const before = skipped === 0 ? "" : `, ${count(skipped, "chunk")} had been done before`;
  await context.io.stdout.write(
    `${done} ${count(chunks, "chunk")}, ${humanBytes(bytes)}${before}: ${safeText(String(to))}\n`,
  );
}
