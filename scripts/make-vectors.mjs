// Makes test/vectors again: runs make-vectors.py for each writer, has every reader check what was written, and
// writes expected.json. Needs Python (scripts/python-env.mjs says what). `npm test` reads the vectors, and does not need it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, cpSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { pythonEnv } from "./python-env.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Who writes and who reads, and in which environment. */
const WRITERS = { zp2: "zp2", zp3: "zp3", zarrs: "zp3", tensorstore: "zp3" };
const READERS = { zp3: "zp3", tensorstore: "zp3", zarrs: "zp3", zp2: "zp2" };

/**
 * Writes stores into `out` with every writer that is there.
 * Returns `{ versions, entries, skipped }`; `skipped` says in one line each which writers are not there.
 */
export function writeStores(out, { seed = 0, random = 0 } = {}) {
  const environments = pythonEnv();
  const versions = {};
  const entries = [];
  const skipped = [];
  for (const [writer, name] of Object.entries(WRITERS)) {
    const { python, reason } = environments[name];
    if (python === undefined) {
      skipped.push(`writer ${writer}: ${reason}`);
      continue;
    }
    const script = join(root, "scripts", "make-vectors.py");
    const args = ["--writer", writer, "--out", out, "--seed", String(seed), "--random", String(random)];
    run(python, ["-B", "-W", "ignore", script, ...args]);
    const list = join(out, `${writer}.json`);
    const written = JSON.parse(readFileSync(list, "utf8"));
    rmSync(list);
    versions[writer] = written.versions;
    entries.push(...written.entries);
  }
  return { versions, entries, skipped };
}

/**
 * Has a reader check entries below `folder`: a list of `{ id, result, detail }`.
 * Undefined when the reader's Python is not there.
 */
export function readBack(reader, folder, entries) {
  const { python } = pythonEnv()[READERS[reader]];
  if (python === undefined) return undefined;
  const script = join(root, "test", "interop", "readback.py");
  const args = ["-B", "-W", "ignore", script, "--reader", reader, "--root", folder];
  return JSON.parse(run(python, args, JSON.stringify(entries)));
}

/** What a reader can be asked: zarr-python 2 knows no version 3, the zarrs pipeline is for version 3 here. */
export function readableBy(reader, entry) {
  if (reader === "zp2") return entry.zarr_format === 2;
  return reader !== "zarrs" || (entry.zarr_format === 3 && entry.kind === "dir");
}

function run(command, args, input) {
  const result = spawnSync(command, args, { encoding: "utf8", input, maxBuffer: 1 << 28, timeout: 600_000 });
  if (result.status !== 0)
    throw new Error(`${args[3]} failed: ${result.error ?? result.stderr.slice(-2000)}`);
  return result.stdout;
}

function main() {
  const made = mkdtempSync(join(tmpdir(), "zarrkit-vectors-"));
  try {
    const { versions, entries, skipped } = writeStores(made);
    if (skipped.length > 0) throw new Error(skipped.join("\n"));
    for (const entry of entries) entry.verified_by = [];
    for (const reader of Object.keys(READERS)) {
      const mine = entries.filter((entry) => readableBy(reader, entry));
      const report = readBack(reader, made, mine);
      for (const [i, { id, result, detail }] of report.entries()) {
        if (result === "ok") mine[i].verified_by.push(reader);
        else console.log(`${reader} ${result} ${id}: ${detail}`);
      }
    }
    const unproven = entries.filter((entry) => entry.level === "core" && entry.verified_by.length === 0);
    if (unproven.length > 0)
      throw new Error(`no reader agrees: ${unproven.map((entry) => entry.id).join(", ")}`);
    const target = join(root, "test", "vectors");
    for (const writer of Object.keys(WRITERS)) rmSync(join(target, writer), { recursive: true, force: true });
    for (const writer of readdirSync(made))
      cpSync(join(made, writer), join(target, writer), { recursive: true });
    const lines = entries.map((entry) => JSON.stringify(entry)).join(",\n");
    const text = `{"versions": ${JSON.stringify(versions)},\n"entries": [\n${lines}\n]}\n`;
    writeFileSync(join(target, "expected.json.part"), text);
    renameSync(join(target, "expected.json.part"), join(target, "expected.json"));
    console.log(`${entries.length} arrays`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
