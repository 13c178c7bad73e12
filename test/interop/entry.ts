// Arrays that other implementations wrote: one entry of test/vectors/expected.json, read with zarrkit and compared.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { openArray } from "../../src/index.ts";

/** What a reader must see in one array; PROVENANCE.md in test/vectors says what the fields mean. */
export interface Entry {
  readonly id: string;
  readonly store: string;
  readonly kind: "dir" | "zip";
  readonly path: string;
  readonly zarr_format: 2 | 3;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly level: "core" | "later";
  readonly expect: Expectation;
  readonly attrs?: Record<string, unknown>;
  readonly dimension_names?: readonly (string | null)[];
  readonly groups?: readonly string[];
}

export interface Expectation {
  readonly enc: "raw" | "jsonlist" | "hexlist";
  readonly sha256: string;
  readonly base64?: string;
  readonly list?: readonly string[];
}

/** The parts of an `NDArray` that a comparison needs. */
interface Values {
  readonly shape: readonly number[];
  readonly data: unknown;
  toBytes(): Uint8Array;
}

/** Opens the array of an entry, whose store lies below `root`. */
export function openEntry(root: string, entry: Entry): ReturnType<typeof openArray> {
  return openArray(join(root, entry.store), { path: entry.path, zarrFormat: entry.zarr_format, mode: "r" });
}

/** Reads the whole array: undefined when it holds what the entry says, else one line that says what differs. */
export async function difference(root: string, entry: Entry): Promise<string | undefined> {
  const array = await openEntry(root, entry);
  try {
    // "..." gives an NDArray also where nothing is left to index.
    const values = (await array.get("...")) as Values;
    return (
      differs("shape", entry.shape, values.shape) ??
      differsInBytes(entry.expect, values) ??
      (entry.attrs === undefined ? undefined : differs("attributes", entry.attrs, tokens(array.attrs))) ??
      (entry.dimension_names === undefined
        ? undefined
        : differs("dimension names", entry.dimension_names, array.dimensionNames))
    );
  } finally {
    await array.close();
  }
}

/** Every second element from the second on, and the last one first: undefined when both are right. */
export async function partialDifference(root: string, entry: Entry): Promise<string | undefined> {
  const { shape } = entry;
  if (entry.expect.enc !== "raw" || shape.length === 0) return undefined;
  const array = await openEntry(root, entry);
  try {
    const whole = ((await array.get("...")) as Values).toBytes();
    for (const [start, step] of [
      [1, 2],
      [-1, -1],
    ] as const) {
      const text = shape.map(() => `${start}::${step}`).join(", ");
      const values = (await array.get(text)) as Values;
      const picked = shape.map((length) => every(length, start, step));
      const lengths = picked.map((indices) => indices.length);
      const found =
        differs(`shape of [${text}]`, lengths, values.shape) ??
        differs(`bytes of [${text}]`, hex(pick(whole, shape, picked)), hex(values.toBytes()));
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    await array.close();
  }
}

/** Names that a refusal may give: the data type, codecs, grid and key encoding that the metadata document names. */
export function namesIn(root: string, entry: Entry): string[] {
  const document = entry.zarr_format === 2 ? ".zarray" : "zarr.json";
  const text = readFileSync(join(root, entry.store, entry.path, document), "utf8");
  // Fill values may be bare NaN, which names nothing.
  const metadata: unknown = JSON.parse(text.replace(/\b(NaN|-?Infinity)\b(?=\s*[,\]}])/g, "null"));
  const names: string[] = [];
  collect(metadata);
  return names;

  function collect(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (["name", "id", "data_type", "dtype"].includes(key) && typeof item === "string") names.push(item);
      else if (key === "dtype") names.push("struct", "structured");
      collect(item);
    }
  }
}

function differsInBytes(expect: Expectation, values: Values): string | undefined {
  if (expect.enc === "raw") {
    const bytes = values.toBytes();
    if (sha256(bytes) === expect.sha256) return undefined;
    const wanted = expect.base64 === undefined ? "another sha256" : hex(Buffer.from(expect.base64, "base64"));
    return `bytes: expected ${wanted}, got ${hex(bytes).slice(0, 320)}`;
  }
  // Variable-length types have no bytes of their own: their values are compared as a list.
  const list = Array.from(values.data as Iterable<unknown>, (item) =>
    item instanceof Uint8Array ? hex(item) : item,
  );
  const text = JSON.stringify(list);
  if (sha256(text) === expect.sha256) return undefined;
  return `values: expected ${JSON.stringify(expect.list ?? "another sha256")}, got ${text.slice(0, 320)}`;
}

function differs(what: string, expected: unknown, actual: unknown): string | undefined {
  const [a, b] = [canonicalJson(expected), canonicalJson(actual)];
  return a === b ? undefined : `${what}: expected ${a.slice(0, 400)}, got ${b.slice(0, 400)}`;
}

/** JSON with sorted keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Non-finite numbers as expected.json writes them; integers that came as BigInt as numbers. */
export function tokens(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(tokens);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tokens(item)]));
}

function every(length: number, start: number, step: number): number[] {
  const indices: number[] = [];
  for (let i = start < 0 ? length + start : start; i >= 0 && i < length; i += step) indices.push(i);
  return indices;
}

/** The elements at the outer product of indices, from the C-order bytes of an array. */
function pick(
  bytes: Uint8Array,
  shape: readonly number[],
  indices: readonly (readonly number[])[],
): Uint8Array {
  const count = shape.reduce((product, length) => product * length, 1);
  const size = count === 0 ? 1 : bytes.length / count;
  let offsets = [0];
  for (const [axis, list] of indices.entries()) {
    offsets = offsets.flatMap((offset) => list.map((index) => offset * shape[axis]! + index));
  }
  const picked = new Uint8Array(offsets.length * size);
  for (const [i, offset] of offsets.entries()) {
    picked.set(bytes.subarray(offset * size, (offset + 1) * size), i * size);
  }
  return picked;
}

export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
