import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError, MetadataValidationError, UnsupportedError } from "../base/errors.ts";
import { parseDataTypeV2 } from "../dtypes/registry.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { categorizeCodec } from "./categorize.ts";
import type { ChunkSpec, CodecDefinition } from "./codec.ts";
import { bindArray, bindBytes, blockOf, fromV2, specOf } from "./fixtures/run-codec.ts";
import { bytesOf, hexOf, layouts, scalarsOf, shapes, stridedBlock } from "./fixtures/strided-blocks.ts";
import { json2Codec } from "./json2.ts";
import { msgpack2Codec } from "./msgpack2.ts";
import { pickleCodec } from "./refused.ts";

const OBJECT = parseDataTypeV2("|O", "json2");
const objects = (shape: readonly number[], fillValue: unknown = 0): ChunkSpec => ({
  dataType: OBJECT,
  shape,
  fillValue,
});
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

// Encoded by numcodecs 0.17.1.
const MIXED = ["a", 1, null, { b: [1.5, true] }];
const MIXED_JSON = '[["a",1],[null,{"b":[1.5,true]}],"|O",[2,2]]';
const MIXED_MSGPACK = "9492a1610192c081a16292cb3ff8000000000000c3a27c4f920202";

test("json2 writes and reads what numcodecs does", async () => {
  const codec = bindBytes(fromV2(json2Codec, {}), objects([2, 2]));
  const bytes = await codec.encode(wrapBlock([...MIXED], [2, 2], 0));
  expect(textOf(bytes)).toBe(MIXED_JSON);
  expect((await codec.decode(bytes)).data).toEqual(MIXED);
});

test.each<[string, readonly number[], unknown[], string]>([
  ["i4", [2, 3], [0, 1, 2, 3, 4, 5], '[[0,1,2],[3,4,5],"<i4",[2,3]]'],
  ["<U2", [2], ["ab", "c"], '["ab","c","<U2",[2]]'],
  ["bool", [2], [true, false], '[true,false,"|b1",[2]]'],
  ["int64", [1], [-(2n ** 63n)], '[-9223372036854775808,"<i8",[1]]'],
  ["float64", [3], [1.5, NaN, Infinity], '[1.5,NaN,Infinity,"<f8",[3]]'],
  ["f4", [], [0.5], '[0.5,"<f4",[]]'],
])("json2 of %s %o", async (dtype, shape, values, text) => {
  const spec = specOf(dtype, shape);
  const codec = bindBytes(fromV2(json2Codec, {}), spec);
  const bytes = await codec.encode(blockOf(spec, values));
  expect(textOf(bytes)).toBe(text);
  expect(scalarsOf(spec.dataType, await codec.decode(bytes))).toEqual(values);
});

test("json2 escapes as Python does, sorts keys, and keeps what JavaScript objects make hard", async () => {
  const codec = bindBytes(fromV2(json2Codec, {}), objects([4]));
  const values = ["é", "\u{1F600}", 'a"\n\u007f', { b: 1, a: 2n ** 70n }];
  const bytes = await codec.encode(wrapBlock([...values], [4], 0));
  expect(textOf(bytes)).toBe(
    '["\\u00e9","\\ud83d\\ude00","a\\"\\n\u007f",{"a":1180591620717411303424,"b":1},"|O",[4]]',
  );
  expect((await codec.decode(bytes)).data).toEqual(values);
  const one = bindBytes(fromV2(json2Codec, {}), objects([1]));
  const decoded = await one.decode(utf8('[{"__proto__":{"polluted":1}},"|O",[1]]'));
  expect(Object.hasOwn((decoded.data as object[])[0]!, "__proto__")).toBe(true);
  expect("polluted" in {}).toBe(false);
});

test("json2 and msgpack2 refuse lists that are not what their trailer says", async () => {
  const bad = [
    "",
    "{}",
    "[]",
    '["|O",[2]]',
    '["a","|O",[2]]',
    '["a","b","c","|O",[2]]',
    '["a","b","|O",[3]]',
    '["a","b","|O",[1,2]]',
    '[["a"],"|O",[1,2]]',
    '["a","b","|O",[-2]]',
    '["a","b","|O",[1e300]]',
    '["a","b",[2],"|O"]',
    '["a","b","|O",[2]',
    "[".repeat(100000),
  ];
  const codec = bindBytes(fromV2(json2Codec, {}), objects([2]));
  for (const text of bad) expect(() => codec.decode(utf8(text)), text.slice(0, 40)).toThrow(CodecError);
  expect((await codec.decode(utf8('["a","b","|O",[2]]'))).data).toEqual(["a", "b"]);
  const numbers = bindBytes(fromV2(json2Codec, {}), specOf("uint8", [2]));
  expect(() => numbers.decode(utf8('[1,300,"|u1",[2]]'))).toThrow(CodecError);
  expect(() => numbers.decode(utf8('[1,"a","|u1",[2]]'))).toThrow(CodecError);
});

test("json2 refuses what JSON cannot hold", () => {
  const codec = bindBytes(fromV2(json2Codec, { allow_nan: false }), objects([1]));
  const loop: unknown[] = [];
  loop.push(loop);
  for (const value of [NaN, undefined, new Map(), new Uint8Array(2), Symbol("s"), loop]) {
    expect(() => codec.encode(wrapBlock([value], [1], 0))).toThrow(CodecError);
  }
});

test("msgpack2 writes and reads what numcodecs does", async () => {
  const codec = bindBytes(fromV2(msgpack2Codec, {}), objects([2, 2]));
  const bytes = await codec.encode(wrapBlock([...MIXED], [2, 2], 0));
  expect(hexOf(bytes)).toBe(MIXED_MSGPACK);
  expect((await codec.decode(bytes)).data).toEqual(MIXED);
  const binary = [Uint8Array.of(97, 98), 2 ** 40, -5, 1.5];
  const four = bindBytes(fromV2(msgpack2Codec, {}), objects([4]));
  expect(hexOf(await four.encode(wrapBlock([...binary], [4], 0)))).toBe(
    "96c4026162cf0000010000000000fbcb3ff8000000000000a27c4f9104",
  );
  const integers = specOf("i4", [2, 3]);
  const six = bindBytes(fromV2(msgpack2Codec, {}), integers);
  expect(hexOf(await six.encode(blockOf(integers, [0, 1, 2, 3, 4, 5])))).toBe(
    "949300010293030405a33c6934920203",
  );
});

test("msgpack2 with raw texts and without binary types", async () => {
  const codec = bindBytes(
    fromV2(msgpack2Codec, { raw: true, use_bin_type: false, use_single_float: true }),
    objects([2]),
  );
  const bytes = await codec.encode(wrapBlock([Uint8Array.of(255), 0.5], [2], 0));
  expect(hexOf(bytes)).toBe("94a1ffca3f000000a27c4f9102");
  expect((await codec.decode(bytes)).data).toEqual([Uint8Array.of(255), 0.5]);
});

test.each([
  ["a list longer than the data", "ddffffffff"],
  ["a text longer than the data", "dbffffffff61"],
  ["an extension type", "93d40100a27c4f9101"],
  ["bytes after the end", "93a161a27c4f910100"],
  ["nothing", ""],
  ["nesting without end", "91".repeat(5000)],
  ["a map with a number as a key", "93810102a27c4f9101"],
  ["text that is not UTF-8", "93a1ffa27c4f9101"],
])("msgpack2 refuses %s", (_, hex) => {
  const codec = bindBytes(fromV2(msgpack2Codec, {}), objects([1]));
  expect(() => codec.decode(bytesOf(hex))).toThrow(CodecError);
});

test("categorize numbers labels as numcodecs does", async () => {
  const texts = specOf("<U3", [3]);
  const codec = bindArray(fromV2(categorizeCodec, { labels: ["foo", "bar", "baz"], dtype: "<U3" }), texts);
  const encoded = await codec.encode(blockOf(texts, ["bar", "", "foo"]));
  expect(encoded.data).toEqual(Uint8Array.of(2, 0, 1));
  expect(scalarsOf(texts.dataType, await codec.decode(encoded))).toEqual(["bar", "", "foo"]);
  const wide = fromV2(categorizeCodec, { labels: ["foo", "bar"], dtype: "|O", astype: "<u2" });
  const bound = bindArray(wide, objects([3]));
  const values = await bound.encode(wrapBlock(["bar", 0, "foo"], [3], 0)); // 0 is the fill value
  expect(hexOf(values.data as Uint8Array)).toBe("020000000100");
  expect((await bound.decode(values)).data).toEqual(["bar", "", "foo"]);
  expect(() => bound.encode(wrapBlock(["bar", "zzz", "foo"], [3], 0))).toThrow(RangeError);
  expect(() => bound.decode(wrapBlock(bytesOf("020003000100"), [3], 2))).toThrow(CodecError);
  expect(() => fromV2(categorizeCodec, { labels: Array(256).fill("x"), dtype: "|O" })).toThrow(
    MetadataValidationError,
  );
  expect(() => fromV2(categorizeCodec, { labels: "x", dtype: "|O" })).toThrow(MetadataValidationError);
  expect(() => wide.bind(specOf("int8", [1]))).toThrow(MetadataValidationError);
});

test("printed forms are those of numcodecs 0.17.1", () => {
  expect(String(fromV2(json2Codec, {}))).toBe(
    "JSON(encoding='utf-8', allow_nan=True, check_circular=True, ensure_ascii=True,\n" +
      "     indent=None, separators=(',', ':'), skipkeys=False, sort_keys=True,\n" +
      "     strict=True)",
  );
  expect(String(fromV2(msgpack2Codec, {}))).toBe(
    "MsgPack(raw=False, use_bin_type=True, use_single_float=False)",
  );
  expect(String(fromV2(categorizeCodec, { labels: ["a", "b", "c", "d"], dtype: "|O" }))).toBe(
    "Categorize(dtype='|O', astype='|u1', labels=['a', 'b', 'c', ...])",
  );
  expect(fromV2(json2Codec, {}).toV2!()).toEqual({
    id: "json2",
    encoding: "utf-8",
    skipkeys: false,
    ensure_ascii: true,
    check_circular: true,
    allow_nan: true,
    indent: null,
    separators: [",", ":"],
    sort_keys: true,
    strict: true,
  });
  expect(() => fromV2(json2Codec, { encoding: "utf-7" })).toThrow(MetadataValidationError);
  expect(() => fromV2(msgpack2Codec, { raw: 1 })).toThrow(MetadataValidationError);
});

test("pickle is refused by name", () => {
  expect(() => fromV2(pickleCodec, { protocol: 5 })).toThrow(UnsupportedError);
  expect(() => fromV2(pickleCodec, { protocol: 5 })).toThrow(/pickle .* never executes/);
});

const OBJECT_CODECS: readonly [string, CodecDefinition][] = [
  ["json2", json2Codec],
  ["msgpack2", msgpack2Codec],
];

const item = fc.jsonValue({ maxDepth: 3, stringUnit: "grapheme" }).map((value) => value as unknown);

test.each(OBJECT_CODECS)("%s: any JSON, shape and layout comes back", async (_, definition) => {
  await fc.assert(
    fc.asyncProperty(shapes, layouts, fc.infiniteStream(item), async (shape, layout, stream) => {
      const scalars = Array.from({ length: sizeOf(shape) }, () => stream.next().value as unknown);
      const codec = bindBytes(fromV2(definition, {}), objects(shape));
      const bytes = await codec.encode(stridedBlock(OBJECT, scalars, shape, layout));
      expect((await codec.decode(bytes)).data).toEqual(scalars);
    }),
    { numRuns: 60 },
  );
});

test.each(OBJECT_CODECS)("%s: damaged bytes give items or a CodecError", async (_, definition) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 4 }),
      fc.nat(),
      fc.nat(255),
      fc.nat(3),
      async (items, at, byte, cut) => {
        const codec = bindBytes(fromV2(definition, {}), objects([items.length]));
        const bytes = (await codec.encode(wrapBlock([...items], [items.length], 0))).slice(
          0,
          -cut || undefined,
        );
        bytes[at % bytes.length] = byte;
        try {
          expect((await codec.decode(bytes)).data).toHaveLength(items.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      },
    ),
    { numRuns: 300 },
  );
});
