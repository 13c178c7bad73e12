/**
 * The memory of the WebAssembly kernels: one a thread, which holds what they read, what they write and what they need
 * in between. A stored value that is read into it (`inputRoom`) and a step whose result stays in it are copied nowhere.
 *
 * From its start: what outlives a call, then a stack of buffers that calls take, and at its end the room for input.
 *
 * @module
 */
import { instantiateKernels, WASM_PAGE, type KernelExports } from "./wasm-module.ts";

/** A memory of one's own begins with this, and is at most that. */
const FIRST_MEMORY = 4 * 2 ** 20;
const MAX_MEMORY = 512 * 2 ** 20;
const ALIGNMENT = 16;
/** Four words for each of 64 axes. */
const PLAN_WORDS = 256;

/** This thread's kernels. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  /** All of the memory. */
  readonly heap: Uint8Array;
  readonly exports: KernelExports;
  readonly slack: number;
  /** Start of what outlives a call. */
  readonly base: number;
  /** Axes of a strided copy. */
  readonly plan: Int32Array;
  /** Where bytes that lie elsewhere pass through, a piece of at most `stagingBytes` at a time. */
  readonly staging: number;
  readonly stagingBytes: number;
  /** Start of the stack. */
  readonly stack: number;
  /** End of what calls may use. */
  limit: number;
  /** Is it replaced by a larger one on demand? */
  readonly replaceable: boolean;
  /** Ends of the buffers on the stack. */
  readonly ends: number[];
  /** Start of the room for input, which ends at `limit`. */
  roomStart: number;
}

// One a thread, made at first use. `null`: this runtime cannot.
let current: KernelMemory | null | undefined;

/** A call of kernels under way: its input and its room are in the memory. */
export interface KernelCall {
  readonly exports: KernelExports;
  /** All of the memory. */
  readonly heap: Uint8Array;
  /** Address of the input. */
  readonly source: number;
  /** Address of the room that was asked for. */
  readonly room: number;
}

/**
 * Lets the kernels of this thread use `[base, limit)` of a shared memory, for good. To be called before anything else
 * here; typed arrays over `memory.buffer` are then in the kernels' memory wherever they lie in it.
 *
 * @param memory Shared, of a fixed size.
 * @returns False where that cannot be: the kernels are in use already, the range is too small, or the runtime has
 * no kernels. Nothing has changed then.
 */
export function adoptKernelMemory(memory: WebAssembly.Memory, base: number, limit: number): boolean {
  if (current !== undefined || limit > memory.buffer.byteLength) return false;
  try {
    const adopted = makeMemory(memory, true, base, limit, false);
    if (adopted.stack >= limit) return false;
    current = adopted;
    return true;
  } catch {
    return false; // no WebAssembly, no SIMD, no threads, or a page that forbids compiling
  }
}

/**
 * A place in the kernels' memory for a stored value that is about to be decoded.
 *
 * @param length Bytes wanted.
 * @returns A view, valid until the next call of this function; that call also ends results that were left in the
 * memory. `undefined` where there are no kernels, or no room for it.
 */
export function inputRoom(length: number): Uint8Array | undefined {
  let memory = kernelMemory();
  if (memory === undefined) return undefined;
  const size = padded(memory, length);
  // Half of the memory at most, so that there is place to decode to.
  if (memory.stack + 2 * size > memory.limit) {
    memory = replaced(memory, 2 * size);
    if (memory === undefined) return undefined;
  }
  memory.ends.length = 0;
  memory.roomStart = memory.limit - size;
  return memory.heap.subarray(memory.roomStart, memory.roomStart + length);
}

/**
 * Takes memory from the kernels for good, in which they can put what they make.
 *
 * @returns `undefined` where they have no memory that stays (see `adoptKernelMemory`), or not as much to spare.
 */
export function reserveRoom(length: number): Uint8Array | undefined {
  const memory = kernelMemory();
  if (memory === undefined || memory.replaceable) return undefined;
  const start = memory.limit - padded(memory, length);
  // Most of it stays what it was.
  if (start < (memory.stack + memory.limit) / 2) return undefined;
  memory.ends.length = 0;
  memory.limit = memory.roomStart = start;
  return memory.heap.subarray(start, start + length);
}

/** As `inputRoom`; memory of its own where there is none. */
export function transientRoom(length: number): Uint8Array {
  return inputRoom(length) ?? new Uint8Array(length);
}

/** Where in the kernels' memory bytes lie; -1 when they lie elsewhere. */
export function addressOf(bytes: Uint8Array): number {
  return current && bytes.buffer === current.buffer ? bytes.byteOffset : -1;
}

/**
 * Begins a call: copies the input into the memory unless it is there, and takes room for results and whatever else the
 * call needs, behind which kernels may write their slack. The room, and the input where it was copied, are valid until
 * the next call whose input is not among them.
 *
 * @returns `undefined` where there are no kernels, or no room: the plain twin has to do it.
 */
export function openCall(input: Uint8Array, room: number): KernelCall | undefined {
  let memory = kernelMemory();
  if (memory === undefined) return undefined;
  let source = isInMemory(memory, input) ? input.byteOffset : -1;
  let start = source < 0 ? memory.stack : dropAbove(memory, source);
  const needed = (source < 0 ? padded(memory, input.length) : 0) + padded(memory, room);
  if (start + needed > memory.roomStart) {
    memory = replaced(memory, padded(memory, input.length) + padded(memory, room));
    if (memory === undefined) return undefined;
    start = memory.stack;
    source = -1;
  }
  if (source < 0) {
    source = start;
    memory.heap.set(input, source);
    memory.ends.length = 0;
    start += padded(memory, input.length);
    memory.ends.push(start);
  }
  memory.ends.push(start + padded(memory, room));
  return { exports: memory.exports, heap: memory.heap, source, room: start };
}

/**
 * A transient buffer that does not overwrite `input`, for a step that writes it in TypeScript; `undefined` where there
 * are no kernels, or no room.
 */
export function roomAfter(input: Uint8Array, length: number): Uint8Array | undefined {
  const call = openCall(input, length);
  return call?.heap.subarray(call.room, call.room + length);
}

/** What a call has made: a view where the result may be transient, else a copy. */
export function resultOf(call: KernelCall, address: number, length: number, transient: boolean): Uint8Array {
  return transient
    ? call.heap.subarray(address, address + length)
    : new Uint8Array(call.heap.subarray(address, address + length));
}

/** An address with room for some bytes until the next call; -1 where there is no room. Nothing that is in use is touched. */
export function scratchRoom(memory: KernelMemory, size: number): number {
  const at = memory.ends.at(-1) ?? memory.stack;
  return at + padded(memory, size) > memory.roomStart ? -1 : at;
}

/** The kernels and their memory, for calls that need no room. `undefined`: this runtime has none. */
export function kernelMemory(): KernelMemory | undefined {
  if (current === undefined) current = ownMemory(FIRST_MEMORY) ?? null;
  return current ?? undefined;
}

function ownMemory(size: number): KernelMemory | undefined {
  try {
    const pages = Math.ceil(size / WASM_PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    return makeMemory(memory, false, 0, pages * WASM_PAGE, true);
  } catch {
    return undefined; // no WebAssembly, no SIMD, a page that forbids compiling, or not as much memory
  }
}

function makeMemory(
  memory: WebAssembly.Memory,
  shared: boolean,
  base: number,
  limit: number,
  replaceable: boolean,
): KernelMemory {
  const exports = instantiateKernels(memory, shared);
  const start = Math.ceil(base / ALIGNMENT) * ALIGNMENT;
  const end = Math.floor(limit / ALIGNMENT) * ALIGNMENT;
  // Globals of the module are 32-bit integers.
  const stack = start + Math.ceil((exports.WORK_BYTES.value as number) / ALIGNMENT) * ALIGNMENT;
  if (stack < end) exports.useWork(start);
  return {
    buffer: memory.buffer,
    heap: new Uint8Array(memory.buffer),
    exports,
    slack: exports.SLACK.value as number,
    base: start,
    plan: new Int32Array(memory.buffer, start + (exports.PLAN.value as number), PLAN_WORDS),
    staging: start + (exports.STAGING.value as number),
    stagingBytes: exports.STAGING_BYTES.value as number,
    stack,
    limit: end,
    replaceable,
    ends: [],
    roomStart: end,
  };
}

/**
 * A larger memory in the place of this thread's. Growing would detach every view of it; this way, views of the old one
 * stay as they are until nobody has them any more.
 */
function replaced(memory: KernelMemory, needed: number): KernelMemory | undefined {
  if (!memory.replaceable) return undefined;
  const enough = memory.stack + needed;
  if (enough > MAX_MEMORY) return undefined;
  let size = memory.limit;
  while (size < enough) size *= 2;
  const larger = ownMemory(Math.min(size, MAX_MEMORY));
  if (larger !== undefined) current = larger;
  return larger;
}

/** May kernels read bytes where they are? They read a little further, which must not be past the end of the memory. */
export function isInMemory(memory: KernelMemory, bytes: Uint8Array): boolean {
  if (bytes.buffer !== memory.buffer) return false;
  return bytes.byteOffset + bytes.length + memory.slack <= memory.heap.length;
}

/** Gives back the buffers of the stack above the one that holds an address, all where none does; where the next begins. */
function dropAbove(memory: KernelMemory, address: number): number {
  const { ends, stack } = memory;
  const top = ends.at(-1) ?? stack;
  if (address < stack || address >= top) ends.length = 0;
  else while (ends.length > 1 && address < ends.at(-2)!) ends.pop();
  return ends.at(-1) ?? stack;
}

function padded(memory: KernelMemory, size: number): number {
  return Math.ceil((size + memory.slack) / ALIGNMENT) * ALIGNMENT;
}
