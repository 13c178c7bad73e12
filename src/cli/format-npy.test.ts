import { expect, test } from "vitest";
import { UnsupportedError } from "../base/errors.ts";
import { NDArray } from "../dtypes/nd-array.ts";
import { parseDataType, parseDataTypeV2 } from "../dtypes/registry.ts";
import { npyHeader } from "./format-npy.ts";

const text = (header: Uint8Array): string => new TextDecoder("latin1").decode(header);

const record = (names: readonly string[]): Uint8Array =>
  npyHeader(parseDataTypeV2(names.map((name) => [name, "<i4"])), [1]);

test("is byte for byte what numpy.save writes", () => {
  // np.save of np.array([[1.5, -2.0]]), NumPy 2.5.5.
  const expected = Uint8Array.from(NUMPY_FILE.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  const array = new NDArray(parseDataType("float64"), { data: Float64Array.of(1.5, -2), shape: [1, 2] });
  const file = [...npyHeader(array.dataType, array.shape), ...array.toBytes()];
  expect(file).toEqual([...expected]);
});

test.each([
  ["bool", "'|b1'"],
  ["int8", "'|i1'"],
  ["uint64", "'<u8'"],
  [">i4", "'<i4'"],
  ["float16", "'<f2'"],
  ["complex64", "'<c8'"],
  [">c16", "'<c16'"],
  ["datetime64[ns]", "'<M8[ns]'"],
  ["timedelta64[10us]", "'<m8[10us]'"],
  ["<U5", "'<U5'"],
  [">U5", "'<U5'"],
  ["|S4", "'|S4'"],
  ["|V3", "'|V3'"],
  ["int4", "'|i1'"],
  ["uint2", "'|u1'"],
])("describes %s", (dtype, description) => {
  expect(text(npyHeader(parseDataType(dtype), [3]))).toContain(
    `{'descr': ${description}, 'fortran_order': False, 'shape': (3,), }`,
  );
});

test("describes records with gaps, fields of several elements and strange names", () => {
  const packed = parseDataTypeV2([
    ["a", "|i1"],
    ["", "|V3"],
    ["b", ">f4"],
    ["c", "<i2", [2, 3]],
    ["it's", "|b1"],
    ["", "|V2"],
  ]);
  expect(text(npyHeader(packed, []))).toContain(
    `{'descr': [('a', '|i1'), ('', '|V3'), ('b', '<f4'), ('c', '<i2', (2, 3)), ("it's", '|b1'), ('', '|V2')], 'fortran_order': False, 'shape': (), }`,
  );
});

test("is 1.0, 2.0 where it is long, 3.0 where a name is not Latin-1; always a multiple of 64", () => {
  const short = record(["né"]);
  const long = record(Array.from({ length: 4000 }, (_, i) => `field number ${i}`));
  const wide = record(["日本"]);
  expect([short[6], long[6], wide[6]]).toEqual([1, 2, 3]);
  for (const header of [short, long, wide]) {
    expect(header.length % 64).toBe(0);
    expect(header.at(-1)).toBe(0x0a);
  }
  expect(new DataView(long.buffer).getUint32(8, true)).toBe(long.length - 12);
  expect(new TextDecoder().decode(wide)).toContain("('日本', '<i4')");
});

test.each(["bfloat16", "float8_e5m2", "string", "variable_length_bytes"])("NumPy has no %s", (dtype) => {
  expect(() => npyHeader(parseDataType(dtype), [1])).toThrow(UnsupportedError);
});

const NUMPY_FILE =
  "934e554d5059010076007b276465736372273a20273c6638272c2027666f727472616e5f6f72646572273a2046616c73" +
  "652c20277368617065273a2028312c2032292c207d202020202020202020202020202020202020202020202020202020" +
  "202020202020202020202020202020202020202020202020202020202020200a000000000000f83f00000000000000c0";
