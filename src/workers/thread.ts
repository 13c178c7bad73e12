/**
 * One thread of this library's worker, wherever the runtime has threads: Node's, Deno's and Bun's `worker_threads`, or a
 * Web Worker.
 *
 * @module
 */
import { tryNodeBuiltin } from "../base/platform.ts";

/** What may be sent besides clones. */
export type Transfer = readonly ArrayBuffer[];

/** A running thread. */
export interface Thread {
  post(message: unknown, transfer?: Transfer): void;
  /** Does the process wait for this thread? It does not at first. */
  hold(isHeld: boolean): void;
  /** Resolves when the thread does nothing any more. */
  terminate(): Promise<void>;
}

/** What a thread tells: its messages, and once that it is gone. */
export interface ThreadEvents {
  onMessage(message: unknown): void;
  onGone(cause: unknown): void;
}

/** The built worker, beside the module that this becomes a part of. */
const WORKER_FILE = "./worker.js";

/** Threads make little garbage that lives; by default it would take up to 48 MiB of each before it is collected. */
const YOUNG_MEGABYTES = 2;

/** Starts a thread; `undefined` where there are none. A thread whose program cannot be loaded is gone soon. */
export function startThread(events: ThreadEvents): Thread | undefined {
  try {
    const node = tryNodeBuiltin("worker_threads");
    return node === undefined ? startWeb(events) : startNode(node, events);
  } catch {
    return undefined; // no threads here, or not for this page
  }
}

function startNode(node: typeof import("node:worker_threads"), events: ThreadEvents): Thread {
  // Flags of the process may name modules to load first, which are none of the worker's business.
  const worker = new node.Worker(new URL(WORKER_FILE, import.meta.url), {
    name: "zarrkit",
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
  let cause: unknown = new Error("A worker thread ended.");
  worker.on("message", (message) => events.onMessage(message));
  worker.on("messageerror", (error) => events.onGone(error));
  worker.on("error", (error) => (cause = error));
  worker.on("exit", () => events.onGone(cause));
  worker.unref(); // a listener holds the process
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    terminate: async () => void (await worker.terminate()),
  };
}

function startWeb(events: ThreadEvents): Thread | undefined {
  if (typeof Worker === "undefined") return undefined;
  // Written as bundlers look for it, so that they make a file of the worker.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "zarrkit" });
  worker.addEventListener("message", ({ data }) => events.onMessage(data));
  const gone = (event: Event): void => {
    event.preventDefault?.();
    events.onGone(event);
  };
  worker.addEventListener("error", gone);
  worker.addEventListener("messageerror", gone);
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    hold: () => {},
    terminate: async () => worker.terminate(),
  };
}
