import { expect, test } from "vitest";
import { parseContentRange } from "./content-range.ts";

test.each([
  ["bytes 0-9/100", { start: 0, end: 10, total: 100 }],
  ["bytes 90-99/100", { start: 90, end: 100, total: 100 }],
  ["Bytes 5-5/*", { start: 5, end: 6, total: undefined }],
  ["bytes */7", { start: 0, end: 0, total: 7 }],
])("%s", (header, range) => {
  expect(parseContentRange(header)).toEqual(range);
});

test.each([
  null,
  "",
  "bytes",
  "bytes 9-0/100",
  "bytes 0-100/100",
  "bytes */*",
  "bytes -5/10",
  "items 0-1/2",
  "bytes 0-99999999999999999999/*",
])("%s tells nothing", (header) => {
  expect(parseContentRange(header)).toBeUndefined();
});
