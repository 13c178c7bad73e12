import { expect, test } from "vitest";
import { isStoredNodePath, nodeNameProblem, requireNodePath } from "./node-name.ts";

test.each([
  ["", "is empty"],
  ["a/b", 'contains "/"'],
  [".", "periods"],
  ["..", "periods"],
  ["...", "periods"],
  ["__proto__", "reserved"],
  ["zarr.json", "metadata document"],
  ["a\ud800", "Unicode"],
])("%j may not be a name", (name, problem) => {
  expect(nodeNameProblem(name)).toContain(problem);
  if (name !== "a/b") expect(() => requireNodePath(`x/${name}`)).toThrow("Invalid path");
});

test.each(["a", "c", "_a", "a__", ".a", "a.b", "Ä", "😀", "a b", "constructor", ".zarray"])(
  "%j may",
  (name) => {
    expect(nodeNameProblem(name)).toBeUndefined();
    requireNodePath(`x/${name}/y`);
  },
);

test("v2 has other documents", () => {
  expect(nodeNameProblem(".zarray", 2)).toContain("metadata document");
  expect(nodeNameProblem("zarr.json", 2)).toBeUndefined();
});

test("the root is a path; empty names within are not", () => {
  requireNodePath("");
  expect(() => requireNodePath("/a")).toThrow("is empty");
  expect(() => requireNodePath("a/")).toThrow("is empty");
});

test("paths that others wrote", () => {
  expect(["", "a", "a/b", "__proto__", "a/zarr.json"].every(isStoredNodePath)).toBe(true);
  expect(["/a", "a/", "a//b", "..", "a/../b", ".", "a\\..\\b", "a\0"].some(isStoredNodePath)).toBe(false);
});
