/**
 * A worker of the page: reads and decodes.
 *
 * @module
 */
import { config, isZarrError } from "zarrkit";
import type { ErrorText, OperationName, Operations, WorkerReply, WorkerRequest } from "../protocol.ts";
import { BlockCache } from "./block-cache.ts";
import { cutOf, elementOf, textsOf } from "./cut.ts";
import { Session } from "./session.ts";

/** What a worker has and the types of the DOM do not say. */
interface WorkerScope {
  postMessage(message: WorkerReply, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<WorkerRequest>) => void): void;
}

const BLOCK_BYTES = 160 * 2 ** 20;

// The page starts as many workers as it needs; they start no threads of their own.
config.set({ "threading.max_workers": 0 });

const scope = globalThis as unknown as WorkerScope; // this file runs as a worker
const running = new Map<number, AbortController>();
let session: Promise<Session> | undefined;
let blocks = new BlockCache(BLOCK_BYTES);

type Answers = {
  readonly [Name in OperationName]: (
    given: Operations[Name]["in"],
    signal: AbortSignal,
  ) => Promise<Operations[Name]["out"]>;
};

const answers: Answers = {
  async open(source, signal) {
    blocks = new BlockCache(BLOCK_BYTES);
    session = Session.open(source, signal);
    await session;
    return { root: "" };
  },
  node: async ({ path }, signal) => (await current()).node(path, signal),
  members: async ({ path, from }, signal) => (await current()).members(path, from, signal),
  async attach({ documents }) {
    (await current()).attach(documents);
    return undefined;
  },
  async cut(request, signal) {
    return await cutOf(await (await current()).array(request.path, signal), request, blocks, signal);
  },
  async element(request, signal) {
    return await elementOf(await (await current()).array(request.path, signal), request, blocks, signal);
  },
  async texts({ path, axes, ranges, at }, signal) {
    const array = await (await current()).array(path, signal);
    return { rows: await textsOf(array, axes, ranges, at, signal) };
  },
  coordinates: async ({ path }, signal) => (await current()).coordinates(path, signal),
  chunk: async ({ path, index }, signal) => (await current()).chunk(path, index, signal),
  shard: async ({ path, index }, signal) => (await current()).shard(path, index, signal),
};

scope.addEventListener("message", ({ data }) => {
  if (data.op === "abort") {
    running.get(data.id)?.abort(new DOMException("It is no longer wanted.", "AbortError"));
    return;
  }
  void answer(data.id, data.op, data.in);
});

async function answer(id: number, op: OperationName, given: unknown): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    // The page sends what the operation takes: both sides share its type.
    const run = answers[op] as (given: unknown, signal: AbortSignal) => Promise<unknown>;
    const out = await run(given, controller.signal);
    scope.postMessage({ id, out }, transferable(out));
  } catch (error) {
    scope.postMessage({ id, error: errorText(error) }, []);
  } finally {
    running.delete(id);
  }
}

function current(): Promise<Session> {
  return session ?? Promise.reject(new TypeError("Nothing is open."));
}

function transferable(out: unknown): Transferable[] {
  if (typeof out !== "object" || out === null) return [];
  return Object.values(out).flatMap((value: unknown) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
}

function errorText(error: unknown): ErrorText {
  if (!(error instanceof Error || error instanceof DOMException))
    return { name: "Error", message: String(error), code: undefined };
  return { name: error.name, message: error.message, code: isZarrError(error) ? error.code : undefined };
}
