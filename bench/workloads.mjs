// What is measured: an operation of the drivers on a dataset, what its check must give, and the ratio that is aimed at.
import { boxesChecksum, boxOf, checksum, drawBox, drawing, gridStarts } from "./data.mjs";

const CODECS = [
  "raw",
  "blosc-lz4",
  "blosc-zstd",
  "zstd",
  "gzip",
  "shards of blosc-lz4",
  "shards of zstd + crc32c",
];

/** Bars: peer time by zarrkit's, for tensorstore, zarr-python (its default pipeline) and zarrita. */
const bar = (tensorstore, zarr, zarrita) => ({ tensorstore, "zarr-python": zarr, zarrita });
const READ_BARS = {
  raw: bar(0.9, undefined, 4),
  "blosc-lz4": bar(0.9, 1.2, 6),
  "blosc-zstd": bar(0.85, 1, 5),
  zstd: bar(0.7, 1, 5),
  gzip: bar(0.8, 1.5, 4),
  "shards of blosc-lz4": bar(1.2, 5, 10),
  "shards of zstd + crc32c": bar(1, 5, 10),
};
const OUT_BARS = { raw: bar(1.1), "blosc-lz4": bar(1.2, 1.2) };
const WRITE_BARS = {
  raw: bar(0.75, 0.8, 5),
  "blosc-lz4": bar(0.7, 0.8, 5),
  "shards of blosc-lz4": bar(1, 5),
};

const FAST = ["zarrkit", "tensorstore", "zarrs (Rust)"];
const LOCAL = [...FAST, "zarr-python", "zarrita"];
/** Other pipelines of zarr-python, which take part where a bar is set: they cost a process each, and say little else. */
const PIPELINES = ["zarr-python fused", "zarr-python zarrs"];
const local = (bar) => (bar === undefined ? LOCAL : [...LOCAL, ...PIPELINES]);
/** For options that zarrkit alone has, and chunks that tell no more of a slow peer. */
const FEW = [...FAST, "zarr-python"];
/** zarrita takes no memory for results. */
const intoMemory = (bar) => local(bar).filter((name) => name !== "zarrita");
const REMOTE = ["zarrkit", "tensorstore", "zarr-python", "zarrita"];

const whole = ({ data }) => checksum(data);
const inOrder = ({ data, shape, chunks }) => boxesOf(data, shape, chunks, gridStarts(shape, chunks));
const random = (sizeOf) => (dataset) => {
  const draw = drawing(7);
  const size = sizeOf(dataset);
  const starts = Array.from({ length: 32 }, () => drawBox(draw, dataset.shape, size));
  return boxesOf(dataset.data, dataset.shape, size, starts);
};
const inner = ({ inner }) => inner;
const one = ({ shape }) => shape.map(() => 1);

/**
 * Every workload: `{ name, group, dataset, operation, bar, memory?, who, quick, expected(dataset), spec(dataset) }`. `quick`
 * says whether it is part of `--quick`, `who` which implementations take part, `memory` whether the report has its memory.
 */
export function workloads(sizes, threads) {
  return [
    ...CODECS.map((codec) =>
      ratio(`read all, ${codec}`, ["cube", codec], "read", {
        bar: READ_BARS[codec],
        memory: true,
        expected: whole,
      }),
    ),
    ...CODECS.map((codec) =>
      ratio(`read all into out, ${codec}`, ["cube", codec], "read", {
        bar: OUT_BARS[codec],
        who: intoMemory(OUT_BARS[codec]),
        memory: true,
        quick: codec in OUT_BARS,
        spec: () => ({ out: "memory" }),
        expected: whole,
      }),
    ),
    ratio("read all into shared out, raw", ["cube", "raw"], "read", {
      bar: bar(1.5),
      who: intoMemory(bar(1.5)),
      spec: () => ({ out: "shared memory" }),
      expected: whole,
    }),
    ratio("read all with shared: true, raw", ["cube", "raw"], "read", {
      who: FEW,
      quick: false,
      memory: true,
      spec: () => ({ out: "shared" }),
      expected: whole,
    }),
    ratio("read all, blosc-lz4 chunks of 32 MiB", ["large", "blosc-lz4"], "read", {
      who: FEW,
      quick: false,
      memory: true,
      expected: whole,
    }),
    ...["raw", "blosc-lz4", "zstd", "shards of blosc-lz4"].map((codec) =>
      ratio(`chunk by chunk, ${codec}`, ["cube", codec], "chunks", {
        quick: codec === "blosc-lz4",
        memory: true,
        spec: ({ chunks }) => ({ size: chunks }),
        expected: inOrder,
      }),
    ),
    ratio("chunk by chunk with reuse: true, raw", ["cube", "raw"], "chunks", {
      who: FEW,
      quick: false,
      spec: ({ chunks }) => ({ size: chunks, out: "memory" }),
      expected: inOrder,
    }),
    ...["raw", "blosc-lz4"].map((codec) =>
      ratio(`small chunks of 4 KiB, ${codec}`, ["small", codec], "read", {
        bar: bar(1.8, 50),
        quick: codec === "raw",
        expected: whole,
      }),
    ),
    ...["shards of blosc-lz4", "shards of zstd + crc32c"].map((codec) =>
      ratio(`random inner chunk, ${codec}`, ["cube", codec], "boxes", {
        bar: bar(2, 10, 5),
        quick: codec === "shards of blosc-lz4",
        spec: ({ inner }) => ({ size: inner }),
        expected: random(inner),
      }),
    ),
    // Slices in other chunks each time: some peers keep the chunk of the last read for a moment.
    ratio("random 100 x 100 slice of float64, raw", ["plane", "raw"], "boxes", {
      bar: bar(7, 15, 20),
      spec: () => ({ size: sizes.plane.size }),
      expected: random(() => sizes.plane.size),
    }),
    ...["raw", "blosc-lz4"].map((codec) =>
      ratio(`one element, ${codec}`, ["cube", codec], "element", {
        bar: bar(8, 15, 20),
        spec: (dataset) => ({ size: one(dataset) }),
        expected: random(one),
      }),
    ),
    ...[false, true].map((consolidated) =>
      ratio(
        `open arrays of a group${consolidated ? ", consolidated" : ""}`,
        ["group", consolidated ? "consolidated" : "plain"],
        "metadata",
        {
          bar: consolidated ? bar(2.5, 15, 4) : bar(2, 30, 4),
          spec: () => ({ consolidated }),
          expected: ({ sum }) => sum,
        },
      ),
    ),
    ...["raw", "blosc-lz4", "shards of blosc-lz4"].map((codec) =>
      ratio(`write all, ${codec}`, ["empty", codec], "write", {
        bar: WRITE_BARS[codec],
        spec: ({ input }) => ({ input }),
        expected: whole,
      }),
    ),
    ...remote(),
    ...blocking(),
    ...scaling(sizes, threads),
  ];
}

function remote() {
  const inShards = ["remote", "shards of blosc-lz4"];
  const options = {
    group: "http",
    who: REMOTE,
    spec: ({ inner }) => ({ size: inner }),
    expected: random(inner),
  };
  return [
    ratio("http: open, read 64 chunks", ["remote", "blosc-lz4"], "read", {
      group: "http",
      who: REMOTE,
      spec: () => ({ reopen: true }),
      expected: whole,
    }),
    ratio("http: open, read an inner chunk", inShards, "boxes", {
      ...options,
      spec: ({ inner }) => ({ size: inner, reopen: true }),
    }),
    ratio("http: read an inner chunk of an open array", inShards, "boxes", options),
  ];
}

/** How long the calling thread does nothing else while threads work: zarrkit alone. */
function blocking() {
  const of = (name, dataset, operation, { spec = () => ({}), expected = whole } = {}) =>
    ratio(`longest block: ${name}`, dataset, operation, {
      group: "block",
      who: ["zarrkit"],
      spec: (made) => ({ ...spec(made), gaps: true }),
      expected,
    });
  return [
    of("nothing, for 200 ms", ["cube", "raw"], "nothing", { expected: () => 200 }),
    ...["raw", "blosc-lz4", "zstd", "gzip", "shards of blosc-lz4"].map((codec) =>
      of(`read all, ${codec}`, ["cube", codec], "read"),
    ),
    of("write all, blosc-lz4", ["empty", "blosc-lz4"], "write", { spec: ({ input }) => ({ input }) }),
  ];
}

function scaling(sizes, threads) {
  const of = (name, dataset, group, more = {}) =>
    ratio(name, dataset, "read", { group, who: FAST, quick: false, expected: whole, ...more });
  return [
    ...sizes.counts.map((count) => of(`scaling: ${count} chunks`, ["count", count], "chunks")),
    ...["raw", "blosc-lz4"].flatMap((codec) =>
      [...new Set([1, threads])].map((number) =>
        of(`scaling: ${number} threads, ${codec}`, ["cube", codec], "threads", {
          spec: () => ({ threads: number }),
        }),
      ),
    ),
    ...[1, 2, 3, 4, 5].map((dimensions) =>
      of(`scaling: ${dimensions} dimensions`, ["dimensions", dimensions], "dimensions"),
    ),
  ];
}

function ratio(name, dataset, operation, options) {
  return {
    name,
    dataset,
    operation,
    group: "ratio",
    who: local(options.bar),
    quick: true,
    spec: () => ({}),
    ...options,
    bar: options.bar ?? {},
  };
}

function boxesOf(data, shape, size, starts) {
  const boxes = boxesChecksum();
  for (const start of starts) boxes.add(boxOf(data, shape, start, size));
  return boxes.value();
}
