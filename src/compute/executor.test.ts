import { expect, test } from "vitest";
import { createArray } from "../array/create.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { StorePath } from "../storage/store-path.ts";
import { InPlaceExecutor } from "./in-place-executor.ts";
import { rechunk } from "./rechunk.ts";
import type { Executor, Stage, Task } from "./task.ts";

const tasks = (count: number, bytes: number): Task[] =>
  Array.from({ length: count }, (_, i) => ({ id: String(i), bytes, size: bytes }));

function stageOf(all: readonly Task[], work: (task: Task, signal?: AbortSignal) => Promise<void>): Stage {
  return {
    name: "test",
    chunks: all.length,
    size: 0,
    tasks: () => all,
    async run(task, { signal }) {
      await work(task, signal);
      return { skipped: false, chunks: 1, result: undefined };
    },
  };
}

test("the first failure stops the others, which settle before it is thrown", async () => {
  let [started, settled] = [0, 0];
  const stage = stageOf(tasks(100, 1), async ({ id }, signal) => {
    started++;
    try {
      if (id === "3") throw new Error("no");
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    } finally {
      settled++;
    }
  });
  await expect(new InPlaceExecutor({ concurrency: 5 }).execute(stage, {})).rejects.toThrow("no");
  expect([started, settled]).toEqual([4, 4]);
});

test("memory and concurrency bound what runs; a task that is larger runs alone", async () => {
  for (const [bytes, maxMemory, concurrency, wanted] of [
    [10, 35, 9, 3],
    [10, 1000, 4, 4],
    [50, 35, 4, 1],
  ] as const) {
    let [now, most] = [0, 0];
    const stage = stageOf(tasks(20, bytes), async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
    });
    await new InPlaceExecutor({ concurrency }).execute(stage, { maxMemory });
    expect(most).toBe(wanted);
  }
  expect(() => new InPlaceExecutor({ concurrency: 0 })).toThrow(RangeError);
});

test("an executor that runs tasks twice does no harm", async () => {
  const source = await createArray({}, { data: [1, 2, 3, 4, 5], chunks: [2] });
  const twice: Executor = {
    async execute(stage, options) {
      for await (const task of stage.tasks({})) {
        await stage.run(task, {});
        await options.onDone?.(task, await stage.run(task, {}));
      }
    },
  };
  const { target } = await rechunk(source, new StorePath(new MemoryStore()), {
    chunks: [3],
    executor: twice,
  });
  expect(String(await target.get("..."))).toBe("[1. 2. 3. 4. 5.]");
});
