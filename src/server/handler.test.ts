import { describe, expect, test } from "vitest";
import { ZarrError } from "../base/errors.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { WrapperStore } from "../storage/wrapper-store.ts";
import { FaultStore } from "../testing/fault-store.ts";
import { ask, bodyOf, bytes } from "./fixtures/asking.ts";
import { storeHandler } from "./store-handler.ts";

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
