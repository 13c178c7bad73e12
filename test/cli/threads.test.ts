// The interface carries threads and queues: here each task goes as JSON to a thread, which makes the plan for itself.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { createArray } from "../../src/array/create.ts";
import { openArray } from "../../src/array/open.ts";
import { NDArray } from "../../src/dtypes/nd-array.ts";
import { LocalStore } from "../../src/storage/local-store.ts";
import { StorePath } from "../../src/storage/store-path.ts";
import { planRechunk } from "../../src/compute/rechunk.ts";
import { runPlan } from "../../src/compute/run-plan.ts";
import type { Executor, Task } from "../../src/compute/task.ts";

const folder = mkdtempSync(join(tmpdir(), "zarrkit-executor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist");
const isBuilt = existsSync(join(dist, "compute.js"));

/** Makes the same plan by the same call, and runs the tasks that it is sent. */
const WORKER = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const load = (name) => import(workerData.dist + "/" + name + ".js");
  const [{ openArray }, { planRechunk }, { LocalStore, StorePath }] = await Promise.all(["index", "compute", "storage"].map(load));
  const source = await openArray(workerData.source);
  const plan = await planRechunk(source, new StorePath(new LocalStore(workerData.target)), workerData.options);
  await plan.begin({});
  parentPort.on("message", async (text) => {
    const { stage, task } = JSON.parse(text);
    try {
      const outcome = await plan.stages.find(({ name }) => name === stage).run(task, {});
      parentPort.postMessage(JSON.stringify({ id: task.id, outcome }));
    } catch (error) {
      parentPort.postMessage(JSON.stringify({ id: task.id, error: String(error) }));
    }
  });
  parentPort.postMessage("ready");
})();
`;

test.skipIf(!isBuilt).each(["direct", "staged"] as const)("tasks run on threads (%s)", async (way) => {
  const [from, to] = [join(folder, `${way}-from.zarr`), join(folder, `${way}-to.zarr`)];
  const source = await createArray(from, { shape: [64, 64], chunks: [4, 64], dtype: "int32" });
  const values = Int32Array.from({ length: 4096 }, (_, i) => i);
  await source.set("...", { data: values, shape: [64, 64], stride: [64, 1] });
  const options = { chunks: [64, 4], maxMemory: 8192, way };
  const threads: Worker[] = [];
  const used = new Set<number>();
  const executor: Executor = {
    async execute(stage, { onDone }) {
      if (threads.length === 0) {
        for (let i = 0; i < 2; i++) {
          const workerData = { dist, source: from, target: to, options };
          const worker = new Worker(WORKER, { eval: true, workerData });
          threads.push(worker);
          await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
        }
      }
      const tasks: Task[] = [];
      for await (const task of stage.tasks({})) tasks.push(task);
      await Promise.all(
        threads.map(async (worker, number) => {
          for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
            const answer = new Promise<string>((resolve) => worker.once("message", resolve));
            worker.postMessage(JSON.stringify({ stage: stage.name, task }));
            const { outcome, error } = JSON.parse(await answer);
            if (error !== undefined) throw new Error(error);
            used.add(number);
            await onDone?.(task, outcome);
          }
        }),
      );
    },
  };
  try {
    const plan = await planRechunk(source, new StorePath(new LocalStore(to)), options);
    expect(plan.way).toBe(way);
    const { chunks } = await runPlan(plan, { executor });
    expect(chunks).toBeGreaterThanOrEqual(16);
    expect(used.size).toBe(2);
  } finally {
    for (const worker of threads) await worker.terminate();
  }
  const read = await (await openArray(to)).get("...");
  expect(read instanceof NDArray && read.data).toEqual(values);
});
