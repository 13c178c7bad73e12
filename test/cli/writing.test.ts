// create, set, consolidate and stats as a user runs them.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openArray, openGroup } from "../../src/array/open.ts";
import { ZipStore } from "../../src/storage/zip-store.ts";
import { isBuilt, run, scratchFolder, unlessBuilt, zarrkit } from "./zarrkit-process.ts";

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);

describe.skipIf(!isBuilt)(`create, set, consolidate, stats${unlessBuilt}`, () => {
  test("create makes an array with what was asked for, and refuses to make it twice", async () => {
    const args = ["create", at("a.zarr"), "sub/a", "--shape", "40,60", "--dtype", "<i2", "--chunks", "10,20"];
    const more = ["--dimension-names", "y,x", "--attributes", '{"units":"K"}', "--fill-value", "-1"];
    expect(await zarrkit(...args, ...more, "--compressor", "gzip:3")).toEqual({
      code: 0,
      signal: null,
      out: `<Array file://${at("a.zarr")}/sub/a shape=(40, 60) dtype=int16>\n`,
      err: "",
    });
    const array = await openArray(at("a.zarr"), { path: "sub/a" });
    expect(array.chunks).toEqual([10, 20]);
    expect(array.dimensionNames).toEqual(["y", "x"]);
    expect(array.attrs).toEqual({ units: "K" });
    expect(array.fillValue).toBe(-1);
    expect(array.compressors.map(({ name, configuration }) => [name, configuration])).toEqual([
      ["gzip", { level: 3 }],
    ]);
    const again = await zarrkit(...args);
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toContain("ContainsArrayError");
    expect((await zarrkit(...args, "--overwrite")).code).toBe(0);
  });

  test.each([
    [
      "shards",
      ["--shape", "64,64", "--chunks", "8,8", "--shards", "32,32"],
      { shards: [32, 32], chunks: [8, 8], zarrFormat: 3 },
    ],
    [
      "format 2",
      ["--shape", "4", "--zarr-format", "2", "--compressor", "none"],
      { zarrFormat: 2, compressors: [] },
    ],
    [
      "codecs as JSON",
      ["--shape", "4", "--compressor", '{"name":"blosc","configuration":{"cname":"zstd"}}'],
      { compressors: [{ name: "blosc" }] },
    ],
    [
      "several codecs",
      ["--shape", "4", "--compressor", "zstd", "--compressor", "crc32c"],
      { compressors: [{ name: "zstd" }, { name: "crc32c" }] },
    ],
    ["text", ["--shape", "3", "--dtype", "string"], { dtype: "StringDType()" }],
    ["no dimensions", ["--shape", ""], { shape: [] }],
    ["a group", ["--group", "--attributes", '{"a":1}'], { kind: "group", attributes: { a: 1 } }],
  ])("create --json: %s", async (name, args, facts) => {
    const { code, out, err } = await zarrkit(
      "create",
      at("json.zarr"),
      name.replaceAll(" ", "-"),
      "--json",
      ...args,
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject(facts);
  });

  test.each([
    [["create", "x.zarr"], "An array needs --shape"],
    [["create", "x.zarr", "--group", "--shape", "3"], "--shape is for arrays"],
    [["create", "x.zarr", "--shape", "3,a"], "--shape"],
    [["create", "x.zarr", "--shape", "3", "--compressor", "{}"], "--compressor"],
    [["create", "x.zarr", "--shape", "3", "--attributes", "[1]"], "--attributes"],
    [["create", "x.zarr", "--shape", "3", "--shards", "2", "--zarr-format", "2"], "no shards"],
    [["create", "x.zarr", "--shape", "3", "--fill-value", "x"], "x"],
    [["set", "x.zarr"], "Nothing to write"],
    [["set", "x.zarr", "--value", "1", "--input", "f.npy"], "exclude each other"],
    [["set", "x.zarr", "--input", "f.bin"], "--format is needed"],
    [["set", "x.zarr", "--select", "1:x", "--value", "1"], "--select"],
    [["stats", "x.zarr", "--max-memory", "lots"], "--max-memory"],
  ])("misused: %j", async (args, message) => {
    const { code, out, err } = await run(args, { cwd: folder });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n").at(-1)).toMatch(/^usage: zarrkit /);
    expect(existsSync(at("x.zarr"))).toBe(false);
  });

  test("set writes scalars, lists, files and what comes through a pipe", async () => {
    const store = at("s.zarr");
    await zarrkit("create", store, "a", "--shape", "4,3", "--dtype", "float32", "--chunks", "2,2");
    await zarrkit("create", store, "b", "--shape", "4,3", "--dtype", "float32");
    const set = async (...args: string[]): Promise<void> =>
      expect(await zarrkit("set", store, "a", ...args)).toEqual({ code: 0, signal: null, out: "", err: "" });
    await set("--value", "1.5");
    await set("--select", "1", "--value", "[1, NaN, 3]");
    await set("-s", "2:, 0", "--value", "7");
    expect((await zarrkit("get", store, "a", "--json")).out).toBe(
      "[[1.5, 1.5, 1.5],\n [1, NaN, 3],\n [7, 1.5, 1.5],\n [7, 1.5, 1.5]]\n",
    );
    const npy = at("v.npy");
    expect((await zarrkit("get", store, "a", "--format", "npy", "--output", npy)).code).toBe(0);
    expect((await zarrkit("set", store, "b", "--input", npy)).code).toBe(0);
    const raw = new Uint8Array(Float32Array.of(9, 8, 7).buffer);
    expect(
      await run(["set", store, "b", "-s", "0", "--input", "-", "--format", "raw"], { input: raw }),
    ).toMatchObject({ code: 0 });
    expect(
      await run(["set", store, "b", "-s", "1", "--input", "-", "--format", "json"], { input: "[4, 5, 6]" }),
    ).toMatchObject({ code: 0 });
    expect((await zarrkit("get", store, "b", "--json")).out).toBe(
      "[[9, 8, 7],\n [4, 5, 6],\n [7, 1.5, 1.5],\n [7, 1.5, 1.5]]\n",
    );
    writeFileSync(at("bad.npy"), "no numpy");
    expect(await zarrkit("set", store, "b", "--input", at("bad.npy"))).toMatchObject({ code: 1, out: "" });
    expect(await zarrkit("set", store, "a", "-s", "99", "--value", "1")).toMatchObject({ code: 1 });
    expect(await zarrkit("set", store, "a", "-s", "0", "--value", "1", "--aligned")).toMatchObject({
      code: 1,
    });
    expect(await zarrkit("set", store, "--value", "1")).toMatchObject({ code: 1 });
  });

  test("set writes attributes, and into an archive", async () => {
    const store = new ZipStore(at("s.zip"), { mode: "w" });
    await store.close();
    expect((await zarrkit("create", at("s.zip"), "a", "--shape", "2", "--dtype", "int64")).code).toBe(0);
    expect(
      (
        await zarrkit(
          "set",
          at("s.zip"),
          "a",
          "--value",
          "[1152921504606846977, 2]",
          "--attributes",
          '{"x":1}',
        )
      ).code,
    ).toBe(0);
    expect((await zarrkit("get", at("s.zip"), "a", "--json")).out).toBe("[1152921504606846977, 2]\n");
    expect(JSON.parse((await zarrkit("info", at("s.zip"), "a", "--json")).out)).toMatchObject({
      attributes: { x: 1 },
    });
  });

  test("consolidate writes what a reader then opens with one document", async () => {
    const store = at("c.zarr");
    await zarrkit("create", store, "g/a", "--shape", "2");
    expect(await zarrkit("consolidate", store)).toMatchObject({
      code: 0,
      out: `<Group file://${store}>: 1 array and 1 group\n`,
    });
    expect((await openGroup(store, { mode: "r" })).isConsolidated).toBe(true);
    expect(JSON.parse((await zarrkit("consolidate", store, "g", "--json")).out)).toMatchObject({
      path: "g",
      arrays: 1,
      groups: 0,
    });
    expect(await zarrkit("consolidate", store, "g/a")).toMatchObject({ code: 1 });
  });

  test("stats tells values and what is stored, of one array or of all", async () => {
    const store = at("st.zarr");
    await zarrkit(
      "create",
      store,
      "t",
      "--shape",
      "100",
      "--chunks",
      "10",
      "--dtype",
      "float64",
      "--fill-value",
      "NaN",
    );
    await zarrkit("set", store, "t", "-s", "20:40", "--value", "2.5");
    await zarrkit("create", store, "words", "--shape", "2", "--dtype", "string");
    const { code, out, err } = await zarrkit("stats", store, "t", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      path: "t",
      ...{
        chunks: 10,
        chunksStored: 2,
        chunksMissing: 8,
        count: 20,
        missing: 80,
        min: 2.5,
        max: 2.5,
        mean: 2.5,
        nbytes: 800,
      },
    });
    const text = (await zarrkit("stats", store)).out;
    expect(text).toMatch(/^\/t \(100\) float64\n {2}min +2\.5\n/);
    expect(text).toMatch(/\n {2}NaN +80\n {2}chunks stored +2 of 10\n {2}chunks missing +8\n/);
    expect(text).toContain("\n\n/words (2) StringDType()\n  chunks stored");
    expect(JSON.parse((await zarrkit("stats", store, "--stored", "--json")).out)).toEqual([
      expect.not.objectContaining({ min: 2.5 }),
      expect.objectContaining({ path: "words", chunksStored: 0 }),
    ]);
  });

  test("without a terminal there is no progress and no colour; help says how", async () => {
    for (const command of [
      "create",
      "set",
      "stats",
      "copy",
      "rechunk",
      "migrate",
      "remove-metadata",
      "consolidate",
      "validate",
      "verify",
      "pyramid",
      "doctor",
      "bench",
      "completion",
    ]) {
      const { code, out, err } = await run([command, "--help"], { env: { FORCE_COLOR: "1" } });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain(`\nExamples:\n`);
      expect(out).toContain(`zarrkit ${command}`);
      expect(out).not.toContain("\u001b");
    }
  });
});
