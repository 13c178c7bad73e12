// `npm test`: installs, builds, checks, runs the unit tests and every lane below test/, and sums up.
// Ends with the line `N passed, N failed, N skipped`; each skip is printed in a line of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = mkdtempSync(join(tmpdir(), "zarrkit-test-"));
const script = (name) => [process.execPath, join(root, "scripts", name)];
const total = { passed: 0, failed: 0, skipped: 0 };
const skips = new Set();
const failures = [];

try {
  await step("install", script("ensure-install.mjs"));
  const built = await step("build", script("build.mjs"));
  await step("check", script("check.mjs"));
  await vitest("unit");
  // Makes the environments now, so that no test waits for a download. Without Python, tests skip, and say why.
  await run("python", script("python-env.mjs"));
  if (built) await vitest("lanes");
  else failures.push("lanes: not run, the build failed");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

for (const line of skips) console.log(`skipped: ${line}`);
for (const line of failures) console.log(`failed: ${line}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** Runs a command that counts as one test. */
async function step(name, command) {
  const ok = (await run(name, command)) === 0;
  total[ok ? "passed" : "failed"]++;
  if (!ok) failures.push(name);
  return ok;
}

/** Runs one project of vitest.config.ts and adds up its tests. */
async function vitest(project) {
  const file = join(scratch, `${project}.json`);
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`];
  const bin = join(root, "node_modules", "vitest", "vitest.mjs");
  const status = await run(project, [process.execPath, bin, "run", "--project", project, ...reporters]);
  const before = total.failed;
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    for (const { name, status: fileStatus, assertionResults } of report.testResults) {
      const path = relative(root, name);
      for (const test of assertionResults) count(`${path} › ${test.fullName}`, test.status);
      // A file that does not load, or whose hooks fail, may report no test at all.
      if (fileStatus === "failed" && !assertionResults.some((test) => test.status === "failed"))
        count(path, "failed");
    }
  } catch (error) {
    count(`${project}: no report: ${error.message}`, "failed");
  }
  // An error outside any test fails the run as well.
  if (status !== 0 && total.failed === before) count(`${project}: exit code ${status}`, "failed");
}

function count(name, status) {
  if (status === "passed") total.passed++;
  else if (status === "failed") {
    total.failed++;
    failures.push(name);
  } else {
    total.skipped++;
    skips.add(name);
  }
}

/** Runs a command, shows what it prints, remembers its lines that begin with SKIPPED; resolves to the exit code. */
async function run(name, [command, ...args]) {
  console.log(`── ${name}`);
  const start = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text) => {
    process.stdout.write(text);
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("SKIPPED ")) skips.add(line.slice("SKIPPED ".length));
  });
  const status = await new Promise((settle) => {
    child.once("error", () => settle(1));
    child.once("close", (code) => settle(code ?? 1));
  });
  console.log(
    `── ${name}: ${status === 0 ? "ok" : "FAILED"} in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  return status;
}
