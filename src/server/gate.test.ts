import { expect, test } from "vitest";
import { Gate } from "./gate.ts";

const never = new AbortController().signal;

test("never more than the limit at a time, whoever comes when", async () => {
  const gate = new Gate(2);
  let working = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++working);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    working--;
  };
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 30; i++) {
    all.push(gate.run(work, never));
    await Promise.resolve(); // others come while places change hands
  }
  await Promise.all(all);
  expect(most).toBe(2);
});

test("whoever leaves the line gives up the turn, and the rest still have theirs", async () => {
  const gate = new Gate(1);
  let release = (): void => {};
  const first = gate.run(() => new Promise<string>((resolve) => (release = () => resolve("first"))), never);
  const controller = new AbortController();
  const left = gate.run(async () => "left", controller.signal);
  const last = gate.run(async () => "last", never);
  controller.abort();
  expect(await left).toBeUndefined();
  release();
  expect(await first).toBe("first");
  expect(await last).toBe("last");
  expect(await gate.run(async () => "again", never)).toBe("again");
});

test("a failure gives the place back", async () => {
  const gate = new Gate(1);
  await expect(gate.run(() => Promise.reject(new Error("no")), never)).rejects.toThrow("no");
  expect(await gate.run(async () => 1, never)).toBe(1);
});
