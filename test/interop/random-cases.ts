// Arrays whose type, shape, chunks and codecs are drawn, for other implementations to read.
import { integerFrom, itemSizeOf, NUMBER_NAMES, randomSource } from "./sample-data.ts";
import {
  BIG,
  blosc,
  codec,
  CRC,
  LITTLE,
  sharding,
  type Trait,
  transpose,
  type WriteCase,
} from "./write-cases.ts";

/** `count` arrays; a seed repeats them. */
export function randomCases(seed: number, count: number): WriteCase[] {
  const random = randomSource(seed);
  const upTo = (low: number, high: number): number => integerFrom(random, low, high);
  const one = <T>(list: readonly T[]): T => list[upTo(0, list.length)]!;
  const permutation = (length: number): number[] => {
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = upTo(0, i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  };
  return Array.from({ length: count }, (_, number): WriteCase => {
    const ndim = upTo(0, 5);
    const dtype = one(NUMBER_NAMES);
    const shape = Array.from({ length: ndim }, () => upTo(number % 9 === 0 ? 0 : 1, ndim < 4 ? 12 : 6));
    const chunks = shape.map(() => upTo(1, 5));
    const rows: [number, number][] = [];
    if (ndim > 0 && number % 3 > 0) {
      for (let k = 0; k < 3; k++) {
        const start = upTo(0, shape[0]! + 1);
        rows.push([start, upTo(start, shape[0]! + 1)]);
      }
    }
    const written = ndim > 0 && number % 3 > 0 ? { rows } : {};
    const array = { path: `r${number}`, dtype, shape, ...written };
    const compressors = [
      [],
      [codec("gzip", { level: upTo(0, 10) })],
      [codec("zstd", { level: upTo(-3, 10), checksum: random() < 0.5 })],
      [
        blosc(
          one(["lz4", "lz4hc", "blosclz", "zlib", "zstd"]),
          one(["noshuffle", "shuffle", "bitshuffle"]),
          itemSizeOf(dtype),
        ),
      ],
      [CRC],
    ];
    if (number % 4 === 0) {
      const compressor = one([null, { id: "zlib", level: upTo(0, 10) }, { id: "zstd", level: upTo(1, 9) }]);
      const options = {
        zarrFormat: 2 as const,
        chunks,
        order: one(["C", "F"] as const),
        compressors: compressor,
      };
      return { store: "random-v2.zarr", ...array, options: { ...options, fillValue: 0 } };
    }
    const serializer = one([LITTLE, BIG]);
    const traits: Trait[] = serializer === BIG && dtype.startsWith("complex") ? ["big-endian-complex"] : [];
    const filters = random() < 0.4 ? [transpose(...permutation(ndim))] : [];
    const keys = { name: one(["default", "v2"]), separator: one(["/", "."] as const) };
    if (ndim === 0 && filters.length > 0) traits.push("transposed-scalar");
    const base = { chunkKeyEncoding: keys, fillValue: dtype === "bool" ? true : 1 };
    if (ndim > 0 && random() < 0.5) {
      const shardShape = chunks.map((length) => length * upTo(1, 4));
      const index = {
        index_location: one(["start", "end"]),
        index_codecs: one([[LITTLE, CRC], [BIG], [BIG, CRC]]),
      };
      const shard = sharding(chunks, [...filters, serializer, ...one(compressors)], index);
      const options = { ...base, chunks: shardShape, serializer: shard, compressors: null };
      return { store: "random.zarr", ...array, options, traits };
    }
    const options = { ...base, chunks, serializer, filters, compressors: one(compressors) };
    return { store: "random.zarr", ...array, options, traits };
  });
}
