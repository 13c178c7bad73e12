// Arrays that zarrkit writes for other implementations to read: types, codecs, shards, formats, orders, keys.
import type { createArray } from "../../src/index.ts";
import { NUMBER_NAMES, type NumberName } from "./sample-data.ts";

/** A codec as metadata documents name it. */
export interface NamedCodec {
  readonly name: string;
  readonly configuration?: object;
}

export type CreateOptions = NonNullable<Parameters<typeof createArray>[1]>;

/** What a reader of another implementation is known not to do; see `REFUSALS` in readback.test.ts. */
export type Trait =
  | "bytes-after-shard"
  | "nan-attributes"
  | "big-endian-complex"
  | "transposed-scalar"
  | TypeTrait
  | `v2-${TypeTrait}`
  | `numcodecs.${string}`
  | "quantize-astype"
  | "v2-filters"
  | `v2-compressor-${string}`
  | "scale-offset"
  | "cast-value"
  | "rectilinear";

/** Data types that are no numbers. */
export type TypeTrait =
  | "string"
  | "variable-length-bytes"
  | "time"
  | "fixed-utf32"
  | "null-terminated-bytes"
  | "empty-fill"
  | "raw-bytes"
  | "struct";

/** One array to write. */
export interface WriteCase {
  readonly store: string;
  readonly path: string;
  readonly dtype: NumberName;
  readonly shape: readonly number[];
  readonly options: Omit<CreateOptions, "shape" | "dtype">;
  /** Rows of the first axis that are written, each as `[start, stop]`, in this order. Default: everything at once. */
  readonly rows?: readonly (readonly [number, number])[];
  readonly traits?: readonly Trait[];
}

const INT = { dtype: "int32", shape: [12, 10] } as const;
export const LITTLE = { name: "bytes", configuration: { endian: "little" } };
export const BIG = { name: "bytes", configuration: { endian: "big" } };
export const CRC = { name: "crc32c" };
export const codec = (name: string, configuration: Record<string, unknown>): NamedCodec => ({
  name,
  configuration,
});
export const blosc = (cname: string, shuffle: string, typesize = 4, clevel = 5): NamedCodec =>
  codec("blosc", { cname, clevel, shuffle, typesize, blocksize: 0 });
export const transpose = (...order: number[]): NamedCodec => codec("transpose", { order });
export const sharding = (chunk_shape: number[], codecs: NamedCodec[], more: object = {}): NamedCodec =>
  codec("sharding_indexed", {
    chunk_shape,
    codecs,
    index_codecs: [LITTLE, CRC],
    index_location: "end",
    ...more,
  });

/** The fixed part of the matrix. */
export function writeCases(): WriteCase[] {
  return [...dataTypes(), ...codecs(), ...shards(), ...layout(), ...version2(), ...archives()];
}

function dataTypes(): WriteCase[] {
  return NUMBER_NAMES.flatMap((dtype) =>
    [LITTLE, BIG].flatMap((serializer): WriteCase[] => {
      const name = `${dtype}-${serializer.configuration.endian}`;
      const array = { store: "dtypes.zarr", path: name, dtype, shape: [7] };
      const traits: Trait[] = serializer === BIG && dtype.startsWith("complex") ? ["big-endian-complex"] : [];
      return [
        { ...array, options: { chunks: [4], serializer, compressors: null }, traits },
        // The default compressor; the last rows stay missing.
        { ...array, path: `${name}-part`, options: { chunks: [3], serializer }, rows: [[1, 5]], traits },
      ];
    }),
  );
}

function codecs(): WriteCase[] {
  const one = (path: string, compressors: NamedCodec[], more: Partial<WriteCase> = {}): WriteCase => ({
    store: "codecs.zarr",
    path,
    ...INT,
    ...more,
    options: { chunks: [12, 6], compressors, ...more.options },
  });
  const cases = [
    one("none", []),
    one("gzip", [codec("gzip", { level: 5 })]),
    one("zstd", [codec("zstd", { level: 3, checksum: false })]),
    one("zstd-checksum", [codec("zstd", { level: 1, checksum: true })]),
    one("crc32c", [CRC]),
    one("gzip-crc32c", [codec("gzip", { level: 1 }), CRC]),
    one("transpose", [], { options: { filters: [transpose(1, 0)] } }),
    one("transpose-twice-zstd", [codec("zstd", { level: 1, checksum: false })], {
      shape: [3, 4, 5],
      options: { chunks: [2, 3, 4], filters: [transpose(1, 2, 0), transpose(2, 1, 0)] },
    }),
  ];
  for (const cname of ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]) {
    for (const shuffle of ["noshuffle", "shuffle", "bitshuffle"]) {
      const large = { shape: [64, 48], options: { chunks: [64, 24] } };
      cases.push(one(`blosc-${cname}-${shuffle}`, [blosc(cname, shuffle)], large));
    }
    cases.push(one(`blosc-${cname}-level-0`, [blosc(cname, "shuffle", 8, 0)], { dtype: "float64" }));
  }
  return cases;
}

function shards(): WriteCase[] {
  const zstd = codec("zstd", { level: 1, checksum: false });
  const one = (path: string, serializer: NamedCodec, more: Partial<WriteCase> = {}): WriteCase => ({
    store: "sharding.zarr",
    path,
    dtype: "uint16",
    shape: [10, 9],
    ...more,
    options: { chunks: [6, 6], serializer, compressors: null, ...more.options },
  });
  const inner = [LITTLE, zstd];
  const nested = sharding([3, 2], inner, { index_location: "start" });
  return [
    one("end", sharding([3, 2], inner)),
    one("start", sharding([3, 2], inner, { index_location: "start" })),
    one("index-big-endian", sharding([3, 3], inner, { index_codecs: [BIG, CRC] })),
    one("index-without-checksum", sharding([3, 3], inner, { index_codecs: [LITTLE] })),
    one("transpose-inside", sharding([3, 2], [transpose(1, 0), BIG, codec("gzip", { level: 1 })])),
    one("transpose-before", sharding([2, 3], inner), { options: { filters: [transpose(1, 0)] } }),
    one("crc32c-after", sharding([3, 2], inner), {
      options: { compressors: [CRC] },
      traits: ["bytes-after-shard"],
    }),
    one("nested", sharding([6, 4], [nested]), { shape: [20, 9], options: { chunks: [12, 8] } }),
    // Shards that are written in parts, some of them twice; the last rows stay missing.
    one("in-parts", sharding([3, 2], inner), {
      rows: [
        [0, 2],
        [1, 5],
        [4, 8],
      ],
    }),
    {
      store: "sharding.zarr",
      path: "by-option",
      dtype: "float32",
      shape: [10, 9],
      options: { chunks: [2, 3], shards: [4, 9] },
    },
  ];
}

function layout(): WriteCase[] {
  const one = (
    path: string,
    shape: number[],
    chunks: number[],
    more: Partial<WriteCase> = {},
  ): WriteCase => ({
    store: "layout.zarr",
    path,
    dtype: "int16",
    shape,
    ...more,
    options: { chunks, compressors: null, ...more.options },
  });
  const attributes = { title: "Größe 大きさ 🌊", list: [1, 2.5, null, true], nested: { a: { b: "c" } } };
  return [
    ...["default", "v2"].flatMap((name) =>
      (["/", "."] as const).map((separator) =>
        one(`keys-${name}-${separator === "/" ? "slash" : "dot"}`, [3, 5], [2, 3], {
          options: { chunkKeyEncoding: { name, separator } },
        }),
      ),
    ),
    one("zero-dimensions", [], []),
    one("zero-length", [0, 3], [2, 2]),
    one("five-dimensions", [3, 2, 4, 2, 3], [2, 2, 3, 1, 2], { dtype: "float32" }),
    one("chunk-larger-than-shape", [3, 4], [8, 8], { dtype: "float64" }),
    one("all-missing", [5, 5], [2, 2], { rows: [], options: { fillValue: -7 } }),
    one("fill-nan", [6], [3], { dtype: "float64", rows: [[0, 2]], options: { fillValue: NaN } }),
    one("fill-infinity", [6], [3], { dtype: "float32", rows: [[0, 2]], options: { fillValue: -Infinity } }),
    one("fill-int64", [6], [3], { dtype: "int64", rows: [[0, 2]], options: { fillValue: -(2n ** 63n) } }),
    one("fill-uint64", [6], [3], { dtype: "uint64", rows: [[0, 2]], options: { fillValue: 2n ** 64n - 1n } }),
    one("fill-bool", [6], [3], { dtype: "bool", rows: [[0, 2]], options: { fillValue: true } }),
    one("deep/er/names", [4], [2], { options: { attributes, dimensionNames: ["größe"] } }),
    one("some-names", [4, 3, 2], [2, 2, 2], { options: { dimensionNames: ["t", null, "x"] } }),
    one("nan-attributes", [4], [2], {
      options: { attributes: { nan: NaN, infinity: [-Infinity] } },
      traits: ["nan-attributes"],
    }),
  ];
}

function version2(): WriteCase[] {
  const one = (path: string, more: Partial<WriteCase> = {}): WriteCase => ({
    store: "v2.zarr",
    path,
    ...INT,
    ...more,
    options: { zarrFormat: 2, chunks: [12, 6], compressors: null, ...more.options },
  });
  const compressors = {
    zlib: { id: "zlib", level: 5 },
    gzip: { id: "gzip", level: 5 },
    zstd: { id: "zstd", level: 3 },
    ...Object.fromEntries(
      ["lz4", "blosclz", "zstd"].flatMap((cname) =>
        [0, 1, 2].map((shuffle) => [
          `blosc-${cname}-${shuffle}`,
          { id: "blosc", cname, clevel: 5, shuffle, blocksize: 0 },
        ]),
      ),
    ),
  };
  return [
    ...NUMBER_NAMES.map((dtype) => one(`dtype-${dtype}`, { dtype, shape: [7], options: { chunks: [4] } })),
    ...Object.entries(compressors).map(([name, compressor]) =>
      one(name, { options: { compressors: compressor } }),
    ),
    one("default-compressor", { options: { compressors: "auto" } }),
    one("order-f", { options: { order: "F" } }),
    one("order-f-zlib", { shape: [5, 4, 3], options: { chunks: [3, 2, 2], order: "F" } }),
    one("slash", { options: { chunkKeyEncoding: { name: "v2", separator: "/" } } }),
    one("zero-dimensions", { shape: [], options: { chunks: [] } }),
    one("fill-null", { rows: [[0, 12]], options: { fillValue: null } }),
    one("fill-nan", {
      dtype: "float32",
      shape: [6],
      rows: [[0, 2]],
      options: { chunks: [3], fillValue: NaN },
    }),
    one("attributes", { options: { attributes: { units: "K", n: [1, 2, 3] } } }),
  ];
}

function archives(): WriteCase[] {
  return [2, 3].flatMap((zarrFormat): WriteCase[] =>
    ["a", "group/b"].map((path) => ({
      store: `v${zarrFormat}.zip`,
      path,
      ...INT,
      // zarrFormat is one of the two numbers above.
      options: { zarrFormat: zarrFormat as 2 | 3, chunks: [5, 4] },
    })),
  );
}
