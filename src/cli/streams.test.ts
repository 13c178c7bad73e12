import { expect, test } from "vitest";
import type { NodeStream } from "./streams.ts";
import { isBrokenPipe, nodeStream } from "./streams.ts";

const sink = (isTTY: boolean, error?: Error): NodeStream => ({
  isTTY,
  columns: 80,
  write: (_, done) => {
    done(error);
    return true;
  },
});

test("colours need a terminal, no NO_COLOR and one that is not dumb", () => {
  expect(nodeStream(sink(true), {}).hasColors).toBe(true);
  expect(nodeStream(sink(false), {}).hasColors).toBe(false);
  expect(nodeStream(sink(true), { NO_COLOR: "1" }).hasColors).toBe(false);
  expect(nodeStream(sink(true), { NO_COLOR: "" }).hasColors).toBe(true);
  expect(nodeStream(sink(true), { TERM: "dumb" }).hasColors).toBe(false);
});

test("only a terminal has columns", () => {
  expect(nodeStream(sink(true), {}).columns).toBe(80);
  expect(nodeStream(sink(false), {}).columns).toBeUndefined();
});

test("a write that fails rejects, and a reader that left is told from other failures", async () => {
  const broken = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  await expect(nodeStream(sink(false, broken), {}).write("x")).rejects.toBe(broken);
  expect(isBrokenPipe(broken)).toBe(true);
  expect(isBrokenPipe(Object.assign(new Error("no space"), { code: "ENOSPC" }))).toBe(false);
  expect(isBrokenPipe(undefined)).toBe(false);
});
