// Chunks and shards as a picture.
import { createGroup } from "../../dist/index.js";
import { equal, ok, startServer, test } from "./harness.mjs";

async function looked(page) {
  await page.locator('.chunks-view .status-line[data-busy="false"]').waitFor();
  const line = page.locator(".chunks-view .status-line");
  return {
    present: Number(await line.getAttribute("data-present")),
    missing: Number(await line.getAttribute("data-missing")),
    text: await line.innerText(),
  };
}

const selected = (page) => page.locator(".chunks-view fieldset", { hasText: "Selected" });

test("chunks that are stored and that are not, and their sizes", async ({ viewer, page, server, store }) => {
  await viewer.open(server.url, { path: "small/sparse", tab: "chunks" });
  await page.locator(".status-line", { hasText: "14 not stored" }).waitFor();
  const { present, missing, text } = await looked(page);
  equal([present, missing], [2, 14], text);
  await page.locator(".chunk-stage canvas").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const size = (await store.get("small/sparse/c/1/2")).length;
  await selected(page).getByText(`(${size} bytes)`).waitFor();
  const facts = await selected(page).innerText();
  ok(facts.includes("c/1/2") && facts.includes("16:32, 32:48"), facts);
  await page.keyboard.press("ArrowUp");
  await selected(page).getByText("no: reads as -1").waitFor();
  equal(server.takeChunks("/small/sparse/").length, 0, "chunks that were read, not looked at");
});

test("a shard shows its inner chunks", async ({ viewer, page }) => {
  const group = await createGroup({});
  const z = await group.createArray("sharded", {
    shape: [64, 64],
    chunks: [8, 8],
    shards: [32, 32],
    dtype: "int16",
  });
  await z.set("0:8, 0:24", 3);
  await z.set("40:64, 0:8", 4);
  const server = await startServer(group);
  await viewer.open(server.url, { path: "sharded", tab: "chunks" });
  await page.locator(".status-line", { hasText: "2 stored" }).waitFor();
  await page.locator("[data-inner]").waitFor();
  equal(
    await page
      .locator("[data-inner]")
      .innerText()
      .then((text) => text.split(" inner")[0]),
    "3 of 16",
    "inner chunks",
  );
  await page.locator(".chunk-stage canvas").click({ position: { x: 20, y: 130 } });
  await selected(page).getByText("32:64, 0:32").waitFor();
  await page.locator("[data-inner='3']").waitFor();
  await page.getByRole("img", { name: "Inner chunks of the shard, 4 by 4" }).waitFor();
});

test("only chunks in view are looked at; one axis is wrapped into lines", async ({ viewer, page }) => {
  const group = await createGroup({});
  const z = await group.createArray("wide", { shape: [4000, 4000], chunks: [10, 10], dtype: "uint8" });
  await z.set("3990:4000, 3990:4000", 1);
  const flat = await group.createArray("flat", { shape: [1000], chunks: [10], dtype: "uint8" });
  await flat.set("500:510", 1);
  const server = await startServer(group);
  await viewer.open(server.url, { path: "wide", tab: "chunks" });
  await looked(page);
  await page.waitForTimeout(200);
  const { missing } = await looked(page);
  ok(missing > 500 && missing < 5000, `${missing} of 160000 were looked at`);
  await viewer.open(server.url, { path: "flat", tab: "chunks" });
  await page.locator(".status-line", { hasText: "1 stored" }).waitFor();
  equal((await looked(page)).missing, 99, "chunks of one axis");
});
