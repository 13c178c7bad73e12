// `npm run bench`: see README.md here.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createArray, openArray } from "zarrkit";
import { field } from "./data.mjs";
import { nodePeers, pythonPeers } from "./peers.mjs";
import { workloads } from "./workloads.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const quick = process.argv.includes("--quick");
const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice(7);
const rounds = quick ? 3 : 5;
const folder = mkdtempSync(join(tmpdir(), "zarrkit-bench-"));

try {
  const readers = implementations();
  const results = [];
  for (const workload of workloads(quick)) {
    if (only !== undefined && !workload.name.includes(only)) continue;
    results.push(await measure(workload, readers));
  }
  report(results, readers);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** How each implementation is run: a command that prints JSON. */
function implementations() {
  const { version } = JSON.parse(readFileSync(join(here, "..", "package.json"), "utf8"));
  const readers = [
    {
      name: "zarrkit",
      version,
      command: (store) => [process.execPath, join(here, "read-zarrkit.mjs"), store],
    },
  ];
  const node = nodePeers();
  if (node.reason !== undefined) console.log(`left out: ${node.reason}`);
  else {
    readers.push({
      name: "zarrita",
      version: node.zarrita,
      command: (store) => [process.execPath, join(here, "read-zarrita.mjs"), store, node.folder],
    });
  }
  const python = pythonPeers();
  if (python.reason !== undefined) console.log(`left out: zarr-python and tensorstore, ${python.reason}`);
  else {
    for (const [name, distribution] of [
      ["zarr-python", "zarr"],
      ["tensorstore", "tensorstore"],
    ]) {
      readers.push({
        name,
        version: python.versions[distribution],
        command: (store) => [python.python, join(here, "read_python.py"), name, store],
      });
    }
  }
  return readers;
}

async function measure(workload, readers) {
  const store = join(folder, workload.name.replaceAll(" ", "-"));
  const data = field(workload.shape);
  await createArray(store, {
    dtype: "uint16",
    ...workload.options,
    data: { data, shape: workload.shape },
  });
  const z = await openArray(store, { mode: "r" });
  const ratio = z.nbytes / (await z.nbytesStored());
  const expected = data[0] + data[data.length - 1] + data.length;
  const times = new Map(readers.map(({ name }) => [name, []]));
  // Interleaved, so that a slow minute of the machine is everybody's.
  for (let round = 0; round < rounds; round++) {
    for (const { name, command } of readers) {
      const [program, ...args] = command(store);
      const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
      if (status !== 0) {
        if (round === 0) console.log(`${workload.name}: ${name} failed: ${stderr.trim().split("\n").pop()}`);
        continue;
      }
      const result = JSON.parse(stdout);
      if (result.check !== expected) throw new Error(`${name} read other values`);
      times.get(name).push(result);
    }
  }
  rmSync(store, { recursive: true, force: true });
  console.log(`${workload.name}: measured`);
  return { workload, mebi: z.nbytes / 2 ** 20, ratio, times };
}

function report(results, readers) {
  const peers = readers.slice(1).map(({ name }) => name);
  const lines = [
    "# Results",
    "",
    `Written by \`npm run bench${quick ? " -- --quick" : ""}\`: ${rounds} interleaved rounds, each read in a process of its own.`,
    `Machine: ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}. ` +
      `Versions: ${readers.map(({ name, version }) => `${name} ${version}`).join(", ")}.`,
    "",
    "Milliseconds, best / median; ratio: median of the peer by median of zarrkit, above 1 zarrkit is faster.",
    "",
    `| workload | data | zarrkit | ${peers.map((name) => `${name} | ratio`).join(" | ")} |`,
    `|---|---|---|${peers.map(() => "---|---|").join("")}`,
  ];
  for (const { workload, mebi, ratio, times } of results) {
    const own = summary(times.get("zarrkit"));
    const cells = peers.map((name) => {
      const peer = summary(times.get(name));
      return peer === undefined
        ? "failed | –"
        : `${peer.best} / ${peer.median} | ${(peer.median / own.median).toFixed(2)}`;
    });
    lines.push(
      `| ${workload.name} | ${mebi} MiB, ${ratio.toFixed(2)}:1 | ${own.best} / ${own.median} | ${cells.join(" | ")} |`,
    );
  }
  const text = `${lines.join("\n")}\n`;
  console.log(`\n${text}`);
  if (!quick && only === undefined) writeFileSync(join(here, "RESULTS.md"), text);
}

function summary(results) {
  if (results.length === 0) return undefined;
  const sorted = results.map(({ ms }) => ms).sort((a, b) => a - b);
  return { best: Math.round(sorted[0]), median: Math.round(sorted[sorted.length >> 1]) };
}
