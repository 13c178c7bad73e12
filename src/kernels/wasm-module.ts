/**
 * The compiled kernels (assembly/): what they export, and how they are instantiated over a memory.
 *
 * @module
 */
import { WASM_BASE64 } from "./wasm-binary.ts";

/** Addresses and sizes are bytes in the memory of the kernels. */
export interface KernelExports {
  /** Distances from the start of a thread's part, and sizes, of what outlives a call. */
  readonly PLAN: WebAssembly.Global;
  readonly SLACK: WebAssembly.Global;
  readonly STAGING: WebAssembly.Global;
  readonly STAGING_BYTES: WebAssembly.Global;
  readonly WORK_BYTES: WebAssembly.Global;
  /** Bytes that `encodeBlocks` needs besides two blocks and its target. */
  readonly ENCODER_BYTES: WebAssembly.Global;
  useWork(at: number): void;
  copyBox(rank: number, source: number, target: number, size: number): void;
  isFilled(at: number, length: number, element: number, size: number): number;
  swapBytes(source: number, length: number, size: number, target: number): void;
  crc32c(source: number, length: number, value: number): number;
  adler32(source: number, length: number): number;
  decodeZstd(source: number, length: number, target: number, room: number): number;
  inflate(source: number, length: number, target: number, room: number): number;
  inflateTaken(): number;
  encodeLz4(
    source: number,
    length: number,
    target: number,
    room: number,
    acceleration: number,
    heads: number,
  ): number;
  shuffle(source: number, length: number, itemSize: number, target: number): void;
  bitshuffle(source: number, length: number, itemSize: number, target: number, scratch: number): void;
  encodeBlocks(
    source: number,
    nbytes: number,
    target: number,
    first: number,
    size: number,
    blocksize: number,
    itemSize: number,
    split: number,
    compressor: number,
    effort: number,
    filter: number,
    scratch: number,
  ): number;
  decodeLz4(source: number, length: number, target: number, size: number): number;
  scatterPlanes(
    source: number,
    count: number,
    itemSize: number,
    row: number,
    rank: number,
    target: number,
  ): void;
  undoShuffle(source: number, length: number, itemSize: number, target: number): void;
  decodeBlocks(
    source: number,
    cbytes: number,
    starts: number,
    first: number,
    end: number,
    nbytes: number,
    blocksize: number,
    itemSize: number,
    streams: number,
    format: number,
    filter: number,
    scratch: number,
    target: number,
  ): number;
}

/** Bytes of a page of memory. */
export const WASM_PAGE = 65536;

/** A limit of 2^16 pages follows; the flag says whether the memory is shared. */
const MEMORY_NAME = "memory";
const MEMORY_KIND = 2;
const SHARED_WITH_MAXIMUM = 3;
const MAXIMUM = 1;

// Compiled at first use and kept: a cache of code, not of data.
let bytes: Uint8Array<ArrayBuffer> | undefined;
const modules: { shared?: WebAssembly.Module; unshared?: WebAssembly.Module } = {};

/**
 * The kernels over a memory, which must have a maximum.
 *
 * @throws Error where the runtime has no WebAssembly or no SIMD, or a page forbids compiling.
 */
export function instantiateKernels(memory: WebAssembly.Memory, shared: boolean): KernelExports {
  const kind = shared ? "shared" : "unshared";
  const module = (modules[kind] ??= new WebAssembly.Module(binaryFor(shared)));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as KernelExports; // compiled from assembly/kernels.ts, which exports these
}

/** The module imports a shared memory; one byte of its import makes that one that is not. */
function binaryFor(shared: boolean): Uint8Array<ArrayBuffer> {
  bytes ??= Uint8Array.from(atob(WASM_BASE64), (letter) => letter.charCodeAt(0));
  if (shared) return bytes;
  const copy = bytes.slice();
  const name = Array.from(MEMORY_NAME, (letter) => letter.charCodeAt(0));
  const pattern = [...name, MEMORY_KIND, SHARED_WITH_MAXIMUM];
  const at = copy.findIndex((_, start) => pattern.every((byte, i) => copy[start + i] === byte));
  copy[at + pattern.length - 1] = MAXIMUM;
  return copy;
}
