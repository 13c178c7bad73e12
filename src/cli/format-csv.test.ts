import { expect, test } from "vitest";
import { UnsupportedError } from "../base/errors.ts";
import type { NDArray } from "../dtypes/nd-array.ts";
import { arrayFrom } from "./fixtures/array-from.ts";
import type { CsvOptions } from "./format-csv.ts";
import { formatCsv } from "./format-csv.ts";

async function csv(array: NDArray, options: CsvOptions = {}): Promise<string> {
  let text = "";
  for await (const piece of formatCsv([array], array.dataType, array.shape, options)) text += piece;
  return text;
}

test("a row a line, a value a line of one axis", async () => {
  expect(await csv(arrayFrom("int16", [2, 2], [1, -2, 3, 4]))).toBe("1,-2\n3,4\n");
  expect(await csv(arrayFrom("float32", [3], [0.1, NaN, -Infinity]))).toBe("0.1\nnan\n-inf\n");
  expect(await csv(arrayFrom("int64", [], [2n ** 60n]))).toBe("1152921504606846976\n");
  expect(await csv(arrayFrom("int16", [0], []))).toBe("");
});

test("quotes what has a comma, a quote, a line break or outer spaces", async () => {
  const texts = ["plain", "a,b", 'say "x"', "two\nlines", "cr\r", " x"];
  expect(await csv(arrayFrom("string", [6], texts))).toBe(
    'plain\n"a,b"\n"say ""x"""\n"two\nlines"\n"cr\r"\n" x"\n',
  );
});

test("records have a column a field", async () => {
  const records = arrayFrom(
    [
      ["a", "<i4"],
      ["b,c", "<U3"],
      ["m", "<i2", [2]],
    ],
    [2],
    [
      { a: 1, "b,c": "x", m: [1, 2] },
      { a: 2, "b,c": 'y"', m: [3, 4] },
    ],
  );
  expect(await csv(records, { header: true })).toBe('index,a,"b,c",m\n0,1,x,"[1, 2]"\n1,2,"y""","[3, 4]"\n');
  expect(await csv(records)).toBe('1,x,"[1, 2]"\n2,"y""","[3, 4]"\n');
});

test("a header has the positions in the array and the names of the dimensions", async () => {
  const axes = [
    { name: "time", label: (index: number) => 500 + index },
    { name: "x", label: (index: number) => 2 * index },
  ];
  const matrix = arrayFrom("uint8", [2, 2], [1, 2, 3, 4]);
  expect(await csv(matrix, { header: true, axes })).toBe("time\\x,0,2\n500,1,2\n501,3,4\n");
  expect(await csv(matrix, { header: true })).toBe("index,0,1\n0,1,2\n1,3,4\n");
  const list = arrayFrom("uint8", [2], [1, 2]);
  expect(await csv(list, { header: true, axes: axes.slice(0, 1) })).toBe("time,value\n500,1\n501,2\n");
  expect(await csv(arrayFrom("uint8", [], [1]), { header: true })).toBe("value\n1\n");
});

test("dates are ISO 8601, durations counts, bytes base64, complex numbers as Python has them", async () => {
  expect(await csv(arrayFrom("datetime64[D]", [2], [0n, "NaT"]))).toBe("1970-01-01\nNaT\n");
  expect(await csv(arrayFrom("timedelta64[ms]", [2], [5n, "NaT"]))).toBe("5\nNaT\n");
  expect(await csv(arrayFrom("|S2", [1], [Uint8Array.of(255, 1)]))).toBe("/wE=\n");
  expect(await csv(arrayFrom("complex128", [1], [{ re: 1, im: 2 }]))).toBe("(1+2j)\n");
});

test("more than two axes are refused", async () => {
  await expect(csv(arrayFrom("uint8", [1, 1, 1], [1]))).rejects.toThrow(UnsupportedError);
  await expect(csv(arrayFrom([["a", "<i4"]], [1, 1], [{ a: 1 }]))).rejects.toThrow(/one axis of records/);
});
