// doctor against servers with one defect each, and against sound ones.
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { createGroup } from "../../src/array/create.ts";
import type { Behaviour } from "../servers/embedded-http.d.mts";
import { startHttp } from "../servers/embedded-http.mjs";
import { startS3 } from "../servers/embedded-s3.mjs";
import { filesOf, isBuilt, run, scratchFolder, unlessBuilt, zarrkit } from "./zarrkit-process.ts";

const folder = scratchFolder();
const store = `${folder}/d.zarr`;
let files = new Map<string, Uint8Array>();

interface Probe {
  readonly probe: string;
  readonly status: string;
  readonly seen: string;
  readonly fix?: string;
}

async function doctor(
  ...args: string[]
): Promise<{ code: number | null; probes: ReadonlyMap<string, Probe> }> {
  const { code, out, err } = await run(["doctor", ...args, "--json"]);
  expect(err).toBe("");
  const report = JSON.parse(out);
  const probes: Probe[] = report.probes;
  expect(report.healthy).toBe(code === 0);
  // Whatever is wrong comes with what mends it.
  for (const { status, fix } of probes) if (status === "fail" || status === "warn") expect(fix).toBeTruthy();
  return { code, probes: new Map(probes.map((each) => [each.probe, each])) };
}

/** A server of files that a function may change; it knows ranges and CORS. */
async function serve(change: (request: IncomingMessage, response: ServerResponse, path: string) => boolean) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://local").pathname);
    if (change(request, response, path)) return;
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const part = start === undefined ? file : file.subarray(Number(start), Number(end) + 1);
    response.writeHead(start === undefined ? 200 : 206, {
      "content-length": part.length,
      ...(start === undefined
        ? {}
        : { "content-range": `bytes ${start}-${Number(start) + part.length - 1}/${file.length}` }),
    });
    response.end(request.method === "HEAD" ? undefined : part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

describe.skipIf(!isBuilt)(`doctor${unlessBuilt}`, () => {
  beforeAll(async () => {
    const group = await createGroup(store);
    const array = await group.createArray("a", {
      shape: [100],
      chunks: [50],
      dtype: "int32",
      compressors: null,
    });
    await array.set(
      "...",
      Int32Array.from({ length: 100 }, (_, i) => i),
    );
    await zarrkit("consolidate", store);
    files = new Map([...filesOf(store)].map(([key, bytes]) => [`/${key}`, bytes]));
  });

  test("a sound server has nothing to mend", async () => {
    const server = await startHttp({ files, behaviour: { preflight: true } });
    try {
      const { code, probes } = await doctor(server.url);
      expect(code).toBe(0);
      const bad = [...probes.values()].filter(({ status }) => status === "fail" || status === "warn");
      // The server makes no listings, as web servers do; consolidated metadata needs none.
      expect(bad.map(({ probe }) => probe)).toEqual(["listing"]);
      for (const probe of [
        "node",
        "consolidated metadata",
        "missing key",
        "chunk",
        "HEAD",
        "ranges",
        "suffix ranges",
        "CORS",
        "CORS headers",
        "CORS preflight",
      ])
        expect([probe, probes.get(probe)?.status]).toEqual([probe, "ok"]);
      const text = await zarrkit("doctor", server.url);
      expect(text.out).toMatch(/^ok {4}node {2,}A group of Zarr format 3\.\n/);
      expect(text.out).toMatch(/\n0 failed, 1 warnings, \d+ ok\n$/);
    } finally {
      await server.close();
    }
  });

  test.each<[string, Behaviour, string, string, string]>([
    ["ignores ranges", { ignoreRanges: true }, "ranges", "fail", "answered with 200 and all"],
    ["compresses ranges", { gzipRanges: true }, "ranges", "fail", "Content-Encoding: gzip"],
    ["sends other bytes", { contentRange: "shifted" }, "ranges", "fail", "Content-Range: bytes 2-"],
    ["sends no Content-Range", { contentRange: "missing" }, "ranges", "fail", "no Content-Range"],
    ["sends too little", { contentRange: "shortBody" }, "ranges", "fail", "not those"],
    ["takes suffixes for prefixes", { suffix: "first" }, "suffix ranges", "fail", "Content-Range: bytes 0-"],
    ["refuses suffixes", { suffix: "501" }, "suffix ranges", "warn", "refused with 501"],
    ["refuses HEAD", { refuseHead: 405 }, "HEAD", "warn", "405"],
    ["sends no lengths", { chunked: true }, "HEAD", "warn", "no Content-Length"],
    ["refuses preflights", {}, "CORS preflight", "warn", "405"],
  ])("a server that %s", async (_, behaviour, probe, status, seen) => {
    const server = await startHttp({
      files,
      behaviour: { preflight: probe !== "CORS preflight", ...behaviour },
    });
    try {
      const { code, probes } = await doctor(server.url, "a");
      expect(probes.get(probe)).toMatchObject({ status, seen: expect.stringContaining(seen) });
      expect(code).toBe(status === "fail" ? 1 : 0);
    } finally {
      await server.close();
    }
  });

  test.each<
    [
      string,
      (request: IncomingMessage, response: ServerResponse, path: string) => boolean,
      string,
      string,
      string,
    ]
  >([
    [
      "answers a page for what is not there",
      (_, response, path) =>
        !files.has(path) &&
        (response.writeHead(200, { "access-control-allow-origin": "*" }).end("<html>"), true),
      ...(["missing keys", "fail", "answered with 200"] as const),
    ],
    [
      "forbids what is not there",
      (_, response, path) => !files.has(path) && (response.writeHead(403).end(), true),
      ...(["missing keys", "fail", "answered with 403"] as const),
    ],
    ["says nothing of CORS", () => false, "CORS", "fail", "no Access-Control-Allow-Origin"],
    [
      "allows another page only",
      (_, response) => (response.setHeader("access-control-allow-origin", "https://else.example"), false),
      ...(["CORS", "fail", "https://else.example"] as const),
    ],
    [
      "hides headers",
      (_, response) => (response.setHeader("access-control-allow-origin", "*"), false),
      ...(["CORS headers", "warn", "Content-Range and ETag"] as const),
    ],
    ["has neither ETag nor date", () => false, "versions", "warn", "neither ETag nor Last-Modified"],
    [
      "redirects",
      (request, response, path) =>
        !path.startsWith("/moved")
          ? false
          : (response.writeHead(302, { location: request.url?.slice("/moved".length) }).end(), true),
      ...(["redirects", "warn", "redirect"] as const),
    ],
  ])("a server that %s", async (name, change, probe, status, seen) => {
    const server = await serve(change);
    try {
      const { code, probes } = await doctor(server.url + (name === "redirects" ? "/moved" : ""), "a");
      expect(probes.get(probe)).toMatchObject({ status, seen: expect.stringContaining(seen) });
      if (status === "fail") expect(code).toBe(1);
    } finally {
      await server.close();
    }
  });

  test("the page that would read is the one that is asked about", async () => {
    const server = await serve((request, response) => {
      if (request.headers.origin === "https://viewer.example")
        response.setHeader("access-control-allow-origin", "https://viewer.example");
      return false;
    });
    try {
      expect(
        (await doctor(server.url, "a", "--origin", "https://viewer.example/page")).probes.get("CORS")?.status,
      ).toBe("ok");
      expect((await doctor(server.url, "a")).probes.get("CORS")?.status).toBe("fail");
      expect(await zarrkit("doctor", server.url, "--origin", "viewer")).toMatchObject({ code: 2, out: "" });
    } finally {
      await server.close();
    }
  });

  test("buckets: public, closed, and such that do not list", async () => {
    const objects = new Map([...files].map(([path, bytes]) => [`d.zarr${path}`, bytes]));
    const server = await startS3({
      buckets: {
        open: { public: true, objects },
        closed: { objects },
        quiet: { public: true, list: false, objects },
      },
      credentials: { KEY: "SECRET" },
    });
    const option = (text: string): string[] => ["--storage-option", text];
    const endpoint = option(`client_kwargs={"endpoint_url":"${server.url}"}`);
    const anonymous = [...endpoint, ...option("anon=true")];
    const keys = [...endpoint, ...option("key=KEY"), ...option("secret=SECRET")];
    try {
      const open = await doctor("s3://open/d.zarr", ...anonymous);
      for (const probe of [
        "node",
        "listing",
        "missing key",
        "chunk",
        "ranges",
        "suffix ranges",
        "missing keys",
      ])
        expect([probe, open.probes.get(probe)?.status]).toEqual([probe, "ok"]);
      const signed = await doctor("s3://closed/d.zarr", ...keys);
      expect(signed.code).toBe(0);
      expect(signed.probes.get("HTTP")).toMatchObject({
        status: "skip",
        seen: expect.stringContaining("signed"),
      });
      const closed = await doctor("s3://closed/d.zarr", ...anonymous);
      expect(closed.probes.get("node")).toMatchObject({
        status: "fail",
        fix: expect.stringContaining("credentials"),
      });
      const wrong = await doctor(
        "s3://open/d.zarr",
        ...endpoint,
        ...option("key=KEY"),
        ...option("secret=WRONG"),
      );
      expect(wrong.probes.get("credentials")).toMatchObject({
        status: "warn",
        fix: expect.stringContaining("anon=true"),
      });
      const quiet = await doctor("s3://quiet/d.zarr", ...anonymous);
      expect(quiet.probes.get("listing")?.status).toBe("warn");
      expect(quiet.probes.get("missing keys")).toMatchObject({
        status: "fail",
        seen: expect.stringContaining("403"),
      });
    } finally {
      await server.close();
    }
  });

  test("what is not there, and what has no consolidated metadata", async () => {
    const missing = await doctor(`${folder}/nothing.zarr`);
    expect(missing.code).toBe(1);
    expect(missing.probes.get("node")).toMatchObject({
      status: "fail",
      fix: expect.stringContaining("zarrkit ls"),
    });
    const group = await createGroup(`${folder}/plain.zarr`);
    await group.createArray("a", { shape: [2], dtype: "int8" });
    const plain = await doctor(`${folder}/plain.zarr`);
    expect(plain.code).toBe(0);
    expect(plain.probes.get("consolidated metadata")).toMatchObject({
      status: "warn",
      fix: expect.stringContaining("zarrkit consolidate"),
    });
  });
});
