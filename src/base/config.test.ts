import { expect, test } from "vitest";
import { Config } from "./config.ts";

test("a value that was set counts as set also where it equals the default", () => {
  const config = new Config({});
  expect(config.isDefault("async.concurrency")).toBe(true);
  const outer = config.set({ "async.concurrency": 10 });
  expect(config.isDefault("async.concurrency")).toBe(false);
  const inner = config.set({ "async.concurrency": 3 });
  inner.restore();
  expect(config.get("async.concurrency")).toBe(10);
  expect(config.isDefault("async.concurrency")).toBe(false);
  outer.restore();
  expect(config.isDefault("async.concurrency")).toBe(true);
  expect(new Config({ ZARR_ASYNC__CONCURRENCY: "10" }).isDefault("async.concurrency")).toBe(false);
  expect(() => config.set({ json_indent: 4, "async.concurrency": 0 })).toThrow(TypeError);
  expect(config.get("json_indent")).toBe(2);
});
