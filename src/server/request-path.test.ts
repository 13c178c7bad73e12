import { describe, expect, test } from "vitest";
import { MemoryStore } from "../storage/memory-store.ts";
import { ask, bytes, valueHandler } from "./fixtures/asking.ts";
import { hasDotSegment, requestPath } from "./request-path.ts";
import { storeHandler } from "./store-handler.ts";

describe("paths", () => {
  test.each([
    "/a//b",
    "/a/..%2f",
    "/a%2Fc/0",
    "/a\\..\\b",
    "/a%5cb",
    "/C:/x",
    "/a/%00",
    "/a/%ff",
    `/${"x".repeat(300)}`,
    "/a/%7f",
    `/a.${"0".repeat(32)}.partial`,
  ])("%s names nothing", async (path) => {
    expect(requestPath(path, "/")).toBeUndefined();
    expect((await ask(valueHandler().handler, path)).status).toBe(404);
  });

  test("dots are seen before a parser resolves them", () => {
    for (const path of ["/a/../b", "/%2e%2E/b", "/a/.", "/a\\..\\b", "/..?x"])
      expect(hasDotSegment(path)).toBe(true);
    for (const path of ["/a/b", "/.zarray", "/a..b", "/a?x=/../y"]) expect(hasDotSegment(path)).toBe(false);
  });

  test("names with spaces, percent signs and other letters are found", async () => {
    const store = new MemoryStore(new Map([["a b/100%/é", bytes]]));
    const handler = storeHandler(store, { basePath: "/base" });
    expect((await ask(handler, "/base/a%20b/100%25/%C3%A9")).status).toBe(200);
    expect((await ask(handler, "/a%20b/100%25/%C3%A9")).status).toBe(404);
    expect((await ask(handler, "/basement/x")).status).toBe(404);
  });
});
