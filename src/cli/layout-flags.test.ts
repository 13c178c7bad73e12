import { expect, test } from "vitest";
import { byteCount, wholeNumbers } from "./flags.ts";
import { dimensionNames, layoutOptions, parseCodec, parseObject, valueOf } from "./layout-flags.ts";

test.each([
  ["1000", 1000],
  ["64MiB", 64 * 2 ** 20],
  ["2GB", 2e9],
  ["1.5k", 1500],
  ["4KiB", 4096],
  ["7B", 7],
])("%s bytes", (text, bytes) => expect(byteCount(text)).toBe(bytes));

test.each(["", "x", "-1", "0", "1TB", "1e9", "MiB"])("%j is no number of bytes", (text) => {
  expect(() => byteCount(text)).toThrow(RangeError);
});

test.each([
  ["100,200", [100, 200]],
  ["[1, 2]", [1, 2]],
  ["(5,)", [5]],
  ["3x4", [3, 4]],
  ["", []],
])("lengths %j", (text, lengths) => expect(wholeNumbers(0)(text)).toEqual(lengths));

test.each(["1,,2", "a", "1.5", "-1"])("%j are no lengths", (text) =>
  expect(() => wholeNumbers(0)(text)).toThrow(RangeError),
);

test("codecs by name, with a level, as JSON, or none", () => {
  expect(parseCodec("none")).toEqual({ kind: "none" });
  expect(parseCodec("numcodecs.zlib:3")).toEqual({ kind: "name", name: "numcodecs.zlib", level: 3 });
  expect(parseCodec('{"id":"gzip","level":1}')).toEqual({ kind: "json", json: { id: "gzip", level: 1 } });
  for (const text of ["", "a b", "zstd:", "{}", '{"name":1}']) expect(() => parseCodec(text)).toThrow();
});

test("flags become options of the library; what was not given is not there", () => {
  expect(layoutOptions({}, 3)).toEqual({});
  const flags = {
    chunks: [2],
    shards: "none" as const,
    compressor: [parseCodec("zstd:5"), parseCodec("crc32c")],
    serializer: parseCodec("bytes"),
  };
  expect(layoutOptions(flags, 3)).toEqual({
    chunks: [2],
    shards: null,
    compressors: [{ name: "zstd", configuration: { level: 5, checksum: false } }, "crc32c"],
    serializer: "bytes",
  });
  expect(layoutOptions({ compressor: [parseCodec("gzip:2")] }, 2)).toEqual({
    compressors: [{ id: "gzip", level: 2 }],
  });
  expect(layoutOptions({ compressor: [parseCodec("none")] }, 3)).toEqual({ compressors: [] });
});

test("values, objects and names", () => {
  expect([valueOf("1"), valueOf("NaN"), valueOf("abc"), valueOf('"1"'), valueOf("[1,2]")]).toEqual([
    1,
    NaN,
    "abc",
    "1",
    [1, 2],
  ]);
  expect(dimensionNames("t,-,,x")).toEqual(["t", null, null, "x"]);
  expect(() => parseObject("[]")).toThrow(RangeError);
});
