// zarrkit writes, other implementations read; and the other way round with data that is drawn anew on each run.
// Without Python (scripts/python-env.mjs), the others are skipped, and zarrkit still reads what it wrote.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Reader, readableBy, readBack, writeStores } from "../../scripts/make-vectors.mjs";
import { pythonEnv } from "../../scripts/python-env.mjs";
import { difference, type Entry, partialDifference } from "./entry.ts";
import { randomCases } from "./random-cases.ts";
import { type Trait, type WriteCase, writeCases } from "./write-cases.ts";
import { writeStore, type WrittenEntry } from "./write-store.ts";

// ZARRKIT_SEED repeats a run that failed; ZARRKIT_KEEP keeps what was written.
const seed = Number(process.env["ZARRKIT_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
// How many arrays are drawn; continuous integration asks for many more.
const drawn = Number(process.env["ZARRKIT_CASES"] ?? 150);
const environments = pythonEnv();

/** What a reader does not do, though the specification allows it. Each is refused or, where it says so, read wrongly. */
const REFUSALS: Record<Reader, Partial<Record<Trait, "refuses" | "WRONG">>> = {
  zp3: {},
  zp2: {},
  tensorstore: { "bytes-after-shard": "refuses", "nan-attributes": "refuses" },
  // zarrs 0.2.3 takes the parts of big-endian complex numbers for the wrong bytes.
  zarrs: { "nan-attributes": "refuses", "big-endian-complex": "WRONG", "transposed-scalar": "refuses" },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "zarrkit-interop-"));
});
afterAll(async () => {
  if (process.env["ZARRKIT_KEEP"] === undefined) await rm(root, { recursive: true, force: true });
  else console.log(`kept: ${root}`);
});

describe(`what zarrkit writes (seed ${seed})`, () => {
  const entries: WrittenEntry[] = [];

  test("is written, and read back by zarrkit", async () => {
    const byStore = new Map<string, WriteCase[]>();
    for (const one of [...writeCases(), ...randomCases(seed, drawn)]) {
      byStore.set(one.store, [...(byStore.get(one.store) ?? []), one]);
    }
    const problems: string[] = [];
    for (const [store, cases] of byStore) {
      const written = await writeStore(root, store, cases, seed);
      entries.push(...written.entries);
      problems.push(...written.failures);
    }
    problems.push(...(await differences(root, entries)));
    expect(problems.join("\n")).toBe("");
    expect(entries.length).toBeGreaterThan(200);
  });

  test.for(["zp3", "tensorstore", "zarrs", "zp2"] as const)(
    "%s reads it",
    { timeout: 300_000 },
    (reader, { skip }) => {
      const { reason } = reader === "zp2" ? environments.zp2 : environments.zp3;
      if (reason !== undefined) skip(announce(`reader ${reader}: ${reason}`));
      const mine = entries.filter((entry) => readableBy(reader, entry));
      const readings = readBack(reader, root, mine) ?? [];
      const problems = readings.flatMap(({ id, result, detail }, i) => {
        const known = mine[i]!.traits.map((trait) => REFUSALS[reader][trait]);
        return result === "ok" || known.includes(result) ? [] : [`${result} ${id}: ${detail}`];
      });
      expect(problems.join("\n")).toBe("");
      expect(readings.length).toBe(mine.length);
      expect(mine.length).toBeGreaterThan(reader === "zp2" ? 50 : 150);
    },
  );
});

describe(`what others write (seed ${seed})`, () => {
  test.for([
    ["the catalogue with other values", 0],
    ["arrays whose type, shape, chunks and codecs are drawn", drawn],
  ] as const)("%s", { timeout: 300_000 }, async ([, random], { skip }) => {
    const out = join(root, `others-${random}`);
    const { entries, skipped } = writeStores(out, { seed: seed + 1, random });
    for (const line of skipped) announce(line);
    if (entries.length === 0) skip("no other implementation is there");
    const core = entries.filter(({ level }) => level === "core");
    expect((await differences(out, core)).join("\n")).toBe("");
  });
});

/** One line for each array that zarrkit refuses or reads differently. */
async function differences(folder: string, entries: readonly Entry[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of entries) {
    try {
      const line = (await difference(folder, entry)) ?? (await partialDifference(folder, entry));
      if (line !== undefined) found.push(`${entry.id}: ${line}`);
    } catch (error) {
      found.push(`${entry.id}: ${String(error)}`);
    }
  }
  return found;
}

/** A line that scripts/test.mjs repeats at the end of its report. */
function announce(line: string): string {
  console.log(`SKIPPED interop, ${line}`);
  return line;
}
