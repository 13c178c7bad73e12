// `npm run bench`: see README.md here.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openArray } from "zarrkit";
import { contenders } from "./contenders.mjs";
import { checksum } from "./data.mjs";
import { Datasets, SIZES } from "./datasets.mjs";
import { serveFolder } from "./http-server.mjs";
import { measure } from "./measure.mjs";
import { nodeOf } from "./peers.mjs";
import { report, summaryOf } from "./report.mjs";
import { workloads } from "./workloads.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
    only: { type: "string" },
    node: { type: "string" },
    nodes: { type: "string" },
    rounds: { type: "string" },
    threads: { type: "string" },
    output: { type: "string" },
  },
});
const LATENCY = 50;
/** Groups of workloads that are measured on each Node. */
const EACH_NODE = new Set(["ratio", "http", "block"]);
const SPACE = 4 * 2 ** 30;
const LIMITS = {
  full: { rounds: 5, milliseconds: 200, most: 200, total: 1500 },
  quick: { rounds: 3, milliseconds: 100, most: 100, total: 1000 },
  smoke: { rounds: 1, milliseconds: 1, most: 2, total: 0 },
};

const size = options.smoke ? "smoke" : options.quick ? "quick" : "full";
const threads = Number(options.threads ?? availableParallelism());
const limits = {
  ...LIMITS[size],
  ...(options.rounds === undefined ? {} : { rounds: Number(options.rounds) }),
};
const place = roomyFolder();
const folder = mkdtempSync(join(place, "zarrkit-bench-"));
const { contenders: everybody, missing } = contenders(nodes(), !options.smoke || options.peers);
const datasets = new Datasets(folder, SIZES[size]);
const started = performance.now();
let server;

process.once("SIGINT", () => process.exit(130)); // `exit` below removes the data
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
try {
  server = await serveFolder(folder, options.smoke ? 1 : LATENCY);
  for (const line of missing) console.log(`left out: ${line}`);
  const results = await runAll();
  const minutes = (performance.now() - started) / 60_000;
  const text = report({
    results,
    contenders: everybody,
    missing,
    threads,
    place,
    size,
    limits,
    minutes,
    latency: LATENCY,
  });
  const target =
    options.output ??
    (size === "full" && options.only === undefined ? join(here(), "RESULTS.md") : undefined);
  if (target !== undefined) writeFileSync(target, text);
  if (!options.smoke) console.log(`\n${text}`);
  const failed = results.filter(({ outcome }) => [...outcome].some(isOwnFailure));
  console.log(`${results.length} workloads, ${failed.length} failed`);
  if (failed.length > 0 || results.length === 0) process.exitCode = 1;
} finally {
  await server?.close();
}

async function runAll() {
  const chosen = workloads(SIZES[size], threads).filter(({ name, quick }) =>
    options.only === undefined ? size !== "quick" || quick : name.includes(options.only),
  );
  // Workloads on the same data one after the other, so that it need not be kept; reports keep the order of the list.
  const results = new Array(chosen.length);
  const left = chosen.map((workload, position) => ({ workload, position }));
  while (left.length > 0) {
    const key = left[0].workload.dataset.join(" ");
    datasets.keep(left.map(({ workload }) => workload.dataset));
    for (const { workload, position } of left.filter(({ workload }) => workload.dataset.join(" ") === key)) {
      results[position] = await runOne(workload);
      left.splice(
        left.findIndex((entry) => entry.position === position),
        1,
      );
    }
  }
  return results;
}

async function runOne(workload) {
  const start = performance.now();
  const dataset = await datasets.get(workload.dataset);
  const own = workload.spec(dataset);
  const http = workload.group === "http";
  const expected = workload.expected(dataset);
  const outcome = await measure({
    contenders: everybody.filter(
      ({ name, node }) => workload.who.includes(name) && takesPart(workload, node),
    ),
    limits,
    counter: http ? server : undefined,
    specOf: ({ name }) => ({
      operation: workload.operation,
      path: http ? `${server.url}${dataset.path.slice(folder.length)}` : dataset.path,
      shape: dataset.shape,
      threads,
      ...own,
      out: name === "zarrkit" || own.out !== "shared" ? own.out : undefined,
    }),
    verify: async (check, { key }) => {
      const found = check.written === undefined ? check : await writtenChecksum(check.written);
      if (found !== expected) throw new Error(`${workload.name}: ${key} gave ${found} for ${expected}`);
    },
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${workload.name} (${seconds} s): ${summaryOf(outcome)}`);
  const { data, ...facts } = dataset;
  return { workload: { ...workload, own }, dataset: { ...facts, hasData: data !== undefined }, outcome };
}

/** Scaling is measured on the first Node alone. */
function takesPart({ group }, node) {
  return node === undefined || EACH_NODE.has(group) || node === everybody[0].node;
}

/** What a driver wrote, read with zarrkit; it is removed. */
async function writtenChecksum(path) {
  const z = await openArray(path, { mode: "r" });
  const { data } = await z.get("...");
  rmSync(path, { recursive: true, force: true });
  return checksum(data);
}

function isOwnFailure([key, { reason }]) {
  if (reason === undefined || !key.startsWith("zarrkit")) return false;
  console.log(`failed: ${key}: ${reason}`);
  return true;
}

/** The versions of Node to measure, with their programs. */
function nodes() {
  const programs =
    options.nodes !== undefined
      ? options.nodes.split(",").map((major) => {
          const { program, reason } = nodeOf(major);
          if (program === undefined) throw new Error(reason);
          return program;
        })
      : [options.node ?? process.execPath];
  return programs.map((program) => {
    const { stdout, status } = spawnSync(program, ["--version"], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} does not run`);
    return { label: `Node ${stdout.trim().slice(1)}`, program };
  });
}

/** Memory where there is enough of it, so that no disk is measured. */
function roomyFolder() {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    if (bavail * bsize >= SPACE) return "/dev/shm";
  } catch {
    // Only Linux has it.
  }
  return tmpdir();
}

function here() {
  return dirname(fileURLToPath(import.meta.url));
}
