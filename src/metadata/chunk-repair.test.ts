import { expect, test } from "vitest";
import { parseJson } from "../base/json-parse.ts";
import { repairChunkShape } from "./chunk-repair.ts";

test("what is valid, or has no repair, is left", () => {
  for (const text of ["[4, 1]", "[4, 0.0]", "[4, -1]", "[4, null]", "[0]", "{}", "4"]) {
    expect(repairChunkShape(parseJson(text), [8, 8], "/chunks")).toBeUndefined();
  }
});

test("the smallest chunk of a shard is an inner chunk", () => {
  const repaired = repairChunkShape([0, 0, true, 6], [8, 0, 8, 8], "/c", [2, 3, 4, 6])!;
  expect(repaired.chunkShape).toEqual([2, 3, 1, 6]);
  expect(
    repaired.repairs.map(({ location, read, warning }) => [location, read, warning !== undefined]),
  ).toEqual([
    ["/c/0", 2, true],
    ["/c/1", 3, false],
    ["/c/2", 1, false],
  ]);
});

test("where the lengths of the array are not known, 0 is not repaired", () => {
  expect(repairChunkShape([0, true], undefined, "/c")!.chunkShape).toEqual([0, 1]);
});
