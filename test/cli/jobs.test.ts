// copy, rechunk and pyramid as processes: stopped, killed, run again, and how much memory they take.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createArray, createGroup } from "../../src/array/create.ts";
import { openArray } from "../../src/array/open.ts";
import { NDArray } from "../../src/dtypes/nd-array.ts";
import { startHttp } from "../servers/embedded-http.mjs";
import { startS3 } from "../servers/embedded-s3.mjs";
import { filesOf, isBuilt, keysOf, run, scratchFolder, unlessBuilt, zarrkit } from "./zarrkit-process.ts";

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);
const SIDE = 512;

/** The value at a position, so that every element tells where it came from. */
const valueAt = (index: number): number => index + 1;

async function values(store: string, path = ""): Promise<Int32Array> {
  const read = await (await openArray(store, { path })).get("...");
  if (!(read instanceof NDArray)) throw new Error("no array");
  return read.data as Int32Array; // the data type of these tests
}

/** Runs, and sends a signal as soon as something is true. */
async function interrupted(args: readonly string[], signal: NodeJS.Signals, when: () => boolean) {
  let timer: NodeJS.Timeout | undefined;
  const ended = await run(args, {
    onStart: (child) => {
      timer = setInterval(() => {
        if (!when()) return;
        clearInterval(timer); // once: a second Ctrl-C would end the process at once
        child.kill(signal);
      }, 5);
    },
  });
  clearInterval(timer);
  return ended;
}

describe.skipIf(!isBuilt)(`jobs${unlessBuilt}`, () => {
  const expected = Int32Array.from({ length: SIDE * SIDE }, (_, i) => valueAt(i));
  beforeAll(async () => {
    const group = await createGroup(at("source.zarr"), { attributes: { title: "t" } });
    // Thousands of chunks, so that a job takes long enough to be stopped.
    const many = await group.createArray("many", {
      shape: [SIDE, SIDE],
      chunks: [16, 16],
      dtype: "int32",
      compressors: null,
    });
    await many.set("...", { data: expected, shape: [SIDE, SIDE], stride: [SIDE, 1] });
    const rows = await group.createArray("rows", {
      shape: [SIDE, SIDE],
      chunks: [1, SIDE],
      dtype: "int32",
      compressors: null,
    });
    await rows.set("...", { data: expected, shape: [SIDE, SIDE], stride: [SIDE, 1] });
  }, 60_000);

  test("copy goes between folders, archives, HTTP and S3, byte for byte", async () => {
    const original = filesOf(at("source.zarr"));
    const small = ["--path", "rows", "--target-path", "r"];
    const zip = await zarrkit("copy", at("source.zarr"), at("copy.zip"), ...small, "--json");
    expect({ code: zip.code, err: zip.err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(zip.out)).toMatchObject({ chunks: SIDE, skipped: 0 });
    expect((await zarrkit("copy", at("copy.zip"), at("back.zarr"), "--path", "r")).out).toMatch(
      /^copied 512 chunks, /,
    );
    const back = filesOf(at("back.zarr"));
    expect(back.size).toBe(SIDE + 1);
    for (const [key, bytes] of back) expect(bytes).toEqual(original.get(`rows/${key}`));
    // A server that cannot be listed: the array's own metadata names its chunks.
    const http = await startHttp({ files: new Map([...back].map(([key, bytes]) => [`/${key}`, bytes])) });
    const s3 = await startS3({ buckets: { b: { objects: {} } }, credentials: { KEY: "SECRET" } });
    try {
      const endpoint = [`client_kwargs={"endpoint_url":"${s3.url}"}`, "key=KEY", "secret=SECRET"];
      const options = (flag: string): string[] => endpoint.flatMap((option) => [flag, option]);
      const up = await zarrkit("copy", http.url, "s3://b/a.zarr", ...options("--target-storage-option"));
      expect(up).toMatchObject({ code: 0, err: "" });
      const down = await zarrkit("copy", "s3://b/a.zarr", at("down.zarr"), ...options("--storage-option"));
      expect(down).toMatchObject({ code: 0, err: "" });
      expect(filesOf(at("down.zarr"))).toEqual(back);
    } finally {
      await http.close();
      await s3.close();
    }
  });

  test("copy refuses what is there; --overwrite replaces it", async () => {
    await createArray(at("there.zarr"), { shape: [1], dtype: "int8" });
    const refused = await zarrkit("copy", at("source.zarr"), at("there.zarr"), "--path", "rows");
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("ContainsArrayError");
    expect(
      (await zarrkit("copy", at("source.zarr"), at("there.zarr"), "--path", "rows", "--overwrite")).code,
    ).toBe(0);
    expect((await openArray(at("there.zarr"))).shape).toEqual([SIDE, SIDE]);
    expect(await zarrkit("copy", at("there.zarr"), at("there.zarr"), "--overwrite")).toMatchObject({
      code: 1,
    });
    expect((await openArray(at("there.zarr"))).shape).toEqual([SIDE, SIDE]);
  });

  test("Ctrl-C leaves whole chunks and no node, and the same command goes on", async () => {
    const target = at("interrupted.zarr");
    const args = ["copy", at("source.zarr"), target];
    const chunks = (): number => keysOf(target).filter((key) => key.includes("/c/")).length;
    const ended = await interrupted(args, "SIGINT", () => chunks() > 100);
    expect(ended).toEqual({ code: 130, signal: null, out: "", err: "" });
    const original = filesOf(at("source.zarr"));
    const left = filesOf(target);
    const done = chunks();
    expect(done).toBeGreaterThan(100);
    expect(done).toBeLessThan(original.size - 3);
    for (const [key, bytes] of left) {
      if (key.startsWith(".zarrkit-job/")) continue;
      expect(key).not.toMatch(/zarr\.json$/);
      expect(bytes).toEqual(original.get(key));
    }
    expect((await zarrkit("info", target)).code).toBe(1);
    const again = JSON.parse((await zarrkit(...args, "--json")).out);
    expect(again.skipped).toBeGreaterThanOrEqual(done);
    expect(again.chunks + again.skipped).toBe(original.size - 3);
    expect(filesOf(target)).toEqual(original);
  });

  test.each([
    ["direct", "many", ["--chunks", "64,64", "--compressor", "none"], 64],
    ["staged", "rows", ["--chunks", `${SIDE},1`, "--compressor", "none"], SIDE],
  ])(
    "rechunk killed half-way (%s) skips what is done when it is run again",
    async (way, path, layout, total) => {
      const target = at(`killed-${way}.zarr`);
      const args = [
        "rechunk",
        at("source.zarr"),
        target,
        "--path",
        path,
        ...layout,
        "--max-memory",
        "256KiB",
        "--way",
        way,
      ];
      // Killed again and again, in both stages, each time after some progress.
      let kills = 0;
      let ended = { code: null as number | null };
      for (let round = 0; round < 40 && ended.code !== 0; round++) {
        const before = keysOf(target).length;
        ended = await interrupted(args, "SIGKILL", () => keysOf(target).length > before + total / 6);
        // Killed between its last step and its end, a job is done: the next one finds the array.
        const isWhole = (): boolean =>
          existsSync(join(target, "zarr.json")) && !existsSync(join(target, ".zarrkit-job", "job.json"));
        if (ended.code === null && isWhole()) ended = { code: 0 };
        if (ended.code === 0) break;
        kills++;
        // No half-written chunk, and no reader sees an array.
        for (const [key, bytes] of filesOf(target))
          if (key.startsWith("c/")) expect(bytes.length).toBe((SIDE * SIDE * 4) / total);
        // Unless the signal came when all was done.
        const chunks = keysOf(target).filter((key) => key.startsWith("c/")).length;
        if (chunks < total) expect(existsSync(join(target, "zarr.json"))).toBe(false);
      }
      expect(ended.code).toBe(0);
      expect(kills).toBeGreaterThanOrEqual(2);
      expect(await values(target)).toEqual(expected);
      expect(keysOf(target).filter((key) => key.includes(".zarrkit-job"))).toEqual([]);
    },
  );

  test("another job does not mix with one that was stopped", async () => {
    const target = at("mixed.zarr");
    const args = ["rechunk", at("source.zarr"), target, "--path", "many"];
    const chunks = (): boolean => keysOf(target).filter((key) => key.startsWith("c/")).length > 20;
    expect((await interrupted([...args, "--chunks", "32,32"], "SIGKILL", chunks)).signal).toBe("SIGKILL");
    const other = await zarrkit(...args, "--chunks", "64,64");
    expect(other).toMatchObject({ code: 1 });
    expect(other.err).toContain("unfinished job");
    expect((await zarrkit(...args, "--chunks", "64,64", "--overwrite")).code).toBe(0);
    expect(await values(target)).toEqual(expected);
  });

  test("rechunk into shards, other codecs, the other format", async () => {
    const target = at("layouts.zarr");
    const rechunk = async (name: string, ...args: string[]): Promise<Record<string, unknown>> => {
      const { code, out, err } = await zarrkit(
        "rechunk",
        at("source.zarr"),
        target,
        "--path",
        "many",
        "--target-path",
        name,
        "--json",
        ...args,
      );
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(await values(target, name)).toEqual(expected);
      return JSON.parse(out);
    };
    expect(
      await rechunk("s", "--chunks", "64,64", "--shards", "256,256", "--compressor", "zstd:1"),
    ).toMatchObject({
      ...{ chunks: 4, chunkShape: [64, 64], shardShape: [256, 256], way: "direct" },
    });
    expect(await rechunk("g", "--compressor", "gzip:1")).toMatchObject({
      chunkShape: [16, 16],
      shardShape: null,
    });
    await rechunk("old", "--target-format", "2", "--chunks", "256,512");
    expect((await openArray(target, { path: "old" })).zarrFormat).toBe(2);
    await rechunk(
      "kept-apart",
      "--chunks",
      "1024,8",
      "--way",
      "staged",
      "--temporary",
      at("temporary.zarr"),
      "--max-memory",
      "512KiB",
    );
    expect(keysOf(at("temporary.zarr")).length).toBe(0);
  });

  test.each([
    [["rechunk", "source.zarr", "x.zarr", "--path", "many", "--chunks", "4,4,4"], 1, "dimensions"],
    [["rechunk", "source.zarr", "x.zarr", "--path", "many", "--max-memory", "2000"], 2, "needs 3072 bytes"],
    [["rechunk", "source.zarr", "x.zarr", "--chunks", "4,4"], 1, "is a group"],
    [["rechunk", "source.zarr", "source.zarr", "--path", "many"], 1, "lie in each other"],
    [["rechunk", "source.zarr"], 2, "target"],
    [["copy", "nothing.zarr", "x.zarr"], 1, "No array or group"],
    [["pyramid", "source.zarr", "x.zarr", "--path", "many", "--axes", "t,c"], 2, "of space"],
    [["pyramid", "source.zarr", "x.zarr", "--path", "many", "--scale", "1"], 2, "scale has 1"],
  ])("%j fails and leaves nothing", async (args, code, message) => {
    const ended = await run(args, { cwd: folder });
    expect(ended).toMatchObject({ code, out: "" });
    expect(ended.err).toContain(message);
    expect(existsSync(at("x.zarr"))).toBe(false);
  });

  test("memory stays near the bound, whatever the size of the array", { timeout: 180_000 }, async () => {
    // 256 MiB in memory and little on disk.
    const side = 8192;
    const layout = [
      "--chunks",
      `16,${side}`,
      "--dtype",
      "int32",
      "--compressor",
      '{"name":"blosc","configuration":{"cname":"lz4"}}',
    ];
    expect((await zarrkit("create", at("big.zarr"), "--shape", `${side},${side}`, ...layout)).code).toBe(0);
    expect((await zarrkit("set", at("big.zarr"), "--value", "77")).code).toBe(0);
    const hook = at("peak.mjs");
    const peakFile = at("peak.txt");
    writeFileSync(
      hook,
      `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS * 1024)));`,
    );
    const peakOf = async (...args: string[]): Promise<number> => {
      const { code, err } = await run(args, { node: ["--import", hook] });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      return Number(readFileSync(peakFile, "utf8"));
    };
    const nothing = await peakOf("info", at("big.zarr"));
    const bound = 8 * 2 ** 20;
    for (const args of [
      ["rechunk", at("big.zarr"), at("columns.zarr"), "--chunks", `${side},32`],
      ["rechunk", at("big.zarr"), at("tiles.zarr"), "--chunks", "256,256"],
      ["copy", at("big.zarr"), at("copied.zarr")],
      ["stats", at("big.zarr")],
      ["pyramid", at("big.zarr"), at("pyramid.zarr"), "--chunks", "256,256"],
    ]) {
      const peak = await peakOf(...args, "--max-memory", String(bound));
      // What a collector has not freed yet counts as well; the array is 256 MiB.
      expect({ args, more: peak - nothing < 128 * 2 ** 20 ? "within" : (peak - nothing) / 2 ** 20 }).toEqual({
        args,
        more: "within",
      });
    }
    expect((await zarrkit("get", at("columns.zarr"), "-s", "::4096, 8191", "--json")).out).toBe("[77, 77]\n");
  });
});
