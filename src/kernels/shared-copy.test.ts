import { expect, test } from "vitest";
import { copySharedRun, touchesShared } from "./shared-copy.ts";

test("runs arrive as they are, in both directions and at any place", () => {
  for (const length of [0, 1, 7, 255, 256, 65_537]) {
    for (const [from, to] of [
      [new ArrayBuffer(length + 9), new SharedArrayBuffer(length + 9)],
      [new SharedArrayBuffer(length + 9), new ArrayBuffer(length + 9)],
    ] as const) {
      const all = new Uint8Array(from, 3, length);
      for (let i = 0; i < length; i++) all[i] = (i * 31 + (i >> 8)) & 255;
      const target = new Uint8Array(to, 5, length);
      copySharedRun(all, target);
      expect(Buffer.compare(Buffer.from(target), Buffer.from(all))).toBe(0);
      const around = new Uint8Array(to);
      expect([...around.subarray(0, 5), ...around.subarray(5 + length)].every((byte) => byte === 0)).toBe(
        true,
      );
    }
  }
});

test("shared memory is told from other, and one memory from two", () => {
  const plain = new Uint8Array(1);
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  expect([
    touchesShared(plain, shared),
    touchesShared(shared, plain),
    touchesShared(plain, plain),
    touchesShared(shared, shared),
    touchesShared(shared, new Uint8Array(new SharedArrayBuffer(1))),
  ]).toEqual([true, true, false, false, true]);
});
