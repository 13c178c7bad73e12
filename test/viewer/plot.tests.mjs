// Lines along one axis.
import { equal, near, ok, startServer, test } from "./harness.mjs";
import { createGroup } from "../../dist/index.js";
import { temperatureAt } from "./sample-data.mjs";

const line = (page) => page.locator(".stage-column .status-line");

async function points(page, count) {
  await page.locator(`.stage-column .status-line[data-points="${count}"]`).waitFor();
}

/** The value that the plot says under the pointer. */
async function legendAt(page, part) {
  const box = await page.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width * part, box.y + box.height / 2);
  await page.waitForTimeout(150);
  return (await page.locator(".u-legend .u-value").allInnerTexts()).map((text) => text.trim());
}

test("one dimension is a line; NaN is a gap that is counted", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/line" });
  await points(page, 1000);
  equal(await line(page).getAttribute("data-step"), "5", "elements that are drawn as one");
  const [x, low, high] = await legendAt(page, 0.5);
  const at = Math.round(Number(x));
  const values = Array.from(
    { length: 5 },
    (_, i) => Math.sin((at - 2 + i) / 100) * (1 + (at - 2 + i) / 2500),
  );
  near(Number(low), Math.min(...values), 2e-3, `the smallest around ${at}`);
  near(Number(high), Math.max(...values), 2e-3, `the largest around ${at}`);
  equal(server.takeChunks().length, 10, "chunks that were read");
  // Nearer, every element is drawn.
  await page.locator(".plot-stage").focus();
  await page.keyboard.press("+");
  await page.locator('.status-line[data-step="1"]').waitFor();
  await page.keyboard.press("+");
  await points(page, 1250);
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
  await page.locator(".status-line", { hasText: "1 NaN" }).waitFor();
  equal(server.takeChunks(), [], "nothing is read again");
  const [index, value] = await legendAt(page, 0.7);
  near(Number(value), Math.sin(index / 100) * (1 + index / 2500), 1e-3, `the value at ${index}`);
  await page.keyboard.press("0");
  await points(page, 1000);
});

test("dragging zooms in, a double click shows all", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/line" });
  await points(page, 1000);
  const box = await page.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 120, { steps: 5 });
  await page.mouse.up();
  await page.locator('.status-line[data-step="1"]').waitFor();
  ok(
    /^(?:99\d|1,00\d) to 1,99\d|^(?:99\d|1,00\d) to 2,00\d/.test(await line(page).innerText()),
    await line(page).innerText(),
  );
  await page.mouse.dblclick(box.x + box.width * 0.5, box.y + 100);
  await points(page, 1000);
});

test("a profile goes through the marker of the picture", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  const box = await viewer.stageBox();
  await page.mouse.click(box.x + box.width * 0.31, box.y + box.height * 0.62);
  const { index } = await viewer.readout("marker");
  await viewer.tab("Plot");
  await points(page, 12);
  equal(await page.getByRole("combobox", { name: "Along" }).inputValue(), "0", "along time");
  equal(await page.getByLabel("Position on lat").inputValue(), String(index[1]), "through the marker");
  const [, value] = await legendAt(page, 0.46);
  const expected = Array.from({ length: 12 }, (_, t) => temperatureAt(t, index[1], index[2], [180, 360]));
  ok(
    expected.some((one) => Math.abs(one - Number(value)) < 1e-2),
    `${value} is one of ${expected}`,
  );
});

test("a long line is read as far as its budget goes", async ({ viewer, page }) => {
  const group = await createGroup({});
  const long = await group.createArray("long", {
    shape: [100_000_000],
    chunks: [1_000_000],
    dtype: "float64",
  });
  await long.set("10:20", 5);
  const server = await startServer(group);
  await viewer.open(server.url, { path: "long" });
  await page.locator(".notice", { hasText: "Read up to position" }).waitFor();
  ok(server.takeChunks().length <= 13, "chunks that were read");
  await page.getByRole("button", { name: "Read more" }).click();
  await page.locator(".notice", { hasText: "Read up to position 50,000,000" }).waitFor();
});
