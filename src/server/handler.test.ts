import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createArray, createGroup } from "../array/create.ts";
import { ZarrError } from "../base/errors.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { FaultStore } from "../testing/fault-store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import { wantedBytes } from "./byte-ranges.ts";
import type { Handler } from "./handler.ts";
import { nodeHandler } from "./node-handler.ts";
import { hasDotSegment, requestPath } from "./request-path.ts";
import { storeHandler } from "./store-handler.ts";

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);

function ask(handler: Handler, path: string, init: RequestInit = {}): Promise<Response> {
  return handler(new Request(`http://localhost${path}`, init));
}

async function bodyOf(response: Response): Promise<number[]> {
  return [...new Uint8Array(await response.arrayBuffer())];
}

function valueHandler(): { handler: Handler; store: MemoryStore } {
  const store = new MemoryStore(
    new Map([
      ["a/c/0", bytes],
      ["empty", new Uint8Array()],
    ]),
  );
  return { handler: storeHandler(store), store };
}

describe("ranges", () => {
  const { handler } = valueHandler();
  const ranged = (range: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask(handler, "/a/c/0", { headers: { range, ...headers } });

  test.each([
    ["bytes=0-0", 0, 1],
    ["bytes=5-9", 5, 10],
    ["bytes=90-", 90, 100],
    ["bytes=-3", 97, 100],
    ["bytes=-300", 0, 100],
    ["bytes=98-500", 98, 100],
    ["bytes=0-99", 0, 100],
    ["BYTES = 1-2", 1, 3],
    ["bytes=, 1-2 ,", 1, 3],
    ["bytes=0-4,3-9", 0, 10],
    ["bytes=0-4,5-9", 0, 10],
    ["bytes=7-8,200-", 7, 9],
  ])("%s", async (range, start, end) => {
    const response = await ranged(range);
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/100`);
    expect(response.headers.get("content-length")).toBe(String(end - start));
    expect(await bodyOf(response)).toEqual([...bytes.subarray(start, end)]);
  });

  test.each(["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=5-4", "bytes=100-,-0"])(
    "%s is 416",
    async (range) => {
      const response = await ranged(range);
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe("bytes */100");
    },
  );

  test.each([
    "items=0-1",
    "bytes=a-b",
    "bytes=",
    "bytes=-",
    "bytes=1",
    "bytes=1-2-3",
    "bytes=1-2,4-3",
    `bytes=${"0-0,".repeat(200)}1-1`,
  ])("%s is ignored", async (range) => {
    const response = await ranged(range);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual([...bytes]);
  });

  test("an empty value has no ranges, and is served", async () => {
    expect((await ask(handler, "/empty")).status).toBe(200);
    const response = await ask(handler, "/empty", { headers: { range: "bytes=-5" } });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */0");
  });

  test("several ranges come as parts", async () => {
    const response = await ranged("bytes=1-2, 50-51,-2");
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBeNull();
    const type = response.headers.get("content-type")!;
    expect(type).toMatch(/^multipart\/byteranges; boundary=/);
    const form = new TextDecoder("latin1").decode(await response.arrayBuffer());
    const parts = form.split(`--${type.split("boundary=")[1]}`).slice(1, -1);
    expect(parts.map((part) => /Content-Range: (.*)\r\n\r\n([\s\S]*)\r\n$/.exec(part)!.slice(1))).toEqual([
      ["bytes 1-2/100", "\u0001\u0002"],
      ["bytes 50-51/100", "23"],
      ["bytes 98-99/100", "bc"],
    ]);
  });

  test("a HEAD has no ranges", async () => {
    const response = await ask(handler, "/a/c/0", { method: "HEAD", headers: { range: "bytes=0-1" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe("100");
    expect(await bodyOf(response)).toEqual([]);
  });

  test("spans lie in the value, are never empty and cover what was asked for", () => {
    const piece = fc
      .tuple(fc.option(fc.nat(150)), fc.option(fc.nat(150)))
      .filter(([a, b]) => a !== null || b !== null);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), fc.nat(120), (pieces, size) => {
        const wanted = wantedBytes(
          `bytes=${pieces.map(([a, b]) => `${a ?? ""}-${b ?? ""}`).join(",")}`,
          size,
        );
        if (wanted.kind === "whole") return;
        const covered = new Set<number>();
        for (const { start, end } of wanted.kind === "spans" ? wanted.spans : []) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(size);
          for (let at = start; at < end; at++) {
            expect(covered.has(at)).toBe(false); // spans do not overlap
            covered.add(at);
          }
        }
        const expected = new Set<number>();
        for (const [a, b] of pieces) {
          const from = a ?? Math.max(0, size - b!);
          const to = a === null ? size - 1 : (b ?? size - 1);
          for (let at = from; at <= Math.min(to, size - 1); at++) expected.add(at);
        }
        expect([...covered].sort((x, y) => x - y)).toEqual([...expected].sort((x, y) => x - y));
      }),
    );
  });
});

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

describe("cross-origin requests", () => {
  const store = new MemoryStore(new Map([["k", bytes]]));
  const headers = { origin: "https://page.example" };

  test("are allowed by default, and see what readers need", async () => {
    const response = await ask(storeHandler(store), "/k", { headers });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    for (const name of ["Content-Range", "ETag", "Accept-Ranges", "Content-Length"])
      expect(response.headers.get("access-control-expose-headers")).toContain(name);
    // A page must be able to tell a missing chunk from a server that it may not ask.
    const missing = await ask(storeHandler(store), "/none", { headers });
    expect(missing.status).toBe(404);
    expect(missing.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("are asked for before", async () => {
    const init = { method: "OPTIONS", headers: { ...headers, "access-control-request-method": "GET" } };
    const response = await ask(storeHandler(store), "/k", init);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toContain("Range");
    expect(response.headers.get("access-control-allow-methods")).toBe("GET, HEAD");
    const writable = storeHandler(store, { writable: true, token: "t" });
    const both = await ask(writable, "/k", init);
    expect(both.headers.get("access-control-allow-methods")).toBe("GET, HEAD, PUT, DELETE");
    expect(both.headers.get("access-control-allow-headers")).toContain("Authorization");
  });

  test("can be limited to origins, or forbidden", async () => {
    const some = storeHandler(store, { cors: { origins: ["https://page.example"], credentials: true } });
    const allowed = await ask(some, "/k", { headers });
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://page.example");
    expect(allowed.headers.get("access-control-allow-credentials")).toBe("true");
    expect(allowed.headers.get("vary")).toContain("Origin");
    const other = await ask(some, "/k", { headers: { origin: "https://other.example" } });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    expect(other.headers.get("vary")).toContain("Origin");
    const none = await ask(storeHandler(store, { cors: false }), "/k", { headers });
    expect(none.headers.get("access-control-allow-origin")).toBeNull();
    expect(() => storeHandler(store, { cors: { credentials: true } })).toThrow(TypeError);
    expect(() => storeHandler(store, { cors: { origins: ["example.org/x"] } })).toThrow(TypeError);
  });
});

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

describe("writing", () => {
  const token = "secret-token";
  const authorized = { authorization: `Bearer ${token}` };
  const make = (): { handler: Handler; store: MemoryStore } => {
    const store = new MemoryStore(new Map([["k", bytes]]));
    return { store, handler: storeHandler(store, { writable: true, token, maxBodyBytes: 1000 }) };
  };

  test("needs to be allowed, and a token", async () => {
    const { handler, store } = make();
    const readOnly = await ask(storeHandler(store), "/k", { method: "PUT", body: "x" });
    expect(readOnly.status).toBe(405);
    expect(readOnly.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    const refused: Record<string, string>[] = [
      {},
      { authorization: "Bearer wrong" },
      { authorization: "Basic c2VjcmV0" },
    ];
    for (const headers of refused) {
      const response = await ask(handler, "/k", { method: "PUT", body: "x", headers });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    expect(await store.get("k")).toEqual(bytes);
    const sealed = storeHandler(new MemoryStore(new Map(), { readOnly: true }), { writable: true, token });
    expect((await ask(sealed, "/k", { method: "PUT", body: "x", headers: authorized })).status).toBe(403);
    expect(() => storeHandler(store, { writable: true })).toThrow(TypeError);
    expect(() => storeHandler(store, { writable: true, token: null })).toThrow(TypeError);
    expect(() => storeHandler(store, { token: "t" })).toThrow(TypeError);
    expect(() => storeHandler(store, { readonly: true } as never)).toThrow(TypeError);
  });

  test("stores and deletes", async () => {
    const { handler, store } = make();
    const put = await ask(handler, "/new", {
      method: "PUT",
      body: new Uint8Array([1, 2]),
      headers: authorized,
    });
    expect(put.status).toBe(204);
    expect([...(await store.get("new"))!]).toEqual([1, 2]);
    const get = await ask(handler, "/new");
    expect(get.headers.get("etag")).toBe(put.headers.get("etag"));
    expect((await ask(handler, "/new", { method: "DELETE", headers: authorized })).status).toBe(204);
    expect((await ask(handler, "/new")).status).toBe(404);
  });

  test("compares first when it is asked to", async () => {
    const { handler, store } = make();
    const put = (headers: Record<string, string>, body: string): Promise<Response> =>
      ask(handler, "/k", { method: "PUT", body, headers: { ...authorized, ...headers } });
    const tag = (await ask(handler, "/k")).headers.get("etag")!;
    expect((await put({ "if-none-match": "*" }, "no")).status).toBe(412);
    expect((await put({ "if-match": '"other"' }, "no")).status).toBe(412);
    expect(await store.get("k")).toEqual(bytes);
    expect((await put({ "if-match": tag }, "yes")).status).toBe(204);
    expect((await put({ "if-match": tag }, "late")).status).toBe(412);
    expect(new TextDecoder().decode(await store.get("k"))).toBe("yes");
    const made = await ask(handler, "/made", {
      method: "PUT",
      body: "x",
      headers: { ...authorized, "if-none-match": "*" },
    });
    expect(made.status).toBe(204);
    const gone = await ask(handler, "/gone", {
      method: "PUT",
      body: "x",
      headers: { ...authorized, "if-match": "*" },
    });
    expect(gone.status).toBe(412);
    expect(await store.exists("gone")).toBe(false);
  });

  test("of several writers that replace one version, one does", async () => {
    const { handler } = make();
    const tag = (await ask(handler, "/k")).headers.get("etag")!;
    const put = (body: string): Promise<Response> =>
      ask(handler, "/k", { method: "PUT", body, headers: { ...authorized, "if-match": tag } });
    const statuses = (await Promise.all(["a", "b", "c", "d"].map(put))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([204, 412, 412, 412]);
  });

  test("takes only so much, whatever the header says", async () => {
    const { handler, store } = make();
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(600));
      },
    });
    const init = { method: "PUT", body: stream, headers: authorized, duplex: "half" } as RequestInit;
    expect((await ask(handler, "/big", init)).status).toBe(413);
    const declared = { ...authorized, "content-length": "2000" };
    expect((await ask(handler, "/big", { method: "PUT", body: "x", headers: declared })).status).toBe(413);
    const cut = { ...authorized, "content-length": "20" };
    expect((await ask(handler, "/big", { method: "PUT", body: "x", headers: cut })).status).toBe(400);
    expect(await store.exists("big")).toBe(false);
  });
});

describe("failures", () => {
  class SecretStore extends WrapperStore {
    override get(): Promise<Uint8Array | undefined> {
      return Promise.reject(
        new ZarrError("https://user:pass@bucket/k?sig=hidden /home/someone/data failed", {
          status: 403,
          url: "https://bucket/k",
        }),
      );
    }
  }

  test("of the store are no 404, and tell no secrets; onError has the cause", async () => {
    const errors: unknown[] = [];
    const handler = storeHandler(new SecretStore(new MemoryStore()), {
      onError: (error) => errors.push(error),
    });
    for (const path of ["/zarr.json", "/c/0"]) {
      const response = await ask(handler, path);
      expect(response.status).toBe(502);
      expect(await response.text()).not.toMatch(/user|pass|hidden|someone|bucket/);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
    expect(errors).toHaveLength(2);
    const faulty = storeHandler(
      new FaultStore(new MemoryStore(new Map([["k", bytes]])), [
        { operation: "get", fault: { kind: "error" } },
      ]),
    );
    expect((await ask(faulty, "/k")).status).toBe(500);
  });

  test("a request that was given up is no failure of the server", async () => {
    const errors: unknown[] = [];
    const handler = storeHandler(new MemoryStore(), { onError: (error) => errors.push(error) });
    const controller = new AbortController();
    controller.abort();
    expect((await ask(handler, "/k", { signal: controller.signal })).status).toBe(499);
    expect(errors).toEqual([]);
  });

  test("a value that changes while it is read is read anew, or refused: never a mixture", async () => {
    let reads = 0;
    class Restless extends WrapperStore<MemoryStore> {
      override async get(...args: Parameters<MemoryStore["get"]>): Promise<Uint8Array | undefined> {
        const value = await super.get(...args);
        if (reads++ < 3) await this.inner.set("k", new Uint8Array(100).fill(reads));
        return value;
      }
    }
    const handler = storeHandler(new Restless(new MemoryStore(new Map([["k", bytes]]))));
    const response = await ask(handler, "/k", { headers: { range: "bytes=0-3" } });
    expect(response.status).toBe(206);
    expect(await bodyOf(response)).toEqual([3, 3, 3, 3]);
    reads = -1e9;
    expect((await ask(handler, "/k")).status).toBe(503);
  });

  test("requests beyond the limits wait, and then are refused", async () => {
    let working = 0;
    let most = 0;
    class Slow extends WrapperStore {
      override async get(...args: Parameters<WrapperStore["get"]>): Promise<Uint8Array | undefined> {
        most = Math.max(most, ++working);
        await new Promise((resolve) => setTimeout(resolve, 1));
        working--;
        return super.get(...args);
      }
    }
    const handler = storeHandler(new Slow(new MemoryStore(new Map([["zarr.json", bytes]]))), {
      maxConcurrency: 2,
    });
    const statuses = (await Promise.all(Array.from({ length: 40 }, () => ask(handler, "/zarr.json")))).map(
      ({ status }) => status,
    );
    expect(most).toBe(2);
    expect(statuses.filter((status) => status === 200)).toHaveLength(34);
    expect(statuses.filter((status) => status === 503)).toHaveLength(6);
  });
});

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
