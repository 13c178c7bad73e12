// The page by keyboard, and in the dark.
import { equal, ok, test } from "./harness.mjs";

const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element.getAttribute("aria-label") ?? element.textContent.trim();
  });

test("the focus goes from the address over the tree to the picture and its controls", async ({
  viewer,
  page,
  server,
}) => {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  await page.locator('[data-path="small"]').waitFor();
  const seen = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return "end";
      const label = element.closest("label")?.querySelector("span")?.textContent;
      return element.getAttribute("aria-label")?.split(":")[0] ?? label ?? element.textContent.trim();
    });
    if (at === "end") break;
    seen.push(at);
  }
  const order = [
    "URL of an array, group or archive",
    "Open",
    "Path of a node",
    "Image",
    "temperature",
    "Zoom in",
    "Down",
    "Across",
    "time",
    "Map",
    "Lower limit",
    "Upper limit",
  ];
  const places = order.map((name) => seen.indexOf(name));
  ok(
    places.every((place) => place !== -1),
    `all of ${order} are among ${seen}`,
  );
  equal(
    [...places].sort((a, b) => a - b),
    places,
    `the order of ${order}`,
  );
  const unnamed = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, select, canvas[tabindex]")]
      .filter((element) => {
        const label =
          element.getAttribute("aria-label") ?? element.closest("label")?.textContent ?? element.textContent;
        return label.trim() === "";
      })
      .map((element) => element.outerHTML),
  );
  equal(unnamed, [], "controls without a name");
});

test("tabs are changed by arrows", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  await page.getByRole("tab", { name: "Image" }).focus();
  await page.keyboard.press("ArrowRight");
  equal(await focused(page), "Plot", "the next tab");
  await page.locator(".plot-stage").waitFor();
  await page.keyboard.press("End");
  equal(await focused(page), "Code", "the last tab");
  await page.locator(".code-view").waitFor();
  await page.keyboard.press("Home");
  await page.locator(".stage canvas").waitFor();
  ok(page.url().includes("tab=image"), "the address says it");
});

test("a picture is panned, zoomed and read by keyboard", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/ramp8" });
  await viewer.idle();
  await page.locator(".stage canvas").focus();
  await page.keyboard.press("Enter");
  const { index, value } = await viewer.readout("marker");
  equal(value, String((3 * index[0] + 2 * index[1]) % 256), "the value at the marker");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  const moved = await viewer.readout("marker");
  equal(moved.index, [index[0] + 1, index[1] + 1], "the marker moved");
  equal(moved.value, String((3 * moved.index[0] + 2 * moved.index[1]) % 256), "its value");
  const before = await viewer.pointAt(0.5, 0.5);
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(150);
  const after = await viewer.pointAt(0.5, 0.5);
  ok(
    after.index[1] > before.index[1] && after.index[0] > before.index[0],
    `${before.index} to ${after.index}`,
  );
  await page.keyboard.press("0");
  await page.waitForTimeout(150);
  equal((await viewer.pointAt(0.5, 0.5)).index, before.index, "all is shown again");
  await page.keyboard.press("Escape");
  equal(await page.locator(".readout [data-what=marker] .value").count(), 0, "the marker is gone");
});

test("the mouse pans, and zooms where it points", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/ramp8" });
  await viewer.idle();
  const under = await viewer.pointAt(0.3, 0.6);
  await page.mouse.wheel(0, -400);
  await page.waitForTimeout(200);
  const zoomed = await viewer.pointAt(0.3, 0.6);
  equal(zoomed.index, under.index, "the element under the pointer stays");
  const box = await viewer.stageBox();
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.3 + 120, box.y + box.height * 0.6, { steps: 6 });
  await page.mouse.up();
  await page.waitForTimeout(100);
  const dragged = await viewer.pointAt(0.3, 0.6);
  ok(dragged.index[1] < zoomed.index[1], `${zoomed.index} to ${dragged.index}`);
  equal(await page.locator(".readout [data-what=marker] .value").count(), 0, "a drag sets no marker");
});

const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("the page is dark where the system is, and where the user says so", async ({ viewer, page, server }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  const light = await ground(page);
  const lightStage = await viewer.pixel(5, 5);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(250);
  const dark = await ground(page);
  ok(light !== dark, `${light} and ${dark}`);
  const darkStage = await viewer.pixel(5, 5);
  ok(darkStage[0] < 60 && lightStage[0] > 180, `the stage is ${lightStage}, then ${darkStage}`);
  const theme = page.getByRole("combobox", { name: "Colours of the page" });
  await theme.selectOption("light");
  equal(await ground(page), light, "light in spite of the system");
  await page.reload();
  await viewer.idle();
  equal(await ground(page), light, "and after the page is opened again");
  await theme.selectOption("auto");
  equal(await ground(page), dark, "as the system again");
});

test("a narrow window has no sideways scrolling", async ({ viewer, page, server }) => {
  await page.setViewportSize({ width: 380, height: 800 });
  for (const tab of ["image", "plot", "values", "chunks", "metadata", "code"]) {
    await viewer.open(server.url, { path: "climate/temperature", tab });
    await page.waitForTimeout(200);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    ok(width <= 380, `${tab} is ${width} wide`);
  }
});
