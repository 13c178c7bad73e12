import { afterAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { encodeJson } from "../base/json-write.ts";
import type { Codec } from "../codecs/codec.ts";
import { registerCodec } from "../codecs/registry.ts";
import { parseDataType, registerDataType } from "../dtypes/registry.ts";
import { defaultChunkKeyEncoding, v2ChunkKeyEncoding } from "../grids/chunk-key-encoding.ts";
import { registerChunkKeyEncoding } from "../grids/registry.ts";
import { openArray } from "./open.ts";
import type { ZarrArray } from "./zarr-array.ts";

const BYTES = { name: "bytes", configuration: { endian: "little" } };

const V3: JsonObject = {
  zarr_format: 3,
  node_type: "array",
  shape: [8],
  data_type: "int32",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } },
  chunk_key_encoding: { name: "default" },
  fill_value: 0,
  codecs: [BYTES],
  attributes: {},
};

const V2: JsonObject = {
  zarr_format: 2,
  shape: [8],
  chunks: [4],
  dtype: "<i4",
  fill_value: 0,
  order: "C",
  compressor: { id: "zlib", level: 1 },
  filters: null,
};

function open(changes: JsonObject, base: JsonObject = V3): Promise<ZarrArray> {
  const store = new Map<string, Uint8Array>();
  store.set(base === V3 ? "zarr.json" : ".zarray", encodeJson({ ...base, ...changes }));
  return openArray(store, { mode: "r" });
}

describe("what documents have in common is interpreted once", () => {
  test("arrays share chains, data types and chunk keys, whatever their shapes and attributes", async () => {
    const first = await open({});
    const second = await open({ shape: [3], attributes: { units: "K" } });
    expect(second.model.chain).toBe(first.model.chain);
    expect(second.model.dataType).toBe(first.model.dataType);
    expect(second.model.chunkKeys).toBe(first.model.chunkKeys);
    expect(second.shape).toEqual([3]);
    const third = await open({ codecs: [BYTES, { name: "gzip", configuration: { level: 1 } }] });
    expect(third.model.chain).not.toBe(first.model.chain);
  });

  test("also of v2", async () => {
    const first = await open({}, V2);
    expect((await open({ shape: [3], chunks: [3] }, V2)).model.chain).toBe(first.model.chain);
    expect((await open({ order: "F" }, V2)).model.chain).not.toBe(first.model.chain);
    expect((await open({ compressor: { id: "zlib", level: 2 } }, V2)).model.chain).not.toBe(
      first.model.chain,
    );
    expect((await open({ compressor: null, filters: [V2["compressor"]!] }, V2)).model.chain).toBe(
      first.model.chain,
    );
  });

  test("a fill value that a user could change is each array's own", async () => {
    const raw = { data_type: "r16", fill_value: [1, 2], codecs: ["bytes"] };
    const first = (await open(raw)).fillValue as unknown as Uint8Array;
    first[0] = 9;
    expect(Array.from((await open(raw)).fillValue as unknown as Uint8Array)).toEqual([1, 2]);
  });

  test("fill values are told apart by their bits", async () => {
    const float = { data_type: "float32" };
    expect((await open({ ...float, fill_value: -0 })).fillValue).toBe(-0);
    expect((await open({ ...float, fill_value: 0 })).fillValue).toBe(0);
    expect((await open({ ...float, fill_value: "0x7fc00001" })).model.fillBytes).toEqual(
      new Uint8Array([1, 0, 0xc0, 0x7f]),
    );
    expect((await open({ ...float, fill_value: "NaN" })).model.fillBytes).toEqual(
      new Uint8Array([0, 0, 0xc0, 0x7f]),
    );
  });
});

describe("a wrong document is refused, also after a right one that is like it", () => {
  test.each<[string, JsonObject, string]>([
    ["data type", { data_type: "int33" }, "ZARR_UNKNOWN_DATA_TYPE"],
    ["fill value", { fill_value: "x" }, "ZARR_METADATA_VALIDATION"],
    ["fill value beyond the type", { fill_value: 2 ** 40 }, "ZARR_METADATA_VALIDATION"],
    ["codec", { codecs: [BYTES, { name: "no-such" }] }, "ZARR_UNKNOWN_CODEC"],
    ["order of codecs", { codecs: [{ name: "crc32c" }, BYTES] }, "ZARR_METADATA_VALIDATION"],
    ["no byte order", { codecs: [{ name: "bytes" }] }, "ZARR_METADATA_VALIDATION"],
    [
      "configuration",
      { codecs: [{ ...BYTES, configuration: { endian: "middle" } }] },
      "ZARR_METADATA_VALIDATION",
    ],
    ["chunk keys", { chunk_key_encoding: { name: "no-such" } }, "ZARR_METADATA_VALIDATION"],
    [
      "inner chunks that do not fit the chunk",
      {
        codecs: [{ name: "sharding_indexed", configuration: { chunk_shape: [3], codecs: [BYTES] } }],
      },
      "ZARR_METADATA_VALIDATION",
    ],
  ])("%s", async (_, changes, code) => {
    for (let time = 0; time < 2; time++) {
      await open({});
      await expect(open(changes)).rejects.toMatchObject({ code, key: "zarr.json" });
    }
  });

  test("the chunk shape counts, not only the codecs", async () => {
    const sharded = (length: number): JsonObject => ({
      chunk_grid: { name: "regular", configuration: { chunk_shape: [length] } },
      codecs: [{ name: "sharding_indexed", configuration: { chunk_shape: [2], codecs: [BYTES] } }],
    });
    await open(sharded(4));
    await expect(open(sharded(3))).rejects.toMatchObject({ code: "ZARR_METADATA_VALIDATION" });
    await open(sharded(6));
  });

  test("the data type counts, not only the codecs", async () => {
    const codecs = ["bytes"];
    await open({ data_type: "int8", codecs });
    await expect(open({ data_type: "int16", codecs })).rejects.toMatchObject({
      code: "ZARR_METADATA_VALIDATION",
    });
  });
});

describe("what is registered counts from then on", () => {
  // Registrations cannot be taken back, so these have names of their own.
  const codecOf = (text: string): Codec => ({
    kind: "bytes-bytes",
    name: "example.memo",
    configuration: undefined,
    toString: () => text,
    bind: () => ({
      kind: "bytes-bytes",
      name: "example.memo",
      encodedSize: (size) => size,
      maxEncodedSize: (size) => size,
      encode: (bytes) => bytes,
      decode: (bytes) => bytes,
    }),
  });
  afterAll(() => registerDataType({ name: "example.memo", fromV3: () => parseDataType("int8") }));

  test("a codec", async () => {
    const codecs = [BYTES, { name: "example.memo" }];
    registerCodec({ kind: "bytes-bytes", name: "example.memo", fromV3: () => codecOf("first") });
    expect(String((await open({ codecs })).compressors[0])).toBe("first");
    registerCodec({ kind: "bytes-bytes", name: "example.memo", fromV3: () => codecOf("second") });
    expect(String((await open({ codecs })).compressors[0])).toBe("second");
  });

  test("a data type, also within a codec", async () => {
    const codecs = [{ name: "cast_value", configuration: { data_type: "example.memo" } }, BYTES];
    const encoded = async (): Promise<number | undefined> => {
      const { chain, grid, dataType, fillValue } = (await open({ codecs })).model;
      const bound = chain.arrayArray[0]!.bind({ shape: grid.chunkShape!, dataType, fillValue });
      return bound.kind === "array-array" ? bound.encoded.dataType.itemSize : undefined;
    };
    registerDataType({ name: "example.memo", fromV3: () => parseDataType("int16") });
    expect((await open({ data_type: "example.memo" })).dtype).toBe("int16");
    expect(await encoded()).toBe(2);
    registerDataType({ name: "example.memo", fromV3: () => parseDataType("int64") });
    expect((await open({ data_type: "example.memo" })).dtype).toBe("int64");
    expect(await encoded()).toBe(8);
  });

  test("a chunk key encoding", async () => {
    const keys = { chunk_key_encoding: { name: "example.memo" } };
    registerChunkKeyEncoding("example.memo", () => defaultChunkKeyEncoding("."));
    expect((await open(keys)).model.chunkKeys.encode([1])).toBe("c.1");
    registerChunkKeyEncoding("example.memo", () => v2ChunkKeyEncoding());
    expect((await open(keys)).model.chunkKeys.encode([1])).toBe("1");
  });
});
