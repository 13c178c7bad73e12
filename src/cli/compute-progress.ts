/**
 * The progress bar of a plan: one bar for each of its stages.
 *
 * @module
 */
import type { ComputeProgress } from "../compute/run-plan.ts";
import { ProgressBar } from "./progress.ts";
import type { CliIo } from "./streams.ts";

/** Runs `work` with a bar that it tells of its progress, and removes the bar. */
export async function withComputeProgress<T>(
  { stderr }: CliIo,
  work: (onProgress: (progress: ComputeProgress) => Promise<void>) => Promise<T>,
): Promise<T> {
  let bar: ProgressBar | undefined;
  let stage = -1;
  try {
    return await work(async (progress) => {
      if (progress.stageIndex !== stage) {
        await bar?.end();
        stage = progress.stageIndex;
        bar = new ProgressBar(
          stderr,
          progress.bytesTotal ?? 0,
          progress.stageCount > 1 ? progress.stage : "",
        );
      }
      await bar?.update(progress.bytesDone, { done: progress.chunksDone, total: progress.chunksTotal });
    });
  } finally {
    await bar?.end();
  }
}
