import { decode } from "fast-png";
import { expect, test } from "vitest";
import { UnsupportedError } from "../base/errors.ts";
import { colorTable } from "./colormap.ts";
import { arrayFrom } from "./fixtures/array-from.ts";
import { encodePng, pngLayout } from "./format-png.ts";

test("bytes and words are the samples, of 8 and 16 bits", () => {
  const bytes = decode(encodePng(arrayFrom("uint8", [2, 3], [0, 1, 2, 253, 254, 255])));
  expect(bytes).toMatchObject({ width: 3, height: 2, depth: 8, channels: 1 });
  expect([...bytes.data]).toEqual([0, 1, 2, 253, 254, 255]);
  const words = decode(encodePng(arrayFrom(">u2", [1, 2], [1, 65534])));
  expect(words).toMatchObject({ width: 2, height: 1, depth: 16, channels: 1 });
  expect([...words.data]).toEqual([1, 65534]);
});

test("numbers are scaled from the smallest to the largest, or as told", () => {
  const array = arrayFrom("float64", [1, 3], [-1, 0, 1]);
  expect([...decode(encodePng(array)).data]).toEqual([0, 128, 255]);
  expect([...decode(encodePng(array, { min: 0 })).data]).toEqual([0, 0, 255]);
  expect([...decode(encodePng(array, { min: -3, max: 1 })).data]).toEqual([128, 191, 255]);
  expect([...decode(encodePng(arrayFrom("int64", [1, 2], [-(2n ** 60n), 2n ** 60n]))).data]).toEqual([
    0, 255,
  ]);
  expect([...decode(encodePng(arrayFrom("uint8", [1, 2], [10, 20]), { min: 0, max: 20 })).data]).toEqual([
    128, 255,
  ]);
  expect([...decode(encodePng(arrayFrom("bool", [1, 2], [true, true]))).data]).toEqual([255, 255]);
  expect([...decode(encodePng(arrayFrom("float32", [1, 2], [5, 5]))).data]).toEqual([0, 0]);
  const wide = arrayFrom("float64", [1, 3], [-1.7e308, 0, 1.7e308]);
  expect([...decode(encodePng(wide)).data]).toEqual([0, 128, 255]);
});

test("NaN and NaT are transparent, infinities are the ends", () => {
  const grey = decode(encodePng(arrayFrom("float32", [1, 5], [NaN, -Infinity, 0, 1, Infinity])));
  expect(grey.channels).toBe(2);
  expect([...grey.data]).toEqual([0, 0, 0, 255, 0, 255, 255, 255, 255, 255]);
  const colored = decode(encodePng(arrayFrom("datetime64[s]", [1, 2], ["NaT", 5n]), { colormap: "viridis" }));
  expect(colored.channels).toBe(4);
  expect([...colored.data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  expect(colored.data[7]).toBe(255);
  const empty = decode(encodePng(arrayFrom("float32", [1, 1], [NaN])));
  expect([...empty.data]).toEqual([0, 0]);
});

test("a colour map colours", () => {
  const picture = decode(encodePng(arrayFrom("uint8", [1, 2], [0, 9]), { colormap: "viridis" }));
  expect(picture.channels).toBe(3);
  expect([...picture.data]).toEqual([0x44, 0x01, 0x54, 0xfd, 0xe7, 0x25]);
  const table = colorTable("grey");
  expect([...table.subarray(0, 6), ...table.subarray(-3)]).toEqual([0, 0, 0, 1, 1, 1, 255, 255, 255]);
});

test("three or four colours may be the last axis or the first", () => {
  const last = arrayFrom("uint8", [1, 2, 3], [1, 2, 3, 4, 5, 6]);
  expect([...decode(encodePng(last)).data]).toEqual([1, 2, 3, 4, 5, 6]);
  const first = arrayFrom("uint16", [4, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const picture = decode(encodePng(first));
  expect(picture).toMatchObject({ width: 2, height: 1, channels: 4, depth: 16 });
  expect([...picture.data]).toEqual([1, 3, 5, 7, 2, 4, 6, 8]);
  const floats = arrayFrom("float32", [3, 1, 1], [0, 0.5, 1]);
  expect([...decode(encodePng(floats)).data]).toEqual([0, 128, 255]);
});

test("axes of length 1 in front do not count; strides do not matter", () => {
  const array = arrayFrom("uint8", [2, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const part = array.subarray(1).reshape([1, 1, 2, 3]);
  expect([...decode(encodePng(part)).data]).toEqual([6, 7, 8, 9, 10, 11]);
});

test("what makes no picture is refused, with a way out", () => {
  expect(() => pngLayout([5])).toThrow(UnsupportedError);
  expect(() => pngLayout([5, 6, 7])).toThrow(/--select "0, :, :"/);
  expect(() => pngLayout([0, 7])).toThrow(/has pixels/);
  expect(() => pngLayout([2 ** 20, 2 ** 20])).toThrow(/too large/);
  const complex = arrayFrom("complex64", [1, 1], [{ re: 1, im: 0 }]);
  expect(() => encodePng(complex)).toThrow(/complex numbers have no order/);
  expect(() => encodePng(arrayFrom("string", [1, 1], ["x"]))).toThrow(UnsupportedError);
  expect(() => encodePng(arrayFrom("uint8", [1, 1], [1]), { min: 2, max: 1 })).toThrow(RangeError);
});
