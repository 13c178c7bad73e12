import { createServer } from "node:net";
import type { Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StoreError } from "../base/errors.ts";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import type { HttpServer } from "../../test/servers/embedded-http.mjs";
import { HTTPFileSystem } from "./http-file-system.ts";
import type { RequestEvent } from "./request-policy.ts";
import type { RequestPolicy } from "./retry.ts";
import { fetchTransport } from "./transport.ts";
import type { HttpRequest } from "./transport.ts";

let server: HttpServer;
beforeEach(async () => {
  server = await startHttp({ files: { "/f": "hello", "/g": "other" } });
});
afterEach(() => server.close());

const quick: Partial<RequestPolicy> = { retryBaseMs: 1, maxAttempts: 4, timeoutMs: 5000 };
const make = (policy: Partial<RequestPolicy> = {}, options: object = {}): HTTPFileSystem =>
  new HTTPFileSystem({ requestPolicy: { ...quick, ...policy }, ...options });
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test.each([408, 429, 500, 502, 503, 504])("status %i is tried again", async (status) => {
  server.inject({ status, times: 2 });
  expect(text(await make().catFile(`${server.url}/f`))).toBe("hello");
  expect(server.requests).toHaveLength(3);
});

test.each([400, 401, 403, 405, 409, 412, 418, 501, 505])("status %i is not", async (status) => {
  server.inject({ status, times: 9 });
  const url = `${server.url}/f`;
  await expect(make().catFile(url)).rejects.toMatchObject({
    name: "StoreError",
    code: "ZARR_STORE",
    status,
    url,
  });
  expect(server.requests).toHaveLength(1);
});

test("after the last attempt the status is the error's", async () => {
  server.inject({ status: 503, times: 9 });
  await expect(make().catFile(`${server.url}/f`)).rejects.toMatchObject({ name: "StoreError", status: 503 });
  expect(server.requests).toHaveLength(4);
});

test("a reset connection is tried again, also the first one", async () => {
  server.inject({ reset: true, times: 2 });
  expect(text(await make().catFile(`${server.url}/f`))).toBe("hello");
  expect(server.requests).toHaveLength(3);
});

test("a server that is not there is an error at once", async () => {
  const events: RequestEvent[] = [];
  const fs = make({}, { onRequest: (event: RequestEvent) => events.push(event) });
  const { port } = server;
  await server.close();
  await expect(fs.catFile(`http://127.0.0.1:${port}/f`)).rejects.toBeInstanceOf(StoreError);
  expect(events).toHaveLength(1);
});

test("a Retry-After that is too long fails at once, a past one waits for nothing", async () => {
  server.inject({ status: 503, headers: { "retry-after": "86400" }, times: 1 });
  await expect(make().catFile(`${server.url}/f`)).rejects.toMatchObject({ status: 503 });
  expect(server.requests).toHaveLength(1);
  server.inject({ status: 503, headers: { "retry-after": "Thu, 01 Jan 2015 00:00:00 GMT" }, times: 1 });
  expect(text(await make().catFile(`${server.url}/f`))).toBe("hello");
});

test("an attempt without progress is given up and tried again", async () => {
  server.inject({ until: new Promise(() => {}), times: 1 });
  expect(text(await make({ timeoutMs: 100 }).catFile(`${server.url}/f`))).toBe("hello");
  expect(server.requests).toHaveLength(2);
  server.inject({ until: new Promise(() => {}), times: 9 });
  await expect(make({ timeoutMs: 50, maxAttempts: 2 }).catFile(`${server.url}/f`)).rejects.toMatchObject({
    name: "StoreError",
    message: expect.stringContaining("no progress for 50 ms"),
  });
});

test("a body that stalls is given up too", async () => {
  const sockets = new Set<Socket>();
  let requests = 0;
  let left = 0;
  const stalling = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      requests++;
      socket.once("close", () => left++);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    });
  });
  await new Promise<void>((resolve) => stalling.listen(0, "127.0.0.1", resolve));
  const { port } = stalling.address() as { port: number }; // it listens on a port
  const fs = make({ timeoutMs: 80, maxAttempts: 2 });
  await expect(fs.catFile(`http://127.0.0.1:${port}/f`)).rejects.toMatchObject({ name: "StoreError" });
  expect(requests).toBe(2);
  await until(() => left === 2); // the connections are given up, too
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => stalling.close(resolve));
});

test("an abort rejects with its reason untouched and reaches the socket", async () => {
  server.inject({ until: new Promise(() => {}), when: ({ key }) => key === "/f" });
  const controller = new AbortController();
  const reason = { why: "the user left" };
  const pending = make().catFile(`${server.url}/f`, { signal: controller.signal });
  await until(() => server.requests.length === 1);
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
  await until(() => server.requests[0]!.aborted);
  await expect(make().catFile(`${server.url}/f`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(server.requests).toHaveLength(1);
});

test("the abort of one request fails no other", async () => {
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  server.inject({ until: held, times: 3 });
  const fs = make();
  const controller = new AbortController();
  const aborted = fs.catFile(`${server.url}/f`, { signal: controller.signal });
  const others = [fs.catFile(`${server.url}/f`), fs.catFile(`${server.url}/g`)];
  await until(() => server.requests.length === 3);
  controller.abort(new Error("one left"));
  await expect(aborted).rejects.toThrow("one left");
  release();
  expect((await Promise.all(others)).map(text)).toEqual(["hello", "other"]);
});

test("Retry-After is waited for, and an abort meanwhile is at once", async () => {
  server.inject({ status: 503, headers: { "retry-after": "50" }, times: 9 });
  const controller = new AbortController();
  const pending = make().catFile(`${server.url}/f`, { signal: controller.signal });
  await until(() => server.requests[0]?.status === 503);
  await new Promise((resolve) => setTimeout(resolve, 100)); // a pause of the policy's own would be over
  expect(server.requests).toHaveLength(1);
  controller.abort("enough");
  await expect(pending).rejects.toBe("enough");
});

test("requests to one host are bounded, and a queued one can leave", async () => {
  let running = 0;
  let most = 0;
  const counting = async (request: HttpRequest): Promise<Response> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    return new Response(request.url);
  };
  const fs = make({ maxConcurrency: 3 }, { transport: counting });
  const controller = new AbortController();
  const all = Array.from({ length: 20 }, (_, index) => fs.catFile(`http://a.test/${index}`));
  const leaving = fs.catFile("http://a.test/leaving", { signal: controller.signal });
  controller.abort("left");
  await expect(leaving).rejects.toBe("left");
  expect((await Promise.all(all)).map(text)).toEqual(
    Array.from({ length: 20 }, (_, index) => `http://a.test/${index}`),
  );
  expect(most).toBe(3);
});

test("each attempt is observed, without secrets", async () => {
  const events: RequestEvent[] = [];
  server.inject({ status: 500 });
  const fs = make(
    {},
    { onRequest: (event: RequestEvent) => events.push(event), params: { sig: "topsecret" } },
  );
  await fs.catFile(`${server.url}/f?token=hidden`, { start: 1, end: 3 });
  expect(events).toMatchObject([
    { method: "GET", attempt: 1, status: 500, range: "bytes=1-2" },
    { method: "GET", attempt: 2, status: 206, bytes: 2, error: undefined },
  ]);
  expect(server.requests[1]!.url).toBe("/f?token=hidden&sig=topsecret");
  expect(JSON.stringify(events)).not.toMatch(/topsecret|hidden/);
});

test("an error tells no secret", async () => {
  server.inject({ status: 403, body: "no" });
  const fs = make({}, { headers: { authorization: "Bearer topsecret" }, params: { sig: "topsecret" } });
  const error: unknown = await fs
    .catFile(`${server.url}/f?X-Amz-Signature=hidden`)
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ status: 403, url: `${server.url}/f?X-Amz-Signature=REDACTED` });
  expect(`${JSON.stringify(error)}${String(error)}`).not.toMatch(/topsecret|hidden/);
});

test("a transport that ignores the signal still lets the caller go", async () => {
  const fs = make({ timeoutMs: 50, maxAttempts: 1 }, { transport: () => new Promise(() => {}) });
  await expect(fs.catFile("http://a.test/f")).rejects.toMatchObject({
    message: expect.stringContaining("no progress"),
  });
  const controller = new AbortController();
  const pending = fs.catFile("http://a.test/f", { signal: controller.signal });
  controller.abort("gone");
  await expect(pending).rejects.toBe("gone");
});

test("an unknown failure of a transport is tried once more, a known origin's as often as allowed", async () => {
  let calls = 0;
  const refusing = (): Promise<never> => {
    calls++;
    return Promise.reject(new TypeError("Failed to fetch"));
  };
  await expect(make({}, { transport: refusing }).catFile("http://a.test/f")).rejects.toBeInstanceOf(
    StoreError,
  );
  expect(calls).toBe(2);
  calls = 0;
  let answers = 1;
  const once = (request: HttpRequest) => (answers-- > 0 ? fetchTransport(request) : refusing());
  const fs = make({}, { transport: once });
  await fs.catFile(`${server.url}/f`);
  await expect(fs.catFile(`${server.url}/f`)).rejects.toBeInstanceOf(StoreError);
  expect(calls).toBe(4);
});

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000 && !condition(); turn++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(condition()).toBe(true);
}
