/**
 * References in a folder of Parquet files: `.zmetadata` for the metadata, and for each array files
 * `refs.N.parq` with the references of its chunks in C order, `record_size` to a file.
 *
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import { FileNotFoundError, StoreError } from "../../base/errors.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { parseJson } from "../../base/json-parse.ts";
import { encodeJson } from "../../base/json-write.ts";
import type { AbstractFileSystem } from "../abstract-file-system.ts";
import { SharedValue } from "../shared-value.ts";
import { KeyTree } from "./key-tree.ts";
import { readReferenceColumns } from "./parquet-file.ts";
import type { ReferenceColumns } from "./parquet-file.ts";
import type { Reference, ReferenceChild, ReferenceSet } from "./reference.ts";

const MAX_RECORD_SIZE = 10_000_000;
const METADATA = /(?:^|\/)\.z[^/]*$/;

/** An array of the folder: how many chunks along each axis. */
interface ReferenceArray {
  readonly counts: readonly number[];
  readonly separator: string;
}

/** References of a folder of Parquet files. The files of chunks are read when they are needed; some are kept. */
export class ParquetReferences implements ReferenceSet {
  readonly #fs: AbstractFileSystem;
  readonly #root: string;
  readonly #metadata: ReadonlyMap<string, JsonValue>;
  readonly #recordSize: number;
  readonly #arrays = new Map<string, ReferenceArray>();
  readonly #records = new Map<string, SharedValue<ReferenceColumns | undefined>>();
  readonly #cacheSize: number;
  readonly #whole: Uint8Array;
  #tree: KeyTree | undefined;

  private constructor(fs: AbstractFileSystem, root: string, document: Uint8Array, cacheSize: number) {
    this.#fs = fs;
    this.#root = root;
    this.#cacheSize = Math.max(1, cacheSize);
    this.#whole = document;
    const json = parseJson(document, { key: ".zmetadata" });
    const { metadata, record_size: recordSize } = isJsonObject(json) ? json : {};
    if (!isJsonObject(metadata)) throw new StoreError(`${fs.printable(root)} has no metadata of references.`);
    if (
      typeof recordSize !== "number" ||
      !Number.isInteger(recordSize) ||
      recordSize < 1 ||
      recordSize > MAX_RECORD_SIZE
    )
      throw new StoreError(`The record_size of ${fs.printable(root)} must be from 1 to ${MAX_RECORD_SIZE}.`, {
        actual: recordSize,
      });
    this.#recordSize = recordSize;
    this.#metadata = new Map(Object.entries(metadata));
    for (const [key, value] of this.#metadata)
      if (key === ".zarray" || key.endsWith("/.zarray"))
        this.#arrays.set(key.slice(0, -".zarray".length), readArray(key, value));
  }

  /** Reads the metadata of the folder. */
  static async open(
    fs: AbstractFileSystem,
    root: string,
    cacheSize: number,
    signal: AbortSignal,
  ): Promise<ParquetReferences> {
    const document = await fs.catFile(fs.join(root, ".zmetadata"), { signal });
    return new ParquetReferences(fs, root, document, cacheSize);
  }

  async get(key: string, signal: AbortSignal | undefined): Promise<Reference | undefined> {
    throwIfAborted(signal);
    const metadata = this.#metadata.get(key);
    if (metadata !== undefined) return { kind: "inline", bytes: metadataBytes(metadata) };
    if (key === ".zmetadata") return { kind: "inline", bytes: this.#whole };
    if (METADATA.test(key)) return undefined;
    const place = this.#placeOf(key);
    if (place === undefined) return undefined;
    const record = Math.floor(place.chunk / this.#recordSize);
    const columns = await this.#columns(place.directory, record, signal);
    return columns === undefined ? undefined : referenceAt(key, columns, place.chunk % this.#recordSize);
  }

  async *keys(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
    for (const key of this.#metadataKeys()) if (key.startsWith(prefix)) yield key;
    for (const [directory, array] of this.#arrays)
      if (directory.startsWith(prefix) || prefix.startsWith(directory))
        for await (const name of this.#chunks(directory, array, signal))
          if ((directory + name).startsWith(prefix)) yield directory + name;
  }

  async children(
    directory: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly ReferenceChild[] | undefined> {
    this.#tree ??= new KeyTree(this.#metadataKeys());
    const found = this.#tree.children(directory);
    const array = this.#arrays.get(directory);
    if (array === undefined) {
      // Below an array whose chunk keys have slashes.
      if (found !== undefined) return found;
      const names = new Set<string>();
      for await (const key of this.keys(directory, signal)) names.add(key.slice(directory.length));
      return names.size === 0 ? undefined : (new KeyTree(names).children("") ?? []);
    }
    const names: string[] = [];
    for await (const name of this.#chunks(directory, array, signal)) names.push(name);
    return [...(found ?? []), ...(new KeyTree(names).children("") ?? [])];
  }

  *#metadataKeys(): Generator<string, void, undefined> {
    if (!this.#metadata.has(".zmetadata")) yield ".zmetadata";
    yield* this.#metadata.keys();
  }

  /** The array that a chunk key belongs to, and the number of the chunk in C order. */
  #placeOf(key: string): { readonly directory: string; readonly chunk: number } | undefined {
    for (let slash = key.lastIndexOf("/"); ; slash = key.lastIndexOf("/", slash - 1)) {
      const directory = key.slice(0, slash + 1);
      const array = this.#arrays.get(directory);
      if (array !== undefined) {
        const chunk = chunkNumber(key.slice(slash + 1), array);
        return chunk === undefined ? undefined : { directory, chunk };
      }
      if (slash <= 0) return undefined;
    }
  }

  async *#chunks(
    directory: string,
    { counts, separator }: ReferenceArray,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string, void, undefined> {
    const total = counts.reduce((product, count) => product * count, 1);
    for (let record = 0; record * this.#recordSize < total; record++) {
      const columns = await this.#columns(directory, record, signal);
      if (columns === undefined) continue;
      const start = record * this.#recordSize;
      const rows = Math.min(this.#recordSize, total - start, rowsOf(columns));
      for (let row = 0; row < rows; row++) {
        throwIfAborted(signal);
        if ((columns.path?.[row] ?? null) === null && (columns.raw?.[row] ?? null) === null) continue;
        yield counts.length === 0 ? "0" : chunkIndex(start + row, counts).join(separator);
      }
    }
  }

  async #columns(
    directory: string,
    record: number,
    signal: AbortSignal | undefined,
  ): Promise<ReferenceColumns | undefined> {
    const name = `${directory}refs.${record}.parq`;
    let shared = this.#records.get(name);
    if (shared === undefined) shared = new SharedValue((own) => this.#read(name, own));
    else this.#records.delete(name);
    this.#records.set(name, shared); // the most recently used is last
    if (this.#records.size > this.#cacheSize) {
      const [oldest] = this.#records.keys();
      if (oldest !== undefined) this.#records.delete(oldest);
    }
    return shared.get(signal);
  }

  async #read(name: string, signal: AbortSignal): Promise<ReferenceColumns | undefined> {
    try {
      const bytes = await this.#fs.catFile(this.#fs.join(this.#root, name), { signal });
      return await readReferenceColumns(name, bytes, this.#recordSize, signal);
    } catch (error) {
      // A file is left out where none of its chunks is there.
      if (error instanceof FileNotFoundError) return undefined;
      throw error;
    }
  }
}

function metadataBytes(value: JsonValue): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : encodeJson(value);
}

function readArray(key: string, value: JsonValue): ReferenceArray {
  const document: JsonObject | undefined = isJsonObject(value) ? value : undefined;
  const shape = document?.["shape"];
  const chunks = document?.["chunks"];
  const separator = document?.["dimension_separator"] ?? ".";
  if (!isJsonArray(shape) || !isJsonArray(chunks) || shape.length !== chunks.length)
    throw new StoreError(`${key} of the references has no shape and chunks.`, { key });
  const counts = shape.map((length, axis) => {
    const chunk = chunks[axis];
    if (!isCount(length) || !isCount(chunk) || chunk === 0)
      throw new StoreError(`${key} of the references has a wrong shape or chunks.`, { key });
    return Math.ceil(length / chunk);
  });
  const total = counts.reduce((product, count) => product * count, 1);
  if (!Number.isSafeInteger(total))
    throw new StoreError(`${key} of the references has too many chunks.`, { key });
  return { counts, separator: separator === "/" ? "/" : "." };
}

function chunkNumber(name: string, { counts, separator }: ReferenceArray): number | undefined {
  const parts = name.split(separator);
  if (counts.length === 0) return name === "0" ? 0 : undefined;
  if (parts.length !== counts.length) return undefined;
  let number = 0;
  for (const [axis, part] of parts.entries()) {
    if (!/^(?:0|[1-9]\d{0,15})$/.test(part) || Number(part) >= counts[axis]!) return undefined;
    number = number * counts[axis]! + Number(part);
  }
  return number;
}

function chunkIndex(number: number, counts: readonly number[]): number[] {
  const index: number[] = counts.map(() => 0);
  let rest = number;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    index[axis] = rest % counts[axis]!;
    rest = Math.floor(rest / counts[axis]!);
  }
  return index;
}

function rowsOf({ path, raw }: ReferenceColumns): number {
  return path?.length ?? raw?.length ?? 0;
}

/** The reference of one row: bytes at hand, a file (where offset and size are 0), or a part of one; `undefined` when there is none. */
function referenceAt(key: string, columns: ReferenceColumns, row: number): Reference | undefined {
  const raw = columns.raw?.[row] ?? undefined;
  if (raw !== undefined) {
    if (raw instanceof Uint8Array) return { kind: "inline", bytes: raw };
    if (typeof raw === "string") return { kind: "inline", bytes: new TextEncoder().encode(raw) };
    throw new StoreError(`The reference ${JSON.stringify(key)} has data that is not bytes.`, { key });
  }
  const path = columns.path?.[row] ?? undefined;
  if (path === undefined) return undefined;
  const url = path instanceof Uint8Array ? new TextDecoder().decode(path) : path;
  const offset = Number(columns.offset?.[row] ?? 0);
  const length = Number(columns.size?.[row] ?? 0);
  if (typeof url !== "string" || !isCount(offset) || !isCount(length))
    throw new StoreError(`The reference ${JSON.stringify(key)} has no URL, offset and size.`, { key });
  if (offset === 0 && length === 0) return { kind: "file", url };
  return { kind: "range", url, offset, length };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
