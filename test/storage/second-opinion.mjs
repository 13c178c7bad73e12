// @ts-check
/**
 * The tests of real servers against another S3, versitygw, which keeps values in files and refuses every region but its
 * own. A Go toolchain builds it, in some minutes, so that it is no part of `npm test`.
 *
 *   node test/storage/second-opinion.mjs
 *
 * Ends with the line `N passed, N failed, N skipped`; where it cannot be built, one line says why.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installVersitygw } from "../servers/install.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
try {
  await installVersitygw();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  console.log(`SKIPPED versitygw: ${text.trim().split("\n").at(-1)}`);
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}

const scratch = mkdtempSync(join(tmpdir(), "zarrkit-versitygw-"));
const report = join(scratch, "report.json");
const vitest = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--project", "lanes"];
const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
const { status } = spawnSync(process.execPath, [...vitest, ...reporters, "test/storage/real-servers"], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, ZARRKIT_SERVERS: "versitygw" },
});
let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
  const failed = Math.max(numFailedTests, status === 0 ? 0 : 1);
  counts = { passed: numPassedTests, failed, skipped: numPendingTests };
} catch (error) {
  console.error(`no report: ${String(error)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
