// Writes cases with zarrkit, and says what a reader must see.
import { join } from "node:path";

import { createArray, createGroup } from "../../src/index.ts";
import { ZipStore } from "../../src/storage/zip-store.ts";
import { type Entry, type Expectation, sha256, tokens } from "./entry.ts";
import {
  arrayOver,
  bytesOf,
  filledBytes,
  type NumberName,
  randomSource,
  sampleNumbers,
} from "./sample-data.ts";
import type { Seen, WiderCase } from "./wider-cases.ts";
import type { Trait, WriteCase } from "./write-cases.ts";

type SetValue = Parameters<Awaited<ReturnType<typeof createArray>>["set"]>[1];

/** An entry, and what readers of it are known to refuse. */
export interface WrittenEntry extends Entry {
  readonly traits: readonly Trait[];
}

/** Writes the cases of one store below `root`; a case that fails is reported, not thrown. */
export async function writeStore(
  root: string,
  store: string,
  cases: readonly (WriteCase | WiderCase)[],
  seed: number,
): Promise<{ entries: WrittenEntry[]; failures: string[] }> {
  const entries: WrittenEntry[] = [];
  const failures: string[] = [];
  const file = join(root, store);
  const zip = store.endsWith(".zip") ? new ZipStore(file, { mode: "w" }) : undefined;
  const zarrFormat = cases[0]?.options.zarrFormat ?? 3;
  const top = await createGroup(zip ?? file, { zarrFormat });
  for (const [i, one] of cases.entries()) {
    try {
      entries.push(
        await ("seen" in one
          ? writeWider(zip ?? file, one)
          : writeOne(zip ?? file, one, randomSource(seed + i))),
      );
    } catch (error) {
      failures.push(`${store}::${one.path}: ${String(error)}`);
    }
  }
  await top.close();
  await zip?.close();
  return { entries, failures };
}

async function writeOne(
  store: ZipStore | string,
  one: WriteCase,
  random: () => number,
): Promise<WrittenEntry> {
  const { dtype, shape, rows, options } = one;
  const array = await createArray(store, { ...options, path: one.path, shape, dtype });
  const count = product(shape);
  const values = bytesOf(sampleNumbers(dtype, count, random));
  let expected = values;
  if (rows === undefined) {
    await array.set("...", block(dtype, values, shape));
  } else {
    expected = filledBytes(dtype, fillOf(options.fillValue), count);
    const rowBytes = values.length / Math.max(shape[0]!, 1);
    for (const [start, stop] of rows) {
      const part = values.slice(start * rowBytes, stop * rowBytes);
      await array.set(`${start}:${stop}`, block(dtype, part, [stop - start, ...shape.slice(1)]));
      expected.set(part, start * rowBytes);
    }
  }
  if (typeof store === "string") await array.close();
  const { attributes, dimensionNames } = options;
  return {
    id: `${one.store}::${one.path}`,
    store: one.store,
    kind: one.store.endsWith(".zip") ? "zip" : "dir",
    path: one.path,
    zarr_format: options.zarrFormat ?? 3,
    shape,
    dtype,
    level: "core",
    traits: one.traits ?? [],
    expect: { enc: "raw", sha256: sha256(expected), base64: Buffer.from(expected).toString("base64") },
    // Attributes were given as a plain object; so is what `tokens` makes of them.
    ...(attributes === undefined ? {} : { attrs: tokens(attributes) as Record<string, unknown> }),
    ...(dimensionNames === undefined || dimensionNames === null ? {} : { dimension_names: dimensionNames }),
  };
}

/** Writes a case that brings its values; what loses precision is compared with the values here, and by what is read. */
async function writeWider(store: ZipStore | string, one: WiderCase): Promise<WrittenEntry> {
  const { dtype, shape, options, data, tolerance } = one;
  const array = await createArray(store, { ...options, path: one.path, shape, dtype });
  let { seen } = one;
  try {
    await array.set("...", Array.isArray(data) ? data : { data, shape, stride: strideOf(shape) });
    if (tolerance !== undefined) {
      // Only numbers have a tolerance.
      const read = (await array.get("...")) as unknown as { data: Iterable<number>; toBytes(): Uint8Array };
      const far = Array.from(read.data).findIndex((x, i) => !(Math.abs(x - Number(data[i])) <= tolerance));
      if (far >= 0) throw new Error(`element ${far} is further than ${tolerance} from ${String(data[far])}`);
      seen = { enc: "raw", bytes: read.toBytes() };
    }
  } finally {
    if (typeof store === "string") await array.close();
  }
  return {
    id: `${one.store}::${one.path}`,
    store: one.store,
    kind: one.store.endsWith(".zip") ? "zip" : "dir",
    path: one.path,
    zarr_format: options.zarrFormat ?? 3,
    shape,
    dtype: JSON.stringify(dtype),
    level: "core",
    traits: one.traits ?? [],
    expect: expectationOf(seen),
  };
}

function expectationOf(seen: Seen): Expectation {
  if (seen.enc !== "raw")
    return { enc: seen.enc, sha256: sha256(JSON.stringify(seen.list)), list: seen.list };
  return { enc: "raw", sha256: sha256(seen.bytes), base64: Buffer.from(seen.bytes).toString("base64") };
}

/** Values as `set` takes them: anything with data, shape and stride. */
function block(dtype: NumberName, bytes: Uint8Array, shape: readonly number[]): SetValue {
  // `arrayOver` gives what the data type lies in.
  return { data: arrayOver(dtype, bytes), shape, stride: strideOf(shape) } as SetValue;
}

/** Of C order, in elements. */
function strideOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => product(shape.slice(axis + 1)));
}

/** The fill value of a case; 0 when it names none. */
function fillOf(value: unknown): number | bigint {
  return typeof value === "number" || typeof value === "bigint" ? value : Number(value ?? 0);
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((result, length) => result * length, 1);
}
