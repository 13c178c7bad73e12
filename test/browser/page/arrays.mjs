// Arrays, written and read again: every codec that a page can run, data types, sharding, the two formats, selections.
import {
  consolidateMetadata,
  createArray,
  createGroup,
  load,
  open,
  openArray,
  openConsolidated,
  save,
  slice,
} from "zarrkit";
import { MemoryStore } from "zarrkit/storage";
import { check, describe, equal, failure, test } from "./suite.mjs";

const named = (name, configuration) => ({ name, ...(configuration === undefined ? {} : { configuration }) });
const blosc = (cname, shuffle, clevel = 5) =>
  named("blosc", { cname, clevel, shuffle, typesize: 4, blocksize: 0 });
const BLOSC = ["lz4", "lz4hc", "blosclz", "zlib", "zstd"];

const V3 = [
  ...[0, 1, 9].map((level) => named("gzip", { level })),
  ...[-5, 0, 3, 19].map((level) => named("zstd", { level, checksum: level === 0 })),
  ...BLOSC.flatMap((cname) => ["noshuffle", "shuffle", "bitshuffle"].map((shuffle) => blosc(cname, shuffle))),
  blosc("lz4", "shuffle", 0),
  named("crc32c"),
  named("numcodecs.gzip", { level: 3 }),
  named("numcodecs.zlib", { level: 3 }),
  named("numcodecs.zstd", { level: 3 }),
  named("numcodecs.blosc", { cname: "snappy", clevel: 5, shuffle: 1 }),
  named("numcodecs.lz4", { acceleration: 1 }),
  named("numcodecs.bz2", { level: 9 }),
  named("numcodecs.lzma", {}),
  named("numcodecs.lzma", {
    format: 3,
    filters: [
      { id: 3, dist: 4 },
      { id: 33, preset: 1 },
    ],
  }),
  named("numcodecs.shuffle", { elementsize: 4 }),
  ...["crc32", "crc32c", "adler32", "fletcher32", "jenkins_lookup3"].map((name) =>
    named(`numcodecs.${name}`, {}),
  ),
];
const V2 = [
  { id: "zlib", level: 1 },
  { id: "gzip", level: 5 },
  { id: "zstd", level: 3 },
  ...[...BLOSC, "snappy"].map((cname) => ({ id: "blosc", cname, clevel: 5, shuffle: 2, blocksize: 0 })),
  { id: "lz4", acceleration: 1 },
  { id: "bz2", level: 1 },
  { id: "lzma", format: 1, check: -1, preset: null, filters: null },
];
const FILTERS = [
  [named("transpose", { order: [1, 0] })],
  [named("numcodecs.delta", { dtype: "<i4", astype: "<i4" })],
  [named("numcodecs.fixedscaleoffset", { offset: 0, scale: 1, dtype: "<i4", astype: "<i4" })],
  [named("numcodecs.astype", { encode_dtype: "<i8", decode_dtype: "<i4" })],
];

/** Smooth and rough parts, so that compressors do something and not all. */
function sample(count) {
  let state = 1;
  return Int32Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return index % 500 < 400 ? index >> 3 : state;
  });
}

const SHAPE = [61, 47];
const DATA = sample(SHAPE[0] * SHAPE[1]);

async function roundTrip(options) {
  const files = new Map();
  const z = await createArray(files, { shape: SHAPE, chunks: [30, 20], dtype: "int32", ...options });
  await z.set(null, { data: DATA, shape: SHAPE, stride: [SHAPE[1], 1] });
  const again = await openArray(files, { mode: "r" });
  equal((await again.get(null)).data, DATA);
  const part = await again.get([slice(25, 35), slice(40, 10, -7)]);
  equal(part.shape, [10, 5]);
  equal(await again.get([31, 21]), DATA[31 * SHAPE[1] + 21]);
  equal(part.get(3, 2), DATA[28 * SHAPE[1] + 26]);
  return files;
}

export function registerArrays() {
  describe("round trip", () => {
    for (const codec of V3) test(`v3 ${JSON.stringify(codec)}`, () => roundTrip({ compressors: [codec] }));
    for (const codec of V2)
      test(`v2 ${JSON.stringify(codec)}`, () => roundTrip({ zarrFormat: 2, compressors: codec }));
    for (const filters of FILTERS)
      test(`v3 ${JSON.stringify(filters)}`, () => roundTrip({ filters, compressors: "auto" }));
    test("v2 base64 and delta as filters", () =>
      roundTrip({
        zarrFormat: 2,
        filters: [{ id: "delta", dtype: "<i4", astype: "<i4" }, { id: "base64" }],
      }));
    test("v2 order F", () => roundTrip({ zarrFormat: 2, order: "F" }));
    test("without a compressor, big-endian", () =>
      roundTrip({ compressors: null, serializer: named("bytes", { endian: "big" }) }));
    for (const compressors of [
      null,
      "auto",
      named("gzip", { level: 1 }),
      blosc("lz4", "shuffle"),
      named("crc32c"),
    ])
      test(`shards of ${JSON.stringify(compressors)}`, async () => {
        const files = await roundTrip({ chunks: [10, 10], shards: [40, 30], compressors });
        equal([...files.keys()].filter((key) => key.startsWith("c/")).length, 4, "shards");
      });
  });

  const TYPES = [
    ["bool", [true, false, true]],
    ...["int8", "int16", "int32"].map((name) => [name, [-7, 0, 100]]),
    ...["uint8", "uint16", "uint32"].map((name) => [name, [7, 0, 200]]),
    ["int64", [-(2n ** 60n), 0n, 5n]],
    ["uint64", [2n ** 63n, 0n, 5n]],
    ["float16", [0.5, -0, NaN]],
    ["float32", [0.5, -0, Infinity]],
    ["float64", [0.1, NaN, -1e300]],
    ["string", ["α", "", "😀"]],
    ["<U4", ["α", "", "😀"]],
    ["variable_length_bytes", [Uint8Array.of(1, 0, 2), Uint8Array.of(), Uint8Array.of(255)]],
  ];
  for (const [dtype, values] of TYPES)
    test(`data type ${dtype}`, async () => {
      for (const endian of ["little", "big"]) {
        const numeric = /int(16|32|64)|float/.test(dtype);
        const serializer = numeric ? named("bytes", { endian }) : undefined;
        const z = await createArray({}, { shape: [3], chunks: [2], dtype, serializer });
        await z.set(null, values);
        equal([...(await z.get(null))], values);
        const empty = await createArray({}, { shape: [2], dtype, serializer });
        equal((await empty.get(null)).shape, [2]);
      }
    });

  test("structured records", async () => {
    const z = await createArray(
      {},
      {
        shape: [2],
        dtype: [
          ["a", "<i4"],
          ["b", "<f8"],
        ],
        zarrFormat: 2,
        compressors: { id: "zlib", level: 1 },
      },
    );
    const data = { a: Int32Array.of(1, 2), b: Float64Array.of(0.5, 1.5) };
    await z.set(null, data.a, { fields: "a" });
    await z.set(null, data.b, { fields: "b" });
    equal((await z.get(null, { fields: "b" })).data, data.b);
    equal((await z.get(null)).data.a.data, data.a);
  });

  test("a hierarchy: groups, attributes, consolidated metadata, members, resize, append, deletion", async () => {
    const store = new MemoryStore();
    const root = await createGroup(store, { attributes: { title: "ä", big: 1 } });
    const group = await root.createGroup("a/b");
    const z = await group.createArray("z", { shape: [4], chunks: [2], dtype: "float64" });
    await z.set(null, Float64Array.of(1, 2, 3, 4));
    await z.append(Float64Array.of(5));
    await z.updateAttributes({ units: "m" });
    await consolidateMetadata(store);
    const top = await openConsolidated(store);
    const names = [];
    for await (const [name] of top.members({ maxDepth: null })) names.push(name);
    equal(names.sort(), ["a", "a/b", "a/b/z"]);
    const again = await top.get("a/b/z");
    equal([again.shape, again.attrs, String(await again.get([-1]))], [[5], { units: "m" }, "5"]);
    equal(top.attrs, { title: "ä", big: 1 });
    await root.delete("a");
    equal(await root.nmembers(), 0);
  });

  test("save, load and open give back what was saved", async () => {
    const files = new Map();
    await save(files, Float32Array.of(1, 2, 3));
    equal((await load(files)).data, [1, 2, 3]);
    equal((await open(files)).shape, [3]);
  });

  test("a damaged chunk is an error that names the array, the chunk and the codec", async () => {
    for (const compressors of [
      "auto",
      named("gzip", { level: 1 }),
      blosc("zstd", "shuffle"),
      named("crc32c"),
    ]) {
      const files = new Map();
      const z = await createArray(files, { shape: [100], chunks: [50], dtype: "int32", compressors });
      await z.set(null, DATA.subarray(0, 100));
      const chunk = files.get("c/1").slice();
      files.set("c/1", chunk.subarray(0, chunk.length - 3));
      const error = await failure(() => z.get(null));
      check(/^(CodecError|ChecksumError)$/.test(error.name), String(error));
      equal(error.chunkKey, "c/1");
      check(error.codec !== undefined, "the codec is not named");
    }
  });

  test("a thousand chunks are read with the page still answering", async () => {
    const z = await createArray({}, { shape: [1000, 100], chunks: [10, 10], dtype: "uint16" });
    await z.set(null, 7);
    const sum = (await z.get(null)).data.reduce((total, value) => total + value, 0);
    equal(sum, 700_000);
  });
}
