/**
 * What the library supports, found out by doing it: `docs/support.md` is made of this, and a test compares.
 *
 * @module
 */
import { usageLine } from "../../src/cli/application.ts";
import { codecRegistry } from "../../src/codecs.ts";
import { dataTypeRegistry, parseDataType } from "../../src/dtypes.ts";
import { knownProtocols } from "../../src/fs.ts";
import {
  createArray,
  openArray,
  MissingDependencyError,
  NDArray,
  slice,
  UnsupportedError,
} from "../../src/index.ts";
import type { CreateArrayOptions } from "../../src/index.ts";
import * as storage from "../../src/storage.ts";

const NUMBERS = [1, 2, 3, 4, 6, 0]; // exact in the smallest of the floats
const BITS = [true, false, true, true, false, true];
const TEXT = { dtype: "string", data: ["a", "bc", "", "d", "é", "f"] };

/** How a codec is tried that needs a configuration, or elements other than `int32`. */
const CODEC_CASES: Readonly<Record<string, CreateArrayOptions>> = {
  blosc: { compressors: { name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle" } } },
  "numcodecs.blosc": {
    compressors: { name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: 1 } },
  },
  gzip: { compressors: { name: "gzip", configuration: { level: 5 } } },
  zstd: { compressors: { name: "zstd", configuration: { level: 3, checksum: false } } },
  "numcodecs.zstd": { compressors: { name: "zstd", configuration: { level: 3 } } },
  bytes: { serializer: { name: "bytes" } },
  endian: { serializer: { name: "endian" } },
  "vlen-utf8": { ...TEXT, serializer: { name: "vlen-utf8" } },
  "vlen-bytes": { dtype: "variable_length_bytes", data: bytesList(), serializer: { name: "vlen-bytes" } },
  sharding_indexed: { shards: [6], chunks: [2] },
  transpose: { filters: { name: "transpose", configuration: { order: [0] } } },
  scale_offset: {
    dtype: "float64",
    filters: { name: "scale_offset", configuration: { offset: 1, scale: 2 } },
  },
  cast_value: {
    dtype: "float64",
    filters: { name: "cast_value", configuration: { data_type: "int16" } },
  },
  delta: { filters: { name: "delta", configuration: { dtype: "<i4" } } },
  fixedscaleoffset: {
    dtype: "float64",
    filters: {
      name: "fixedscaleoffset",
      configuration: { offset: 0, scale: 10, dtype: "<f8", astype: "<i4" },
    },
  },
  quantize: { dtype: "float64", filters: { name: "quantize", configuration: { digits: 3, dtype: "<f8" } } },
  bitround: { dtype: "float64", filters: { name: "bitround", configuration: { keepbits: 20 } } },
  astype: { filters: { name: "astype", configuration: { encode_dtype: "<i2", decode_dtype: "<i4" } } },
  packbits: { dtype: "bool", data: BITS, serializer: { name: "packbits" } },
  "numcodecs.packbits": { dtype: "bool", data: BITS, filters: { name: "packbits" } },
  categorize: {
    ...TEXT,
    dtype: "<U2",
    filters: { name: "categorize", configuration: { labels: TEXT.data, dtype: "<U2", astype: "|u1" } },
  },
  zfp: { dtype: "float64", serializer: { name: "zfp", configuration: { mode: "reversible" } } },
  zfpy: { dtype: "float64", serializer: { name: "zfpy", configuration: { mode: 5 } } },
  reshape: { filters: { name: "reshape", configuration: { shape: [2, 2] } } },
  json2: { ...TEXT, serializer: { name: "json2" } },
  msgpack2: { ...TEXT, serializer: { name: "msgpack2" } },
  n5_default: {
    serializer: {
      name: "n5_default",
      configuration: {
        codecs: [
          { name: "transpose", configuration: { order: [0] } },
          { name: "bytes", configuration: { endian: "big" } },
        ],
      },
    },
  },
  conditional: {
    compressors: {
      name: "conditional",
      configuration: { codecs: [{ name: "gzip", configuration: { level: 5 } }] },
    },
  },
  shuffle: { compressors: { name: "shuffle", configuration: { elementsize: 4 } } },
};

/** A data type and values for the names that stand for a family. */
const DATA_TYPE_CASES: Readonly<Record<string, CreateArrayOptions>> = {
  string: TEXT,
  bytes: { dtype: "bytes", data: bytesList() },
  variable_length_bytes: { dtype: "variable_length_bytes", data: bytesList() },
  fixed_length_utf32: { dtype: "<U2", data: TEXT.data },
  null_terminated_bytes: { dtype: "|S2", data: bytesList() },
  raw_bytes: { dtype: "|V2", data: bytesList().map((value) => Uint8Array.of(...value, 0, 0).subarray(0, 2)) },
  "r<bits>": { dtype: "r16", data: bytesList().map((value) => Uint8Array.of(...value, 0, 0).subarray(0, 2)) },
  "numpy.datetime64": { dtype: "datetime64[s]" },
  "numpy.timedelta64": { dtype: "timedelta64[ms]" },
  bool: { data: BITS },
  int2: { data: [1, 0, -1, 1, -2, 0] },
  uint2: { data: [1, 0, 3, 1, 2, 0] },
  float8_e8m0fnu: { data: [1, 2, 4, 0.5, 1, 1], fillValue: 1 },
  // This format has no zero, which is the default fill value.
  complex_float8_e8m0fnu: {
    data: [1, 2, 4, 0.5, 1, 1].map((re) => ({ re, im: 1 })),
    fillValue: { re: 1, im: 1 },
  },
};
const STRUCT = {
  dtype: [
    ["a", "<i4"],
    ["b", "<f8"],
  ],
} as const;

/** The page. Rejects with all that is registered, not refused by name, and cannot be written and read back. */
export async function supportPage(): Promise<string> {
  const failures: Error[] = [];
  const lines = [
    "# What is supported",
    "",
    "<!-- Made by test/docs/support.test.ts: every line was written and read back. `npx vitest run test/docs -u` makes it anew. -->",
    "",
    "Each name below is written to a store and read back by the test run that makes this page. What is *refused* is known by",
    "name, and opening or creating an array with it is an `UnsupportedError`.",
    "",
    "## Data types",
    "",
    "| name in v3 metadata | `dtype` option | v3 | v2 |",
    "| --- | --- | --- | --- |",
  ];
  for (const name of [...dataTypeRegistry.names].sort()) lines.push(await dataTypeLine(name, failures));
  lines.push("", "## Codecs", "", "| name in v3 metadata | v3 |", "| --- | --- |");
  for (const name of codecRegistry.names)
    lines.push(`| \`${name}\` | ${await codecWorks(name, 3, failures)} |`);
  lines.push("", "| id in v2 metadata | v2 |", "| --- | --- |");
  for (const id of codecRegistry.v2Ids) lines.push(`| \`${id}\` | ${await codecWorks(id, 2, failures)} |`);
  lines.push("", "## Stores", "");
  for (const [name, value] of Object.entries(storage).sort()) {
    if (typeof value === "function" && value.prototype instanceof storage.Store) lines.push(`- \`${name}\``);
  }
  lines.push(
    "",
    "## File systems",
    "",
    "Protocols of URLs: " +
      `${knownProtocols()
        .map((name) => `\`${name}\``)
        .join(", ")}.`,
  );
  const commands = /zarrkit ([a-z|-]+)/.exec(usageLine(undefined))?.[1]?.split("|") ?? [];
  lines.push("", "## Commands", "", ...commands.map((name) => `- \`zarrkit ${name}\``), "");
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      failures.map((error) => `${error.message} ${String(error.cause)}`).join("\n"),
    );
  return lines.join("\n");
}

async function dataTypeLine(name: string, failures: Error[]): Promise<string> {
  const isStruct = name === "struct" || name === "structured";
  const given = isStruct ? {} : (DATA_TYPE_CASES[name] ?? {});
  const dtype = isStruct ? STRUCT.dtype.map((field) => [...field]) : (given.dtype ?? name);
  const shown = isStruct ? JSON.stringify(dtype) : String(dtype);
  const results: string[] = [];
  for (const zarrFormat of [3, 2] as const) {
    if (zarrFormat === 2 && !hasV2(dtype)) results.push("–");
    else results.push(await roundTrip({ ...given, dtype, zarrFormat }, !isStruct, failures));
  }
  return `| \`${name}\` | \`${shown.replaceAll("|", "\\|")}\` | ${results.join(" | ")} |`;
}

function hasV2(dtype: CreateArrayOptions["dtype"]): boolean {
  try {
    return parseDataType(dtype ?? "float64").toV2() !== undefined;
  } catch {
    return false;
  }
}

async function codecWorks(name: string, zarrFormat: 2 | 3, failures: Error[]): Promise<string> {
  if (name.endsWith("vlen-array")) return zarrFormat === 3 ? "–" : await vlenArrayWorks();
  const given = CODEC_CASES[zarrFormat === 2 ? `numcodecs.${name}` : name] ??
    CODEC_CASES[name.replace(/^numcodecs\./, "")] ?? { [await placeOf(name, zarrFormat)]: { name } };
  return await roundTrip(zarrFormat === 3 ? renamed(given, name) : inV2(given, name), true, failures);
}

/** Where a codec that needs no configuration stands in a chain. */
async function placeOf(name: string, zarrFormat: 2 | 3): Promise<"filters" | "serializer" | "compressors"> {
  try {
    await (zarrFormat === 3 ? codecRegistry.loadV3([name]) : codecRegistry.loadV2([{ id: name }]));
    const codec = zarrFormat === 3 ? codecRegistry.parseV3([name])[0] : codecRegistry.parseV2({ id: name });
    if (codec?.kind === "array-array") return "filters";
    return codec?.kind === "array-bytes" ? "serializer" : "compressors";
  } catch {
    return "compressors"; // the round trip will say what is wrong
  }
}

/** Arrays as elements: only documents of v2 have a data type for them, and no option makes one. */
async function vlenArrayWorks(): Promise<string> {
  const document = {
    zarr_format: 2,
    shape: [2],
    chunks: [2],
    dtype: "|O",
    order: "C",
    fill_value: 0,
    compressor: null,
    filters: [{ id: "vlen-array", dtype: "<i4" }],
  };
  const store = new Map([[".zarray", new TextEncoder().encode(JSON.stringify(document))]]);
  const items: unknown[] = [Int32Array.of(1, 2), Int32Array.of(3)];
  const data = items as string[]; // object arrays hold any values; the types know lists of text
  const z = await openArray(store);
  await z.set(null, new NDArray(z.dataType, { data, shape: [2] }));
  const read = await (await openArray(store)).get([slice(0, 2)]);
  if (JSON.stringify(read.data) !== JSON.stringify(items))
    throw new Error(`vlen-array: read ${JSON.stringify(read.data)}`);
  return "yes, in existing arrays";
}

/** The same codec under another name. */
function renamed(given: CreateArrayOptions, name: string): CreateArrayOptions {
  const result: Record<string, unknown> = { ...given };
  for (const place of ["filters", "serializer", "compressors"] as const) {
    if (result[place] !== undefined) result[place] = { ...(given[place] as object), name };
  }
  return result;
}

/** v2 has the serializer among the filters, and a configuration beside the id. */
function inV2(given: CreateArrayOptions, id: string): CreateArrayOptions {
  const { filters, serializer, compressors, ...rest } = given;
  const named = (filters ?? serializer ?? compressors) as { configuration?: object };
  const codec = { id, ...named.configuration };
  const place = compressors === undefined ? { filters: codec } : { compressors: codec };
  return { ...rest, ...place, zarrFormat: 2 };
}

/** Writes and reads back: `yes` or `refused`; or a failure more. */
async function roundTrip(given: CreateArrayOptions, hasData: boolean, failures: Error[]): Promise<string> {
  const { data = NUMBERS, dtype = "int32", ...rest } = given;
  const store = new Map<string, Uint8Array>();
  try {
    const z = await createArray(store, { chunks: [4], ...rest, dtype, shape: [6] });
    const values = hasData ? typed(data, z.dtype) : NUMBERS.map((a) => ({ a, b: a / 2 }));
    await z.set(null, values);
    const read = await (await openArray(store)).get([slice(0, 6)]);
    const [wrote, got] = [plain(values), plain(read.toNestedArray())];
    if (wrote !== got) throw new Error(`wrote ${wrote}, read ${got}`);
  } catch (error) {
    if (error instanceof UnsupportedError || error instanceof MissingDependencyError) return "refused";
    failures.push(new Error(`${JSON.stringify(given)} does not work.`, { cause: error }));
  }
  return "yes";
}

/** Values as text: bytes without padding, big integers as numbers. */
function plain(values: unknown): string {
  return JSON.stringify(values, (_key, value: unknown) => {
    if (typeof value === "bigint") return Number(value);
    return value instanceof Uint8Array ? [...value].join(" ").replace(/( 0)+$|^0$/, "") : value;
  });
}

/** Numbers as the scalars of a data type. */
function typed(data: unknown, dtype: string): unknown {
  if (data !== NUMBERS) return data;
  if (dtype.startsWith("complex")) return NUMBERS.map((re) => ({ re, im: -re }));
  if (/64/.test(dtype) && /int|time/.test(dtype)) return NUMBERS.map(BigInt);
  return NUMBERS;
}

function bytesList(): Uint8Array[] {
  return TEXT.data.map((text) => new TextEncoder().encode(text));
}
