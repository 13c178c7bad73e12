import { describe, expect, test } from "vitest";
import { MemoryStore } from "../storage/memory-store.ts";
import { ask, bytes } from "./fixtures/asking.ts";
import { storeHandler } from "./store-handler.ts";

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
