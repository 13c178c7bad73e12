// Pictures: their values, colours, sliders, levels, histogram.
import { equal, near, ok, test } from "./harness.mjs";
import { cellAt, temperatureAt } from "./sample-data.mjs";

const SIZE = [180, 360];

function sameTemperature(value, index) {
  const expected = temperatureAt(...index, SIZE);
  if (Number.isNaN(expected)) equal(value, "nan", `the value at ${index}`);
  else near(Number(value), expected, 1e-3, `the value at ${index}`);
}

test("a picture of uint8: the value under the pointer equals the data, the colour the value", async ({
  viewer,
  page,
  server,
}) => {
  await viewer.open(server.url, { path: "small/ramp8" });
  await viewer.idle();
  await page.getByRole("button", { name: "Min–max" }).click();
  await page.waitForTimeout(200);
  for (const [x, y] of [
    [0.2, 0.2],
    [0.5, 0.5],
    [0.73, 0.41],
    [0.9, 0.8],
  ]) {
    const { index, value, pixel } = await viewer.pointAt(x, y);
    const [row, column] = index;
    const expected = (3 * row + 2 * column) % 256;
    equal(value, String(expected), `the value at ${index}`);
    // Grey from the smallest value, 0, to the largest, 235.
    near(pixel[0], (expected / 235) * 255, 3, `grey at ${index}`);
    equal(pixel, [pixel[0], pixel[0], pixel[0]], "grey");
  }
});

test("a picture of float32 with NaN: values, units, coordinates; NaN shown as such", async ({
  viewer,
  page,
  server,
}) => {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  await page.waitForTimeout(600); // coordinates come after the picture
  let numbers = 0;
  let nans = 0;
  for (let i = 0; i < 60 && (numbers < 3 || nans < 1); i++) {
    const { index, value, text, pixel } = await viewer.pointAt(
      0.05 + ((i * 0.37) % 0.9),
      0.25 + ((i * 0.23) % 0.5),
    );
    const [t, y, x] = index;
    const expected = Math.fround(temperatureAt(t, y, x, SIZE));
    if (Number.isNaN(expected)) {
      nans++;
      equal(value, "nan", `the value at ${index}`);
      // The squares of NaN are grey; the colour map has no grey.
      ok(Math.max(...pixel) - Math.min(...pixel) < 25, `NaN at ${index} is ${pixel}`);
      continue;
    }
    numbers++;
    near(Number(value), expected, 1e-3, `the value at ${index}`);
    ok(text.includes(`${value} K`), `the unit is in ${text}`);
    ok(text.includes("2025-01-15"), `the time is in ${text}`);
    ok(text.includes(`(${String(90 - (180 * (y + 0.5)) / 180)}`), `the latitude is in ${text}`);
  }
  ok(numbers >= 3 && nans >= 1, `${numbers} numbers and ${nans} NaN were pointed at`);
});

test("a slider shows another plane, and reads only its chunks", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  const first = server.takeChunks("/climate/temperature/");
  equal(first.length, 8, `chunks of the first plane (${first})`);
  ok(
    first.every((path) => path.startsWith("/climate/temperature/c/0/")),
    "all of time 0",
  );
  const slider = page.getByRole("slider", { name: "time", exact: true });
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(150);
  await viewer.idle();
  const { index, value } = await viewer.pointAt(0.5, 0.5);
  equal(index[0], 2, "the position on time");
  sameTemperature(value, index);
  const later = server.takeChunks("/climate/temperature/");
  ok(later.length > 0 && later.every((path) => /\/c\/[12]\//.test(path)), `chunks: ${later}`);
  await page.getByLabel("Position on time").fill("11");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(150);
  await viewer.idle();
  const eleven = await viewer.pointAt(0.5, 0.5);
  equal(eleven.index[0], 11, "typed");
  sameTemperature(eleven.value, eleven.index);
  server.takeChunks();
  await page.getByLabel("Position on time").fill("0");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  await viewer.idle();
  equal(server.takeChunks(), [], "a plane that was seen is not read again");
});

test("axes are chosen and change places", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  await viewer.choose("Down", "0");
  await viewer.idle();
  const { index, value } = await viewer.pointAt(0.5, 0.5);
  equal(index[1], 0, "lat is fixed now");
  ok(Math.abs(index[0] - 6) <= 1, `time goes down: ${index}`);
  sameTemperature(value, index);
  await viewer.choose("Down", "2");
  await viewer.idle();
  const turned = await viewer.pointAt(0.5, 0.5);
  sameTemperature(turned.value, turned.index);
  equal(
    await page.getByRole("combobox", { name: "Across", exact: true }).inputValue(),
    "0",
    "they change places",
  );
});

test("a multiscale shows the level that fits, and uint16 of two channels", async ({
  viewer,
  page,
  server,
}) => {
  await page.setViewportSize({ width: 1000, height: 640 });
  await viewer.open(server.url, { path: "cells" });
  const whole = await viewer.status();
  ok(whole.level >= 1, `all of it is shown from level ${whole.level}`);
  equal(
    server.takeChunks().filter((path) => path.startsWith("/cells/0/")),
    [],
    "chunks of the finest level",
  );
  const coarse = await viewer.pointAt(0.5, 0.5);
  const at = coarse.index.slice(1).map((position) => (position >> whole.level) << whole.level);
  const expected = [0, 1].map((c) => String(cellAt(c, ...at)));
  equal(coarse.values, expected, "the values of both channels at the level that is seen");
  await page.locator(".stage canvas").focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("+");
  await page.waitForTimeout(200);
  const near_ = await viewer.status();
  equal(near_.level, 0, "the level of a close look");
  ok(
    server.takeChunks().every((path) => path.startsWith("/cells/0/")),
    "only the finest level is read",
  );
  const { index, value } = await viewer.pointAt(0.4, 0.6);
  equal(value, String(cellAt(...index)), `the value at ${index}`);
});

test("channels are shown together and alone", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "cells" });
  await viewer.idle();
  const together = await viewer.pixel(300, 300);
  await page.getByLabel("membrane", { exact: true }).uncheck();
  await page.getByLabel("nuclei", { exact: true }).uncheck();
  await page.waitForTimeout(200);
  equal(await viewer.pixel(300, 300), [0, 0, 0], "without channels it is black");
  await page.getByLabel("nuclei", { exact: true }).check();
  await viewer.idle();
  await page.waitForTimeout(200);
  const [red] = await viewer.pixel(300, 300);
  equal(red, 0, "nuclei have no red");
  ok(
    together.some((part) => part > 0),
    "together they are seen",
  );
  await page.getByLabel("Together, each in its colour").uncheck();
  await page.getByRole("slider", { name: "c", exact: true }).waitFor();
  await viewer.idle();
  await page.locator(".colour-bar").waitFor();
});

test("red, green and blue in a last axis are a colour picture", async ({ viewer, server }) => {
  await viewer.open(server.url, { path: "small/rgb" });
  await viewer.idle();
  const { index, pixel } = await viewer.pointAt(0.5, 0.5);
  const [y, x] = index;
  for (const [i, expected] of [x * 5, y * 7, 128].entries())
    near(pixel[i], expected, 2, `part ${i} at ${index}`);
});

test("the histogram counts what is in view, fill and NaN apart", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/wide64" });
  await viewer.idle();
  const bars = page.getByRole("img", { name: /^Histogram of 63 values in view, from 0 to 71\.75$/ });
  await bars.waitFor();
  ok((await page.locator(".counts").innerText()).replace(/\s+/g, " ").includes("fill 1"), "fill is counted");
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  let nan = 0;
  for (let y = 0; y < SIZE[0]; y++)
    for (let x = 0; x < SIZE[1]; x++) if (Number.isNaN(temperatureAt(0, y, x, SIZE))) nan++;
  await page.locator(".counts", { hasText: `NaN` }).waitFor();
  ok((await page.locator(".counts").innerText()).includes(nan.toLocaleString("en")), `${nan} NaN`);
});

test("limits are set by sliders and numbers, and follow the data again", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/ramp8" });
  await viewer.idle();
  await page.getByLabel("Lower limit as a number").fill("100");
  await page.keyboard.press("Enter");
  await page.getByLabel("Upper limit as a number").fill("101");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  for (const [x, y] of [
    [0.3, 0.3],
    [0.8, 0.8],
  ]) {
    const { value, pixel } = await viewer.pointAt(x, y);
    if (Number(value) < 100) equal(pixel, [0, 0, 0], `${value} is below`);
    if (Number(value) > 101) equal(pixel, [255, 255, 255], `${value} is above`);
  }
  const slider = page.getByLabel("Upper limit", { exact: true });
  await slider.focus();
  await page.keyboard.press("End");
  await page.waitForTimeout(100);
  equal(await page.getByLabel("Upper limit as a number").inputValue(), "235", "by keyboard");
  await page.getByRole("button", { name: "Auto" }).click();
  await page.waitForTimeout(300);
  ok(Number(await page.getByLabel("Lower limit as a number").inputValue()) < 10, "automatic again");
});

test("chunks of fill value only are hatched, the fill value is shown as nothing", async ({
  viewer,
  page,
  server,
}) => {
  await viewer.open(server.url, { path: "small/sparse" });
  await viewer.idle();
  const inside = await viewer.pointAt(0.7, 0.42);
  equal(inside.value, "7", "what was written");
  const outside = await viewer.pointAt(0.4, 0.8);
  equal(outside.value, "-1", "what was not");
  ok(outside.text.includes("fill value"), "it is said to be the fill value");
  await page.getByLabel("Show fill value (-1) as nothing").uncheck();
  await page.getByRole("button", { name: "Min–max" }).click();
  await page.waitForTimeout(300);
  const colours = new Set();
  for (let i = 0; i < 14; i++) colours.add(String(await viewer.pixel(300 + i, 480)));
  ok(colours.size > 1, "lines are drawn over it");
});

test("64-bit integers are exact, text and records are listed", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/int64" });
  await viewer.idle();
  const { index, value } = await viewer.pointAt(0.4, 0.3);
  equal([index, value], [[0, 0], "9007199254740993"], "beyond 2^53");
  await viewer.open(server.url, { path: "small/words", tab: "values" });
  await page.locator(".grid-table td", { hasText: "zarr" }).waitFor();
  equal(
    await page.locator(".grid-table td").allInnerTexts(),
    ["zarr", `<img src=x onerror="window.hacked=1">`, "ü"],
    "text",
  );
  await viewer.open(server.url, { path: "small/wide64", tab: "values" });
  await page.locator(".grid-table td").first().waitFor();
  const cells = await page.locator(".grid-table td").allInnerTexts();
  equal([cells.length, cells[9], cells[19]], [64, "10.25", "-9999.0"], "a table");
});
