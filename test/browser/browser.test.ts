// The tests of run.mjs as one test of `npm test`, where a browser is there already; CI installs them and runs run.mjs itself.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { browsers } from "../../scripts/browsers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
// One engine and one of its pages are enough here: the others are for run.mjs.
const engine = ["chromium", "webkit", "firefox"].find((name) =>
  browsers().some((browser) => browser.name === name && browser.command !== undefined),
);
const title =
  engine === undefined ? "the tests pass in a browser: none is installed" : `the tests pass in ${engine}`;

test.skipIf(engine === undefined)(
  title,
  async () => {
    const { status, output } = await run("run.mjs", "--no-build", "--no-install", "--quick", engine!);
    expect(status, output).toBe(0);
    expect(output).toMatch(/\d+ passed, 0 failed, \d+ skipped\s*$/);
  },
  200_000,
);

test("what loads at once is small, and no bundle needs Node", async () => {
  const { status, output } = await run("size.mjs");
  expect(status, output).toBe(0);
});

function run(file: string, ...args: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [join(here, file), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, output })));
}
