// Arrays of all kinds: data types, grids, formats.
import { consolidateMetadata, createGroup } from "../../dist/index.js";
import { MemoryStore } from "../../dist/storage.js";
import { equal, ok, startServer, test } from "./harness.mjs";

const KINDS = [
  ["complex", { dtype: "complex64" }, { re: 1, im: 2 }, "(1+2j)"],
  ["half", { dtype: "float16" }, 1.5, "1.5"],
  ["bool", { dtype: "bool" }, true, "True"],
  ["time", { dtype: "datetime64[s]" }, 5n, "1970-01-01T00:00:05"],
  ["infinite", { dtype: "float32" }, Number.POSITIVE_INFINITY, "inf"],
  ["four bits", { dtype: "uint4" }, 3, "3"],
  [
    "rectilinear",
    {
      dtype: "int32",
      chunks: [
        [10, 10],
        [5, 15, 10],
      ],
    },
    3,
    "3",
  ],
  [
    "record",
    {
      dtype: [
        ["a", "<i4"],
        ["b", "<f8"],
      ],
    },
    { a: 3, b: 1.5 },
    "3",
  ],
];

test("pictures of all kinds of values, and of chunks that differ", async ({ viewer, page }) => {
  const group = await createGroup({});
  for (const [name, options, value] of KINDS) {
    const z = await group.createArray(name, { shape: [20, 30], ...options });
    await z.set(null, value);
  }
  const server = await startServer(group);
  for (const [name, , , text] of KINDS) {
    await viewer.open(server.url, { path: name });
    await viewer.idle();
    equal((await viewer.pointAt(0.5, 0.5)).value, text, name);
    await viewer.tab("Chunks");
    await page.locator('.chunks-view .status-line[data-busy="false"]').waitFor();
  }
  await viewer.open(server.url, { path: "complex" });
  await viewer.choose("Complex as", "phase");
  await page.getByRole("img", { name: /from 1\.1071 to 1\.1071/ }).waitFor();
  await viewer.open(server.url, { path: "record" });
  await viewer.choose("Field", "b");
  await viewer.idle();
  await viewer.page.waitForTimeout(200);
  equal((await viewer.pointAt(0.5, 0.5)).value, "1.5", "another field");
});

test("scalars and empty arrays have no picture", async ({ viewer, page }) => {
  const group = await createGroup({});
  await (await group.createArray("scalar", { shape: [], dtype: "float64" })).set("...", 7.5);
  await group.createArray("empty", { shape: [0, 10], dtype: "float64" });
  const server = await startServer(group);
  await viewer.open(server.url, { path: "scalar" });
  await page.locator(".grid-table td", { hasText: "7.5" }).waitFor();
  equal(
    await page.getByRole("tab").allInnerTexts(),
    ["Values", "Chunks", "Metadata", "Code"],
    "tabs of a scalar",
  );
  await viewer.open(server.url, { path: "empty" });
  equal(
    await page.getByRole("tab").allInnerTexts(),
    ["Chunks", "Metadata", "Code"],
    "tabs of an empty array",
  );
});

test("v2 with consolidated metadata: nothing below the root is read one by one", async ({ viewer, page }) => {
  const group = await createGroup(new MemoryStore(), { zarrFormat: 2 });
  const z = await group.createArray("a/b", { shape: [30, 40], chunks: [10, 10], dtype: "int16", order: "F" });
  await z.set(null, 4);
  await consolidateMetadata(group.store);
  const server = await startServer(group);
  await viewer.open(server.url, { path: "a/b" });
  await viewer.idle();
  equal((await viewer.pointAt(0.5, 0.5)).value, "4", "the value");
  const documents = server.requests.filter(({ path }) => /^\/a\/.*(?:zarr\.json|\.z\w+)$/.test(path));
  equal(
    documents.map(({ path }) => path),
    [],
    "documents that were read one by one",
  );
  await page.locator('[data-path="a/b"]').waitFor();
  await viewer.tab("Metadata");
  ok(
    (await page.locator("pre.document").innerText()).includes('"zarr_format"'),
    "metadata are shown all the same",
  );
});
