/**
 * What is open, as the page sees it: a first worker that knows the nodes, and more that read with it.
 *
 * @module
 */
import type {
  ArrayFacts,
  ChunkState,
  CoordinateFacts,
  Cut,
  CutRequest,
  Documents,
  MembersPage,
  NodeFacts,
  Operations,
  Range,
  ShardContents,
  Source,
  TextTable,
} from "../protocol.ts";
import { WorkerClient } from "./worker-client.ts";

interface Reader {
  readonly worker: WorkerClient;
  readonly opened: Promise<unknown>;
  /** Paths whose documents it has been given. */
  readonly attached: Set<string>;
}

const MAX_READERS = 4;

/** A store that is open in workers. */
export class Place {
  readonly source: Source;
  readonly #workerUrl: string;
  readonly #readers: Reader[] = [];
  readonly #count: number;
  readonly #nodes = new Map<string, Promise<NodeFacts>>();
  readonly #documents = new Map<string, Documents>();

  /** @param first - A worker that was started before it was known what to open. */
  constructor(source: Source, workerUrl: string, first?: WorkerClient) {
    this.source = source;
    this.#workerUrl = workerUrl;
    // The page itself has little to do: also two processors decode at a time.
    this.#count = Math.max(2, Math.min(MAX_READERS, (navigator.hardwareConcurrency || 2) - 1));
    this.#reader(0, first);
  }

  /** How many workers read. */
  get readers(): number {
    return this.#count;
  }

  /** Facts of a node; asked for once. */
  node(path: string): Promise<NodeFacts> {
    let facts = this.#nodes.get(path);
    if (facts === undefined) {
      facts = this.#first.ask("node", { path }).then((answer) => {
        this.#documents.set(path, answer.documents);
        return answer.facts;
      });
      this.#nodes.set(path, facts);
      facts.catch(() => this.#nodes.delete(path));
    }
    return facts;
  }

  async arrayAt(path: string): Promise<ArrayFacts> {
    const facts = await this.node(path);
    if (facts.kind === "array") return facts;
    throw new TypeError(`The node at ${JSON.stringify(path)} is a group.`);
  }

  members(path: string, from: number): Promise<MembersPage> {
    return this.#first.ask("members", { path, from });
  }

  coordinates(path: string): Promise<readonly (CoordinateFacts | undefined)[]> {
    return this.#first.ask("coordinates", { path });
  }

  texts(
    path: string,
    part: { axes: readonly number[]; ranges: readonly Range[]; at: readonly number[] },
    signal?: AbortSignal,
  ): Promise<TextTable> {
    return this.#first.ask("texts", { path, ...part }, signal);
  }

  chunk(path: string, index: readonly number[], signal?: AbortSignal): Promise<ChunkState> {
    return this.#first.ask("chunk", { path, index }, signal);
  }

  shard(path: string, index: readonly number[], signal?: AbortSignal): Promise<ShardContents> {
    return this.#first.ask("shard", { path, index }, signal);
  }

  /** The worker that has, or will have, a block: the same one each time. */
  readerOf({ path, block }: Pick<CutRequest, "path" | "block">): number {
    let hash = 2166136261;
    for (const character of `${path}|${block.join("|")}`)
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
    return (hash >>> 8) % this.#count;
  }

  async cut(request: CutRequest, signal?: AbortSignal): Promise<Cut> {
    const worker = await this.#readerWith(request);
    return await worker.ask("cut", request, signal);
  }

  async element(
    request: Operations["element"]["in"],
    signal?: AbortSignal,
  ): Promise<Operations["element"]["out"]> {
    const worker = await this.#readerWith(request);
    return await worker.ask("element", request, signal);
  }

  /** Starts the other workers, so that they are there when they are needed. */
  warm(): void {
    for (let index = 0; index < this.#count; index++) this.#reader(index);
  }

  close(): void {
    for (const reader of this.#readers) reader?.worker.close();
  }

  /** The worker of a block, which knows the documents of its array. */
  async #readerWith(request: Pick<CutRequest, "path" | "block">): Promise<WorkerClient> {
    const reader = this.#reader(this.readerOf(request));
    await reader.opened;
    if (!reader.attached.has(request.path)) {
      reader.attached.add(request.path);
      const documents = this.#documents.get(request.path);
      // Messages arrive in order: they are there before anything is asked for.
      if (documents !== undefined) reader.worker.ask("attach", { documents }).catch(() => {});
    }
    return reader.worker;
  }

  get #first(): WorkerClient {
    return this.#reader(0).worker;
  }

  #reader(index: number, ready?: WorkerClient): Reader {
    let reader = this.#readers[index];
    if (reader === undefined) {
      const worker = ready ?? new WorkerClient(this.#workerUrl);
      const opened = worker.ask("open", this.source);
      opened.catch(() => {}); // whoever asks for something hears of it
      reader = { worker, opened, attached: new Set() };
      this.#readers[index] = reader;
    }
    return reader;
  }
}
