import { expect, test } from "vitest";
import {
  createArray,
  openArray,
  slice,
  UnsupportedError,
  type CreateArrayOptions,
  type NDArray,
} from "../index.ts";
import { MemoryStore } from "../storage.ts";

const WHOLE = Int32Array.from({ length: 35 }, (_, i) => ((i * 37) % 101) - 20);

async function roundTrip(options: Partial<CreateArrayOptions>, data: unknown): Promise<unknown> {
  const store = new MemoryStore();
  const z = await createArray(store, { shape: [5, 7], chunks: [3, 4], dtype: "int32", ...options });
  await z.set(null, { data, shape: [5, 7], stride: [7, 1] } as never);
  const result = await (await openArray(store)).get("...");
  return (result as NDArray).data;
}

const cases: [string, Partial<CreateArrayOptions>, unknown][] = [
  [
    "delta, v2, big-endian, column-major",
    { zarrFormat: 2, dtype: ">i4", order: "F", filters: [{ id: "delta", dtype: ">i4" }] },
    WHOLE,
  ],
  [
    "delta, v3",
    { filters: [{ name: "numcodecs.delta", configuration: { dtype: "<i4", astype: "<i2" } }] },
    WHOLE,
  ],
  [
    "two filters",
    {
      filters: [
        { name: "numcodecs.delta" },
        { name: "numcodecs.astype", configuration: { encode_dtype: "<i8" } },
      ],
    },
    WHOLE,
  ],
  [
    "packbits, then bytes without a byte order",
    { dtype: "bool", filters: [{ name: "numcodecs.packbits" }] },
    Uint8Array.from(WHOLE, (x) => x & 1),
  ],
  [
    "packbits of the registry",
    { dtype: "bool", serializer: { name: "packbits" } },
    Uint8Array.from(WHOLE, (x) => x & 1),
  ],
  [
    "int8 cast to int16, whose bytes need a byte order",
    { dtype: "int8", filters: [{ name: "cast_value", configuration: { data_type: "int16" } }] },
    Int8Array.from(WHOLE),
  ],
  [
    "reshape after transpose",
    {
      filters: [
        { name: "transpose", configuration: { order: [1, 0] } },
        { name: "reshape", configuration: { shape: [-1] } },
      ],
    },
    WHOLE,
  ],
  ["texts", { dtype: "string" }, Array.from(WHOLE, (x) => `é\0${x}`.repeat(x & 3))],
  [
    "byte strings, v2",
    { zarrFormat: 2, dtype: "variable_length_bytes" },
    Array.from(WHOLE, (x) => Uint8Array.of(x & 255, 0, 1).subarray(x & 3)),
  ],
  ["zfp", { serializer: { name: "zfp", configuration: { mode: "reversible" } } }, WHOLE],
  ["pcodec in v2", { zarrFormat: 2, filters: [{ id: "pcodec" }] }, WHOLE],
];

test.each(cases)("%s", async (_, options, data) => {
  expect(await roundTrip(options, data)).toEqual(data);
});

test("a byte order follows the data type that a filter makes", async () => {
  const store = new MemoryStore();
  const filters = [{ name: "cast_value", configuration: { data_type: "int16" } }];
  const z = await createArray(store, { shape: [2], dtype: "int8", filters });
  expect(String(z.info)).toContain("BytesCodec(endian='little')");
});

test("an inner chunk that was never written reads as the fill value, through every filter before the shards", async () => {
  const z = await createArray(new MemoryStore(), {
    shape: [12],
    chunks: [12],
    dtype: "float64",
    fillValue: NaN,
    filters: [
      { name: "scale_offset", configuration: { offset: -10, scale: 0.1 } },
      {
        name: "cast_value",
        configuration: { data_type: "uint8", scalar_map: { encode: [["NaN", 0]], decode: [[0, "NaN"]] } },
      },
    ],
    serializer: {
      name: "sharding_indexed",
      configuration: {
        chunk_shape: [2],
        codecs: [{ name: "bytes" }],
        index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
      },
    },
  });
  await z.set([slice(4, 6)], 90);
  expect(Array.from((await z.get("...")).data as Float64Array)).toEqual([
    NaN,
    NaN,
    NaN,
    NaN,
    90,
    90,
    ...Array<number>(6).fill(NaN),
  ]);
});

test("chunks at the edge are written though their padding has no place in the encoded type", async () => {
  const z = await createArray(new MemoryStore(), {
    shape: [5],
    chunks: [4],
    dtype: "float64",
    filters: [
      {
        name: "numcodecs.fixedscaleoffset",
        configuration: { offset: 1000, scale: 10, dtype: "<f8", astype: "|u1" },
      },
    ],
  });
  await z.set(null, [1000, 1001, 1002, 1003, 1004.5]);
  expect(Array.from((await z.get("...")).data as Float64Array)).toEqual([1000, 1001, 1002, 1003, 1004.5]);
  await expect(z.set([0], 2000)).rejects.toThrow(RangeError);
});

test("objects of v2 are read through their codec, and pickles are not", async () => {
  const metadata = (filter: object): Uint8Array =>
    new TextEncoder().encode(
      JSON.stringify({
        zarr_format: 2,
        shape: [3],
        chunks: [2],
        dtype: "|O",
        fill_value: 0,
        order: "C",
        compressor: null,
        filters: [filter],
      }),
    );
  const categorized = new MemoryStore({
    ".zarray": metadata({ id: "categorize", labels: ["x", "y"], dtype: "|O", astype: "|u1" }),
    "0": Uint8Array.of(2, 1),
    "1": Uint8Array.of(1, 0),
  });
  expect((await (await openArray(categorized)).get("...")).data).toEqual(["y", "x", "x"]);
  const json = new MemoryStore({
    ".zarray": metadata({ id: "json2" }),
    "0": new TextEncoder().encode('[{"a":[1,null]},"é","|O",[2]]'),
  });
  expect((await (await openArray(json)).get("...")).data).toEqual([{ a: [1, null] }, "é", 0]);
  const pickled = new MemoryStore({ ".zarray": metadata({ id: "pickle", protocol: 5 }) });
  await expect(openArray(pickled)).rejects.toThrow(UnsupportedError);
});
