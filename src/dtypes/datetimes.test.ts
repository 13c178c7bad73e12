import { expect, test } from "vitest";
import { TimeDataType } from "./datetimes.ts";
import { parseDataType } from "./registry.ts";
import { NaT } from "./time-units.ts";

function time(text: string): TimeDataType {
  const dataType = parseDataType(text);
  if (dataType instanceof TimeDataType) return dataType;
  throw new TypeError(text);
}

test("dates to Date and back", () => {
  expect(time("datetime64[ns]").toDate(1_500_000_000n)).toEqual(new Date(1500));
  expect(time("datetime64[ns]").toDate(-1n)).toEqual(new Date(-1));
  expect(time("datetime64[D]").toDate(-1n)).toEqual(new Date(-86_400_000));
  expect(time("datetime64[Y]").toDate(50n)).toEqual(new Date("2020-01-01"));
  expect(time("datetime64[10us]").toDate(123_456n)).toEqual(new Date(1234));
  expect(time("datetime64[D]").fromDate(new Date("2020-02-29T23:59Z"))).toBe(18321n);
  expect(time("datetime64[M]").fromDate(new Date("1969-12-31"))).toBe(-1n);
});

test("NaT is an invalid Date", () => {
  expect(time("datetime64[s]").toDate(NaT).getTime()).toBeNaN();
  expect(time("datetime64[s]").fromDate(new Date(NaN))).toBe(NaT);
});

test("what a Date cannot hold is a RangeError, as is a duration", () => {
  expect(() => time("datetime64[Y]").toDate(10n ** 6n)).toThrow(RangeError);
  expect(() => time("timedelta64[s]").toDate(1n)).toThrow(RangeError);
  expect(() => time("datetime64").toDate(1n)).toThrow(RangeError);
  expect(() => time("datetime64[as]").fromDate(new Date())).toThrow(RangeError);
});

test("unit and scale factor", () => {
  expect(time("M8[10us]")).toMatchObject({ unit: "us", scaleFactor: 10, name: "datetime64[10us]" });
  expect(time("M8")).toMatchObject({ unit: "generic", name: "datetime64" });
});
