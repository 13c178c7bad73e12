/**
 * What is open in a worker.
 *
 * @module
 */
import { isZarrError, open, openArray, slice, ZarrArray, ZarrGroup } from "zarrkit";
import { isMissingKeyError, resolveStore, StorePath } from "zarrkit/storage";
import type { Store } from "zarrkit/storage";
import type {
  BrokenFacts,
  ChunkState,
  CoordinateFacts,
  Documents,
  MemberFacts,
  MembersPage,
  NodeAnswer,
  ShardContents,
  Source,
} from "../protocol.ts";
import { FilesStore } from "./files-store.ts";
import { memberFacts, nodeFacts } from "./node-facts.ts";
import { multiscaleOf } from "./multiscale.ts";
import { ObservedStore } from "./observed-store.ts";

type Node = ZarrArray | ZarrGroup;

const PAGE = 100;
/** Nodes whose metadata is kept. */
const MAX_NODES = 256;
/** Longer coordinates are not read. */
const MAX_COORDINATES = 20_000;
const MAX_SHARD_CELLS = 2 ** 20;

/** Nobody leaves. */
const NEVER = new AbortController().signal;

/** A place that is open, and the nodes in it that were looked at. */
export class Session {
  readonly #store: ObservedStore;
  readonly #root: string;
  readonly #nodes = new Map<string, Promise<Node>>();
  /** Names in a group, which a store lists as a whole. */
  readonly #listings = new Map<string, Promise<readonly string[]>>();

  private constructor(store: Store, root: string) {
    this.#store = new ObservedStore(store);
    this.#root = root;
  }

  static async open(source: Source, signal: AbortSignal): Promise<Session> {
    switch (source.kind) {
      case "url": {
        const storageOptions =
          Object.keys(source.storageOptions).length > 0 ? source.storageOptions : undefined;
        const { storePath } = await resolveStore(source.url, { mode: "r", storageOptions, signal });
        return new Session(storePath.store, storePath.path);
      }
      case "file": {
        const { storePath } = await resolveStore(source.file, { mode: "r", signal });
        return new Session(storePath.store, storePath.path);
      }
      case "directory": {
        const { storePath } = await resolveStore(source.handle, { mode: "r", signal });
        return new Session(storePath.store, storePath.path);
      }
      case "files":
        return new Session(new FilesStore(source.files), "");
      default:
        throw source satisfies never;
    }
  }

  attach(documents: Documents): void {
    this.#store.attach(documents);
  }

  async node(path: string, signal: AbortSignal): Promise<NodeAnswer> {
    const node = await this.#node(path, signal);
    const at = this.#at(path);
    const own = this.#store.documentsAt(at);
    const facts = nodeFacts(node, path, own.length > 0 ? own : consolidatedText(node));
    // With the documents of the root another worker finds what consolidated metadata say.
    const documents = path === "" ? own : [...this.#store.documentsAt(this.#at("")), ...own];
    return { facts, documents };
  }

  async array(path: string, signal: AbortSignal): Promise<ZarrArray> {
    const node = await this.#node(path, signal);
    if (node instanceof ZarrArray) return node;
    throw new TypeError(`The node at ${JSON.stringify(path)} is a group.`);
  }

  /** Members from a position on, a page at a time: a group may have any number. */
  async members(path: string, from: number, signal: AbortSignal): Promise<MembersPage> {
    const group = await this.#node(path, signal);
    if (!(group instanceof ZarrGroup)) return { members: [], next: undefined, note: undefined };
    let note: string | undefined;
    let names: readonly string[];
    try {
      names = await this.#names(group, path, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      note = `Members cannot be listed here (${messageOf(error)}). Type a path to open one.`;
      names = [];
    }
    const multiscale = multiscaleOf(group.attrs);
    // Metadata name the levels also where nothing can be listed.
    const all = [...new Set([...names, ...(multiscale?.levels.map((level) => level.path) ?? [])])];
    const wanted = all.slice(from, from + PAGE);
    const members = await Promise.all(wanted.map((name) => this.#member(path, name, signal)));
    return {
      members: members.filter((member) => member !== undefined),
      next: from + PAGE < all.length ? from + PAGE : undefined,
      note,
    };
  }

  /** Coordinates of the dimensions: arrays of one dimension beside the array that have their names. */
  async coordinates(path: string, signal: AbortSignal): Promise<(CoordinateFacts | undefined)[]> {
    const array = await this.array(path, signal);
    const answer = await this.node(path, signal);
    if (answer.facts.kind !== "array") return [];
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    return await Promise.all(
      answer.facts.dimensionNames.map(async (name, axis) => {
        const length = array.shape[axis]!;
        if (path === "" || name === "" || name.includes("/") || length > MAX_COORDINATES) return undefined;
        try {
          const at = parent === "" ? name : `${parent}/${name}`;
          // One request says whether there is an array; looking for a node would take several.
          const document = this.#keyOf(at, array.zarrFormat === 3 ? "zarr.json" : ".zarray");
          const isConsolidated = this.#store.documentsAt(this.#at(path)).length === 0;
          if (!isConsolidated && (await this.#store.get(document, undefined, { signal })) === undefined)
            return undefined;
          const coordinate = await this.array(at, signal);
          if (coordinate.ndim !== 1 || coordinate.shape[0] !== length) return undefined;
          const values = await coordinate.get([slice(0, length)], { signal });
          const { dataType } = coordinate;
          const texts = Array.from({ length }, (_, i) =>
            dataType.scalarToString(values.get(i)).slice(0, 100),
          );
          const units: unknown = coordinate.attrs["units"];
          return { path: at, texts, units: typeof units === "string" ? units.slice(0, 100) : undefined };
        } catch (error) {
          if (signal.aborted) throw error;
          return undefined; // most dimensions have no coordinates
        }
      }),
    );
  }

  /** Is a chunk or shard stored, and how large is it? */
  async chunk(path: string, index: readonly number[], signal: AbortSignal): Promise<ChunkState> {
    const array = await this.array(path, signal);
    const key = array.model.chunkKeys.encode(index);
    const at = this.#keyOf(path, key);
    try {
      return { kind: "present", key, size: await this.#store.getSize(at, { signal }) };
    } catch (error) {
      if (!isMissingKeyError(error)) throw error;
      return { kind: "missing", key };
    }
  }

  /** Where the inner chunks of a shard are. */
  async shard(path: string, index: readonly number[], signal: AbortSignal): Promise<ShardContents> {
    const array = await this.array(path, signal);
    const inner = array.model.chain.arrayBytes.innerChunkShape;
    const metadata: unknown = array.metadata;
    const configuration = shardingConfiguration(metadata);
    if (inner === undefined || configuration === undefined)
      throw new TypeError("The inner chunks of this array cannot be shown: sharding is not its only codec.");
    const stored = array.model.grid.chunkShapeAt(index);
    const shape = stored.map((length, axis) => length / inner[axis]!);
    const cells = shape.reduce((product, count) => product * count, 1);
    if (!(cells <= MAX_SHARD_CELLS))
      throw new RangeError(`A shard of ${cells} inner chunks is too large to show.`);
    const names = configuration.indexCodecs.map(nameOfCodec);
    if (names.some((name) => name !== "bytes" && name !== "crc32c"))
      throw new TypeError(`The index of this shard is encoded with ${names.join(", ")}.`);
    const length = cells * 16 + (names.includes("crc32c") ? 4 : 0);
    const key = this.#keyOf(path, array.model.chunkKeys.encode(index));
    const range = configuration.isAtStart ? { start: 0, end: length } : { suffix: length };
    const bytes = await this.#store.get(key, range, { signal });
    const offsets = new Float64Array(cells).fill(-1);
    const lengths = new Float64Array(cells).fill(-1);
    if (bytes === undefined) return { offsets, lengths, shape };
    // The library itself decodes and checks the index: as an array that has it as its only chunk.
    const document = {
      zarr_format: 3,
      node_type: "array",
      shape: [cells, 2],
      data_type: "uint64",
      chunk_grid: { name: "regular", configuration: { chunk_shape: [cells, 2] } },
      chunk_key_encoding: { name: "default" },
      fill_value: 0,
      codecs: configuration.indexCodecs,
      attributes: {},
    };
    const store = { "zarr.json": new TextEncoder().encode(JSON.stringify(document)), "c/0/0": bytes };
    const pairs = await (await openArray(store, { dtype: "uint64", mode: "r" })).get("...", { signal });
    for (let cell = 0; cell < cells; cell++) {
      const [offset, size] = [pairs.data[2 * cell]!, pairs.data[2 * cell + 1]!];
      if (offset === 2n ** 64n - 1n && size === offset) continue;
      offsets[cell] = Number(offset);
      lengths[cell] = Number(size);
    }
    return { offsets, lengths, shape };
  }

  #at(path: string): string {
    return this.#root === "" ? path : path === "" ? this.#root : `${this.#root}/${path}`;
  }

  #keyOf(path: string, key: string): string {
    const at = this.#at(path);
    return at === "" ? key : `${at}/${key}`;
  }

  /** A node, opened once. One who leaves does not keep others from it. */
  async #node(path: string, signal: AbortSignal): Promise<Node> {
    signal.throwIfAborted();
    let node = this.#nodes.get(path);
    if (node === undefined) {
      node = this.#openNode(path);
      this.#nodes.set(path, node);
      node.catch(() => this.#nodes.delete(path));
      const [oldest] = this.#nodes.keys();
      if (this.#nodes.size > MAX_NODES && oldest !== undefined && oldest !== "") this.#nodes.delete(oldest);
    }
    const found = await node;
    signal.throwIfAborted();
    return found;
  }

  async #openNode(path: string): Promise<Node> {
    if (path === "") return await open(new StorePath(this.#store, this.#root), { mode: "r" });
    // Below a group that has consolidated metadata nothing is read one by one. Another worker may have read it.
    const isKnown = this.#nodes.has("") || this.#store.documentsAt(this.#root).length > 0;
    const root = isKnown ? await this.#node("", NEVER).catch(() => undefined) : undefined;
    if (root instanceof ZarrGroup && root.isConsolidated) return await root.get(path);
    return await open(new StorePath(this.#store, this.#at(path)), { mode: "r" });
  }

  #names(group: ZarrGroup, path: string, signal: AbortSignal): Promise<readonly string[]> {
    let names = this.#listings.get(path);
    if (names === undefined) {
      names = this.#list(group, path, signal);
      this.#listings.set(path, names);
      names.catch(() => this.#listings.delete(path));
    }
    return names;
  }

  async #list(group: ZarrGroup, path: string, signal: AbortSignal): Promise<readonly string[]> {
    const names: string[] = [];
    if (group.isConsolidated) {
      for await (const name of group.keys({ signal })) names.push(name);
    } else {
      for await (const name of this.#store.listDir(this.#at(path), { signal }))
        if (!name.startsWith(".z") && name !== "zarr.json") names.push(name);
    }
    return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  }

  async #member(group: string, name: string, signal: AbortSignal): Promise<MemberFacts | undefined> {
    const path = group === "" ? name : `${group}/${name}`;
    try {
      return memberFacts(await this.#node(path, signal), path);
    } catch (error) {
      if (signal.aborted) throw error;
      if (isZarrError(error) && error.code.endsWith("_NOT_FOUND")) return undefined; // some other file
      const broken: BrokenFacts = { kind: "broken", path, name, message: messageOf(error) };
      return broken;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nodes of consolidated metadata have no documents of their own: what is known of them is shown as one. */
function consolidatedText(node: Node): Documents {
  const { metadata } = node;
  if (!("source" in metadata) || metadata.source === undefined) return [];
  return [["consolidated", new TextEncoder().encode(JSON.stringify(metadata.source, null, 2))]];
}

interface ShardingConfiguration {
  readonly indexCodecs: readonly unknown[];
  readonly isAtStart: boolean;
}

function shardingConfiguration(metadata: unknown): ShardingConfiguration | undefined {
  const codecs = propertyOf(metadata, "codecs");
  const [only, ...rest] = Array.isArray(codecs) ? (codecs as unknown[]) : []; // looked at below
  if (rest.length > 0 || nameOfCodec(only) !== "sharding_indexed") return undefined;
  const configuration = propertyOf(only, "configuration");
  const indexCodecs = propertyOf(configuration, "index_codecs");
  if (!Array.isArray(indexCodecs)) return undefined;
  return { indexCodecs, isAtStart: propertyOf(configuration, "index_location") === "start" };
}

function nameOfCodec(codec: unknown): string {
  const name = typeof codec === "string" ? codec : propertyOf(codec, "name");
  return typeof name === "string" ? name : "?";
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
