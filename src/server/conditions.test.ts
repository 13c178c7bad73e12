import { describe, expect, test } from "vitest";
import { createGroup } from "../array/create.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { ask, bodyOf, valueHandler } from "./fixtures/asking.ts";
import { storeHandler } from "./store-handler.ts";

describe("conditions", () => {
  test("a tag is the same until the value changes", async () => {
    const { handler, store } = valueHandler();
    const tag = (await ask(handler, "/a/c/0")).headers.get("etag")!;
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    const same = await ask(handler, "/a/c/0", { headers: { "if-none-match": `W/"x", ${tag}` } });
    expect(same.status).toBe(304);
    expect(same.headers.get("etag")).toBe(tag);
    expect(await bodyOf(same)).toEqual([]);
    await store.set("a/c/0", new Uint8Array([1]));
    const other = await ask(handler, "/a/c/0", { headers: { "if-none-match": tag } });
    expect(other.status).toBe(200);
    expect(other.headers.get("etag")).not.toBe(tag);
  });

  test("If-Match, If-Range, and * ", async () => {
    const { handler } = valueHandler();
    const tag = (await ask(handler, "/a/c/0")).headers.get("etag")!;
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await ask(handler, "/a/c/0", { headers })).status;
    expect(await status({ "if-match": tag })).toBe(200);
    expect(await status({ "if-match": `W/${tag}` })).toBe(412);
    expect(await status({ "if-match": '"other"' })).toBe(412);
    expect(await status({ "if-match": "*" })).toBe(200);
    expect(await status({ "if-none-match": "*" })).toBe(304);
    expect(await status({ range: "bytes=0-1", "if-range": tag })).toBe(206);
    expect(await status({ range: "bytes=0-1", "if-range": `W/${tag}` })).toBe(200);
    expect(await status({ range: "bytes=0-1", "if-range": '"other"' })).toBe(200);
    expect(await status({ range: "bytes=0-1", "if-range": "Mon, 23 Nov 2026 00:00:00 GMT" })).toBe(200);
    expect(await status({ range: "bytes=200-", "if-none-match": tag })).toBe(304);
  });
});

test("JSON is compressed for those who take it, under a tag of its own; chunks never are", async () => {
  const store = new MemoryStore();
  await createGroup(store, { attributes: { text: "x".repeat(5000) } });
  await store.set("big", new Uint8Array(5000));
  const handler = storeHandler(store);
  const headers = { "accept-encoding": "br, gzip;q=0.5" };
  const packed = await ask(handler, "/zarr.json", { headers });
  const plain = await ask(handler, "/zarr.json", { headers: { "accept-encoding": "gzip;q=0, *" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(packed.headers.get("vary")).toContain("Accept-Encoding");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(packed.headers.get("etag")).not.toBe(plain.headers.get("etag"));
  const stream = (await packed.blob()).stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(stream).text()).toBe(await plain.text());
  const again = await ask(handler, "/zarr.json", {
    headers: { ...headers, "if-none-match": packed.headers.get("etag")! },
  });
  expect(again.status).toBe(304);
  expect((await ask(handler, "/big", { headers })).headers.get("content-encoding")).toBeNull();
});
