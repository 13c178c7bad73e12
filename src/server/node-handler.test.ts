import { describe, expect, test } from "vitest";
import { createArray, createGroup } from "../array/create.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { ask, bodyOf, bytes } from "./fixtures/asking.ts";
import type { Handler } from "./handler.ts";
import { nodeHandler } from "./node-handler.ts";
import { storeHandler } from "./store-handler.ts";

describe("a node", () => {
  async function served(): Promise<{ handler: Handler; values: Map<string, Uint8Array> }> {
    const values = new Map<string, Uint8Array>();
    const root = await createGroup(values, { path: "top" });
    const z = await root.createArray("g/z", { shape: [5, 5], chunks: [2, 2], dtype: "uint8" });
    await z.set("...", 1);
    await createArray(values, {
      path: "top/old",
      shape: [4],
      chunks: [2],
      dtype: "uint8",
      zarrFormat: 3,
      chunkKeyEncoding: { name: "v2", separator: "." },
      fillValue: 9,
    });
    for (const key of [
      "secret",
      "top/notes.txt",
      "top/g/z/c/9/9",
      "top/g/z/c/0/0/0",
      "top/loose/zarr.json",
      "top/g/z/inner/zarr.json",
    ])
      values.set(key, bytes);
    values.set("top/loose/deep/zarr.json", values.get("top/zarr.json")!);
    values.delete("top/loose/zarr.json");
    return { handler: nodeHandler(root), values };
  }

  test("shows its documents and the chunks that its grids have, and nothing else", async () => {
    const { handler } = await served();
    const status = async (path: string): Promise<number> => (await ask(handler, path)).status;
    for (const path of ["/zarr.json", "/g/zarr.json", "/g/z/zarr.json", "/g/z/c/0/0", "/g/z/c/2/2"])
      expect(await status(path), path).toBe(200);
    for (const path of [
      "/secret",
      "/../secret",
      "/notes.txt",
      "/g/z/c/9/9",
      "/g/z/c/00/0",
      "/g/z/c/0/0/0",
      "/g/z/c/0",
      "/g/z/c",
      "/g/z/inner/zarr.json",
      "/loose/deep/zarr.json",
      "/old/c/0",
      "/old/0",
      "/.zattrs",
      "/g/z/zarr.json/c/0/0",
    ])
      expect(await status(path), path).toBe(404);
  });

  test("sees an array that grew, and one that another process made", async () => {
    const { handler, values } = await served();
    expect((await ask(handler, "/g/z/c/3/0")).status).toBe(404);
    const { openArray } = await import("../array/open.ts");
    const z = await openArray(values, { path: "top/g/z" });
    await z.resize([8, 5]);
    await z.set("6, 0", 5);
    expect((await ask(handler, "/g/z/c/3/0")).status).toBe(200);
  });

  test("serves arrays whose codecs and data types are not known here", async () => {
    const values = new Map<string, Uint8Array>();
    const document = {
      zarr_format: 3,
      node_type: "array",
      shape: [4],
      data_type: "bfloat7",
      fill_value: 0,
      chunk_grid: { name: "regular", configuration: { chunk_shape: [2] } },
      chunk_key_encoding: "default",
      codecs: ["warp9"],
    };
    const root = await createGroup(values);
    values.set("w/zarr.json", new TextEncoder().encode(JSON.stringify(document)));
    values.set("w/c/1", bytes);
    values.set("w/c/2", bytes);
    const handler = nodeHandler(root);
    expect((await ask(handler, "/w/zarr.json")).status).toBe(200);
    expect((await ask(handler, "/w/c/1")).status).toBe(200);
    expect((await ask(handler, "/w/c/2")).status).toBe(404);
  });

  test("a failure to judge a key is no 404", async () => {
    const { handler, values } = await served();
    values.set("top/g/zarr.json", new TextEncoder().encode("{"));
    expect((await ask(handler, "/g/z/c/0/0")).status).toBe(500);
  });

  test("takes chunks and documents of nodes that may be there, and nothing else", async () => {
    const values = new Map<string, Uint8Array>();
    const root = await createGroup(values);
    await root.createArray("z", { shape: [4], chunks: [2], dtype: "uint8" });
    const handler = nodeHandler(root, { writable: true, token: "t" });
    const put = async (path: string): Promise<number> =>
      (
        await ask(handler, path, {
          method: "PUT",
          body: values.get("zarr.json")!.slice(),
          headers: { authorization: "Bearer t" },
        })
      ).status;
    expect(await put("/z/c/1")).toBe(204);
    expect(await put("/new/zarr.json")).toBe(204);
    expect(await put("/new/below/zarr.json")).toBe(204);
    for (const path of [
      "/z/c/2",
      "/z/c/01",
      "/notes.txt",
      "/z/inner/zarr.json",
      "/new/c/0",
      "/.zattrs",
      "/zarr.json/x",
    ])
      expect(await put(path), path).toBe(404);
  });

  test("lists what it serves", async () => {
    const { handler } = await served();
    const list = async (path: string): Promise<unknown> =>
      (await (await ask(handler, path, { headers: { accept: "application/json" } })).json()) as unknown;
    expect(await list("/")).toEqual({
      path: "",
      entries: [
        { name: "g", kind: "group" },
        { name: "old", kind: "array" },
        { name: "zarr.json", kind: "key" },
      ],
    });
    expect(await list("/g/z/c/?list")).toEqual({
      path: "g/z/c",
      entries: [0, 1, 2].map((i) => ({ name: String(i), kind: "prefix" })),
    });
    expect(await list("/g/z/c/2?list")).toMatchObject({
      entries: [0, 1, 2].map((i) => ({ name: String(i), kind: "key" })),
    });
    expect((await ask(handler, "/none/")).status).toBe(404);
    const page = await (await ask(handler, "/")).text();
    expect(page).toContain('href="./g/"');
    expect(page).toContain('href="./zarr.json"');
    expect((await ask(nodeHandler(await createGroup({}), { listing: false }), "/")).status).toBe(404);
  });

  test("names on the page are text, not markup", async () => {
    const store = new MemoryStore(new Map([['<img src=x onerror="1">', bytes]]));
    const response = await ask(storeHandler(store), "/");
    const page = await response.text();
    expect(page).not.toContain("<img");
    expect(page).toContain("&#60;img");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

describe("transcoded", () => {
  test("decoded inner chunks, v3 metadata, ranges and tags", async () => {
    const root = await createGroup({}, { zarrFormat: 2, attributes: { title: "t" } });
    const z = await root.createArray("z", { shape: [5], chunks: [2], dtype: ">i2" });
    await z.set("...", [1, 2, 3, 4, 5]);
    const handler = nodeHandler(root, { transcode: true });
    const document = (await (await ask(handler, "/z/zarr.json")).json()) as Record<string, unknown>;
    expect(document).toMatchObject({ zarr_format: 3, data_type: "int16", codecs: [{ name: "bytes" }] });
    const chunk = await ask(handler, "/z/c/1");
    expect(await bodyOf(chunk)).toEqual([3, 0, 4, 0]);
    const part = await ask(handler, "/z/c/1", {
      headers: { range: "bytes=-1", "if-range": chunk.headers.get("etag")! },
    });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe("bytes 3-3/4");
    for (const path of ["/z/.zarray", "/z/1", "/z/c/3", "/z/c/01", "/.zgroup"])
      expect((await ask(handler, path)).status, path).toBe(404);
    expect(await (await ask(handler, "/z/c/?list")).json()).toMatchObject({
      entries: [0, 1, 2].map((i) => ({ name: String(i), kind: "key" })),
    });
    expect(() => nodeHandler(root, { transcode: true, writable: true, token: "t" })).toThrow(TypeError);
  });

  test("an array that cannot be presented is an error, beside others that can", async () => {
    const root = await createGroup({});
    const good = await root.createArray("good", { shape: [1], dtype: "uint8" });
    await good.set("...", [1]);
    const text = new TextDecoder().decode((await good.store.get("good/zarr.json"))!);
    await root.store.set("bad/zarr.json", new TextEncoder().encode(text.replace('"bytes"', '"warp9"')));
    const handler = nodeHandler(root, { transcode: true });
    expect((await ask(handler, "/good/c/0")).status).toBe(200);
    expect((await ask(handler, "/bad/zarr.json")).status).toBe(500);
    expect((await ask(handler, "/bad/c/0")).status).toBe(500);
  });
});
