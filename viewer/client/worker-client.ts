/**
 * One worker, asked by promises.
 *
 * @module
 */
import type { ErrorText, OperationName, Operations, WorkerReply, WorkerRequest } from "../protocol.ts";

/** What a worker answers when it fails: the name and code are those of the error there. */
export class RemoteError extends Error {
  readonly code: string | undefined;

  constructor({ name, message, code }: ErrorText) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

interface Waiting {
  resolve(out: unknown): void;
  reject(error: unknown): void;
}

/** A worker of the page. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(url: string) {
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<WorkerReply>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("error" in data) waiting?.reject(new RemoteError(data.error));
      else waiting?.resolve(data.out);
    });
    this.#worker.addEventListener("error", (event) => {
      const error = new Error(`A worker of the page failed: ${event.message || "it could not be loaded"}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Number of requests under way. */
  get load(): number {
    return this.#waiting.size;
  }

  ask<Name extends OperationName>(
    op: Name,
    given: Operations[Name]["in"],
    signal?: AbortSignal,
  ): Promise<Operations[Name]["out"]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const id = ++this.#last;
      const leave = (): void => {
        this.#waiting.delete(id);
        this.#post({ id, op: "abort" });
        reject(signal?.reason as Error);
      };
      const settle = (done: (value: unknown) => void) => (value: unknown) => {
        signal?.removeEventListener("abort", leave);
        done(value);
      };
      // The worker answers an operation with what that operation gives: both sides share its type.
      const take = (out: unknown): void => resolve(out as Operations[Name]["out"]);
      this.#waiting.set(id, { resolve: settle(take), reject: settle(reject) });
      signal?.addEventListener("abort", leave, { once: true });
      this.#post({ id, op, in: given });
    });
  }

  close(): void {
    this.#worker.terminate();
    const error = new DOMException("The worker was ended.", "AbortError");
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #post(message: WorkerRequest): void {
    this.#worker.postMessage(message);
  }
}
