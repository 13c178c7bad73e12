import { expect, test } from "vitest";
import { RenewedValue } from "./renewed-value.ts";

const MINUTE = 60_000;
const inMinutes = (minutes: number): Date => new Date(Date.now() + minutes * MINUTE);

test("a value that lasts is made once, also for those who ask at the same time", async () => {
  let made = 0;
  const value = new RenewedValue(async () => ({ number: ++made, expiration: inMinutes(60) }));
  const all = await Promise.all(Array.from({ length: 10 }, () => value.get({})));
  expect(new Set(all.map(({ number }) => number))).toEqual(new Set([1]));
  expect((await value.get({})).number).toBe(1);
  const forever = new RenewedValue(async () => ({ number: ++made, expiration: undefined }));
  expect(await forever.get({})).toBe(await forever.get({}));
});

test("a value that ends soon is made again; what still works is used while that fails", async () => {
  let made = 0;
  let failing = false;
  const value = new RenewedValue(async () => {
    if (failing) throw new Error("no answer");
    return { number: ++made, expiration: inMinutes(made === 1 ? 1 : 60) };
  });
  expect((await value.get({})).number).toBe(1);
  failing = true;
  expect((await value.get({})).number).toBe(1);
  failing = false;
  expect((await value.get({})).number).toBe(2);
});

test("a value that has ended is of no use, and a failure is not remembered", async () => {
  let failing = false;
  const value = new RenewedValue(async () => {
    if (failing) throw new Error("no answer");
    return { expiration: inMinutes(-1) };
  });
  await value.get({});
  failing = true;
  await expect(value.get({})).rejects.toThrow("no answer");
  failing = false;
  await value.get({});
});

test("only the value that was refused is forgotten", async () => {
  let made = 0;
  const value = new RenewedValue(async () => ({ number: ++made, expiration: undefined }));
  const first = await value.get({});
  value.invalidate(first);
  const second = await value.get({});
  value.invalidate(first);
  expect(await value.get({})).toBe(second);
});

test("the making is stopped when everyone has left, and begun anew by the next", async () => {
  const signals: AbortSignal[] = [];
  const value = new RenewedValue(({ signal }) => {
    signals.push(signal!);
    return signals.length === 1
      ? new Promise<never>((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)))
      : Promise.resolve({ expiration: undefined });
  });
  const controller = new AbortController();
  const waiting = value.get({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(signals[0]!.aborted).toBe(true);
  await value.get({});
  expect(signals).toHaveLength(2);
});
