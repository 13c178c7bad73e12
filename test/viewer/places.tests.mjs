// What can be opened: URLs, also from a static host, folders and archives of this machine.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { copyStore } from "../../dist/index.js";
import { LocalStore, ZipStore } from "../../dist/storage.js";
import { equal, near, ok, scratchFolder, startServer, startStatic, test } from "./harness.mjs";
import { temperatureAt } from "./sample-data.mjs";

test("the static page opens a URL of another server", async ({ viewer, sample }) => {
  const data = await startServer(sample, { viewer: false });
  const host = await startStatic();
  await viewer.open(host.url, { query: `?url=${encodeURIComponent(data.url)}`, path: "climate/temperature" });
  await viewer.idle();
  const { index, value } = await viewer.pointAt(0.52, 0.5);
  const expected = temperatureAt(...index, [180, 360]);
  if (Number.isNaN(expected)) equal(value, "nan", "the value");
  else near(Number(value), expected, 1e-3, "the value");
  const elsewhere = viewer.urls.filter(
    (url) => !url.startsWith(host.url) && !url.startsWith(data.url) && !/^(?:about|blob|data):/.test(url),
  );
  equal(elsewhere, [], "requests to others");
});

test("the static page without a URL says what to do, and takes one", async ({ viewer, page, sample }) => {
  const data = await startServer(sample, { viewer: false });
  const host = await startStatic();
  await viewer.open(host.url);
  await page.getByRole("heading", { name: "Look into Zarr" }).waitFor();
  const input = page.getByLabel("URL of an array, group or archive");
  await input.fill("data/local.zarr");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "opens URLs" }).waitFor();
  await input.fill(`${data.url}/climate`);
  await page.keyboard.press("Enter");
  await page.locator('[data-path="temperature"]').waitFor();
  ok(page.url().includes(encodeURIComponent(`${data.url}/climate`)), "the address can be sent to others");
  await page.reload();
  await page.locator('[data-path="temperature"]').waitFor();
});

test("options that are secrets do not get into the address", async ({ viewer, page }) => {
  const host = await startStatic();
  await viewer.open(host.url);
  await page.getByLabel("URL of an array, group or archive").fill("s3://bucket/data.zarr");
  await page
    .getByLabel("Storage options")
    .fill(`key=AKIA secret=hidden-secret endpoint_url=${host.url}/nowhere`);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  ok(!page.url().includes("hidden-secret") && !page.url().includes("AKIA"), page.url());
  ok(page.url().includes("option.endpoint_url"), "others do");
});

test("a URL where nothing is is an error that says so", async ({ viewer, page, sample }) => {
  const data = await startServer(sample, { viewer: false });
  const host = await startStatic();
  await viewer.open(host.url, { query: `?url=${encodeURIComponent(`${data.url}/nothing`)}` });
  await page.getByRole("alert").filter({ hasText: "could not be opened" }).waitFor();
  // A port where nobody listens; and a server that lets no other page read.
  await viewer.open(host.url, { query: `?url=${encodeURIComponent("http://127.0.0.1:9/data.zarr")}` });
  await page.getByRole("alert").filter({ hasText: "CORS" }).waitFor({ timeout: 30_000 });
});

test("a path that is typed is opened, also where it is not listed", async ({ viewer, page, server }) => {
  await viewer.open(server.url);
  await page.getByLabel("Path of a node").fill("/small/ramp8/");
  await page.keyboard.press("Enter");
  await viewer.idle();
  equal(await page.locator(".node-facts").innerText(), "40 × 60 · uint8 · 2.40 kB", "facts");
});

async function temperatureIsThere(viewer, page) {
  await page.locator('[data-path="climate"]').waitFor();
  await page.getByLabel("Path of a node").fill("climate/temperature");
  await page.keyboard.press("Enter");
  await viewer.idle();
  const { index, value } = await viewer.pointAt(0.52, 0.5);
  const expected = temperatureAt(...index, [180, 360]);
  if (Number.isNaN(expected)) equal(value, "nan", "the value");
  else near(Number(value), expected, 1e-3, "the value");
}

test("a folder that is dropped is opened", async ({ viewer, page, store }) => {
  const folder = join(scratchFolder(), "dropped.zarr");
  mkdirSync(folder);
  await copyStore(store, new LocalStore(folder));
  const host = await startStatic();
  await viewer.open(host.url);
  await viewer.drop([folder]);
  await temperatureIsThere(viewer, page);
  equal(await page.locator('[data-path=""] .name').innerText(), "dropped.zarr", "its name");
});

test("a zip archive that is dropped is opened", async ({ viewer, page, store }) => {
  const file = join(scratchFolder(), "dropped.zarr.zip");
  const zip = new ZipStore(file, { mode: "w" });
  await copyStore(store, zip);
  await zip.close();
  const host = await startStatic();
  await viewer.open(host.url);
  await viewer.drop([file]);
  await temperatureIsThere(viewer, page);
  await viewer.tab("Code");
  ok(
    (await page.locator("pre[data-language=python]").innerText()).includes('ZipStore("dropped.zarr.zip"'),
    "code for an archive",
  );
});

test("anything else that is dropped is refused", async ({ viewer, page }) => {
  const host = await startStatic();
  await viewer.open(host.url);
  await viewer.drop([join(import.meta.url.replace("file://", ""))]);
  await page.getByRole("alert").filter({ hasText: "neither a folder nor a zip archive" }).waitFor();
});
