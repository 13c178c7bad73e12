// Other readers against our server: zarr-python and xarray over fsspec, tensorstore, zarrita's FetchStore, and our own file system.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as zarrita from "zarrita";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonEnv } from "../../scripts/python-env.mjs";
import { consolidateMetadata, createGroup } from "../../src/array/create.ts";
import { openArray, openGroup } from "../../src/array/open.ts";
import type { ZarrGroup } from "../../src/array/zarr-group.ts";
import { nodeHandler } from "../../src/server/node-handler.ts";
import { serve } from "../../src/server/node.ts";
import type { RunningServer } from "../../src/server/node.ts";
import { FsspecStore } from "../../src/storage/fsspec-store.ts";

const script = join(dirname(fileURLToPath(import.meta.url)), "read_over_http.py");
const run = promisify(execFile);

/** A Python that has what a tool needs: the environment of the lanes, or one that a developer names. */
function pythonWith(modules: string): string | undefined {
  const { zp3 } = pythonEnv();
  const candidates = [process.env["ZARRKIT_HTTP_PYTHON"], "python" in zp3 ? zp3.python : undefined];
  return candidates.find(
    (python) =>
      python !== undefined &&
      spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" }).status === 0,
  );
}

async function python(interpreter: string, ...args: string[]): Promise<unknown[]> {
  const { stdout } = await run(interpreter, [script, ...args], { timeout: 100_000 });
  return JSON.parse(stdout) as unknown[];
}

describe("clients", () => {
  let folder = "";
  let root: ZarrGroup;
  let old: ZarrGroup;
  const servers: RunningServer[] = [];
  const url = (at: number): string => servers[at]!.url;
  const int = { shape: [30, 40], dtype: "int32", sum: 719_400, part: [7, 8, 9, 10] };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "zarrkit-server-"));
    root = await createGroup(join(folder, "new.zarr"), { attributes: { title: "new" } });
    const values = { data: Int32Array.from({ length: 1200 }, (_, i) => i), shape: [30, 40], stride: [40, 1] };
    const sharded = { shape: [30, 40], chunks: [5, 10], shards: [10, 20], dimensionNames: ["y", "x"] };
    const z = await root.createArray("z", { ...sharded, dtype: "int32" });
    await z.set("...", values);
    old = await createGroup(join(folder, "old.zarr"), { zarrFormat: 2 });
    const attributes = { _ARRAY_DIMENSIONS: ["y", "x"] };
    const o = await old.createArray("o", { shape: [30, 40], chunks: [16, 16], dtype: "int32", attributes });
    await o.set("...", values);
    await consolidateMetadata(old.store);
    const consolidated = await openGroup(join(folder, "old.zarr"), { mode: "r", useConsolidated: true });
    for (const handler of [
      nodeHandler(root),
      nodeHandler(old),
      nodeHandler(root, { transcode: true }),
      nodeHandler(consolidated, { transcode: true }),
    ])
      servers.push(await serve(handler, { port: 0 }));
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const http = pythonWith("zarr, fsspec, aiohttp");
  test.skipIf(http === undefined)(
    `zarr-python reads and lists${http === undefined ? " (skipped: no Python with zarr, fsspec and aiohttp; ZARRKIT_HTTP_PYTHON names one)" : ""}`,
    async () => {
      const seen = await python(
        http!,
        "zarr",
        url(0),
        `${url(0)}/z`,
        url(1),
        `${url(2)}/z`,
        url(2),
        `${url(3)}/o`,
        url(3),
      );
      expect(seen).toEqual([{ z: int }, int, { o: int }, int, { z: int }, int, { o: int }]);
    },
  );

  const xarray = pythonWith("xarray, zarr, fsspec, aiohttp");
  test.skipIf(xarray === undefined)(
    `xarray reads${xarray === undefined ? " (skipped: no Python with xarray, fsspec and aiohttp; ZARRKIT_HTTP_PYTHON names one)" : ""}`,
    async () => {
      const dims = { dims: ["y", "x"] };
      expect(await python(xarray!, "xarray", url(1), url(3))).toEqual([
        { o: { ...int, ...dims } },
        { o: { ...int, ...dims } },
      ]);
    },
  );

  const tensorstore = pythonWith("tensorstore, numpy");
  test.skipIf(tensorstore === undefined)(
    `tensorstore reads${tensorstore === undefined ? " (skipped: no Python with tensorstore)" : ""}`,
    async () => {
      const arrays = [`${url(0)}/z/`, `${url(1)}/o/`, `${url(2)}/z/`, `${url(3)}/o/`];
      expect(await python(tensorstore!, "tensorstore", ...arrays)).toEqual([int, int, int, int]);
    },
  );

  test("zarrita reads, shards by suffix ranges and all", async () => {
    for (const [at, path] of [
      [0, "z"],
      [1, "o"],
      [2, "z"],
      [3, "o"],
    ] as const) {
      const store = new zarrita.FetchStore(url(at));
      const array = await zarrita.open(zarrita.root(store).resolve(path), { kind: "array" });
      const { data, shape } = await zarrita.get(array);
      expect(shape).toEqual([30, 40]);
      expect([...(data as Int32Array)]).toEqual(Array.from({ length: 1200 }, (_, i) => i));
    }
  });

  test("we read and list", async () => {
    for (const [at, path] of [
      [0, "z"],
      [1, "o"],
      [2, "z"],
      [3, "o"],
    ] as const) {
      const store = await FsspecStore.fromUrl(url(at), { readOnly: true });
      const group = await openGroup(store, { mode: "r", useConsolidated: false });
      const names: string[] = [];
      for await (const name of group.keys()) names.push(name);
      expect(names).toEqual([path]);
      const z = await group.getArray(path);
      expect([...((await z.get("3:5, ::7")).data as Int32Array)]).toEqual(
        [3, 4].flatMap((y) => [0, 7, 14, 21, 28, 35].map((x) => y * 40 + x)),
      );
      expect(await z.nchunksInitialized()).toBe(z.nchunks);
    }
  });

  test("a server in front of a server: what is behind fails, and is not missing", async () => {
    const store = await FsspecStore.fromUrl(url(0), {
      readOnly: true,
      storageOptions: { requestPolicy: { maxAttempts: 1 } },
    });
    const z = await openArray(store, { path: "z", mode: "r" });
    const errors: unknown[] = [];
    const front = await serve(nodeHandler(z, { onError: (error) => errors.push(error) }), { port: 0 });
    try {
      const direct = await fetch(`${url(0)}/z/c/0/0`);
      const through = await fetch(`${front.url}/c/0/0`);
      expect(through.status).toBe(200);
      expect(through.headers.get("etag")).not.toBeNull();
      expect(new Uint8Array(await through.arrayBuffer())).toEqual(new Uint8Array(await direct.arrayBuffer()));
      const again = await fetch(`${front.url}/c/0/0`, {
        headers: { "if-none-match": through.headers.get("etag")! },
      });
      expect(again.status).toBe(304);
      const gone = await serve(nodeHandler(z), { port: 0 });
      const broken = await openArray(
        await FsspecStore.fromUrl(gone.url, { storageOptions: { requestPolicy: { maxAttempts: 1 } } }),
        { mode: "r" },
      );
      await gone.close();
      const behind = await serve(nodeHandler(broken, { onError: (error) => errors.push(error) }), {
        port: 0,
      });
      const failed = await fetch(`${behind.url}/c/0/0`);
      await behind.close();
      expect(failed.status).toBe(502);
      expect(await failed.text()).not.toContain("127.0.0.1");
      expect(errors).toHaveLength(1);
    } finally {
      await front.close();
    }
  });
});
