import { expect, test } from "vitest";
import { toDosTime } from "./dos-time.ts";

test("local time in steps of two seconds", () => {
  const { date, time } = toDosTime(new Date(2024, 1, 29, 13, 14, 15));
  expect([date >> 9, (date >> 5) & 15, date & 31]).toEqual([44, 2, 29]);
  expect([time >> 11, (time >> 5) & 63, time & 31]).toEqual([13, 14, 7]);
});

test("moments outside 1980 to 2107 are clamped", () => {
  expect(toDosTime(new Date(1970, 0, 1))).toEqual({ date: 0x21, time: 0 });
  expect(toDosTime(new Date(NaN))).toEqual({ date: 0x21, time: 0 });
  expect(toDosTime(new Date(3000, 0, 1)).date).toBe(0xff9f);
});
