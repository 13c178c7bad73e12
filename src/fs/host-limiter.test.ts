import { expect, test } from "vitest";
import { HostLimiter } from "./host-limiter.ts";

test("places are handed on in order, each once, and hosts do not wait for each other", async () => {
  const limiter = new HostLimiter(2);
  const order: number[] = [];
  const first = await limiter.acquire("a", undefined);
  const second = await limiter.acquire("a", undefined);
  await limiter.acquire("b", undefined);
  const waiting = [3, 4, 5].map((id) =>
    limiter.acquire("a", undefined).then((release) => (order.push(id), release)),
  );
  await Promise.resolve();
  expect(order).toEqual([]);
  first();
  first(); // a second release of one place gives no other
  await waiting[0];
  expect(order).toEqual([3]);
  second();
  await waiting[1];
  (await waiting[0]!)();
  await waiting[2];
  expect(order).toEqual([3, 4, 5]);
});

test("who leaves the queue takes no place", async () => {
  const limiter = new HostLimiter(1);
  const release = await limiter.acquire("a", undefined);
  const controller = new AbortController();
  const leaving = limiter.acquire("a", controller.signal);
  const staying = limiter.acquire("a", undefined);
  controller.abort("left");
  await expect(leaving).rejects.toBe("left");
  release();
  (await staying)();
  await limiter.acquire("a", undefined);
});
