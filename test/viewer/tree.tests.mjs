// The tree, members, metadata.
import { createGroup } from "../../dist/index.js";
import { equal, ok, startServer, test } from "./harness.mjs";
import { HOSTILE_NAME } from "./sample-data.mjs";

const rows = (page) => page.locator("[role=treeitem]");

test("the tree shows members with shape, type and size, and asks for no more than it shows", async ({
  viewer,
  page,
  server,
}) => {
  await viewer.open(server.url);
  await page.locator('[data-path="small"]').waitFor();
  const below = server.requests.filter(
    ({ path }) => /^\/(?:small|climate|cells)\/./.test(path) && !path.endsWith("/zarr.json"),
  );
  equal(
    below.map(({ path }) => path),
    [],
    "requests below closed groups",
  );
  equal(
    server.requests.filter(({ path }) => /^\/small\/\w+\/zarr\.json$/.test(path)).length,
    0,
    "documents of closed groups",
  );
  await page.locator('[data-path="climate"] .twist').click();
  const temperature = page.locator('[data-path="climate/temperature"]');
  await temperature.waitFor();
  equal(await temperature.locator(".facts").innerText(), "12 × 180 × 360 float32 · 3.11 MB", "facts");
  ok(
    (await page.locator('[data-path="cells"]').innerText()).includes("image"),
    "a multiscale is called an image",
  );
  equal(await page.locator('[data-path="climate"]').getAttribute("aria-expanded"), "true", "expanded");
});

test("the tree is used by keyboard", async ({ viewer, page, server }) => {
  await viewer.open(server.url);
  await page.locator('[data-path="small"]').waitFor();
  await rows(page).first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  equal(await page.evaluate(() => document.activeElement.dataset.path), "climate", "second arrow");
  await page.keyboard.press("ArrowRight");
  await page.locator('[data-path="climate/lat"]').waitFor();
  await page.keyboard.press("ArrowRight");
  equal(await page.evaluate(() => document.activeElement.dataset.path), "climate/lat", "into the group");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Plot" }).waitFor();
  equal(await page.locator("[role=treeitem].current").getAttribute("data-path"), "climate/lat", "selected");
  await page.keyboard.press("ArrowLeft");
  equal(await page.evaluate(() => document.activeElement.dataset.path), "climate", "out of the group");
  await page.keyboard.press("ArrowLeft");
  equal(await page.locator('[data-path="climate/lat"]').count(), 0, "closed");
});

test("a group with many members shows them by the hundred", async ({ viewer, page }) => {
  const many = await createGroup({});
  const options = { shape: [1], dtype: "int8", compressors: null };
  await Promise.all(Array.from({ length: 350 }, (_, i) => many.createArray(`m${i}`, options)));
  const server = await startServer(many);
  await viewer.open(server.url);
  await page.locator('[data-path="m99"]').waitFor();
  const nodes = page.locator("[role=treeitem].node");
  equal(await nodes.count(), 101, "the root and a hundred");
  const documents = server.requests.filter(({ path }) => /^\/m\d+\/zarr\.json$/.test(path));
  equal(new Set(documents.map(({ path }) => path)).size, 100, "documents that were read");
  await page.locator("[role=treeitem].more").click();
  await page.locator('[data-path="m199"]').waitFor();
  equal(await nodes.count(), 201, "and a hundred more");
});

test("members of a group are a table; names lead to them", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "climate" });
  const table = page.locator("table.members");
  await table.getByText("temperature").waitFor();
  equal(await table.locator("tbody tr").count(), 4, "members");
  await table.getByRole("button", { name: "time" }).click();
  await page.getByRole("tab", { name: "Plot" }).waitFor();
  ok(page.url().includes("path=climate%2Ftime"), `the address says what is seen: ${page.url()}`);
});

test("metadata and attributes are shown as they are stored, markup as text", async ({
  viewer,
  page,
  server,
  store,
}) => {
  await viewer.open(server.url, { tab: "metadata" });
  const stored = new TextDecoder().decode(await store.get("zarr.json"));
  equal(await page.locator("pre.document").innerText(), stored, "the document");
  const attributes = page.locator("table.attributes");
  const hostile = attributes.locator("tr", { hasText: "onerror" });
  equal(await hostile.locator("th").innerText(), HOSTILE_NAME, "the name of an attribute");
  ok((await hostile.locator("td").innerText()).includes("<script>window.hacked=2</script>"), "its value");
  equal(await page.locator(".panel img, .panel script").count(), 0, "elements made of markup");
  await viewer.open(server.url, { path: "climate/temperature", tab: "metadata" });
  const facts = await page.locator("dl.facts-list").innerText();
  for (const text of ["12 × 180 × 360", "time, lat, lon", "float32", "nan", "96 of 1 × 90 × 90", "ZstdCodec"])
    ok(facts.includes(text), `${text} is in ${facts}`);
  ok((await page.locator("table.attributes").innerText()).includes("near-surface temperature"), "attributes");
});

test("names with markup are text in the tree", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small" });
  await page.locator('[data-path^="small/<img"]').waitFor();
  const name = HOSTILE_NAME.replaceAll("/", "");
  equal(await page.locator('[data-path^="small/<img"] .name').innerText(), name, "the name");
  await page.locator('[data-path^="small/<img"]').click();
  await page.locator(".crumbs", { hasText: "onerror" }).waitFor();
  equal(await page.locator("#app img").count(), 0, "images made of markup");
});
