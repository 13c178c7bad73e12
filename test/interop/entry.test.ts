// The comparison itself: a store in which one byte, one attribute or one name differs is not taken for right.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

import { difference, type Entry, partialDifference } from "./entry.ts";

const vectors = join(dirname(fileURLToPath(import.meta.url)), "..", "vectors");
const { entries }: { entries: Entry[] } = JSON.parse(readFileSync(join(vectors, "expected.json"), "utf8"));
const entryOf = (id: string): Entry => entries.find((entry) => entry.id === id)!;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "zarrkit-entry-"));
  for (const store of ["zp3/layout.zarr", "zp3/groups.zarr"])
    cpSync(join(vectors, store), join(root, store), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("one wrong byte of a chunk is found", async () => {
  const entry = entryOf("zp3/layout.zarr::edge-chunks");
  expect(await difference(root, entry)).toBeUndefined();
  expect(await partialDifference(root, entry)).toBeUndefined();
  const chunk = join(root, entry.store, entry.path, "c/0/0/0");
  const bytes = readFileSync(chunk);
  bytes[3]! ^= 1;
  writeFileSync(chunk, bytes);
  expect(await difference(root, entry)).toMatch(/^bytes: expected/);
});

test("another attribute and another dimension name are found", async () => {
  const entry = entryOf("zp3/groups.zarr::at-root");
  expect(await difference(root, entry)).toBeUndefined();
  expect(await difference(root, { ...entry, attrs: { ...entry.attrs, nan: 0 } })).toMatch(
    /^attributes: expected/,
  );
  expect(await difference(root, { ...entry, dimension_names: ["y"] })).toMatch(/^dimension names: expected/);
  expect(await difference(root, { ...entry, shape: [5] })).toMatch(/^shape: expected/);
});
