import { afterEach, expect, test } from "vitest";
import { FileNotFoundError, StoreError } from "../base/errors.ts";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import type { Behaviour, HttpServer } from "../../test/servers/embedded-http.mjs";
import { HTTPFileSystem } from "./http-file-system.ts";
import type { HTTPFileSystemOptions } from "./http-file-system.ts";
import { fetchTransport } from "./transport.ts";

const SIZE = 4096;
const file = Uint8Array.from({ length: SIZE }, (_, index) => (index * 7 + (index >> 8)) & 255);
let server: HttpServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(behaviour: Behaviour, options: HTTPFileSystemOptions = {}): Promise<HTTPFileSystem> {
  server = await startHttp({ files: { "/f": file, "/empty": "" }, behaviour });
  return new HTTPFileSystem({
    requestPolicy: { retryBaseMs: 1, maxAttempts: 3, timeoutMs: 5000 },
    ...options,
  });
}

/** Every form of request, with what a slice of the file gives. */
const CASES: [start: number | undefined, end: number | undefined][] = [
  [undefined, undefined],
  [0, 10],
  [100, 200],
  [SIZE - 5, SIZE],
  [SIZE - 5, SIZE + 100],
  [SIZE, SIZE + 10],
  [SIZE + 7, SIZE + 10],
  [10, 10],
  [1000, undefined],
  [SIZE + 1, undefined],
  [-1, undefined],
  [-10, undefined],
  [-SIZE, undefined],
  [-SIZE - 100, undefined],
  [-10, -5],
  [5, -5],
];

const BEHAVIOURS: [string, Behaviour][] = [
  ["a good server", {}],
  ["one that refuses HEAD with 405", { refuseHead: 405 }],
  ["one that refuses HEAD with 403", { refuseHead: 403 }],
  ["one that ignores ranges", { ignoreRanges: true }],
  ["one that ignores ranges and sends no length", { ignoreRanges: true, chunked: true }],
  ["one that sends the whole file compressed", { gzipWhole: true }],
  ["one that sends ranges compressed", { gzipRanges: true }],
  ["one that sends other ranges", { contentRange: "shifted" }],
  ["one that sends no Content-Range", { contentRange: "missing" }],
  ["one that tells no total", { contentRange: "starred" }],
  ["one whose body is longer than its Content-Range", { contentRange: "longBody" }],
  ["one that reads a suffix as the beginning", { suffix: "first" }],
  ["one that refuses suffixes", { suffix: "416" }],
  ["one that refuses long suffixes", { suffix: "long416" }],
  ["one that does not know suffixes", { suffix: "501" }],
  ["one that refuses HEAD and suffixes", { suffix: "416", refuseHead: 501 }],
  ["one that refuses suffixes and sends no length", { suffix: "416", chunked: true, ignoreRanges: true }],
];

test.each(BEHAVIOURS)("right bytes from %s", async (_, behaviour) => {
  const fs = await serve(behaviour);
  for (const [start, end] of CASES) {
    const bytes = await fs.catFile(`${server!.url}/f`, { start, end });
    expect(Buffer.compare(bytes, file.slice(start, end)), `${start}:${end}`).toBe(0);
  }
  for (const [start, end] of CASES)
    expect((await fs.catFile(`${server!.url}/empty`, { start, end })).byteLength, `${start}:${end}`).toBe(0);
});

test.each(BEHAVIOURS)("a missing value is missing, whatever is asked of %s", async (_, behaviour) => {
  const fs = await serve(behaviour);
  for (const [start, end] of CASES)
    await expect(fs.catFile(`${server!.url}/none`, { start, end })).rejects.toBeInstanceOf(FileNotFoundError);
});

test("a body that is always short is an error, never fewer bytes", async () => {
  const fs = await serve({ contentRange: "shortBody" });
  const failed = fs.catFile(`${server!.url}/f`, { start: 0, end: 10 });
  await expect(failed).rejects.toMatchObject({
    name: "StoreError",
    message: expect.stringContaining("short body"),
  });
  expect(server!.requests).toHaveLength(3);
});

test("a body that breaks off is asked for again", async () => {
  const fs = await serve({});
  server!.inject({ truncate: 100 });
  server!.inject({ truncate: 5 });
  expect(await fs.catFile(`${server!.url}/f`)).toEqual(file);
  expect(server!.requests).toHaveLength(3);
  server!.inject({ truncate: 3 });
  expect(await fs.catFile(`${server!.url}/f`, { start: -10 })).toEqual(file.slice(-10));
});

test("the whole of a value that is cut off everywhere is an error", async () => {
  const fs = await serve({ truncate: 1000 });
  await expect(fs.catFile(`${server!.url}/f`)).rejects.toBeInstanceOf(StoreError);
});

test("no more than the cap is read to cut a range out of a whole value", async () => {
  const fs = await serve({ ignoreRanges: true }, { maxSliceBytes: 1000 });
  const url = `${server!.url}/f`;
  expect(await fs.catFile(url, { start: 100, end: 900 })).toEqual(file.slice(100, 900));
  await expect(fs.catFile(url, { start: 900, end: 1001 })).rejects.toMatchObject({
    name: "StoreError",
    status: 200,
    url,
  });
  await expect(fs.catFile(url, { start: -10 })).rejects.toMatchObject({
    name: "StoreError",
    expected: 1000,
    actual: SIZE,
  });
  server!.behaviour.chunked = true;
  await expect(fs.catFile(url, { start: -10 })).rejects.toMatchObject({ name: "StoreError", expected: 1000 });
});

test("a value over the limit is an error", async () => {
  const fs = await serve({}, { maxBodyBytes: 1000 });
  await expect(fs.catFile(`${server!.url}/f`)).rejects.toMatchObject({
    name: "StoreError",
    message: expect.stringContaining("over the limit"),
  });
});

test("what lies behind a range of a whole value is not read", async () => {
  const fs = await serve({ ignoreRanges: true });
  server!.files.set("/large", new Uint8Array(64 * 2 ** 20));
  let received = 0;
  const counting = new HTTPFileSystem({ onRequest: ({ bytes }) => (received += bytes) });
  expect((await counting.catFile(`${server!.url}/large`, { start: 0, end: 10 })).byteLength).toBe(10);
  expect(received).toBeLessThan(8 * 2 ** 20);
  expect((await fs.catFile(`${server!.url}/large`, { start: 5, end: 6 })).byteLength).toBe(1);
});

test("an origin that ignores ranges is remembered: several ranges of one value are one request", async () => {
  const fs = await serve({ ignoreRanges: true });
  const url = `${server!.url}/f`;
  await fs.catFile(url, { start: 1, end: 2 });
  expect(server!.requests).toHaveLength(1);
  const parts = await fs.catRanges(
    [url, url, url, `${server!.url}/none`],
    [0, 10, -4, 0],
    [5, 12, undefined, 1],
  );
  expect(parts.slice(0, 3)).toEqual([file.slice(0, 5), file.slice(10, 12), file.slice(-4)]);
  expect(parts[3]).toBeInstanceOf(FileNotFoundError);
  expect(server!.requests).toHaveLength(3);
});

test("wrong suffixes are learned once an origin: then size and range, in two requests", async () => {
  const fs = await serve({ suffix: "first" });
  const url = `${server!.url}/f`;
  expect(await fs.catFile(url, { start: -10 })).toEqual(file.slice(-10));
  expect(server!.requests.map((request) => request.headers.range)).toEqual(["bytes=-10", "bytes=4086-4095"]);
  server!.requests.length = 0;
  expect(await fs.catFile(url, { start: -10 })).toEqual(file.slice(-10));
  expect(server!.requests.map((request) => request.method)).toEqual(["HEAD", "GET"]);
});

test("a connection that breaks on a suffix falls back too", async () => {
  const fs = await serve({});
  server!.inject({
    when: ({ headers }) => headers.range?.startsWith("bytes=-") === true,
    times: 99,
    reset: true,
  });
  expect(await fs.catFile(`${server!.url}/f`, { start: -10 })).toEqual(file.slice(-10));
  server!.requests.length = 0;
  expect(await fs.catFile(`${server!.url}/f`, { start: -10 })).toEqual(file.slice(-10));
  expect(server!.requests.map((request) => request.method)).toEqual(["HEAD", "GET"]);
});

test("ranges that are wrong once are asked for no more", async () => {
  const fs = await serve({ contentRange: "shifted" });
  const url = `${server!.url}/f`;
  await fs.catFile(url, { start: 5, end: 10 });
  expect(server!.requests.map((request) => request.headers.range)).toEqual(["bytes=5-9", undefined]);
  await fs.catFile(url, { start: 5, end: 10 });
  expect(server!.requests).toHaveLength(3);
});

test("a range within the value is answered by one request, a whole value too", async () => {
  const fs = await serve({});
  for (const range of [{ start: 5, end: 10 }, { start: -7 }, { start: 3 }, {}]) {
    server!.requests.length = 0;
    await fs.catFile(`${server!.url}/f`, range);
    expect(server!.requests).toHaveLength(1);
  }
});

test("a browser hides Content-Range: a range of the right length is believed, a suffix goes by its size", async () => {
  server = await startHttp({ files: { "/f": file }, behaviour: { contentRange: "missing" } });
  const fs = new HTTPFileSystem({
    transport: async (request) => ({ ...(await fetchTransport(request)), hidesHeaders: true }),
  });
  expect(await fs.catFile(`${server.url}/f`, { start: 5, end: 10 })).toEqual(file.slice(5, 10));
  expect(server.requests).toHaveLength(1);
  expect(await fs.catFile(`${server.url}/f`, { start: -10 })).toEqual(file.slice(-10));
  expect(await fs.catFile(`${server.url}/f`, { start: SIZE - 2, end: SIZE + 2 })).toEqual(file.slice(-2));
});

test("redirects are followed with their range", async () => {
  const fs = await serve({ redirect: { from: "/moved/", to: "/" } });
  expect(await fs.catFile(`${server!.url}/moved/f`, { start: 5, end: 10 })).toEqual(file.slice(5, 10));
  expect(await fs.catFile(`${server!.url}/moved/f`, { start: -5 })).toEqual(file.slice(-5));
});

test("the last bytes of a value that grows between its length and its bytes are the last of the new one", async () => {
  const fs = await serve({ suffix: "416" });
  const { files, url } = server!;
  await fs.catFile(`${url}/f`, { start: -4 }); // from now on the length is asked for
  let grown = false;
  server!.inject({
    when: ({ method }) => {
      if (method === "GET" && !grown) files.set("/f", Uint8Array.from([...file, 1, 2, 3, 4]));
      grown ||= method === "GET";
      return false;
    },
  });
  const versions: unknown[] = [];
  const onVersion = (version: unknown): void => void versions.push(version);
  expect([...(await fs.catFile(`${url}/f`, { start: -4, onVersion }))]).toEqual([1, 2, 3, 4]);
  expect(versions).toHaveLength(1); // that of the bytes that were given
  await fs.catFile(`${url}/f`, { start: 0, end: 2, onVersion });
  await fs.catFile(`${url}/f`, { start: 9999, end: 10_000, onVersion }); // past the end
  await fs.catFile(`${url}/f`, { start: 3, end: 3, onVersion });
  await fs.catFile(`${url}/f`, { onVersion });
  expect(new Set(versions).size).toBe(1);
  expect(versions).toHaveLength(5);
});
