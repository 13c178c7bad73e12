// The benchmarks still run, and notice wrong elements. Times are of no interest here.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { measure, type Contender } from "../../bench/measure.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = mkdtempSync(join(tmpdir(), "zarrkit-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A driver whose answers to `warm`, `measure` and `check` are given. */
function driver(name: string, answers: Readonly<Record<string, unknown>>): Contender {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { createInterface } from "node:readline";
const answers = ${JSON.stringify(answers)};
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const answer = answers[JSON.parse(line).kind];
  if (answer === undefined) throw new Error("no answer to " + line);
  console.log(JSON.stringify(answer));
}`,
  );
  return { key: name, name, command: [process.execPath, file], env: {} };
}

const warm = { ms: 5, before: 100, peak: 150 };
const limits = { rounds: 3, milliseconds: 1, most: 2, total: 1000 };
const verify = (check: unknown) => {
  if (check !== 42) throw new Error(`gave ${String(check)}`);
};

test("every workload gives the right checksum with zarrkit", { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["bench/run.mjs", "--smoke"], { cwd: root });
  const lines = stdout.trim().split("\n");
  const [, workloads, failed] = /^(\d+) workloads, (\d+) failed$/.exec(lines.at(-1) ?? "") ?? [];
  expect(failed).toBe("0");
  expect(Number(workloads)).toBe(lines.length - 1);
  for (const operation of [
    "read all",
    "into out",
    "chunk by chunk",
    "inner chunk",
    "element",
    "open",
    "write",
    "http",
    "longest block",
  ])
    expect(stdout).toContain(operation);
});

test("times and the peak of memory are collected over the rounds", async () => {
  const right = driver("right", { warm, measure: { ms: [2, 1], peak: 180 }, check: { check: 42 } });
  const outcome = await measure({ contenders: [right], specOf: () => ({}), limits, verify });
  expect(outcome.get("right")).toMatchObject({
    times: [2, 1, 2, 1, 2, 1],
    memory: { before: 100, first: 50, all: 80 },
  });
});

test("asked for gaps, a driver tells the longest block of its thread instead of the time", async () => {
  const file = join(folder, "blocking.mjs");
  writeFileSync(
    file,
    `import { serveTurns } from ${JSON.stringify(pathToFileURL(join(root, "bench", "drivers", "turns.mjs")).href)};
import { setTimeout } from "node:timers/promises";
await serveTurns(() => ({
  async run() {
    await setTimeout(150);
    const end = performance.now() + 40;
    while (performance.now() < end);
    await setTimeout(150);
  },
  check: () => 42,
}));`,
  );
  const timesOf = async (spec: unknown) => {
    const blocking: Contender = {
      key: "blocking",
      name: "blocking",
      command: [process.execPath, file],
      env: {},
    };
    const options = { contenders: [blocking], specOf: () => spec, limits: { ...limits, rounds: 1 }, verify };
    return (await measure(options)).get("blocking")?.times;
  };
  const [times, gaps] = await Promise.all([timesOf({}), timesOf({ gaps: true })]);
  expect(times?.[0]).toBeGreaterThanOrEqual(330);
  expect(gaps?.[0]).toBeGreaterThanOrEqual(40);
  expect(gaps?.[0]).toBeLessThan(times?.[0] ?? 0);
});

test("wrong elements end the run", async () => {
  const wrong = driver("wrong", { warm, measure: { ms: [1], peak: 1 }, check: { check: 41 } });
  await expect(measure({ contenders: [wrong], specOf: () => ({}), limits, verify })).rejects.toThrow(
    "gave 41",
  );
});

test("an implementation that fails is left out with its reason, and the others go on", async () => {
  const right = driver("right", { warm, measure: { ms: [2], peak: 1 }, check: { check: 42 } });
  const refusing = driver("refusing", { warm: { error: "not supported" } });
  const crashing = driver("crashing", { warm });
  const outcome = await measure({
    contenders: [refusing, right, crashing],
    specOf: () => ({}),
    limits,
    verify,
  });
  expect(outcome.get("refusing")).toEqual({ reason: "not supported" });
  expect(outcome.get("crashing")?.reason).toBeTypeOf("string");
  expect(outcome.get("right")?.times).toEqual([2, 2, 2]);
});
