import { expect, test } from "vitest";
import type { NDArray } from "../dtypes/nd-array.ts";
import { arrayFrom } from "./fixtures/array-from.ts";
import { formatJson } from "./format-json.ts";

async function json(blocks: readonly NDArray[], shape: readonly number[]): Promise<string> {
  let text = "";
  for await (const piece of formatJson(blocks, shape)) text += piece;
  return text;
}
const whole = (array: NDArray): Promise<string> => json([array], array.shape);

test("nests lists, an innermost one a line", async () => {
  expect(await whole(arrayFrom("int32", [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]))).toBe(
    "[[[1, 2],\n  [3, 4]],\n [[5, 6],\n  [7, 8]]]\n",
  );
  expect(await whole(arrayFrom("int32", [3], [1, 2, 3]))).toBe("[1, 2, 3]\n");
  expect(await whole(arrayFrom("int32", [], [7]))).toBe("7\n");
});

test("the text does not depend on the blocks", async () => {
  const all = arrayFrom("uint8", [2, 3], [1, 2, 3, 4, 5, 6]);
  const parts = [
    arrayFrom("uint8", [1], [1]),
    arrayFrom("uint8", [4], [2, 3, 4, 5]),
    arrayFrom("uint8", [1], [6]),
  ];
  expect(await json(parts, [2, 3])).toBe(await whole(all));
});

test("64-bit integers are exact, NaN and the infinities are tokens", async () => {
  expect(await whole(arrayFrom("uint64", [2], [2n ** 64n - 1n, 0n]))).toBe("[18446744073709551615, 0]\n");
  expect(await whole(arrayFrom("float64", [4], [NaN, Infinity, -Infinity, 0.1]))).toBe(
    "[NaN, Infinity, -Infinity, 0.1]\n",
  );
});

test("every kind of scalar has a JSON form", async () => {
  expect(await whole(arrayFrom("bool", [2], [true, false]))).toBe("[true, false]\n");
  expect(await whole(arrayFrom("complex64", [1], [{ re: 1, im: -2 }]))).toBe("[[1, -2]]\n");
  expect(await whole(arrayFrom("datetime64[s]", [2], [0n, "NaT"]))).toBe('["1970-01-01T00:00:00", "NaT"]\n');
  expect(await whole(arrayFrom("timedelta64[s]", [2], [90n, "NaT"]))).toBe('[90, "NaT"]\n');
  expect(await whole(arrayFrom("|S3", [1], [Uint8Array.of(1, 2)]))).toBe('["AQI="]\n');
  expect(await whole(arrayFrom("string", [2], ['a"b', "é"]))).toBe('["a\\"b", "\\u00e9"]\n');
  const record = arrayFrom(
    [
      ["a", "<i4"],
      ["b", "<c8"],
    ],
    [1],
    [{ a: 1, b: { re: 0, im: 1 } }],
  );
  expect(await whole(record)).toBe('[{"a": 1, "b": [0, 1]}]\n');
  const several = arrayFrom(
    [["m", "<i2", [2, 2]]],
    [1],
    [
      {
        m: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
  );
  expect(await whole(several)).toBe('[{"m": [[1, 2], [3, 4]]}]\n');
});

test("a result without elements keeps the lists that its shape has", async () => {
  expect(await json([], [0])).toBe("[]\n");
  expect(await json([], [2, 0, 5])).toBe("[[], []]\n");
  await expect(json([], [2 ** 40, 0])).rejects.toThrow(RangeError);
});
