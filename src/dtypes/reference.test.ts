/** What NumPy, ml_dtypes and zarr-python say (fixtures/reference.json, from fixtures/make-reference.py). */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import { wrapBlock } from "../kernels/block.ts";
import { canCast } from "./casting.ts";
import type { DataType } from "./data-type.ts";
import { NDArray } from "./nd-array.ts";
import { blockFrom, valuesFrom } from "./nd-array-values.ts";
import { parseDataType, parseDataTypeV2, parseDataTypeV3 } from "./registry.ts";

interface Reference {
  types: {
    v2: JsonValue;
    v3: JsonValue;
    text: string;
    info: string;
    itemSize: number;
    fillV2: JsonValue;
    fillV3: JsonValue;
    fillText: string;
  }[];
  fills: { type: JsonValue; json: JsonValue; bytes: string; back: JsonValue; text: string }[];
  narrow: {
    samples: string[];
    formats: Record<string, { patterns: number[]; values: string[]; rounded: number[] }>;
  };
  prints: { type: string; shape: number[]; values: JsonValue; text: string }[];
  casts: { types: string[]; sameKind: boolean[][] };
  times: { from: string; to: string; values: JsonValue[]; converted: JsonValue[] }[];
  wraps: { from: string; to: string; values: JsonValue[]; converted: JsonValue[] }[];
}

const text = readFileSync(new URL("fixtures/reference.json", import.meta.url), "utf8");
// "#123" is an integer beyond 2^53.
const reference = JSON.parse(text, (_, value: unknown) =>
  typeof value === "string" && /^#-?\d+$/.test(value) ? BigInt(value.slice(1)) : value,
) as Reference;

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const name = (json: unknown): string =>
  JSON.stringify(json, (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v));

const number = (word: string): number => Number(word.replace("inf", "Infinity"));

const bytesOf = (dataType: DataType, patterns: number[]): Uint8Array =>
  dataType.itemSize === 1 ? Uint8Array.from(patterns) : new Uint8Array(Uint16Array.from(patterns).buffer);

const convert = ({ from, to, values }: { from: string; to: string; values: JsonValue[] }): unknown => {
  const source = parseDataType(from);
  const target = parseDataType(to);
  const array = NDArray.fromBlock(source, blockFrom(values, source));
  return NDArray.fromBlock(
    target,
    valuesFrom(array, target, [values.length], { casting: "unsafe" }),
  ).toNestedArray();
};

const asBigints = (values: JsonValue[]): bigint[] => values.map((value) => BigInt(value as number | bigint));

describe("names and default fill values are zarr-python's", () => {
  test.each(reference.types.map((row) => [name(row.v2), row] as const))("%s", (_, row) => {
    const dataType = parseDataTypeV2(row.v2);
    // NumPy prints M8[2generic] as if the factor were 1, and so loses it.
    if (row.v2 !== "<M8[2generic]") expect(String(dataType)).toBe(row.text);
    expect(dataType.toInfoString()).toBe(row.info);
    expect(dataType.itemSize).toBe(row.itemSize);
    expect(dataType.toV2()).toEqual(row.v2);
    expect(dataType.toV3()).toEqual(row.v3);
    const fill = dataType.defaultFillValue;
    expect(dataType.fillValueToJson(fill, 2)).toEqual(row.fillV2);
    expect(dataType.fillValueToJson(fill, 3)).toEqual(row.fillV3);
    expect(dataType.scalarToString(fill)).toBe(row.fillText.replace(/^np\.\w+\((.*)\)$/, "$1"));
    expect(parseDataTypeV3(row.v3).toV3()).toEqual(row.v3);
  });
});

describe("fill values are read and written as by zarr-python", () => {
  test.each(reference.fills.map((row) => [`${name(row.type)} ${name(row.json)}`, row] as const))(
    "%s",
    (_, row) => {
      const dataType = parseDataTypeV3(row.type);
      const bytes = dataType.parseFillBytes(row.json, 3);
      expect(hex(bytes)).toBe(row.bytes);
      expect(dataType.fillBytesToJson(bytes, 3)).toEqual(row.back);
      const scalar = dataType.parseFillValue(row.json, 3);
      expect(dataType.fillValueToJson(scalar, 3)).toEqual(row.back);
      expect(dataType.scalarToString(scalar)).toBe(row.text);
    },
  );
});

describe("narrow floats are those of ml_dtypes", () => {
  const { samples, formats } = reference.narrow;

  test.each(Object.entries(formats))("%s: every pattern", (type, { patterns, values }) => {
    const dataType = parseDataType(type) as DataType<number>;
    const bytes = bytesOf(dataType, patterns);
    const array = NDArray.fromBlock(dataType, wrapBlock(bytes, [patterns.length], dataType.itemSize));
    expect(array.toNestedArray()).toEqual(values.map(number));
    // NaNs keep their bits through the container.
    expect(array.toBytes()).toEqual(bytes);
    for (const [i, value] of values.entries()) {
      expect(dataType.readScalar(bytes, i * dataType.itemSize)).toBe(number(value));
    }
  });

  test.each(Object.entries(formats))("%s: rounding", (type, { rounded }) => {
    const dataType = parseDataType(type);
    const values = Float32Array.from(samples, number);
    const block = valuesFrom({ data: values, shape: [values.length], dtype: "float32" }, dataType, [
      values.length,
    ]);
    expect(block.data).toEqual(bytesOf(dataType, rounded));
  });
});

describe("arrays print as in NumPy", () => {
  test.each(
    reference.prints.map((row) => [`${row.type} ${name(row.shape)} ${row.text.slice(0, 40)}`, row] as const),
  )("%s", (_, row) => {
    const dataType = parseDataType(row.type);
    const isRange = typeof row.values === "object" && row.values !== null && "arange" in row.values;
    const count = isRange ? Number((row.values as { arange: number }).arange) : 0;
    const values = isRange ? Array.from({ length: count }, (_, i) => i) : row.values;
    const flat = NDArray.fromBlock(dataType, blockFrom(values, dataType));
    expect(String(flat.reshape(row.shape))).toBe(row.text);
  });
});

describe("casting is NumPy's", () => {
  const { types, sameKind } = reference.casts;
  test.each(types.map((type, i) => [type, sameKind[i]!] as const))("same_kind from %s", (type, row) => {
    const from = parseDataType(type);
    const allowed = types.filter((to) => canCast(from, parseDataType(to), "same_kind"));
    expect(allowed).toEqual(types.filter((_, i) => row[i]));
  });

  test.each(reference.times.map((row) => [row.from, row.to, row] as const))(
    "time from %s to %s",
    (_, _to, row) => {
      expect(convert(row)).toEqual(asBigints(row.converted));
    },
  );
  test.each(reference.wraps.map((row) => [row.from, row.to, row] as const))(
    "wrapping %s to %s",
    (_, to, row) => {
      expect(convert(row)).toEqual(
        to.endsWith("8") && to.includes("i") ? asBigints(row.converted) : row.converted,
      );
    },
  );
});
