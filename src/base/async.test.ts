import { expect, test } from "vitest";
import { attempt, forEachInTurn, forEachLimited, isPromise } from "./async.ts";

test("what is here stays here, and fails here or there alike", async () => {
  expect(
    attempt(
      () => 1,
      () => 2,
    ),
  ).toBe(1);
  const fail = (): never => {
    throw new Error("no");
  };
  expect(attempt(fail, (error) => String(error))).toBe("Error: no");
  const later = attempt(
    () => Promise.reject(new Error("no")),
    (error) => String(error),
  );
  expect(isPromise(later)).toBe(true);
  expect(await later).toBe("Error: no");
});

test("work in turn gives a promise only where there is one to wait for, and keeps the order", async () => {
  const done: number[] = [];
  expect(forEachInTurn([1, 2], (item) => void done.push(item))).toBeUndefined();
  const pending = forEachInTurn([3, 4, 5], (item) =>
    item === 4 ? Promise.resolve().then(() => void done.push(item)) : void done.push(item),
  );
  expect(done).toEqual([1, 2, 3]);
  await pending;
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test("work that fails in turn ends it", async () => {
  const done: number[] = [];
  const work = (item: number): void => {
    if (item === 2) throw new Error("two");
    done.push(item);
  };
  expect(() => forEachInTurn([1, 2, 3], work)).toThrow("two");
  await expect(forEachInTurn([0, 2, 3], async (item) => work(item))).rejects.toThrow("two");
  expect(done).toEqual([1, 0]);
});

test("limited work is done once each, at once or not, and no more at a time than allowed", async () => {
  const done: number[] = [];
  await forEachLimited([1, 2, 3], 2, (item) => void done.push(item));
  expect(done).toEqual([1, 2, 3]);
  let running = 0;
  let most = 0;
  await forEachLimited(Array.from({ length: 20 }).keys(), 3, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done).toHaveLength(23);
});
