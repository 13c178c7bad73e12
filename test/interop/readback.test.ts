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
import { type WiderCase, widerCases } from "./wider-cases.ts";
import { type Trait, type WriteCase, writeCases } from "./write-cases.ts";
import { writeStore, type WrittenEntry } from "./write-store.ts";

// ZARRKIT_SEED repeats a run that failed; ZARRKIT_KEEP keeps what was written.
const seed = Number(process.env["ZARRKIT_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
// How many arrays are drawn; continuous integration asks for many more.
const drawn = Number(process.env["ZARRKIT_CASES"] ?? 150);
const environments = pythonEnv();

type Refusals = Partial<Record<Trait, "refuses" | "WRONG">>;

const refusing = (prefix: "numcodecs." | "v2-compressor-", names: string): Refusals =>
  Object.fromEntries(names.split(" ").map((name) => [`${prefix}${name}`, "refuses"]));

/** What a reader does not do, though the specification allows it. Each is refused or, where it says so, read wrongly. */
const REFUSALS: Record<Reader, Refusals> = {
  zp3: {
    // zarr-python 3.4.2 registers no numcodecs.base64, and takes what quantize stores for the type of the array.
    "numcodecs.base64": "refuses",
    "quantize-astype": "refuses",
  },
  zp2: {},
  tensorstore: {
    "bytes-after-shard": "refuses",
    "nan-attributes": "refuses",
    // tensorstore 0.1.86 has these data types not at all, and of v2 records only single fields.
    string: "refuses",
    "variable-length-bytes": "refuses",
    time: "refuses",
    "fixed-utf32": "refuses",
    "null-terminated-bytes": "refuses",
    struct: "refuses",
    "v2-string": "refuses",
    "v2-variable-length-bytes": "refuses",
    "v2-time": "refuses",
    "v2-fixed-utf32": "refuses",
    "v2-struct": "refuses",
    // It opens byte strings, with an axis more; in Python their elements come without their bytes.
    "raw-bytes": "WRONG",
    "v2-raw-bytes": "WRONG",
    "v2-null-terminated-bytes": "WRONG",
    // It wants the fill value of byte strings in full length; zarr-python writes "" as zarrkit does.
    "v2-empty-fill": "refuses",
    // It knows no codec of numcodecs by that name in v3; in v2 no filters, and few compressors.
    ...refusing("numcodecs.", "delta fixedscaleoffset quantize bitround packbits astype bz2 lzma lz4 zlib"),
    ...refusing("numcodecs.", "zstd gzip shuffle crc32 crc32c adler32 fletcher32 jenkins_lookup3 base64"),
    "quantize-astype": "refuses",
    "v2-filters": "refuses",
    ...refusing("v2-compressor-", "lzma lz4 shuffle crc32 adler32 fletcher32 jenkins_lookup3 base64"),
    "scale-offset": "refuses",
    "cast-value": "refuses",
    rectilinear: "refuses",
  },
  zarrs: {
    "nan-attributes": "refuses",
    // zarrs 0.2.3 takes the parts of big-endian complex numbers for the wrong bytes.
    "big-endian-complex": "WRONG",
    "transposed-scalar": "refuses",
    // Its pipeline for Python, when strict, has neither these data types nor these codecs.
    string: "refuses",
    "variable-length-bytes": "refuses",
    time: "refuses",
    "fixed-utf32": "refuses",
    "null-terminated-bytes": "refuses",
    "raw-bytes": "refuses",
    struct: "refuses",
    ...refusing("numcodecs.", "delta quantize bitround packbits astype lzma lz4 zstd gzip"),
    ...refusing("numcodecs.", "crc32 crc32c adler32 fletcher32 jenkins_lookup3 base64"),
    "quantize-astype": "refuses",
    "scale-offset": "refuses",
    "cast-value": "refuses",
  },
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
    const byStore = new Map<string, (WriteCase | WiderCase)[]>();
    for (const one of [...writeCases(), ...widerCases(), ...randomCases(seed, drawn)]) {
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
      const met = new Set<Trait>();
      const problems = readings.flatMap(({ id, result, detail }, i) => {
        const known = mine[i]!.traits.filter((trait) => REFUSALS[reader][trait] === result);
        for (const trait of known) met.add(trait);
        return result === "ok" || known.length > 0 ? [] : [`${result} ${id}: ${detail}`];
      });
      // What a reader has learned since is to leave the list. A scalar to transpose is drawn or not.
      const stale = Object.keys(REFUSALS[reader]).filter(
        (trait) => trait !== "transposed-scalar" && !met.has(trait as Trait),
      );
      problems.push(...stale.map((trait) => `${reader} is no longer known to fail for ${trait}`));
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
