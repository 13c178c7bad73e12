/**
 * Copies of long runs to and from shared memory.
 *
 * @module
 */
import { nodeProcess } from "../base/platform.ts";

/** Node's `Buffer`, as far as it is needed here. */
interface NodeBuffer {
  from(buffer: ArrayBufferLike, offset: number, length: number): { fill(value: Uint8Array): unknown };
}

let nodeBuffer: NodeBuffer | null | undefined;

/**
 * Copies all of `source` to `target`, of the same length. V8 copies between shared and other memory word by word, as
 * other threads might look on; Node's `Buffer.fill` does it as between any others, a third faster.
 */
export function copySharedRun(source: Uint8Array, target: Uint8Array): void {
  if (nodeBuffer === undefined) nodeBuffer = findBuffer() ?? null;
  if (nodeBuffer === null || source.length !== target.length) target.set(source);
  else nodeBuffer.from(target.buffer, target.byteOffset, target.length).fill(source);
}

/** Bytes of a run from which on that is the faster way. */
export const SHARED_RUN_BYTES: number = 16 * 1024;

/** Does one side at least lie in shared memory, and the other elsewhere? */
export function touchesShared(source: Uint8Array, target: Uint8Array): boolean {
  if (typeof SharedArrayBuffer === "undefined" || source.buffer === target.buffer) return false;
  return source.buffer instanceof SharedArrayBuffer || target.buffer instanceof SharedArrayBuffer;
}

/** Node's own only: others copy well without. */
function findBuffer(): NodeBuffer | undefined {
  const { Buffer, Deno, Bun } = globalThis as { Buffer?: NodeBuffer; Deno?: unknown; Bun?: unknown };
  return nodeProcess() !== undefined && Deno === undefined && Bun === undefined ? Buffer : undefined;
}
