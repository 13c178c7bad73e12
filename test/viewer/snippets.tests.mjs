// The code that the page gives to copy: it is run.
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonEnv } from "../../scripts/python-env.mjs";
import { equal, ok, root, scratchFolder, Skip, test } from "./harness.mjs";

const run = promisify(execFile);

/** Zooms to a part, and gives the code and what it selects. */
async function snippets({ viewer, page, server }) {
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  await page.getByLabel("Position on time").fill("3");
  await page.keyboard.press("Enter");
  await page.locator(".stage canvas").focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press("+");
  await page.waitForTimeout(200);
  await viewer.idle();
  await viewer.tab("Code");
  const text = (language) => page.locator(`pre[data-language=${language}]`).innerText();
  const codes = { ts: await text("ts"), python: await text("python"), sh: await text("sh") };
  const [, selection] = /z\.get\("(.*)"\)/.exec(codes.ts);
  ok(/^3, \d+:\d+, \d+:\d+$/.test(selection), `what is seen is selected: ${selection}`);
  return { ...codes, selection };
}

/** What the sample has there: shape and sum without NaN. */
async function expected(sample, selection) {
  const z = await sample.getArray("climate/temperature");
  const part = await z.get(selection);
  let sum = 0;
  for (const value of part.data) if (!Number.isNaN(value)) sum += value;
  return { shape: [...part.shape], sum };
}

test("the TypeScript that the page gives reads what is seen", async (context) => {
  const { ts, selection } = await snippets(context);
  const folder = scratchFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "zarrkit"));
  const report = `let sum = 0; for (const value of part.data) if (!Number.isNaN(value)) sum += value;
console.log(JSON.stringify({ shape: part.shape, sum }));`;
  writeFileSync(join(folder, "snippet.mjs"), `${ts}\n${report}\n`);
  const { stdout } = await run(process.execPath, ["snippet.mjs"], { cwd: folder });
  equal(JSON.parse(stdout), await expected(context.sample, selection), "shape and sum");
});

test("the command that the page gives prints what is seen", async (context) => {
  const { sh, selection } = await snippets(context);
  const command = sh.replace(/^npx zarrkit /, `${process.execPath} ${join(root, "dist", "cli", "main.js")} `);
  const { stdout } = await run("sh", ["-c", `${command} --format json`], { maxBuffer: 2 ** 26 });
  const rows = JSON.parse(stdout.replaceAll(/\bNaN\b/g, "null"));
  const { shape } = await expected(context.sample, selection);
  const data = Array.isArray(rows) ? rows : rows.data;
  equal([data.length, data[0].length], shape, "rows and columns");
});

test("the Python that the page gives reads what is seen", async (context) => {
  const { zp3 } = pythonEnv();
  const candidates = [process.env.ZARRKIT_HTTP_PYTHON, "python" in zp3 ? zp3.python : undefined];
  const python = candidates.find(
    (one) =>
      one !== undefined &&
      spawnSync(one, ["-c", "import zarr, fsspec, aiohttp"], { stdio: "ignore" }).status === 0,
  );
  if (python === undefined)
    throw new Skip("no Python with zarr, fsspec and aiohttp (ZARRKIT_HTTP_PYTHON names one)");
  const { python: code, selection } = await snippets(context);
  const report =
    "import json, numpy\nprint(json.dumps({'shape': part.shape, 'sum': float(numpy.nansum(part, dtype='f8'))}))";
  const { stdout } = await run(python, ["-c", `${code}\n${report}`]);
  const { shape, sum } = await expected(context.sample, selection);
  const found = JSON.parse(stdout);
  equal(found.shape, shape, "shape");
  ok(Math.abs(found.sum - sum) < 1e-6 * Math.abs(sum), `the sum is ${found.sum}, not ${sum}`);
});

test("code is copied to the clipboard", async ({ viewer, page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await viewer.open(server.url, { path: "small/ramp8", tab: "code" });
  const section = page.locator("section.snippet", { hasText: "Python" });
  await section.getByRole("button", { name: "Copy" }).click();
  await section.getByRole("button", { name: "Copied" }).waitFor();
  equal(
    await page.evaluate(() => navigator.clipboard.readText()),
    await section.locator("pre").innerText(),
    "the text",
  );
});
