// Runs the corpus checker on the built library when ../shared/corpus lies beside the checkout; one line and no failure when not.
//
//   node test/corpus/run.mjs [--level core,common] [--kind dir,zip] [--data | --hostile] [-v]
//
// Fails on a wrong value, a crash, a hang, too much memory, a polluted prototype; on a hostile store that is accepted, or a
// good one that is refused; and on a refusal that does not name what is missing. exceptions.json lists what is known.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const corpus = join(here, "..", "..", "..", "shared", "corpus");
const checker = join(corpus, "check.mjs");
const manifest = join(corpus, "manifest.json");
const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const level = option("--level", "core");
const kind = option("--kind", "dir,zip");

/** The classes that say that something named is not there; the adapter puts the class before the message. */
const NAMES_WHAT_IS_MISSING = /^(UnknownCodec|UnknownDataType|MissingDependency|Unsupported)Error: /;
/** Results that are right; everything else is a failure unless it is an exception. */
const RIGHT = new Set(["ok", "skip"]);

if (!existsSync(checker)) {
  console.log("SKIPPED corpus: no ../shared/corpus beside the checkout");
  console.log("corpus: 0 passed, 0 failed, 1 skipped");
} else {
  const { exceptions } = JSON.parse(readFileSync(join(here, "exceptions.json"), "utf8"));
  const rows = [];
  if (!args.includes("--hostile")) rows.push(...check("data", ["--data", "--level", level, "--kind", kind]));
  if (!args.includes("--data")) rows.push(...check("hostile", ["--hostile", "--kind", kind]));
  report(rows, exceptions);
}

function check(name, options) {
  const folder = mkdtempSync(join(tmpdir(), "zarrkit-corpus-"));
  const json = join(folder, "rows.json");
  try {
    const start = performance.now();
    const adapter = join(here, "adapter.mjs");
    const result = spawnSync(
      process.execPath,
      [checker, adapter, "--manifest", manifest, ...options, "--json", json],
      {
        encoding: "utf8",
        timeout: 1_800_000,
        maxBuffer: 1 << 26,
      },
    );
    if (!existsSync(json))
      throw new Error(`the checker failed: ${result.error ?? result.stderr.slice(-2000)}`);
    const rows = JSON.parse(readFileSync(json, "utf8"));
    const tally = {};
    for (const row of rows) tally[row.result] = (tally[row.result] ?? 0) + 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`corpus ${name} (${options.slice(1).join(" ")}): ${JSON.stringify(tally)} in ${seconds} s`);
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(rows, exceptions) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { id, result, detail } of rows) {
    const known = Object.hasOwn(exceptions, id) ? exceptions[id] : undefined;
    if (known?.result === result) {
      count.skipped++;
      console.log(`SKIPPED corpus ${id}: ${result}, ${known.reason}`);
    } else if (known !== undefined) {
      count.failed++;
      console.log(`FAILED ${id}: ${result}; exceptions.json says ${known.result}`);
    } else if (result === "skip") {
      count.skipped++;
    } else if (RIGHT.has(result) || (result === "refuses" && NAMES_WHAT_IS_MISSING.test(detail ?? ""))) {
      count.passed++;
      if (result === "refuses" && args.includes("-v")) console.log(`refuses  ${id}: ${detail}`);
    } else {
      count.failed++;
      console.log(`FAILED ${result.padEnd(8)} ${id}: ${detail ?? ""}`);
    }
  }
  const silent = rows.filter(({ result }) => result === "skip").length;
  if (silent > 0) console.log(`SKIPPED corpus: ${silent} entries say nothing about what is right`);
  console.log(`corpus: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  process.exitCode = count.failed === 0 ? 0 : 1;
}
