/** What a store sends is not to be trusted: no more memory than the metadata justifies, no hang, no polluted prototype, no escape. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createArray, createGroup, open, openArray, openConsolidated, openGroup, slice } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { MemoryStore } from "../storage.ts";
import { CountingStore } from "../testing.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): Uint8Array => encode(JSON.stringify(value));

const V3 = {
  zarr_format: 3,
  node_type: "array",
  shape: [8],
  data_type: "uint8",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [8] } },
  chunk_key_encoding: { name: "default" },
  fill_value: 0,
  codecs: [{ name: "bytes" }],
};
const opened = (changes: object, chunk?: Uint8Array): Promise<ZarrArray> => {
  const files = new Map([["zarr.json", json({ ...V3, ...changes })]]);
  if (chunk !== undefined) files.set("c/0", chunk);
  return openArray(files);
};

const BOMB = 512 * 2 ** 20;

/** A frame of run-length blocks of 128 KiB zeros, which states no size. */
function zstdBomb(): Uint8Array {
  const block = 2 ** 17;
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
  const blocks = Array.from({ length: BOMB / block }, (_, i) => {
    const word = (block << 3) | (1 << 1) | (i === BOMB / block - 1 ? 1 : 0);
    return [word & 0xff, (word >> 8) & 0xff, word >> 16, 0];
  });
  return Uint8Array.from([header, ...blocks].flat());
}

/** Most bytes that array buffers take beyond what they did before, looked at when the work ends. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage();
  await work();
  const after = process.memoryUsage();
  return Math.max(after.arrayBuffers - before.arrayBuffers, after.rss - before.rss);
}

describe("chunks that decode to far more than their shape says", () => {
  const bombs: [string, object, () => Uint8Array][] = [
    ["gzip", { name: "gzip", configuration: { level: 9 } }, () => gzipSync(new Uint8Array(BOMB))],
    ["zstd", { name: "zstd", configuration: { level: 1, checksum: false } }, zstdBomb],
  ];
  test.each(bombs)("%s", async (name, codec, make) => {
    const chunk = new Uint8Array(make());
    const z = await opened({ codecs: [{ name: "bytes" }, codec] }, chunk);
    const grown = await memoryOf(() =>
      expect(z.get()).rejects.toMatchObject({ name: "CodecError", codec: name }),
    );
    expect(grown).toBeLessThan(128 * 2 ** 20);
  });

  test("blosc, whose header says a size that is not there", async () => {
    const header = new Uint8Array(64);
    const words = new DataView(header.buffer);
    header.set([2, 1, 0x21, 1]);
    words.setUint32(4, 2 ** 31 - 1, true);
    words.setUint32(8, 2 ** 31 - 1, true);
    words.setUint32(12, 64, true);
    const z = await opened(
      {
        codecs: [
          { name: "bytes" },
          { name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: "noshuffle", blocksize: 0 } },
        ],
      },
      header,
    );
    const grown = await memoryOf(() =>
      expect(z.get()).rejects.toMatchObject({ name: "CodecError", codec: "blosc" }),
    );
    expect(grown).toBeLessThan(64 * 2 ** 20);
  });

  test("strings whose lengths are not there", async () => {
    const chunk = new Uint8Array(16);
    new DataView(chunk.buffer).setUint32(0, 8, true);
    new DataView(chunk.buffer).setUint32(4, 2 ** 32 - 1, true);
    const z = await opened({ data_type: "string", fill_value: "", codecs: [{ name: "vlen-utf8" }] }, chunk);
    await expect(z.get()).rejects.toMatchObject({ name: "CodecError", codec: "vlen-utf8" });
    new DataView(chunk.buffer).setUint32(0, 2 ** 32 - 1, true);
    await expect(z.get()).rejects.toMatchObject({ name: "CodecError", codec: "vlen-utf8" });
  });
});

describe("metadata of what cannot be", () => {
  test("a huge array opens, prints and is read in part; all of it is an error that says so", async () => {
    const store = new CountingStore(new MemoryStore());
    const chunkGrid = { name: "regular", configuration: { chunk_shape: [1000, 1000] } };
    await store.set("zarr.json", json({ ...V3, shape: [2 ** 26, 2 ** 26], chunk_grid: chunkGrid }));
    const z = await openArray(store);
    expect(z.info).toContain("67108864");
    expect(await z.get([2 ** 26 - 1, 5])).toBe(0);
    expect(await z.get([slice(0, 2), slice(-3, null)])).toMatchObject({ shape: [2, 3] });
    store.reset();
    await expect(z.get()).rejects.toThrow(/does not fit in memory/);
    expect(store.count("get")).toBe(0);
  });

  test("a chunk beyond all memory fails when it is read, not before", async () => {
    const z = await opened(
      { shape: [2 ** 50], chunk_grid: { name: "regular", configuration: { chunk_shape: [2 ** 50] } } },
      Uint8Array.of(1, 2, 3),
    );
    await expect(z.get([slice(0, 2)])).resolves.toMatchObject({ shape: [2] });
    await expect(z.get([slice(2, 9)])).rejects.toMatchObject({ name: "CodecError", chunkKey: "c/0" });
    const packed = await opened(
      {
        shape: [2 ** 50],
        chunk_grid: { name: "regular", configuration: { chunk_shape: [2 ** 50] } },
        codecs: [{ name: "bytes" }, { name: "gzip", configuration: { level: 1 } }],
      },
      new Uint8Array(gzipSync(new Uint8Array(100))),
    );
    await expect(packed.get([0])).rejects.toBeInstanceOf(Error);
  });

  test("an index of a shard that would be larger than any file", async () => {
    const sharding = {
      chunk_shape: [1],
      codecs: [{ name: "bytes" }],
      index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    };
    const changes = {
      shape: [2 ** 40],
      chunk_grid: { name: "regular", configuration: { chunk_shape: [2 ** 40] } },
      codecs: [{ name: "sharding_indexed", configuration: sharding }],
    };
    const grown = await memoryOf(async () => {
      const z = await opened(changes, new Uint8Array(100));
      await expect(z.get([5])).rejects.toMatchObject({ name: "CodecError", chunkKey: "c/0" });
    });
    expect(grown).toBeLessThan(64 * 2 ** 20);
  });

  test("nesting without end", async () => {
    const deep = (open: string, close: string): Uint8Array =>
      encode(open.repeat(200_000) + close.repeat(200_000));
    for (const document of [deep("[", "]"), deep('{"a":', "}"), deep("[", "")])
      await expect(open(new Map([["zarr.json", document]]))).rejects.toMatchObject({
        name: "MetadataValidationError",
      });
    let codecs: object[] = [{ name: "bytes" }];
    for (let i = 0; i < 400; i++)
      codecs = [{ name: "sharding_indexed", configuration: { chunk_shape: [8], codecs } }];
    const z = await opened({ codecs }).catch((error: unknown) => error);
    if (z instanceof Error) expect(z).toMatchObject({ name: "MetadataValidationError" });
    let attributes: object = {};
    for (let i = 0; i < 50_000; i++) attributes = { a: attributes };
    await expect(createGroup({}, { attributes })).rejects.toBeInstanceOf(Error);
  });

  test("names that are members of every object", async () => {
    const text =
      '{"zarr_format":3,"node_type":"group","attributes":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
    const files = new Map([["zarr.json", encode(text)]]);
    const group = await openGroup(files);
    expect(Object.keys(group.attrs)).toEqual(["__proto__", "constructor"]);
    await group.updateAttributes(JSON.parse('{"__proto__":{"polluted":2},"toString":3}') as object);
    expect(JSON.parse(new TextDecoder().decode(files.get("zarr.json")))).toMatchObject({
      attributes: { toString: 3 },
    });
    expect(new TextDecoder().decode(files.get("zarr.json"))).toContain('"__proto__"');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      await expect(opened({ data_type: name })).rejects.toMatchObject({ name: "UnknownDataTypeError" });
      await expect(opened({ codecs: [{ name: "bytes" }, { name }] })).rejects.toMatchObject({
        name: "UnknownCodecError",
      });
      await expect(opened({ chunk_grid: { name } })).rejects.toMatchObject({
        name: "MetadataValidationError",
      });
      await expect(opened({ chunk_key_encoding: { name } })).rejects.toMatchObject({
        name: "MetadataValidationError",
      });
      const plain = await createGroup({});
      expect(await plain.has(name)).toBe(false);
      if (name === "__proto__") continue; // names of nodes cannot begin so
      await plain.createArray(name, { shape: [1], dtype: "uint8" });
      expect(await plain.has(name)).toBe(true);
    }
  });

  test("consolidated metadata whose paths leave the group, or are members of every object", async () => {
    for (const path of ["../outside", "/a", "a//b", "a/../b", "__proto__", ""]) {
      const metadata = Object.fromEntries([[path, { zarr_format: 3, node_type: "group", attributes: {} }]]);
      const consolidated = { kind: "inline", must_understand: false, metadata };
      const document = {
        zarr_format: 3,
        node_type: "group",
        attributes: {},
        consolidated_metadata: consolidated,
      };
      const files = new Map([["g/zarr.json", json(document)]]);
      const names: string[] = [];
      try {
        const group = await openConsolidated(files, { path: "g" });
        for await (const [name, node] of group.members({ maxDepth: null }))
          names.push(`${name} ${node.path}`);
      } catch (error) {
        expect(error, path).toMatchObject({ name: "MetadataValidationError" });
      }
      for (const name of names) expect(name, path).toMatch(/^\w+ g\/\w+$/);
    }
  });
});

test("a chunk key is what the encoding says, whatever the store holds beside it", async () => {
  const files = new Map<string, Uint8Array>();
  const z = await createArray(files, { shape: [4], chunks: [2], dtype: "uint8", compressors: null });
  await z.set(null, 1);
  for (const key of ["c/00", "c/0x0", "c/1e0", "c/ 0", "c/-1", "c/2", "c/0/0", "c", "d/0"])
    files.set(key, Uint8Array.of(9, 9));
  expect(await z.nchunksInitialized()).toBe(2);
  expect((await z.get("...")).toNestedArray()).toEqual([1, 1, 1, 1]);
  await z.resize([2]);
  expect([...files.keys()].filter((key) => key === "c/1")).toEqual([]);
  for (const key of ["c/00", "c/0x0", "c/1e0", "c/ 0", "c/-1", "c/0/0", "c", "d/0"])
    expect(files.has(key), key).toBe(true);
});
