/** Properties that hold for every data type. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../base/json.ts";
import { wrapBlock } from "../kernels/block.ts";
import type { Container } from "./data-type.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { dateToDay, dayToDate } from "./calendar.ts";
import { NDArray } from "./nd-array.ts";
import { blockFrom } from "./nd-array-values.ts";
import { dataTypeRegistry, parseDataType, parseDataTypeV2, parseDataTypeV3 } from "./registry.ts";
import { momentOfText } from "./time-text.ts";
import { runs } from "../../test/effort.ts";

const NAMES = dataTypeRegistry.names.filter(
  (name) => !/<|^(struct|bytes|object|fixed|raw|null|numpy|string|variable)/.test(name),
);
const FIXED = [
  ...NAMES,
  ">i2",
  ">u8",
  ">f4",
  ">c16",
  "r24",
  "V5",
  "S4",
  "<U3",
  ">U3",
  "M8[ns]",
  ">m8[10us]",
  "datetime64[M]",
  [
    ["a", "<i2"],
    ["", "|V3"],
    ["b", ">f8"],
    [
      "c",
      [
        ["x", "|b1"],
        ["y", "|S2"],
      ],
    ],
    ["d", "|u1", [2, 2]],
  ],
];

describe.each(FIXED.map((type) => [JSON.stringify(type), type] as const))("%s", (_, type) => {
  const dataType = parseDataType(type as string);
  const { itemSize } = dataType;
  const isText = JSON.stringify(type).includes("U");
  // Code points of text are the one form of bytes that may be no value.
  const byte = isText ? fc.constantFrom(0, 0, 0, 65) : fc.nat(255);
  const elements = (count: number): fc.Arbitrary<Uint8Array> =>
    fc.array(byte, { minLength: count * itemSize, maxLength: count * itemSize }).map((bytes) => {
      const raw = Uint8Array.from(bytes);
      if (isText) for (let i = 0; i < raw.length; i++) if (i % 4 > 0 || raw[i]! > 127) raw[i] = 0;
      return dataType.canonicalize?.(raw) ?? raw;
    });

  test("bytes → container → bytes", () => {
    fc.assert(
      fc.property(elements(3), (bytes) => {
        const array = NDArray.fromBlock(dataType, wrapBlock(bytes, [3], itemSize));
        const back = array.toBytes();
        // What is not part of any field, and bits above those of float6 and float4, may differ.
        const again = NDArray.fromBlock(dataType, wrapBlock(back, [3], itemSize));
        expect(again.toNestedArray()).toEqual(array.toNestedArray());
        if (!/float[46]|\[\[/.test(JSON.stringify(type)) && !isText) expect(back).toEqual(bytes);
        expect(dataType.isContainer(array.data)).toBe(true);
      }),
      { numRuns: runs(25) },
    );
  });

  test("bytes → scalar → bytes → scalar, and the container has the same scalars", () => {
    fc.assert(
      fc.property(elements(2), (bytes) => {
        const container: Container = dataType.toContainer(bytes);
        for (const i of [0, 1]) {
          const scalar = dataType.readScalar(bytes, i * itemSize);
          expect(String(dataType.scalarAt(container, i))).toEqual(String(scalar));
          const written = new Uint8Array(itemSize + 2);
          dataType.writeScalar(scalar, written, 1);
          expect(dataType.readScalar(written, 1)).toEqual(scalar);
          expect([written[0], written[itemSize + 1]]).toEqual([0, 0]);
          expect(dataType.toScalar(scalar)).toEqual(scalar);
          expect(typeof dataType.scalarToString(scalar)).toBe("string");
        }
      }),
      { numRuns: runs(25) },
    );
  });

  test("fill value: bytes → JSON → bytes, scalar → JSON → scalar", () => {
    fc.assert(
      fc.property(elements(1), fc.constantFrom(2 as const, 3 as const), (bytes, zarrFormat) => {
        const hasSubarray = JSON.stringify(type).includes("[2,2]");
        const format = hasSubarray ? 2 : zarrFormat;
        const json = dataType.fillBytesToJson(bytes, format);
        expect(() =>
          JSON.stringify(json, (_key, v: unknown) => (typeof v === "bigint" ? Number(v) : v)),
        ).not.toThrow();
        const back = dataType.parseFillBytes(json, format);
        expect(dataType.fillBytesToJson(back, format)).toEqual(json);
        expect(dataType.readScalar(back, 0)).toEqual(dataType.readScalar(bytes, 0));
        const scalar = dataType.readScalar(bytes, 0);
        expect(dataType.parseFillValue(dataType.fillValueToJson(scalar, format), format)).toEqual(scalar);
      }),
      { numRuns: runs(25) },
    );
  });

  test("metadata → data type → metadata", () => {
    const v2 = dataType.toV2() as JsonValue;
    expect(parseDataTypeV2(v2).toV2()).toEqual(v2);
    if (!Array.isArray(type)) expect(parseDataTypeV3(dataType.toV3()).toV3()).toEqual(dataType.toV3());
  });
});

test("numbers that are read can be written", () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 1 }), (values) => {
      const float64 = parseDataType("float64");
      expect(NDArray.fromBlock(float64, blockFrom(values, float64)).toNestedArray()).toEqual(values);
    }),
  );
});

test("text survives UCS-4", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 8 }), (text) => {
      const dataType = parseDataType("<U20");
      const bytes = new Uint8Array(80);
      dataType.writeScalar(dataType.toScalar(text), bytes, 0);
      expect(dataType.readScalar(bytes, 0)).toBe(text.replace(/\0+$/, ""));
    }),
  );
});

test("base64 is that of the platform", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(btoa(String.fromCharCode(...bytes)));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
  for (const bad of ["A", "AA", "AAA", "A===", "AA=A", "AA A", "====", "AAA\n"])
    expect(decodeBase64(bad)).toBeUndefined();
});

test("dates are those of the platform", () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (day) => {
      const date = new Date(day * 86_400_000);
      const expected = {
        year: BigInt(date.getUTCFullYear()),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      };
      expect(dayToDate(BigInt(day))).toEqual(expected);
      expect(dateToDay(expected)).toBe(BigInt(day));
    }),
  );
});

test("ISO text is read to the attosecond, and only real dates", () => {
  expect(momentOfText("1970-01-01T00:00:01.000000000000000001")).toBe(10n ** 18n + 1n);
  expect(momentOfText("1969-12-31T23:59:59Z")).toBe(-(10n ** 18n));
  for (const bad of ["2021-02-29", "2020-13-01", "2020-00-01", "2020-01-01T24", "20-01-01", "2020-1-1", ""]) {
    expect(momentOfText(bad)).toBeUndefined();
  }
});
