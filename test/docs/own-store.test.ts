/** The programs of docs/guide/own-store.md, run as the page says: by vitest, and by the runner of Node. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = join(root, ".cache", "docs", `${process.pid}-own-store`); // below the root, so that `zarrkit` is this package

beforeAll(() => {
  const page = readFileSync(join(root, "docs", "guide", "own-store.md"), "utf8");
  mkdirSync(folder, { recursive: true });
  const programs = [...page.matchAll(/^```js (\S+)\n(.*?)^```$/gms)];
  expect(programs.map(([, name]) => name)).toEqual([
    "map-store.mjs",
    "map-store.test.mjs",
    "map-store.node.mjs",
  ]);
  writeFileSync(join(folder, "vitest.config.mjs"), "export default {};\n"); // not that of this checkout
  for (const [, name, code] of programs) writeFileSync(join(folder, name!), code!);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): string {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env; // as from a shell
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

test("vitest", () => {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const report = JSON.parse(run(vitest, "run", "--root", folder, "--reporter=json"));
  expect(report).toMatchObject({ numFailedTests: 0, success: true });
  expect(report.numPassedTests).toBeGreaterThan(80);
});

test("node --test", () => {
  const report = run("--test", "--test-reporter=tap", "map-store.node.mjs");
  expect(report).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(80);
});
