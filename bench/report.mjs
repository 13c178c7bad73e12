// What was measured as Markdown.
import { cpus, release, totalmem, type } from "node:os";
import { chunksOf } from "./datasets.mjs";

const MEBI = 2 ** 20;
/** What a read may take besides its result, and from which size on decoded chunks count, one for each thread. */
const MEMORY_BAR = 64 * MEBI;
const LARGE_CHUNK = 16 * MEBI;
/** Milliseconds that the calling thread may be blocked at a time. */
const BLOCK_BAR = 20;

/** The text of RESULTS.md. */
export function report({ results, contenders, missing, threads, place, size, limits, minutes, latency }) {
  const measured = results.filter(Boolean);
  const own = contenders.filter(({ name }) => name === "zarrkit");
  const of = (group) => measured.filter(({ workload }) => workload.group === group);
  const argument = size === "full" ? "" : ` -- --${size}`;
  return [
    "# Results",
    "",
    `Written by \`npm run bench${argument}\` in ${minutes.toFixed(1)} minutes: a process for each implementation and workload, one unmeasured repetition, then ${limits.rounds} interleaved rounds.`,
    `Machine: ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}; data in ${place === "/dev/shm" ? "memory (tmpfs)" : "the folder for temporary files"}; ${threads} threads for everyone (zarrita decodes on one).`,
    "",
    ...versions(contenders),
    ...missing.map((line) => `- left out: ${line}`),
    ...own.flatMap((contender) => ratioSection(of("ratio"), contender, contenders)),
    ...timeSection(of("ratio"), contenders),
    ...memorySection(measured, contenders, threads),
    ...httpSection(of("http"), contenders, latency),
    ...blockSection(of("block"), own),
    ...scalingSection(of("chunks"), of("threads"), of("dimensions"), contenders),
    "",
  ].join("\n");
}

/** One line for the console: medians. */
export function summaryOf(outcome) {
  return [...outcome]
    .map(([key, result]) => `${key} ${result.reason ?? time(statistics(result.times).median)}`)
    .join("; ");
}

function versions(contenders) {
  return contenders.map(({ key, version }) => `- ${key}: ${version}`);
}

function ratioSection(results, own, contenders) {
  const peers = contenders.filter(({ name, node }) => name !== "zarrkit" && (node ?? own.node) === own.node);
  if (results.length === 0 || peers.length === 0) return [];
  const rows = results.map(({ workload, dataset, outcome }) => [
    workload.name,
    dataOf(dataset),
    ...peers.map((peer) => ratioCell(outcome.get(own.key), outcome.get(peer.key), workload.bar[peer.name])),
  ]);
  return [
    "",
    `## Ratios, ${own.key}`,
    "",
    "Time of the peer by time of zarrkit, median / best: above 1 zarrkit is faster. In brackets the bar, where one is set, and whether the median meets it. Cells are empty where a peer takes no part.",
    "",
    `Measured against ${peers.map(({ key, version }) => `${key} (${version})`).join(", ")}.`,
    "",
    ...table(["workload", "data", ...peers.map(({ name }) => name)], rows),
  ];
}

function ratioCell(own, peer, bar) {
  if (peer === undefined) return "";
  if (peer.reason !== undefined) return `failed: ${short(peer.reason)}`;
  if (own === undefined || own.reason !== undefined) return "zarrkit failed";
  const [ours, theirs] = [statistics(own.times), statistics(peer.times)];
  const ratio = theirs.median / ours.median;
  const text = `${figure(ratio)} / ${figure(theirs.best / ours.best)}`;
  return bar === undefined ? text : `${text} (${bar}: ${ratio >= bar ? "met" : "**not met**"})`;
}

function timeSection(results, contenders) {
  if (results.length === 0) return [];
  const rows = results.map(({ workload, outcome }) => [
    workload.name,
    ...contenders.map(({ key }) => timeCell(outcome.get(key))),
  ]);
  return ["", "## Times", "", "Best / median.", "", ...table(["workload", ...keys(contenders)], rows)];
}

function memorySection(results, contenders, threads) {
  const rows = results
    .filter(({ workload }) => workload.memory)
    .map(({ workload, dataset, outcome }) => {
      const result = resultBytes(workload, dataset);
      const chunk = dataset.bytes / chunksOf(dataset);
      const allowed = result + MEMORY_BAR + (chunk > LARGE_CHUNK ? threads * chunk : 0);
      return [
        workload.name,
        `${Math.round(result / MEBI)}`,
        `${Math.round(allowed / MEBI)}`,
        ...contenders.map(({ key, name }) =>
          memoryCell(outcome.get(key), name === "zarrkit" ? allowed : undefined),
        ),
      ];
    });
  if (rows.length === 0) return [];
  return [
    "",
    "## Memory",
    "",
    "MiB: the most that was resident, above what was before the first read, in the first read / in all reads of the process. " +
      "The bar for zarrkit is the result and 64 MiB, and a decoded chunk a thread where chunks exceed 16 MiB, in the first read. Memory given as `out` is there before; " +
      "chunk by chunk two chunks are the result.",
    "",
    ...table(["workload", "result", "bar", ...keys(contenders)], rows),
  ];
}

/** Bytes that a read has to hold: two chunks, or all unless they lie in memory of the caller's. */
function resultBytes({ operation, own }, dataset) {
  if (operation === "chunks") return (2 * dataset.bytes) / chunksOf(dataset);
  return own.out === undefined || own.out === "shared" ? dataset.bytes : 0;
}

function memoryCell(result, allowed) {
  if (result === undefined) return "";
  if (result.reason !== undefined) return "failed";
  const { first, all } = result.memory;
  const text = `${Math.round(first / MEBI)} / ${Math.round(all / MEBI)}`;
  return allowed === undefined ? text : `${text} (${first <= allowed ? "met" : "**not met**"})`;
}

function httpSection(results, contenders, latency) {
  if (results.length === 0) return [];
  const rows = results.flatMap(({ workload, outcome }) =>
    [...outcome].map(([key, result]) => [
      workload.name.replace("http: ", ""),
      key,
      ...(result.reason === undefined
        ? [figure(result.traffic.requests), figure(result.traffic.bytes / 1024), timeCell(result)]
        : ["", "", `failed: ${short(result.reason)}`]),
    ]),
  );
  const present = contenders.some(({ name }) => name !== "zarrkit");
  return [
    "",
    `## HTTP, ${latency} ms before each answer`,
    "",
    `A server on the same machine; requests and KiB of bodies for one repetition, best / median of the time${present ? "" : ", zarrkit alone"}. Connections stay open between repetitions.`,
    "",
    ...table(["workload", "implementation", "requests", "KiB", "time"], rows),
  ];
}

function blockSection(results, own) {
  if (results.length === 0) return [];
  const rows = results.map(({ workload, outcome }) => [
    workload.name.replace("longest block: ", ""),
    ...own.map(({ key }) => blockCell(outcome.get(key))),
  ]);
  return [
    "",
    "## Longest block of the calling thread",
    "",
    `The longest time in a repetition in which the thread that calls did not get to a timer of 1 ms: best / median / worst of the repetitions, and whether the median is under ${BLOCK_BAR} ms. Threads are there before; results are fresh.`,
    "",
    ...table(["workload", ...keys(own)], rows),
  ];
}

function blockCell(result) {
  if (result.reason !== undefined) return "failed";
  const { best, median, worst } = statistics(result.times);
  return `${time(best)} / ${time(median)} / ${time(worst)} (${median < BLOCK_BAR ? "met" : "**not met**"})`;
}

function scalingSection(counts, threads, dimensions, contenders) {
  const section = (title, results, cell) => {
    if (results.length === 0) return [];
    const taking = contenders.filter(({ key }) => results.some(({ outcome }) => outcome.has(key)));
    const rows = results.map((result) => [
      result.workload.name.replace("scaling: ", ""),
      ...taking.map(({ key }) => cell(result, result.outcome.get(key))),
    ]);
    return ["", `## ${title}`, "", ...table(["", ...keys(taking)], rows)];
  };
  return [
    ...section("Cost a chunk: raw chunks of 4 KiB, best / median", counts, ({ dataset }, result) =>
      timeCell(result, chunksOf(dataset)),
    ),
    ...section("Threads: read all, best / median", threads, (_, result) => timeCell(result)),
    ...section("Dimensions: the same elements, blosc-lz4, best / median", dimensions, (_, result) =>
      timeCell(result),
    ),
  ];
}

function dataOf({ bytes, stored, arrays }) {
  if (arrays !== undefined) return `${arrays} arrays`;
  const mebi = bytes < 10 * MEBI ? (bytes / MEBI).toFixed(1) : Math.round(bytes / MEBI);
  // An array to be written has no chunks yet.
  return stored === 0 ? `${mebi} MiB` : `${mebi} MiB, ${(bytes / stored).toFixed(2)}:1`;
}

function timeCell(result, divisor = 1) {
  if (result === undefined) return "";
  if (result.reason !== undefined) return "failed";
  const { best, median } = statistics(result.times);
  return `${time(best / divisor)} / ${time(median / divisor)}`;
}

function statistics(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { best: sorted[0], median, worst: sorted.at(-1) };
}

/** Milliseconds as text. */
function time(ms) {
  if (ms >= 9999.5) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 1 ? `${figure(ms)} ms` : `${figure(ms * 1000)} µs`;
}

/** Three digits, or all before the point. */
function figure(value) {
  if (value >= 99.95) return String(Math.round(value));
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

function keys(contenders) {
  return contenders.map(({ key }) => key);
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

function short(reason) {
  return reason
    .replaceAll("|", "/")
    .replaceAll(/\/\S+\/zarrkit-bench-\S+/g, "…")
    .slice(0, 60);
}
