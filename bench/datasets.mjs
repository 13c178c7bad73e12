// The stores that are read. Each is made when a workload first needs it, and removed after the last one.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { consolidateMetadata, createArray, createGroup, openArray } from "zarrkit";
import { field, sizeOf } from "./data.mjs";

/** Sizes of everything: of a whole run, of `--quick`, and of `--smoke`, which is for the tests. */
export const SIZES = {
  full: {
    cube: { shape: [128, 1024, 1024], chunks: [128, 128, 128], inner: [32, 32, 32] },
    plane: { shape: [4000, 4000], chunks: [1000, 1000], size: [100, 100] },
    small: { cells: [200, 100], chunks: [32, 64] },
    remote: { shape: [64, 256, 256], chunks: [16, 64, 64], shards: [64, 128, 128], inner: [16, 32, 32] },
    large: { shape: [256, 512, 1024], chunks: [256, 256, 256] },
    arrays: 2000,
    counts: [100, 1000, 10_000, 100_000],
    dimensions: { bits: 25, chunkBits: 19 },
  },
  get quick() {
    return {
      ...this.full,
      cube: { ...this.full.cube, shape: [128, 512, 512] },
      large: { ...this.full.large, shape: [256, 256, 512] },
      counts: [100, 1000, 10_000],
      dimensions: { bits: 23, chunkBits: 17 },
    };
  },
  smoke: {
    cube: { shape: [32, 64, 64], chunks: [32, 32, 32], inner: [16, 16, 16] },
    plane: { shape: [400, 400], chunks: [100, 100], size: [10, 10] },
    small: { cells: [20, 10], chunks: [32, 64] },
    remote: { shape: [16, 32, 32], chunks: [8, 16, 16], shards: [16, 16, 16], inner: [8, 8, 8] },
    large: { shape: [64, 64, 128], chunks: [64, 64, 64] },
    arrays: 20,
    counts: [10, 100],
    dimensions: { bits: 15, chunkBits: 9 },
  },
};

const blosc = (cname, clevel) => ({
  name: "blosc",
  configuration: { cname, clevel, shuffle: "shuffle", blocksize: 0, typesize: 2 },
});
const ZSTD = { name: "zstd", configuration: { level: 0, checksum: false } };
const LZ4 = blosc("lz4", 5);

/** Compressors of each codec that is measured; those named `shards` cut each chunk into inner chunks. */
const CODECS = {
  raw: { compressors: null },
  "blosc-lz4": { compressors: LZ4 },
  // Level 1: level 5 takes five times as long to prepare and reads as fast.
  "blosc-zstd": { compressors: blosc("zstd", 1) },
  zstd: { compressors: ZSTD },
  gzip: { compressors: { name: "gzip", configuration: { level: 1 } } },
  "shards of blosc-lz4": { compressors: LZ4, sharded: true },
  "shards of zstd + crc32c": { compressors: [ZSTD, { name: "crc32c" }], sharded: true },
};

/** Datasets below `folder`, of the given sizes. */
export class Datasets {
  #folder;
  #sizes;
  #made = new Map();
  #cube;

  constructor(folder, sizes) {
    this.#folder = folder;
    this.#sizes = sizes;
  }

  /**
   * A dataset by kind and variant: `{ path, data, shape, chunks, inner, bytes, stored }`; `data` is what the elements must
   * be, where there are any, `bytes` their size, `stored` the size of what is in the store.
   */
  async get([kind, variant]) {
    const name = `${kind} ${variant}`;
    if (!this.#made.has(name)) {
      const path = join(this.#folder, name.replaceAll(/[^\w]+/g, "-"));
      this.#made.set(name, { path, ...(await this.#make(kind, variant, path)) });
    }
    return this.#made.get(name);
  }

  /** Removes all that are not among `wanted`. */
  keep(wanted) {
    const names = new Set(wanted.map((parts) => parts.join(" ")));
    for (const [name, { path }] of this.#made) {
      if (names.has(name)) continue;
      rmSync(path, { recursive: true, force: true });
      this.#made.delete(name);
    }
  }

  #make(kind, variant, path) {
    const { cube, plane, small, large, remote, arrays, dimensions } = this.#sizes;
    switch (kind) {
      case "cube":
        return store(path, { ...cube, data: this.#field(), ...CODECS[variant] });
      case "empty":
        return this.#empty(path, variant);
      case "large":
        return store(path, { ...large, data: field(large.shape), ...CODECS[variant] });
      case "plane": {
        const data = Float64Array.from(field(plane.shape));
        return store(path, { ...plane, data, dtype: "float64", ...CODECS[variant] });
      }
      case "small": {
        const shape = small.cells.map((cells, axis) => cells * small.chunks[axis]);
        return store(path, { shape, chunks: small.chunks, data: field(shape), ...CODECS[variant] });
      }
      case "remote": {
        const { shape, chunks, shards, inner } = remote;
        const grid = CODECS[variant].sharded ? { chunks: shards, inner } : { chunks };
        return store(path, { shape, ...grid, data: field(shape), ...CODECS[variant] });
      }
      case "group":
        return group(path, arrays, variant === "consolidated");
      case "count":
        return store(path, {
          shape: [variant * 2048],
          chunks: [2048],
          data: field([variant, 2048]),
          ...CODECS.raw,
        });
      case "dimensions": {
        const shape = powers(dimensions.bits, variant);
        const data = field([2 ** (dimensions.bits - 10), 1024]);
        return store(path, {
          shape,
          chunks: powers(dimensions.chunkBits, variant),
          data,
          ...CODECS["blosc-lz4"],
        });
      }
      default:
        throw new Error(`no dataset ${kind}`);
    }
  }

  #field() {
    this.#cube ??= field(this.#sizes.cube.shape);
    return this.#cube;
  }

  /** An array without chunks, and the elements to write to it in a file beside the stores. */
  async #empty(path, variant) {
    const { cube } = this.#sizes;
    const data = this.#field();
    const input = join(this.#folder, "input");
    writeFileSync(input, data);
    const made = await store(path, { ...cube, dtype: "uint16", ...CODECS[variant] });
    return { ...made, data, input, bytes: data.byteLength, stored: 0 };
  }
}

async function store(path, { shape, chunks, inner, compressors, sharded, data, dtype }) {
  await createArray(path, {
    dtype: dtype ?? "uint16",
    ...(sharded ? { chunks: inner, shards: chunks } : { chunks }),
    compressors,
    ...(data === undefined ? { shape } : { data: { data, shape } }),
  });
  const z = await openArray(path, { mode: "r" });
  return { data, shape, chunks, inner, bytes: data?.byteLength ?? 0, stored: await z.nbytesStored() };
}

/** A group of small arrays, of which only the metadata is there. */
async function group(path, arrays, consolidated) {
  await createGroup(path);
  const first = join(path, "array-0");
  await createArray(first, {
    shape: [100, 200],
    chunks: [10, 20],
    dtype: "float32",
    dimensionNames: ["y", "x"],
    attributes: { units: "K", long_name: "temperature at 2 m" },
  });
  const document = JSON.parse(readFileSync(join(first, "zarr.json"), "utf8"));
  let sum = 0;
  for (let index = 0; index < arrays; index++) {
    const folder = join(path, `array-${index}`);
    if (index > 0) mkdirSync(folder);
    document.shape = [100 + (index % 7), 200];
    sum += document.shape[0];
    writeFileSync(join(folder, "zarr.json"), JSON.stringify(document, undefined, 2));
  }
  if (consolidated) await consolidateMetadata(path);
  return { arrays, sum, bytes: 0, stored: 0 };
}

/** A shape of 2^bits elements, powers of two as equal as can be. */
function powers(bits, dimensions) {
  return Array.from({ length: dimensions }, (_, axis) => {
    const later = axis >= dimensions - (bits % dimensions) ? 1 : 0;
    return 2 ** (Math.floor(bits / dimensions) + later);
  });
}

/** Number of chunks of a dataset. */
export function chunksOf({ shape, chunks }) {
  return sizeOf(shape) / sizeOf(chunks);
}
