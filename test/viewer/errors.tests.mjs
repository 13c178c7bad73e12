// What fails is shown as such, and never as fill value.
import { equal, ok, startServer, test } from "./harness.mjs";

test("a corrupt chunk is an error beside the chunks that can be read", async ({ viewer, page, server }) => {
  await viewer.open(server.url, { path: "small/corrupt" });
  await viewer.idle();
  const alert = page.getByRole("alert");
  await alert.filter({ hasText: "small/corrupt/c/1/1" }).waitFor();
  ok((await alert.innerText()).includes("zstd"), "the codec is named");
  const good = await viewer.pointAt(0.3, 0.3);
  equal(good.value, String(good.index[0] + good.index[1] + 1), "what can be read is read");
  const bad = await viewer.pointAt(0.75, 0.8);
  ok(
    bad.index.every((position) => position >= 20),
    `${bad.index} is in the corrupt chunk`,
  );
  ok(bad.value.startsWith("error:"), `the value there is ${bad.value}`);
  const [red, green, blue] = await viewer.pixel(
    (await viewer.stageBox()).width * 0.75,
    (await viewer.stageBox()).height * 0.7,
  );
  ok(red > green + 20 && red > blue + 20, `${[red, green, blue]} is red`);
  await viewer.tab("Plot");
  await page.locator(".notice.error").or(page.locator(".chart")).first().waitFor();
  await viewer.tab("Values");
  await page.locator(".grid-table").waitFor();
  await page.getByLabel("Position on axis 1").fill("39");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "could not be read" }).waitFor();
});

test("a refused chunk is an error, and is tried again when asked for", async ({ viewer, page, sample }) => {
  let isRefused = true;
  const server = await startServer(sample, {
    change: (path) =>
      isRefused && path === "/small/sparse/c/1/2" ? new Response("no", { status: 403 }) : undefined,
  });
  await viewer.open(server.url, { path: "small/sparse" });
  await page.getByRole("alert").filter({ hasText: "403" }).waitFor();
  await viewer.idle();
  isRefused = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await viewer.idle();
  const { index, value } = await viewer.pointAt(0.55, 0.38);
  equal(
    [index.every((position, axis) => position >= [16, 32][axis] && position < 48), value],
    [true, "7"],
    `at ${index}`,
  );
});

test("metadata that cannot be read is told in the tree and on the page", async ({ viewer, page, sample }) => {
  const server = await startServer(sample, {
    change: (path) =>
      path === "/small/line/zarr.json" ? new Response('{"zarr_format": 3, "node_type": "array"}') : undefined,
  });
  await viewer.open(server.url, { path: "small" });
  const row = page.locator('[data-path="small/line"]');
  await row.waitFor();
  equal(await row.locator(".facts").innerText(), "cannot be read", "in the tree");
  await page.getByLabel("Path of a node").fill("small/line");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "could not be opened" }).waitFor();
  await page.locator('[data-path="small/ramp8"]').click();
  await viewer.idle();
});
