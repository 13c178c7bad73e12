/**
 * What arrays, groups and stores print, against what zarr-python 3.4.2 prints for the same calls (captured with Python
 * 3.12 and numcodecs' `Delta` and `Blosc`; `print(x.info)`, `repr(x)`, `print(g.tree())`).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consolidateMetadata, createArray, createGroup, openGroup, slice, tree } from "../index.ts";
import {
  FsspecStore,
  LocalStore,
  LoggingStore,
  ManagedMemoryStore,
  MemoryStore,
  ZipStore,
} from "../storage.ts";
import { CASES, table } from "./fixtures/info-cases.ts";

// Printed paths are those of the calls, so the calls are made in a folder of their own, by absolute path, and the
// folder is left out of what is compared: threads cannot change the current directory.
const folder = mkdtempSync(`${tmpdir()}/zarrkit-printing-`);
afterAll(() => rmSync(folder, { recursive: true }));
const at = (path: string): string => `${folder}/${path}`;
const printed = (value: unknown): string => String(value).replaceAll(`${folder}/`, "");

describe.each(Object.entries(CASES))("an array: %s", (name, { options, repr, info }) => {
  test("prints as in zarr-python", async () => {
    const z = await createArray(at(name), options);
    expect(printed(z)).toBe(repr);
    expect(inspect(z)).toBe(String(z));
    expect(z.info).toBe(table(info));
  });
});

test("variable-length strings", async () => {
  const compressors = [{ name: "gzip", configuration: { level: 3 } }, { name: "crc32c" }];
  const z = await createArray(at("strings"), {
    shape: [3],
    dtype: "string",
    chunks: [2],
    compressors,
    fillValue: "x",
  });
  expect(printed(z)).toBe("<Array file://strings shape=(3,) dtype=StringDType()>");
  const rows = z.info.split("\n");
  expect(rows).toContain("Data type          : VariableLengthUTF8()");
  expect(rows).toContain("Fill value         : x");
  expect(rows).toContain("Serializer         : VLenUTF8Codec()");
  expect(rows).toContain("Compressors        : (GzipCodec(level=3), Crc32cCodec())");
  const v2 = (await createArray(at("strings-v2"), { shape: [3], dtype: "string", zarrFormat: 2 })).info.split(
    "\n",
  );
  expect(v2).toContain("Filters            : (VLenUTF8(),)");
  expect(v2).toContain("Compressors        : (Zstd(level=0),)");
});

test.each([
  ["U4", "<U4", "FixedLengthUTF32(length=4, endianness='little')", "", "BytesCodec(endian='little')", 48],
  ["S3", "|S3", "NullTerminatedBytes(length=3)", "b''", "BytesCodec(endian=None)", 9],
  ["float16", "float16", "Float16(endianness='little')", "0.0", "BytesCodec(endian='little')", 6],
  ["uint64", "uint64", "UInt64(endianness='little')", "0", "BytesCodec(endian='little')", 24],
] as const)("the data type %s", async (dtype, short, long, fill, serializer, nbytes) => {
  const z = await createArray(new MemoryStore(), { shape: [3], dtype });
  expect(String(z)).toMatch(/^<Array memory:\/\/\d+ shape=\(3,\) dtype=/);
  expect(String(z).endsWith(`dtype=${short}>`)).toBe(true);
  const rows = z.info.split("\n");
  expect(rows).toContain(`Data type          : ${long}`);
  expect(rows).toContain(`Fill value         : ${fill}`);
  expect(rows).toContain(`Serializer         : ${serializer}`);
  expect(rows).toContain("Store type         : MemoryStore");
  expect(rows).toContain(`No. bytes          : ${nbytes}`);
});

test("infoComplete adds what is stored", async () => {
  const z = await createArray(at("stored"), CASES["sharded"]!.options);
  await z.set([slice(0, 50)], 3);
  const stored = await z.nbytesStored();
  expect(await z.infoComplete()).toBe(
    `${z.info}\n${table(`
      No. bytes stored   : ${stored} (${(stored / 1024).toFixed(1)}K)
      Storage ratio      : ${(6000 / stored).toFixed(1)}
      Shards Initialized : 1`)}`,
  );
  const plain = await createArray(at("plain"), { shape: [100], chunks: [10], dtype: "uint8" });
  await plain.set([slice(0, 30)], 3);
  const rows = (await plain.infoComplete()).split("\n");
  expect(rows.at(-1)).toBe("Chunks Initialized : 3");
  expect(rows.at(-3)).toBe(`No. bytes stored   : ${await plain.nbytesStored()}`);
});

describe("groups and stores", () => {
  test("a group in a directory", async () => {
    const group = await createGroup(at("data/foo/bar"));
    expect(printed(group)).toBe("<Group file://data/foo/bar>");
    expect(printed(inspect(group))).toBe("<Group file://data/foo/bar>");
    expect(group.info).toBe(
      table(`
        Name        : 
        Type        : Group
        Zarr format : 3
        Read-only   : False
        Store type  : LocalStore`),
    );
    const readOnly = new LocalStore(at("data/foo/bar"), { readOnly: true });
    const again = await openGroup(readOnly, { mode: "r" });
    expect(printed(again)).toBe("<Group file://data/foo/bar>");
    expect(again.info).toContain("Read-only   : True");
    expect(printed(readOnly)).toBe("file://data/foo/bar");
    expect(printed(inspect(readOnly))).toContain("file://data/foo/bar");
    expect(printed(group.storePath)).toBe("file://data/foo/bar");
  });

  test("a relative path prints as it is given", () => {
    expect(String(new LocalStore("data/foo/bar"))).toBe("file://data/foo/bar");
  });

  test("a zip file", async () => {
    const zip = new ZipStore(at("data.zip"), { mode: "w" });
    const z = await createArray(zip, { shape: [2], dtype: "float64" });
    expect(printed(z)).toBe("<Array zip://data.zip shape=(2,) dtype=float64>");
    expect(z.info).toContain("Store type         : ZipStore");
    await zip.close();
  });

  test("memory", async () => {
    expect(String(await createGroup({}))).toMatch(/^<Group memory:\/\/\d+>$/);
    expect(String(await createGroup(new ManagedMemoryStore("printing"), { path: "a" }))).toBe(
      "<Group memory://printing/a>",
    );
  });

  test("a bucket", async () => {
    const options = { readOnly: true, storageOptions: { anon: true } };
    const store = await FsspecStore.fromUrl("s3://noaa-nwm-retro-v2-zarr-pds", options);
    expect(String(store)).toBe("<FsspecStore(S3FileSystem, noaa-nwm-retro-v2-zarr-pds)>");
    expect(inspect(store)).toContain("FsspecStore(S3FileSystem, noaa-nwm-retro-v2-zarr-pds)");
  });

  test("wrappers", () => {
    expect(printed(new LoggingStore(new LocalStore(at("tree.zarr"))))).toBe("logging-file://tree.zarr");
  });
});

describe("trees", () => {
  beforeAll(async () => {
    const root = await createGroup(at("tree.zarr"));
    await root.createArray("b/y", { shape: [4, 6], dtype: "int32" });
    await root.createArray("a", { shape: [], dtype: "float64" });
    await root.createGroup("b/x/deep");
    await root.createArray("b/x/s", { shape: [2], dtype: "string" });
    await root.createGroup("c");
  });

  const WHOLE = `/
├── a () float64
├── b
│   ├── x
│   │   ├── deep
│   │   └── s (2,) StringDType()
│   └── y (4, 6) int32
└── c`;

  test("a whole hierarchy, some levels, and part of it", async () => {
    const root = await openGroup(at("tree.zarr"));
    expect(await root.tree()).toBe(WHOLE);
    expect(await tree(at("tree.zarr"))).toBe(WHOLE);
    expect(await root.tree({ level: 1 })).toBe(`/
├── a () float64
├── b
│   ├── x
│   └── y (4, 6) int32
└── c`);
    expect(await (await root.getGroup("b")).tree()).toBe(`/b
├── x
│   ├── deep
│   └── s (2,) StringDType()
└── y (4, 6) int32`);
  });

  test("info with the numbers of members, at once where metadata is consolidated", async () => {
    const complete = table(`
      Name        : 
      Type        : Group
      Zarr format : 3
      Read-only   : False
      Store type  : LocalStore
      No. members : 7
      No. arrays  : 3
      No. groups  : 4`);
    const root = await openGroup(at("tree.zarr"), { useConsolidated: false });
    expect(await root.infoComplete()).toBe(complete);
    await consolidateMetadata(at("tree.zarr"));
    const consolidated = await openGroup(at("tree.zarr"));
    expect(consolidated.info).toBe(complete);
    expect(await consolidated.tree()).toBe(WHOLE);
    expect(printed((await consolidated.getGroup("b")).storePath)).toBe("file://tree.zarr/b");
    expect(printed(await consolidated.get("b/y"))).toBe(
      "<Array file://tree.zarr/b/y shape=(4, 6) dtype=int32>",
    );
  });

  test("a group of v2", async () => {
    expect((await createGroup(at("v2g.zarr"), { zarrFormat: 2 })).info).toContain("Zarr format : 2");
  });
});
