import { expect, onTestFinished, test, vi } from "vitest";
import { MissingDependencyError } from "../base/errors.ts";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import { HTTPFileSystem } from "./http-file-system.ts";
import { undiciTransport } from "./undici-transport.ts";

test("connections must be a positive integer", () => {
  for (const connections of [0, -1, 1.5, NaN])
    expect(() => undiciTransport({ connections })).toThrow(RangeError);
});

test("without undici, the first request names the package", async () => {
  vi.doMock("undici", () => {
    throw Object.assign(new Error("Cannot find package 'undici'"), { code: "ERR_MODULE_NOT_FOUND" });
  });
  onTestFinished(() => vi.doUnmock("undici"));
  const fs = new HTTPFileSystem({ transport: undiciTransport() });
  const failure = fs.catFile("http://127.0.0.1:1/x");
  await expect(failure).rejects.toThrow(/npm install undici/);
  await expect(failure).rejects.toBeInstanceOf(MissingDependencyError);
});

test("ranges, encodings, redirects and aborts are as with fetch", async () => {
  const server = await startHttp({
    files: { "/a": "0123456789", "/new/b": "moved" },
    behaviour: { redirect: { from: "/old/", to: "/new/" } },
  });
  try {
    const fs = new HTTPFileSystem({ transport: undiciTransport() });
    const read = async (path: string, options = {}): Promise<string> =>
      new TextDecoder().decode(await fs.catFile(server.url + path, options));
    expect(await read("/a")).toBe("0123456789");
    expect(await read("/a", { start: 2, end: 5 })).toBe("234");
    expect(await read("/a", { start: -3 })).toBe("789");
    expect((await fs.info(`${server.url}/a`)).size).toBe(10);
    expect(await fs.exists(`${server.url}/none`)).toBe(false);
    expect(await read("/old/b")).toBe("moved");
    server.behaviour.gzipWhole = true;
    expect(await read("/a", { start: 2, end: 5 })).toBe("234");
    server.inject({ delay: 10_000 });
    const controller = new AbortController();
    const waiting = read("/a", { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(waiting).rejects.toThrow("enough");
  } finally {
    await server.close();
  }
});
