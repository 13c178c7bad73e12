// GDAL, and clients that read as it does: HEAD, listings, ranges that may reach beyond the end, parts of pages.
import { spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonEnv } from "../../scripts/python-env.mjs";
import { createGroup } from "../../src/array/create.ts";
import { nodeHandler } from "../../src/server/node-handler.ts";
import { serve } from "../../src/server/node.ts";
import type { RunningServer } from "../../src/server/node.ts";

const servers: RunningServer[] = [];
const values = new Int32Array(1200).map((_, i) => i);

beforeAll(async () => {
  const root = await createGroup({});
  for (const [name, shards] of [
    ["z", undefined],
    ["s", [30, 40]],
  ] as const) {
    const z = await root.createArray(name, { shape: [30, 40], chunks: [10, 10], shards, dtype: "int32" });
    await z.set(null, { data: values, shape: [30, 40], stride: [40, 1] });
  }
  for (const transcode of [false, true])
    servers.push(await serve(nodeHandler(root, { transcode }), { port: 0 }));
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

const READ = `
import sys, json, rasterio
from rasterio.errors import NotGeoreferencedWarning
import warnings
warnings.simplefilter("ignore", NotGeoreferencedWarning)
with rasterio.open(f'ZARR:"/vsicurl/{sys.argv[1]}"') as dataset:
    values = dataset.read(1)
print(json.dumps({"shape": values.shape, "values": values.ravel().tolist()}))
`;

function pythonWithGdal(): string | undefined {
  const { zp3 } = pythonEnv();
  const candidates = [process.env["ZARRKIT_HTTP_PYTHON"], "python" in zp3 ? zp3.python : undefined];
  const script = "import rasterio\nwith rasterio.Env() as env: assert 'Zarr' in env.drivers()";
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ["-c", script], { stdio: "ignore" }).status === 0,
  );
}

describe("GDAL", () => {
  const gdal = pythonWithGdal();
  // GDAL has no sharding; transcoded, a shard's inner chunks are chunks.
  test.skipIf(gdal === undefined).each([
    [0, "z"],
    [1, "z"],
    [1, "s"],
  ])(
    `reads over /vsicurl/${gdal === undefined ? " (skipped: no Python with rasterio and its Zarr driver; ZARRKIT_HTTP_PYTHON names one)" : ""}: server %d, %s`,
    async (at, name) => {
      const child = spawn(gdal!, ["-c", READ, `${servers[at]!.url}/${name}`], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let out = "";
      child.stdout.on("data", (data) => (out += String(data)));
      expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
      expect(JSON.parse(out)).toEqual({ shape: [30, 40], values: [...values] });
    },
  );
});

test("a client that reads page by page gets the same bytes", async () => {
  const url = `${servers[0]!.url}/s/c/0/0`;
  const head = await fetch(url, { method: "HEAD" });
  expect(head.headers.get("accept-ranges")).toBe("bytes");
  const size = Number(head.headers.get("content-length"));
  const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
  expect(whole.byteLength).toBe(size);
  const page = 512;
  const pages: number[] = [];
  for (let start = 0; start < size; start += page) {
    // The last page reaches beyond the end.
    const response = await fetch(url, { headers: { range: `bytes=${start}-${start + page - 1}` } });
    const end = Math.min(size, start + page);
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/${size}`);
    expect(response.headers.get("etag")).toBe(head.headers.get("etag"));
    pages.push(...new Uint8Array(await response.arrayBuffer()));
  }
  expect(new Uint8Array(pages)).toEqual(whole);
  expect((await fetch(url, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
});

test("several ranges that are asked for at once come as parts of one answer, with a condition or without", async () => {
  const url = `${servers[0]!.url}/s/c/0/0`;
  const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const etag = (await fetch(url, { method: "HEAD" })).headers.get("etag")!;
  const headers = { range: "bytes=0-9,20-29,-16", "if-range": etag };
  const response = await fetch(url, { headers });
  expect(response.status).toBe(206);
  const boundary = /boundary=(.*)$/.exec(response.headers.get("content-type")!)![1]!;
  const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
  const parts = text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => Buffer.from(part.slice(part.indexOf("\r\n\r\n") + 4, -2), "latin1"));
  expect(parts.map((part) => [...part])).toEqual(
    [whole.subarray(0, 10), whole.subarray(20, 30), whole.subarray(-16)].map((part) => [...part]),
  );
  const stale = await fetch(url, { headers: { ...headers, "if-range": '"another"' } });
  expect([stale.status, stale.headers.get("content-length")]).toEqual([200, String(whole.byteLength)]);
});
