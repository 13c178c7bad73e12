// More that zarrkit writes for other implementations to read: types that are no numbers, filters, checksums, grids.
import {
  BIG,
  codec,
  type CreateOptions,
  LITTLE,
  type NamedCodec,
  sharding,
  type Trait,
  transpose,
  type TypeTrait,
} from "./write-cases.ts";

/** What a reader must see: canonical bytes, or a list (of texts, or of byte strings as hex). */
export type Seen =
  | { readonly enc: "raw"; readonly bytes: Uint8Array }
  | { readonly enc: "jsonlist" | "hexlist"; readonly list: readonly string[] };

/** One array to write, its values as `set` takes them. */
export interface WiderCase {
  readonly store: string;
  readonly path: string;
  readonly dtype: NonNullable<CreateOptions["dtype"]>;
  readonly shape: readonly number[];
  readonly options: Omit<CreateOptions, "shape" | "dtype">;
  readonly data: ArrayLike<unknown>;
  readonly seen: Seen;
  /** Of a codec that loses precision: how far what is read may lie from `data`. Readers must then see what zarrkit reads. */
  readonly tolerance?: number;
  readonly traits?: readonly Trait[];
}

type Sample = Pick<WiderCase, "dtype" | "data" | "seen">;

const TEXTS = ["", "plain", "Größe", "大きさ", "🌊 wave", 'quote " \\', "a\nb", "ż"];
const BYTES = [[], [0], [97, 98, 99], [255, 254, 0], [128, 128, 128, 128, 128], [120, 0], [1]];
const NAT = -(2n ** 63n);
const ZSTD = codec("zstd", { level: 1, checksum: false });

export function widerCases(): WiderCase[] {
  return [...types(), ...typesV2(), ...filters(), ...filtersV2(), ...grids()];
}

/** Type name in the path → sample; `>` asks for big-endian bytes where the format has the order in the type. */
function samples(order: "<" | ">"): Record<string, Sample> {
  const units = ["ns", "10us", "ms", "s", "10m", "h", "D", "W", "M", "Y"];
  const times = (kind: "M8" | "m8") =>
    Object.fromEntries(
      units.map((unit) => [
        `${kind === "M8" ? "datetime" : "timedelta"}-${unit}`,
        numbers(`${order}${kind}[${unit}]`, BigInt64Array.of(0n, NAT, -5n, 20_000n, 77n)),
      ]),
    );
  const bytes = BYTES.map((item) => Uint8Array.from(item));
  return {
    ...times("M8"),
    ...times("m8"),
    "fixed-utf32": { dtype: `${order}U10`, data: TEXTS, seen: raw(...TEXTS.map((text) => utf32(text, 10))) },
    "null-terminated-bytes": {
      dtype: "S4",
      data: ["a", "", "abcd", "a\0b"].map((text) => new TextEncoder().encode(text)),
      seen: raw(...["a\0\0\0", "\0\0\0\0", "abcd", "a\0b\0"].map((text) => new TextEncoder().encode(text))),
    },
    "raw-bytes": {
      dtype: "V3",
      data: [Uint8Array.of(1, 2, 3), new Uint8Array(3), Uint8Array.of(255, 0, 254)],
      seen: raw(Uint8Array.of(1, 2, 3, 0, 0, 0, 255, 0, 254)),
    },
    string: { dtype: "string", data: TEXTS, seen: { enc: "jsonlist", list: TEXTS } },
    "variable-length-bytes": {
      dtype: "variable_length_bytes",
      data: bytes,
      seen: { enc: "hexlist", list: bytes.map((item) => Buffer.from(item).toString("hex")) },
    },
    struct: records(order),
  };
}

/** Records of an integer, a float, a byte string and a boolean. */
function records(order: "<" | ">"): Sample {
  const rows = Array.from({ length: 7 }, (_, i) => ({
    id: (i * 7919) % 65_536,
    value: (i % 2 === 0 ? i : -i) / 3,
    name: new TextEncoder().encode("abc".slice(0, i % 4)),
    flag: i % 2 === 1,
  }));
  const seen = new DataView(new ArrayBuffer(14 * rows.length));
  for (const [i, { id, value, name, flag }] of rows.entries()) {
    seen.setUint16(14 * i, id, true);
    seen.setFloat64(14 * i + 2, value, true);
    for (const [k, byte] of name.entries()) seen.setUint8(14 * i + 10 + k, byte);
    seen.setUint8(14 * i + 13, Number(flag));
  }
  const dtype = [
    ["id", `${order}u2`],
    ["value", `${order}f8`],
    ["name", "S3"],
    ["flag", "|b1"],
  ];
  // A list of NumPy's is a data type; its type says less.
  return { dtype: dtype as Sample["dtype"], data: rows, seen: raw(new Uint8Array(seen.buffer)) };
}

function types(): WiderCase[] {
  return Object.entries(samples("<")).flatMap(([name, sample]): WiderCase[] => {
    const variable = name === "string" || name === "variable-length-bytes";
    const array = { store: "types.zarr", shape: [sample.data.length], ...sample };
    const inner = variable ? [{ name: name === "string" ? "vlen-utf8" : "vlen-bytes" }] : [LITTLE];
    const traits: Trait[] = [traitOf(name)];
    const cases: WiderCase[] = [
      { ...array, path: name, options: { chunks: [3], compressors: null }, traits },
      { ...array, path: `${name}-zstd`, options: { chunks: [4], compressors: [ZSTD] }, traits },
      {
        ...array,
        path: `${name}-sharded`,
        options: { chunks: [6], serializer: sharding([2], [...inner, ZSTD]), compressors: null },
        traits,
      },
    ];
    if (/^(datetime|timedelta|fixed)/.test(name)) {
      const options = { chunks: [3], serializer: BIG, compressors: null };
      cases.push({ ...array, path: `${name}-big-endian`, options, traits });
    }
    return cases;
  });
}

function typeV2(path: string, sample: Sample, options: object, traits: Trait[]): WiderCase {
  return {
    store: "types-v2.zarr",
    path,
    shape: [sample.data.length],
    ...sample,
    options: { zarrFormat: 2, chunks: [3], compressors: null, ...options },
    traits,
  };
}

function typesV2(): WiderCase[] {
  const little = Object.entries(samples("<"));
  const big = Object.entries(samples(">")).filter(([name]) => /^(date|time|fixed|struct)/.test(name));
  const without = { fillValue: null };
  return [
    ...little.map(([name, sample]) =>
      typeV2(name, sample, name === "struct" ? without : {}, [
        // Their fill value is "", in zarr-python as here.
        name === "null-terminated-bytes" ? "v2-empty-fill" : `v2-${traitOf(name)}`,
      ]),
    ),
    ...little
      .filter(([name]) => name.endsWith("bytes"))
      .map(([name, sample]) => typeV2(`${name}-no-fill`, sample, without, [`v2-${traitOf(name)}`])),
    ...big.map(([name, sample]) =>
      typeV2(
        `${name}-big-endian`,
        sample,
        { compressors: { id: "zlib", level: 1 }, ...(name === "struct" ? without : {}) },
        [`v2-${traitOf(name)}`],
      ),
    ),
  ];
}

const WHOLE = Int32Array.from({ length: 30 }, (_, i) => 2 * i - 11 + (i % 5));
const EIGHTHS = Float64Array.from(WHOLE, (x) => x / 8);
const int32 = numbers("int32", WHOLE);
const float32 = numbers("float32", Float32Array.from(WHOLE));
const eighths = numbers("float64", EIGHTHS);
const eighths32 = numbers("float32", Float32Array.from(EIGHTHS));
const flags = numbers(
  "bool",
  Uint8Array.from(WHOLE, (x) => Number(x % 3 === 0)),
);

/** Filters as numcodecs configures them, with what they work on and the precision they keep. */
const FILTERS: Record<string, readonly [Sample, object, number?]> = {
  delta: [int32, { dtype: "<i4", astype: "<i2" }],
  fixedscaleoffset: [eighths, { offset: -2, scale: 8, dtype: "<f8", astype: "<i2" }, 1e-12],
  quantize: [eighths, { digits: 1, dtype: "<f8" }, 0.05],
  bitround: [eighths32, { keepbits: 4 }, 0.25],
  packbits: [flags, {}],
  astype: [float32, { encode_dtype: "<i2", decode_dtype: "<f4" }],
};
/** From bytes to bytes. */
const BYTE_CODECS: Record<string, object> = {
  bz2: { level: 5 },
  lzma: { format: 1, check: -1, preset: 1, filters: null },
  lz4: { acceleration: 1 },
  zlib: { level: 5 },
  zstd: { level: 1 },
  gzip: { level: 1 },
  shuffle: { elementsize: 4 },
  crc32: {},
  crc32c: {},
  adler32: {},
  fletcher32: {},
  jenkins_lookup3: { initval: 0, prefix: null },
  base64: {},
};

function sharded(codecs: NamedCodec[]): object {
  return { chunks: [20], serializer: sharding([5], codecs) };
}

function filters(): WiderCase[] {
  const one = (path: string, sample: Sample, options: object, more: Partial<WiderCase> = {}): WiderCase => ({
    store: "filters.zarr",
    path,
    shape: [30],
    ...sample,
    options: { chunks: [20], compressors: null, ...options },
    ...more,
  });
  const scale = codec("scale_offset", { offset: -2, scale: 8 });
  const cast = codec("cast_value", { data_type: "int16", rounding: "nearest-even" });
  return [
    ...Object.entries(FILTERS).flatMap(([name, [sample, configuration, tolerance]]) => {
      const traits = [`numcodecs.${name}`] as const;
      const more = tolerance === undefined ? { traits } : { traits, tolerance };
      const filter = { name: `numcodecs.${name}`, configuration };
      const bytes = name === "packbits" ? { name: "bytes" } : LITTLE;
      return [
        one(name, sample, { filters: [filter] }, more),
        one(`${name}-zstd`, sample, { filters: [filter], compressors: [ZSTD] }, more),
        one(`${name}-sharded`, sample, sharded([filter, bytes]), more),
      ];
    }),
    ...Object.entries(BYTE_CODECS).flatMap(([name, configuration]) => {
      const filter = { name: `numcodecs.${name}`, configuration };
      const traits = [`numcodecs.${name}`] as const;
      return [
        one(name, int32, { compressors: [filter] }, { traits }),
        one(`${name}-sharded`, int32, sharded([LITTLE, filter]), { traits }),
      ];
    }),
    one(
      "quantize-astype",
      eighths,
      { filters: [codec("numcodecs.quantize", { digits: 1, dtype: "<f8", astype: "<f4" })] },
      { tolerance: 0.05, traits: ["quantize-astype"] },
    ),
    one("scale-offset", eighths, { filters: [scale] }, { tolerance: 1e-12, traits: ["scale-offset"] }),
    one("scale-offset-float32", eighths32, { filters: [scale] }, { traits: ["scale-offset"] }),
    one("scale-offset-int32", int32, { filters: [scale] }, { traits: ["scale-offset"] }),
    one("cast-value", float32, { filters: [cast] }, { traits: ["cast-value"] }),
    one("scale-offset-cast-value", eighths, { filters: [scale, cast] }, { traits: ["cast-value"] }),
  ];
}

function filtersV2(): WiderCase[] {
  const one = (
    path: string,
    sample: Sample,
    options: object,
    trait: Trait,
    tolerance?: number,
  ): WiderCase => ({
    store: "filters-v2.zarr",
    path,
    shape: [30],
    ...sample,
    options: { zarrFormat: 2, chunks: [20], compressors: null, ...options },
    ...(tolerance === undefined ? {} : { tolerance }),
    traits: [trait],
  });
  const zlib = { id: "zlib", level: 1 };
  const all: Record<string, readonly [Sample, object, number?]> = {
    ...FILTERS,
    "quantize-astype": [eighths, { id: "quantize", digits: 1, dtype: "<f8", astype: "<f4" }, 0.05],
    "delta-big-endian": [
      { ...int32, dtype: ">i4" },
      { id: "delta", dtype: ">i4" },
    ],
  };
  return [
    ...Object.entries(all).flatMap(([id, [sample, configuration, tolerance]]) => {
      const filters = [{ id, ...configuration }];
      return [
        one(id, sample, { filters }, "v2-filters", tolerance),
        one(`${id}-zlib`, sample, { filters, compressors: zlib }, "v2-filters", tolerance),
      ];
    }),
    ...Object.entries(BYTE_CODECS)
      // The checksum that numcodecs names crc32c needs a package that zarr-python 2 does not bring.
      .filter(([id]) => id !== "crc32c")
      .flatMap(([id, configuration]) => {
        const named = { id, ...configuration };
        return [
          one(id, int32, { compressors: named }, `v2-compressor-${id}`),
          one(`${id}-filter`, int32, { filters: [named], compressors: zlib }, "v2-filters"),
        ];
      }),
  ];
}

function grids(): WiderCase[] {
  const data = Int16Array.from({ length: 70 }, (_, i) => 300 * (i % 7) - i);
  const one = (path: string, options: WiderCase["options"], traits: Trait[] = []): WiderCase => ({
    store: "grids.zarr",
    path,
    shape: [7, 10],
    ...numbers("int16", data),
    options: { compressors: null, ...options },
    traits,
  });
  const orders = ["morton", "lexicographic", "colexicographic", "unordered"];
  const rectilinear: Trait[] = ["rectilinear"];
  return [
    one(
      "rectilinear",
      {
        chunks: [
          [2, 1, 4],
          [3, 7],
        ],
      },
      rectilinear,
    ),
    one("rectilinear-zstd", { chunks: [[7], [1, 2, 3, 4]], compressors: [ZSTD] }, rectilinear),
    one(
      "rectilinear-transposed",
      {
        chunks: [
          [5, 2],
          [9, 1],
        ],
        filters: [transpose(1, 0)],
      },
      rectilinear,
    ),
    ...orders.map((subchunk_write_order) =>
      one(`subchunks-${subchunk_write_order}`, {
        chunks: [6, 8],
        serializer: sharding([2, 2], [LITTLE, ZSTD], { subchunk_write_order }),
      }),
    ),
  ];
}

/** The name of the type; datetime and timedelta go by their kind, whatever the unit. */
function traitOf(name: string): TypeTrait {
  // The names are those of `samples`.
  return /^(date|time)/.test(name) ? "time" : (name as TypeTrait);
}

function numbers(dtype: string, data: ArrayBufferView & ArrayLike<unknown>): Sample {
  // The hosts that tests run on are little-endian.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return { dtype, data, seen: raw(bytes) };
}

function raw(...parts: Uint8Array[]): Seen {
  return { enc: "raw", bytes: new Uint8Array(Buffer.concat(parts)) };
}

function utf32(text: string, length: number): Uint8Array {
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  return new Uint8Array(Uint32Array.from({ length }, (_, i) => points[i] ?? 0).buffer);
}
