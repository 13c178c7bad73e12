// The viewer in a real browser: node test/viewer/run.mjs [--no-build] [--no-install] [--only TEXT]
// Serves a sample from memory, drives Chromium, and counts what the page asks for.
// Ends with the line `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { browsers, installBrowsers } from "../../scripts/browsers.mjs";

const TEST_MS = 60_000;
const RUN_MS = 600_000;

const args = process.argv.slice(2);
const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : "";
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const total = { passed: 0, failed: 0, skipped: 0 };

if (!args.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
}
const chromiumOf = (found) => found.find(({ name }) => name === "chromium");
let { command, reason } = chromiumOf(browsers());
if (command === undefined && !args.includes("--no-install"))
  ({ command, reason } = chromiumOf(installBrowsers()));
if (command === undefined) {
  console.log(`SKIPPED the viewer: no Chromium: ${reason}`);
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
setTimeout(() => {
  console.error(`viewer: not done after ${RUN_MS / 1000} s`);
  process.exit(1);
}, RUN_MS).unref();

// What is built is imported only now.
const { chromium } = await import("playwright-core");
const { Skip, stopAll, tests } = await import("./harness.mjs");
const { makeWorld } = await import("./world.mjs");
for (const name of [
  "tree",
  "image",
  "kinds",
  "large",
  "plot",
  "chunks",
  "keys",
  "places",
  "snippets",
  "errors",
  "safety",
])
  await import(`./${name}.tests.mjs`);

const world = await makeWorld();
const browser = await chromium.launch({
  executablePath: command,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
});
console.log(`Chromium ${browser.version()}`);
try {
  for (const { name, run } of tests) {
    if (!name.includes(only)) continue;
    const start = performance.now();
    try {
      await world.inPage(browser, async (context) => {
        await Promise.race([run({ ...world, ...context }), timeout(name)]);
      });
      total.passed++;
      console.log(`ok ${name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      if (error instanceof Skip) {
        total.skipped++;
        console.log(`SKIPPED viewer › ${name}: ${error.message}`);
      } else {
        total.failed++;
        console.log(`FAILED viewer › ${name}: ${error.stack ?? error}`);
      }
    }
  }
} finally {
  await browser.close();
  await stopAll();
}
if (total.passed + total.failed + total.skipped === 0) {
  total.failed++;
  console.log("FAILED viewer: no test ran");
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

function timeout(name) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${name}: not done after ${TEST_MS / 1000} s`)), TEST_MS).unref();
  });
}
