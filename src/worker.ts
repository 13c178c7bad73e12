/**
 * The program of this library's threads; `workers/thread.ts` starts it. Not for import.
 *
 * @module
 */
import { workOnChunk, workOnDecode, workOnRead, workOnWrite } from "./array/thread-work.ts";
import type { DecodeAnswer, DecodeTask, ChunkTask, ReadJob, WriteJob } from "./array/thread-job.ts";
import { tryNodeBuiltin } from "./base/platform.ts";
import { adoptKernelMemory } from "./kernels/memory.ts";
import { alwaysActAtOnce } from "./storage/turn-budget.ts";
import type { Numbered, Welcome } from "./workers/pool.ts";

type Message = Welcome | ReadJob | WriteJob | ((DecodeTask | ChunkTask) & Numbered);
type Post = (message: object, transfer?: readonly ArrayBuffer[]) => void;

let memory: WebAssembly.Memory | undefined;

async function receive(message: Message, post: Post): Promise<void> {
  switch (message.kind) {
    case "welcome":
      alwaysActAtOnce();
      if (message.shared !== undefined) {
        const { base, limit } = message.shared;
        ({ memory } = message.shared);
        // Where that fails, kernels have a memory of their own and results are copied once more.
        adoptKernelMemory(memory, base, limit);
      }
      post({ kind: "ready" });
      return;
    case "read":
    case "write":
      try {
        // The welcome came first.
        if (message.kind === "read") await workOnRead(message, memory!, post);
        else await workOnWrite(message, memory!, post);
      } catch {
        // Whatever is not done is done by the calling thread.
      }
      post({ kind: "left" });
      return;
    case "decode":
    case "chunk": {
      const { task } = message;
      const working = message.kind === "decode" ? workOnDecode(message) : workOnChunk(message);
      const part = await working.catch(() => undefined); // the calling thread will see why
      post({ kind: "answer", task, part } satisfies DecodeAnswer, part === undefined ? [] : [part.buffer]);
      return;
    }
    default:
      return message satisfies never;
  }
}

const node = tryNodeBuiltin("worker_threads");
if (node?.parentPort) {
  const port = node.parentPort;
  port.on("message", (message: Message) => {
    void receive(message, (answer, transfer) => port.postMessage(answer, transfer));
  });
} else {
  addEventListener("message", (event: MessageEvent<Message>) => {
    // In a worker `postMessage` takes a list of what is transferred.
    const post = postMessage as unknown as (answer: object, transfer: ArrayBuffer[]) => void;
    void receive(event.data, (answer, transfer = []) => post(answer, [...transfer]));
  });
}
