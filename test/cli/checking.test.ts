// validate and verify: what is wrong is reported with its place, and what is right is not.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { pythonEnv } from "../../scripts/python-env.mjs";
import { createGroup } from "../../src/array/create.ts";
import { validateStore } from "../../src/cli/validate/validate-store.ts";
import { resolveStore } from "../../src/storage/resolve.ts";
import { isBuilt, root, scratchFolder, unlessBuilt, zarrkit } from "./zarrkit-process.ts";

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);

function write(store: string, documents: Readonly<Record<string, unknown>>): string {
  for (const [key, document] of Object.entries(documents)) {
    const file = join(at(store), key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof document === "string" ? document : JSON.stringify(document));
  }
  return at(store);
}

const ARRAY = {
  zarr_format: 3,
  node_type: "array",
  shape: [8, 6],
  data_type: "int32",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 3] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: 0,
  codecs: [{ name: "bytes", configuration: { endian: "little" } }],
  attributes: {},
};
const GROUP = { zarr_format: 3, node_type: "group", attributes: {} };
const OLD = {
  ...{ zarr_format: 2, shape: [4], chunks: [2], dtype: "<i4", compressor: null },
  ...{ fill_value: 0, order: "C", filters: null },
};

describe.skipIf(!isBuilt)(`validate${unlessBuilt}`, () => {
  test("reports each deviation once, with its document and pointer", async () => {
    const store = write("bad.zarr", {
      "zarr.json": GROUP,
      "a/zarr.json": {
        ...ARRAY,
        shape: [8, -6],
        data_type: "int33",
        codecs: [
          { name: "bytes", configuration: { endian: "middle" } },
          { name: "gzip", configuration: { level: 10 } },
        ],
        dimension_names: ["y", 5],
        extra: 1,
      },
      "b/.zarray": { ...OLD, chunks: [2, 2], order: "K", compressor: { id: "nope" }, filters: [] },
      "b/.zattrs": "{]",
    });
    const { code, out, err } = await zarrkit("validate", store, "--json");
    expect({ code, err }).toEqual({ code: 1, err: "" });
    const report = JSON.parse(out);
    expect(report).toMatchObject({ valid: false, arrays: 2, groups: 1, errors: 10, warnings: 1 });
    const places = report.deviations.map(
      (each: Record<string, string>) => `${each["severity"]} ${each["key"]}#${each["pointer"]}`,
    );
    expect(places.sort()).toEqual([
      "error a/zarr.json#/codecs/0",
      "error a/zarr.json#/codecs/1",
      "error a/zarr.json#/data_type",
      "error a/zarr.json#/dimension_names/1",
      "error a/zarr.json#/extra",
      "error a/zarr.json#/shape/1",
      "error b/.zarray#/chunks",
      "error b/.zarray#/compressor",
      "error b/.zarray#/order",
      "error b/.zattrs#",
      "warning b/.zarray#/filters",
    ]);
    const text = await zarrkit("validate", store, "a");
    expect(text).toMatchObject({ code: 1, err: "" });
    expect(text.out).toContain(
      "a/zarr.json#/shape/1 error zarr-v3: It must be an integer from 0 to 2^53, got -6.\n",
    );
    expect(text.out).toMatch(/1 array and 0 groups: 6 errors, 0 warnings\n$/);
  });

  test.each([
    ["a fill value", { fill_value: 1.5 }, "/fill_value"],
    [
      "the rank of chunks",
      { chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } } },
      "/chunk_grid/configuration/chunk_shape",
    ],
    ["no serializer", { codecs: [{ name: "gzip", configuration: { level: 1 } }] }, "/codecs"],
    [
      "codecs out of order",
      {
        codecs: [
          { name: "gzip", configuration: { level: 1 } },
          { name: "bytes", configuration: { endian: "little" } },
        ],
      },
      "/codecs",
    ],
    [
      "a codec within a shard",
      {
        codecs: [
          {
            name: "sharding_indexed",
            configuration: {
              chunk_shape: [2, 3],
              codecs: [{ name: "bytes" }, { name: "what" }],
              index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
            },
          },
        ],
      },
      "/codecs/0/configuration/codecs/1",
    ],
    [
      "inner chunks that do not divide",
      {
        codecs: [
          {
            name: "sharding_indexed",
            configuration: {
              chunk_shape: [3, 3],
              codecs: [{ name: "bytes", configuration: { endian: "little" } }],
              index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
            },
          },
        ],
      },
      "/codecs/0",
    ],
    [
      "a key encoding",
      { chunk_key_encoding: { name: "default", configuration: { separator: "-" } } },
      "/chunk_key_encoding",
    ],
    ["a storage transformer", { storage_transformers: [{ name: "t" }] }, "/storage_transformers/0"],
    ["node_type", { node_type: "table" }, "/node_type"],
    ["attributes", { attributes: [] }, "/attributes"],
  ])("finds %s", async (name, change, pointer) => {
    const store = write(`one-${name.replaceAll(" ", "-")}.zarr`, { "zarr.json": { ...ARRAY, ...change } });
    const { storePath } = await resolveStore(store, { mode: "r" });
    const { deviations } = await validateStore(storePath);
    expect(deviations.map((each) => [each.severity, each.pointer])).toEqual([["error", pointer]]);
  });

  test("warnings are no failure, unless --strict", async () => {
    const store = write("warn.zarr", {
      "zarr.json": { ...ARRAY, dimension_names: null, fill_value: null, attributes: { x: 1 } },
    });
    expect(await zarrkit("validate", store)).toMatchObject({ code: 0 });
    expect(await zarrkit("validate", store, "--strict")).toMatchObject({ code: 1 });
  });

  test("a place without nodes is a failure", async () => {
    mkdirSync(at("empty.zarr"));
    for (const store of ["empty.zarr", "nothing.zarr"]) {
      const { code, out, err } = await zarrkit("validate", at(store));
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain("NodeNotFoundError");
    }
  });

  test("consolidated metadata that is stale", async () => {
    for (const zarrFormat of [2, 3] as const) {
      const store = at(`stale-${zarrFormat}.zarr`);
      const group = await createGroup(store, { zarrFormat });
      await group.createArray("a", { shape: [2], dtype: "int8" });
      await group.createArray("gone", { shape: [2], dtype: "int8" });
      await zarrkit("consolidate", store);
      expect((await zarrkit("validate", store)).out).toBe("2 arrays and 1 group: 0 errors, 0 warnings\n");
      const document = zarrFormat === 3 ? "zarr.json" : ".zarray";
      const file = join(store, "a", document);
      writeFileSync(file, readFileSync(file, "utf8").replace(/"shape": \[\s*2\s*\]/, '"shape": [3]'));
      spawnSync("rm", ["-r", join(store, "gone")]);
      write(
        `stale-${zarrFormat}.zarr/new`,
        zarrFormat === 3 ? { "zarr.json": GROUP } : { ".zgroup": { zarr_format: 2 } },
      );
      const report = JSON.parse((await zarrkit("validate", store, "--json")).out);
      const texts = report.deviations.map(
        (each: Record<string, string>) => `${each["pointer"]} ${each["message"]}`,
      );
      const [base, mark] =
        zarrFormat === 3 ? ["/consolidated_metadata/metadata", ""] : ["/metadata", "~1.zarray"];
      expect(texts).toContainEqual(
        `${base}/a${mark} It differs from the node's own document in shape: it is stale.`,
      );
      expect(texts).toContainEqual(`${base}/gone${mark} It lists a document that is not there.`);
      expect(texts.join("\n")).toContain(`It leaves out the node "new"`);
    }
  });

  test("OME-Zarr: axes, transformations, datasets, plates", async () => {
    const image = {
      ...{
        axes: [
          { name: "x", type: "space" },
          { name: "y", type: "space" },
          { name: "t", type: "time" },
        ],
        name: "i",
      },
      datasets: [
        { path: "0", coordinateTransformations: [{ type: "scale", scale: [1, 1] }] },
        { path: "1", coordinateTransformations: [{ type: "translation", translation: [1, 1, 1] }] },
        { path: "2" },
      ],
    };
    const store = write("ome.zarr", {
      "zarr.json": {
        ...GROUP,
        attributes: {
          ome: { version: "0.5", multiscales: [image], omero: { channels: [{ color: "red" }] } },
        },
      },
      "0/zarr.json": { ...ARRAY, shape: [8, 6], dimension_names: ["x", "y"] },
      "1/zarr.json": {
        ...ARRAY,
        shape: [9, 6, 6],
        dimension_names: ["t", "y", "x"],
        chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 3, 3] } },
      },
    });
    const report = JSON.parse((await zarrkit("validate", store, "--json")).out);
    expect(report.deviations.filter((each: { rule: string }) => each.rule !== "ome-0.5")).toEqual([]);
    const base = "/attributes/ome/multiscales/0";
    const places = report.deviations.map((each: Record<string, string>) => each["pointer"]);
    expect(places.sort()).toEqual(
      [
        `${base}/axes`,
        `${base}/datasets/0/coordinateTransformations/0/scale`,
        `${base}/datasets/0/path`,
        `${base}/datasets/1/coordinateTransformations`,
        `${base}/datasets/1/path`,
        `${base}/datasets/2/coordinateTransformations`,
        `${base}/datasets/2/path`,
        "/attributes/ome/omero/channels/0/color",
        "/attributes/ome/omero/channels/0/window",
      ].sort(),
    );
    const plate = write("plate.zarr", {
      ".zgroup": { zarr_format: 2 },
      ".zattrs": {
        plate: {
          version: "0.4",
          rows: [{ name: "A" }, { name: "A" }],
          columns: [{ name: "1" }],
          wells: [{ path: "A/1", rowIndex: 0, columnIndex: 7 }, { path: "B" }],
        },
      },
    });
    const wells = JSON.parse((await zarrkit("validate", plate, "--json")).out);
    expect(wells.deviations.map((each: Record<string, string>) => each["pointer"]).sort()).toEqual([
      "/plate/rows/1/name",
      "/plate/wells/0/columnIndex",
      "/plate/wells/0/path",
      "/plate/wells/1/path",
      "/plate/wells/1/path",
    ]);
  });
});

describe.skipIf(!isBuilt)(`verify${unlessBuilt}`, () => {
  beforeAll(async () => {
    const group = await createGroup(at("v.zarr"));
    const data = { data: Float32Array.from({ length: 1024 }, (_, i) => i), shape: [32, 32], stride: [32, 1] };
    const plain = { shape: [32, 32], dtype: "float32", chunks: [8, 8] } as const;
    for (const [name, options] of Object.entries({
      sums: { ...plain, compressors: ["crc32c"] },
      packed: { ...plain, compressors: { name: "gzip", configuration: { level: 1 } } },
      shards: { ...plain, shards: [16, 16], compressors: ["crc32c"] },
      index: { ...plain, shards: [16, 16], compressors: null },
      whole: plain,
    }))
      await (await group.createArray(name, options)).set("...", data);
  });

  function damage(key: string, change: (bytes: Buffer) => Buffer): void {
    const file = join(at("v.zarr"), key);
    writeFileSync(file, change(readFileSync(file)));
  }
  const flip = (position: number) => (bytes: Buffer) => {
    const index = position < 0 ? bytes.length + position : position;
    bytes[index] = bytes[index]! ^ 0xff;
    return bytes;
  };

  test("a sound store is sound", async () => {
    expect(await zarrkit("verify", at("v.zarr"))).toEqual({
      code: 0,
      signal: null,
      out: expect.stringMatching(/^5 arrays, 56 chunks \(\d+ bytes\): 0 damaged\n$/),
      err: "",
    });
  });

  test("each damaged chunk and inner chunk is named, and those beside it are not", async () => {
    damage("sums/c/0/1", flip(5));
    damage("packed/c/3/3", (bytes) => bytes.subarray(0, bytes.length - 9));
    damage("whole/c/1/0", () => Buffer.from("no zstd frame"));
    // Two inner chunks of 260 bytes each: their checksums do not match.
    damage("shards/c/1/0", flip(3));
    damage("shards/c/1/0", flip(260 * 3 + 7));
    // The checksum of the index: the whole shard is lost.
    damage("index/c/0/0", flip(-1));
    write("v.zarr/broken", { "zarr.json": { ...ARRAY, data_type: "int33" } });
    const { code, out, err } = await zarrkit("verify", at("v.zarr"), "--json");
    expect({ code, err }).toEqual({ code: 1, err: "" });
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      sound: false,
      chunks: 56,
      unreadable: [{ path: "broken", error: "UnknownDataTypeError" }],
    });
    const found = report.damaged.map((each: Record<string, unknown>) => [
      each["key"],
      each["innerChunk"] ?? null,
      each["error"],
    ]);
    expect(found.sort()).toEqual([
      ["index/c/0/0", null, "ChecksumError"],
      ["packed/c/3/3", null, "CodecError"],
      ["shards/c/1/0", [0, 0], "ChecksumError"],
      ["shards/c/1/0", [1, 1], "ChecksumError"],
      ["sums/c/0/1", null, "ChecksumError"],
      ["whole/c/1/0", null, "CodecError"],
    ]);
    const text = await zarrkit("verify", at("v.zarr"), "shards");
    expect(text.code).toBe(1);
    expect(text.out).toMatch(/^damaged shards\/c\/1\/0 inner chunk \(0, 0\): ChecksumError in crc32c: /);
    expect(await zarrkit("verify", at("nothing.zarr"))).toMatchObject({ code: 1, out: "" });
  });
});

const { zp3 } = pythonEnv();

describe.skipIf(!isBuilt || zp3.python === undefined)(
  `what zarr-python writes${zp3.reason ?? ""}${unlessBuilt}`,
  () => {
    test("is valid and sound", async () => {
      const script = `
import sys, zarr, numpy as np
for fmt in (2, 3):
    g = zarr.open_group(f"{sys.argv[1]}/v{fmt}.zarr", mode="w", zarr_format=fmt)
    g.attrs["title"] = "é"
    for name in ("bool int8 uint16 int64 float16 float32 float64 complex64 complex128 datetime64[s] <U4 S3".split()):
        a = g.create_array(name.strip("<").replace("[", "_").replace("]", ""), shape=(7, 5), chunks=(3, 2), dtype=name)
        a[:] = np.arange(35).reshape(7, 5).astype(name)
    g.create_array("text", shape=(3,), dtype=str)[:] = np.array(["a", "bc", ""], dtype=object)
    g.create_array("nan", shape=(3,), dtype="float64", fill_value=float("nan"))
    g.create_array("none/deep/scalar", shape=(), dtype="int32")[...] = 4
    if fmt == 3:
        g.create_array("sharded", shape=(16, 16), chunks=(4, 4), shards=(8, 8), dtype="int16")[:] = 3
        g.create_array("named", shape=(2, 2), dtype="int8", dimension_names=("y", None))
    zarr.consolidate_metadata(g.store)
`;
      const made = spawnSync(zp3.python!, ["-W", "ignore", "-c", script, folder], { encoding: "utf8" });
      expect(made.stderr).toBe("");
      for (const format of [2, 3]) {
        const report = JSON.parse((await zarrkit("validate", at(`v${format}.zarr`), "--json")).out);
        expect(report).toMatchObject({ valid: true, deviations: [], arrays: format === 3 ? 17 : 15 });
        const verified = JSON.parse((await zarrkit("verify", at(`v${format}.zarr`), "--json")).out);
        expect(verified).toMatchObject({ sound: true, damaged: [], unreadable: [] });
      }
    });
  },
);

const corpus = join(root, "..", "shared", "corpus");

interface CorpusEntry {
  readonly id: string;
  readonly store: string;
  readonly kind: string;
  readonly hostile?: unknown;
  readonly reaction?: string;
  readonly expect?: unknown;
}

/** Stores that others wrote and that deviate, each looked at. */
const DEVIATING: readonly RegExp[] = [
  /^real\/zarr-js\/data\/v3\//, // codecs without an array-to-bytes codec
  /^real\/zarr-java\/storage_transformer\//, // a storage transformer
  /^real\/zarr-java\/ome\/v0\.5/, // no dimension_names
  /^real\/n5-universe\/metadata\.zarr/, // transformations in other orders, on purpose
  /^real\/ome-zarr-examples\/invalid\//,
  /^generated\/ome\//, // the corpus leaves out levels
  /^real\/(vitessce|titiler-xarray|zarrita\.js|zarr-node)\//, // the corpus leaves out nodes that consolidated metadata names
];
/** Hostile metadata begins so; what is wrong with the others lies in chunks or archives. */
const METADATA =
  /^hostile\/(meta|fill|json|v2-(unknown|dtype|filters|chunks|shape|format|struct|pickle)|shard-(inner|index-location))/;

describe.skipIf(!existsSync(corpus))("the corpus", () => {
  const text = existsSync(corpus) ? readFileSync(join(corpus, "manifest.json"), "utf8") : '{"entries":[]}';
  // Bare tokens of Python's, of no interest here.
  const { entries } = JSON.parse(text.replace(/(?<=[\s[,:])-?(NaN|Infinity)\b/g, "null")) as {
    entries: CorpusEntry[];
  };

  test("good stores raise no alarm, and hostile metadata does", { timeout: 300_000 }, async () => {
    const seen = new Set<string>();
    const wrong: string[] = [];
    let good = 0;
    let hostile = 0;
    for (const { store, kind, reaction } of entries) {
      if (kind !== "dir" || seen.has(store)) continue;
      seen.add(store);
      const { storePath } = await resolveStore(join(corpus, store), { mode: "r" });
      const { deviations } = await validateStore(storePath);
      const errors = deviations.filter(({ severity }) => severity === "error");
      const shown = errors.map(({ key, pointer, message }) => `${key}#${pointer} ${message}`).join("; ");
      if (reaction === undefined) {
        good++;
        const known = DEVIATING.some((pattern) => pattern.test(store));
        if (errors.length > 0 !== known && errors.length > 0) wrong.push(`${store}: ${shown}`);
      } else if (METADATA.test(store)) {
        hostile++;
        if (reaction === "error" && errors.length === 0) wrong.push(`${store}: nothing reported`);
        if (reaction === "accept" && errors.length > 0) wrong.push(`${store}: ${shown}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(good).toBeGreaterThan(100);
    expect(hostile).toBeGreaterThan(50);
  });
});
