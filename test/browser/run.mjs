// The same tests in real browsers: node test/browser/run.mjs [--no-build] [--no-install] [--quick] [--slow] [--only TEXT] [engine…]
// Each engine opens two pages: `dist` as it is published, in a cross-origin isolated page; and a bundle of it in a plain
// page, without the runtime's Float16Array; `--quick` leaves the second out; `--slow` names slow tests. Ends with the line `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { browsers, installBrowsers, startBrowser } from "../../scripts/browsers.mjs";
import { root } from "./bundle.mjs";
import { startServices } from "./services.mjs";
import { readSite, startSite } from "./site.mjs";

/** A page that reports nothing for so long is given up; one test of it may take half of it. */
const SILENCE_MS = 60_000;
const PAGE_MS = 240_000;
const RUN_MS = 900_000;

const PAGES = [
  { name: "isolated, dist by an import map", path: "/native.html", isolated: true },
  { name: "plain, bundled, no Float16Array", path: "/bundled.html?float16=none", isolated: false },
];

const args = process.argv.slice(2);
const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : undefined;
const wanted = args.filter((argument) => !argument.startsWith("--") && argument !== only);
const total = { passed: 0, failed: 0, skipped: 0 };
// Reasons, each with the tests that it skips.
const skips = new Map();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1)); // browsers end with us
setTimeout(() => {
  console.error(`browsers: not done after ${RUN_MS / 1000} s`);
  process.exit(1);
}, RUN_MS).unref();

if (!args.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
}
const files = await readSite();
const services = await startServices();
const found = args.includes("--no-install") ? browsers() : installBrowsers();
try {
  for (const browser of found) {
    if (wanted.length > 0 && !wanted.includes(browser.name)) continue;
    if (browser.command === undefined) {
      total.skipped++;
      console.log(`SKIPPED browser ${browser.name}: ${browser.reason}`);
      continue;
    }
    for (const page of args.includes("--quick") ? PAGES.slice(0, 1) : PAGES) await runPage(browser, page);
  }
} finally {
  await services.close();
}
for (const [reason, names] of skips)
  console.log(`SKIPPED ${names.length} tests, ${names[0]}${names.length > 1 ? " …" : ""}: ${reason}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

async function runPage(browser, page) {
  const label = `${browser.name} (${page.name})`;
  const start = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let running = "the page";
  let settle;
  const done = new Promise((resolve) => (settle = resolve));
  let silence;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => settle(`silent for ${SILENCE_MS / 1000} s at ${running}`), SILENCE_MS);
  };
  const onReport = ({ results = [], running: next, done: end, error }) => {
    listen();
    running = next ?? running;
    for (const { name, status, message, ms } of results) {
      if (args.includes("--slow") && ms > 200) console.log(`slow: ${ms} ms, ${label} › ${name}`);
      counts[status]++;
      total[status]++;
      if (status === "failed") console.log(`FAILED ${label} › ${name}\n  ${message}`);
      if (status !== "skipped") continue;
      const reason = `${message} (${browser.name})`;
      skips.set(reason, [...(skips.get(reason) ?? []), name]);
    }
    if (end) settle(error);
  };
  const facts = { ...services.facts, isolated: page.isolated };
  const site = await startSite({ files, facts, isolated: page.isolated, services, onReport });
  const limit = setTimeout(() => settle(`not done after ${PAGE_MS / 1000} s, at ${running}`), PAGE_MS);
  listen();
  let started;
  let problem;
  try {
    const query =
      only === undefined ? "" : `${page.path.includes("?") ? "&" : "?"}only=${encodeURIComponent(only)}`;
    started = await startBrowser(browser, `${site.url}${page.path}${query}`);
    started.ended.then((how) => settle(`the browser ended: ${how}`));
    problem = await done;
    if (problem === undefined && counts.passed === 0 && only === undefined) problem = "no test ran";
  } catch (error) {
    problem = String(error);
  } finally {
    clearTimeout(limit);
    clearTimeout(silence);
    started?.stop();
    site.close();
  }
  if (problem !== undefined) {
    counts.failed++;
    total.failed++;
    console.log(`FAILED ${label}: ${problem}`);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${label}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s.`,
  );
}
