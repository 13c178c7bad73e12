import { describe, expect, test } from "vitest";
import { MemoryStore } from "../storage/memory-store.ts";
import { ask, bytes } from "./fixtures/asking.ts";
import type { Handler } from "./handler.ts";
import { storeHandler } from "./store-handler.ts";

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
