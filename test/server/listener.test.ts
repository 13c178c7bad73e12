// The Node listener: sockets, back-pressure, clients that leave, shutting down; and the command.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { createArray, createGroup } from "../../src/array/create.ts";
import { openGroup } from "../../src/array/open.ts";
import { nodeHandler } from "../../src/server/node-handler.ts";
import type { RunningServer } from "../../src/server/node.ts";
import { serve } from "../../src/server/node.ts";
import { storeHandler } from "../../src/server/store-handler.ts";
import { FsspecStore } from "../../src/storage/fsspec-store.ts";
import { LocalStore } from "../../src/storage/local-store.ts";
import { MemoryStore } from "../../src/storage/memory-store.ts";
import { WrapperStore } from "../../src/storage/wrapper-store.ts";

const servers: RunningServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function serving(...args: Parameters<typeof serve>): Promise<RunningServer> {
  const server = await serve(args[0], { port: 0, ...args[1] });
  servers.push(server);
  return server;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "zarrkit-listener-"));
  folders.push(made);
  return made;
}

/** Sends bytes as they are and gives all that comes back. */
function raw(server: RunningServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, server.host, () => socket.write(text));
    let got = "";
    socket.setEncoding("latin1");
    socket.on("data", (part) => (got += String(part)));
    socket.on("end", () => resolve(got));
    socket.on("error", reject);
  });
}

const value = new Uint8Array(100).map((_, i) => i);

test("listens on loopback alone, and prints where", async () => {
  const server = await serving(storeHandler(new MemoryStore(new Map([["k", value]]))));
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  const response = await fetch(`${server.url}/k`, { headers: { range: "bytes=-2" } });
  expect(response.status).toBe(206);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([98, 99]);
  expect(response.headers.get("content-range")).toBe("bytes 98-99/100");
});

test("a taken port is an error, unless any will do", async () => {
  const first = await serving(storeHandler(new MemoryStore()));
  await expect(serve(storeHandler(new MemoryStore()), { port: first.port })).rejects.toThrow(/EADDRINUSE/);
  await expect(serve(storeHandler(new MemoryStore()), { port: 70_000 })).rejects.toThrow(RangeError);
  await expect(serve(storeHandler(new MemoryStore()), { prot: 1 } as never)).rejects.toThrow(TypeError);
  const [a, b] = [
    await serving(storeHandler(new MemoryStore()), { port: "auto" }),
    await serving(storeHandler(new MemoryStore()), { port: "auto" }),
  ];
  expect(a.port).not.toBe(b.port);
});

test("paths with dots are not resolved, and strange requests are answered", async () => {
  const server = await serving(storeHandler(new MemoryStore(new Map([["k", value]]))));
  const status = async (target: string, method = "GET"): Promise<string> =>
    (await raw(server, `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).split(
      "\r\n",
    )[0]!;
  expect(await status("/k")).toContain(" 200 ");
  for (const target of ["/a/../k", "/./k", "/%2e%2e/k", "/a\\..\\k", "//k", "/k/"])
    expect(await status(target), target).toContain(" 404 ");
  expect(await status("/k", "TRACE")).toContain(" 405 ");
  expect(await status("/k", "BREW")).toContain(" 400 ");
  expect(await status("http://x/k")).toContain(" 200 ");
  const head = await raw(server, "HEAD /k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  expect(head.toLowerCase()).toContain("content-length: 100\r\n");
  expect(head.endsWith("\r\n\r\n")).toBe(true);
});

test("keeps connections, and closes those that are idle when it ends", async () => {
  const server = await serving(storeHandler(new MemoryStore(new Map([["k", value]]))));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(`${server.url}/k`, { agent }, (response) => {
        const { localPort } = response.socket;
        response.resume();
        response.on("end", () => resolve(localPort));
      });
      sent.on("error", reject);
      sent.end();
    });
  const first = await ask();
  await new Promise((resolve) => setTimeout(resolve, 10)); // the agent takes the socket back
  expect(await ask()).toBe(first);
  await server.close();
  agent.destroy();
});

test("a large value comes piece by piece, as fast as the client takes it, and stops when it leaves", async () => {
  const at = folder();
  const size = 64 * 2 ** 20;
  const local = new LocalStore(at);
  const big = new Uint8Array(size);
  for (let i = 0; i < size; i += 4096) big[i] = i >> 12;
  await local.set("big", big);
  let read = 0;
  class Counted extends WrapperStore<LocalStore> {
    override async get(...args: Parameters<LocalStore["get"]>): Promise<Uint8Array | undefined> {
      const bytes = await super.get(...args);
      read += bytes?.byteLength ?? 0;
      return bytes;
    }
  }
  const server = await serving(storeHandler(new Counted(local)));
  const whole = new Uint8Array(await (await fetch(`${server.url}/big`)).arrayBuffer());
  expect(Buffer.compare(whole, big)).toBe(0);
  expect(read).toBe(size);

  read = 0;
  const controller = new AbortController();
  const slow = await fetch(`${server.url}/big`, { signal: controller.signal });
  const reader = slow.body!.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = read;
  expect(before).toBeLessThan(size / 2); // the sockets hold some of it
  controller.abort();
  await reader.read().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(read).toBeLessThanOrEqual(before + 4 * 2 ** 20);
});

test("a value that changes while it is sent is cut off, not mixed", async () => {
  const at = folder();
  const local = new LocalStore(at);
  await local.set("big", new Uint8Array(64 * 2 ** 20).fill(1));
  const server = await serving(storeHandler(local));
  const response = await fetch(`${server.url}/big`);
  const reader = response.body!.getReader();
  await reader.read();
  await local.set("big", new Uint8Array(64 * 2 ** 20).fill(2));
  const rest = async (): Promise<void> => {
    for (;;) {
      const { done, value: part } = await reader.read();
      if (done) return;
      expect(part.includes(2)).toBe(false);
    }
  };
  await expect(rest()).rejects.toThrow();
});

test(
  "requests under way are finished before it closes; those that take too long are cut off",
  { timeout: 4000 },
  async () => {
    let started = 0;
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    class Slow extends WrapperStore {
      override async get(...args: Parameters<WrapperStore["get"]>): Promise<Uint8Array | undefined> {
        started++;
        await gate;
        return await super.get(...args);
      }
    }
    const store = new Slow(new MemoryStore(new Map([["k", value]])));
    const controller = new AbortController();
    const server = await serving(storeHandler(store), { signal: controller.signal });
    const asked = fetch(`${server.url}/k`);
    while (started === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    await expect(fetch(`${server.url}/k`)).rejects.toThrow();
    release();
    expect((await asked).status).toBe(200);
    await server.closed; // long before the five seconds are over, or the test times out

    class Stuck extends WrapperStore {
      override get(): Promise<Uint8Array | undefined> {
        started = -1;
        return new Promise(() => {});
      }
    }
    const stuck = await serving(storeHandler(new Stuck(new MemoryStore())), { shutdownSeconds: 0.05 });
    const never = fetch(`${stuck.url}/k`);
    never.catch(() => {});
    while (started >= 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await stuck.close();
    await expect(never).rejects.toThrow();
  },
);

test("a client that leaves aborts the read", async () => {
  let signal: AbortSignal | undefined;
  class Slow extends WrapperStore {
    override get(...[, , options]: Parameters<WrapperStore["get"]>): Promise<Uint8Array | undefined> {
      signal = options?.signal;
      return new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
    }
  }
  const server = await serving(storeHandler(new Slow(new MemoryStore())));
  const controller = new AbortController();
  const asked = fetch(`${server.url}/k`, { signal: controller.signal });
  while (signal === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort();
  await expect(asked).rejects.toThrow();
  while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(signal.reason).toBeInstanceOf(DOMException);
});

test("writes come through, with a body in many parts", async () => {
  const store = new MemoryStore();
  const server = await serving(storeHandler(store, { writable: true, token: "t", maxBodyBytes: 2 ** 20 }));
  const headers = { authorization: "Bearer t" };
  const body = new Uint8Array(500_000).map((_, i) => i % 251);
  expect((await fetch(`${server.url}/a/b`, { method: "PUT", body, headers })).status).toBe(204);
  expect(await store.get("a/b")).toEqual(body);
  const large = new Uint8Array(2 ** 21);
  const refused = await fetch(`${server.url}/c`, { method: "PUT", body: large, headers }).then(
    ({ status }) => status,
    () => 413, // the connection may be closed before all of it is sent
  );
  expect(refused).toBe(413);
  expect(await store.exists("c")).toBe(false);
});

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const hasServe = existsSync(main) && readFileSync(main, "utf8").includes("zarrkit serve");

describe.skipIf(!hasServe)(
  `zarrkit serve${hasServe ? "" : " (skipped: dist/cli/main.js is not built with it)"}`,
  () => {
    test.each(["SIGINT", "SIGTERM"] as const)(
      "prints its address, serves, and ends well on %s",
      async (signal) => {
        const at = join(folder(), "a.zarr");
        const z = await createArray(at, { shape: [4], dtype: "uint8", compressors: null });
        await z.set("...", [1, 2, 3, 4]);
        const child = spawn(process.execPath, [main, "serve", at, "--port", "0"], {
          stdio: ["ignore", "pipe", "pipe"],
        });
        const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
        let out = "";
        child.stdout.on("data", (data) => (out += String(data)));
        while (!out.includes("\n") && child.exitCode === null)
          await new Promise((resolve) => setTimeout(resolve, 5));
        const url = out.trim();
        expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect([...new Uint8Array(await (await fetch(`${url}/c/0`)).arrayBuffer())]).toEqual([1, 2, 3, 4]);
        expect((await fetch(`${url}/c/0`, { method: "PUT", body: "x" })).status).toBe(405);
        const page = await fetch(url, { headers: { accept: "text/html", "sec-fetch-mode": "navigate" } });
        const [, script] = /src="(\.\/__zarrkit__\/main-[\w-]+\.js)"/.exec(await page.text())!;
        expect((await fetch(new URL(script!, `${url}/`))).headers.get("content-type")).toContain(
          "javascript",
        );
        child.kill(signal);
        expect(await ended).toBe(0);
      },
    );

    test("--writable prints a token that writers need; misuse is told", async () => {
      const at = join(folder(), "a.zarr");
      await createArray(at, { shape: [4], dtype: "uint8", compressors: null });
      const child = spawn(
        process.execPath,
        [main, "serve", at, "--port", "0", "--writable", "--json", "--cors", "none"],
        {
          stdio: ["ignore", "pipe", "ignore"],
          env: { ...process.env, ZARRKIT_TOKEN: "" },
        },
      );
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      let out = "";
      child.stdout.on("data", (data) => (out += String(data)));
      while (!out.includes("\n") && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5));
      const { url, token } = JSON.parse(out) as { url: string; token: string };
      const put = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${url}/c/0`, { method: "PUT", body: new Uint8Array([9, 9, 9, 9]), headers });
      expect((await put({})).status).toBe(401);
      expect((await put({ authorization: `Bearer ${token}` })).status).toBe(204);
      expect((await fetch(`${url}/c/0`)).headers.get("access-control-allow-origin")).toBeNull();
      child.kill("SIGINT");
      expect(await ended).toBe(0);
      const misused = spawn(process.execPath, [main, "serve", at, "--token", "t"], { stdio: "ignore" });
      expect(await new Promise((resolve) => misused.once("close", resolve))).toBe(2);
    });
  },
);

test("our own file system lists a server that shows the viewer", async () => {
  const root = await createGroup({});
  await root.createArray("z", { shape: [1], dtype: "int8" });
  const page = new TextEncoder().encode('<a href="elsewhere/">x</a><noscript></noscript>');
  const server = await serving(nodeHandler(root, { viewer: () => Promise.resolve(page) }));
  const store = await FsspecStore.fromUrl(server.url);
  const names: string[] = [];
  for await (const name of (await openGroup(store, { mode: "r" })).keys()) names.push(name);
  expect(names).toEqual(["z"]);
});

test("the handler of a node works without a listener", async () => {
  const z = await createArray({}, { shape: [2], dtype: "uint8" });
  expect((await nodeHandler(z)(new Request("http://localhost/zarr.json"))).status).toBe(200);
});
