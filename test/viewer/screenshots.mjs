// Makes the pictures of the guide: node test/viewer/screenshots.mjs [folder]; looks are for people to judge.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { browsers } from "../../scripts/browsers.mjs";
import { root, startServer, stopAll } from "./harness.mjs";
import { ViewerPage } from "./page.mjs";
import { writeSample } from "./sample-data.mjs";

const folder = process.argv[2] ?? join(root, "docs", "images");
mkdirSync(folder, { recursive: true });
const { command, reason } = browsers().find(({ name }) => name === "chromium");
if (command === undefined) throw new Error(reason);
const sample = await writeSample({}, { isLarge: true });
await survey(sample);
const server = await startServer(sample);
const browser = await chromium.launch({ executablePath: command, args: ["--no-sandbox", "--disable-gpu"] });

/** An array that is stored in part: a swath, rougher in its middle, where chunks compress less. */
async function survey(group) {
  const z = await group.createArray("survey", {
    shape: [1152, 1600],
    chunks: [64, 64],
    dtype: "int16",
    fillValue: -1,
  });
  for (let row = 0; row < 18; row++)
    for (let column = 0; column < 25; column++) {
      const away = Math.abs(row - 4 - column * 0.42 - 1.6 * Math.sin(column / 3)) / 4.2;
      if (away >= 1) continue;
      const rough = Math.round(2 ** (13 * (1 - away)));
      const data = new Int16Array(64 * 64).map(
        (_, i) => (Math.imul(i + row * 77 + column, 40503) >>> 8) % rough,
      );
      const part = `${row * 64}:${row * 64 + 64}, ${column * 64}:${column * 64 + 64}`;
      await z.set(part, { data, shape: [64, 64], stride: [64, 1] });
    }
}

async function shoot(
  name,
  { path, tab, colorScheme = "light", width = 1120, height = 700 },
  act = async () => {},
) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const viewer = new ViewerPage(page);
  await viewer.open(server.url, { path, tab });
  await page.waitForTimeout(900);
  await act(viewer, page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

await shoot("viewer-image", { path: "climate/temperature" }, async (viewer) => {
  const box = await viewer.stageBox();
  await viewer.page.mouse.click(box.x + box.width * 0.37, box.y + box.height * 0.56);
  await viewer.pointAt(0.6, 0.45);
});
await shoot("viewer-multiscale", { path: "cells", colorScheme: "dark" }, async (viewer, page) => {
  await page.locator(".stage canvas").focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("+");
  await viewer.idle();
  await viewer.pointAt(0.5, 0.52);
});
await shoot("viewer-plot", { path: "climate/temperature", tab: "plot" }, async (viewer, page) => {
  await page.getByLabel("Position on lat").fill("210");
  await page.keyboard.press("Enter");
  await page.getByLabel("Position on lon").fill("300");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(500);
  const box = await page.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.4);
});
await shoot("viewer-chunks", { path: "survey", tab: "chunks" }, async (viewer, page) => {
  await page.locator('.status-line[data-busy="false"]').waitFor();
  await page.locator(".chunk-stage canvas").focus();
  for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowRight");
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
});
await shoot("viewer-error", { path: "small/corrupt", colorScheme: "dark" });
await shoot("viewer-narrow", { path: "climate/temperature", width: 390, height: 760 });
await browser.close();
await stopAll();
