/**
 * Blosc blocks of LZ4, decoded in WebAssembly with SIMD where the runtime has it.
 *
 * @module
 */
import type { BloscHeader } from "./blosc-header.ts";
import { BLOSC_HEADER_BYTES } from "./blosc-header.ts";
import { WASM_BASE64 } from "./wasm-binary.ts";

/** The kernels write up to this many bytes past the end of a buffer. */
const SLACK = 64;
const PAGE = 65536;
/** Containers that would need more memory than this are left to the plain twin: what is taken is never given back. */
const MAX_MEMORY = 64 * 2 ** 20;

interface BloscKernels {
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
    shuffled: number,
    scratch: number,
    target: number,
  ): number;
}

// Compiled at first use and kept: a cache of code, not of data. `null`: this runtime cannot.
let loaded: { readonly memory: WebAssembly.Memory; readonly kernels: BloscKernels } | null | undefined;

/** Can the kernels decode blocks of this container? Others are left to the plain twin. */
export function wasmDecodes(header: BloscHeader, contentBytes: number): boolean {
  if (header.format !== "lz4" || header.shuffle === "bitshuffle" || header.memcpyed) return false;
  return footprint(header, contentBytes) <= MAX_MEMORY && load() !== null;
}

/**
 * Decodes the blocks `first` up to, not including, `end`, `contentBytes` in all; what is wrong when the container
 * is damaged. Positions of blocks are checked by the kernel, against the container.
 */
export function wasmDecodeBlocks(
  bytes: Uint8Array,
  header: BloscHeader,
  first: number,
  end: number,
  contentBytes: number,
): Uint8Array | string {
  const { memory, kernels } = load()!; // the caller has asked `wasmDecodes`
  const { cbytes, blocksize, typesize } = header;
  const scratch = align(cbytes + SLACK);
  const target = scratch + align(blocksize + SLACK);
  const missing = footprint(header, contentBytes) - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const heap = new Uint8Array(memory.buffer);
  heap.set(bytes.subarray(0, cbytes), 0);
  const shuffled = header.shuffle === "shuffle" && typesize > 1;
  const failed = kernels.decodeBlocks(
    0,
    cbytes,
    BLOSC_HEADER_BYTES,
    first,
    end,
    header.nbytes,
    blocksize,
    typesize,
    header.split ? typesize : 1,
    shuffled ? 1 : 0,
    scratch,
    target,
  );
  if (failed === 0) return heap.slice(target, target + contentBytes);
  return failed === 2 ? "blocks overlap" : "a block cannot be decoded";
}

function footprint(header: BloscHeader, contentBytes: number): number {
  return align(header.cbytes + SLACK) + align(header.blocksize + SLACK) + align(contentBytes + SLACK);
}

function align(size: number): number {
  return (size + 15) & ~15;
}

function load(): NonNullable<typeof loaded> | null {
  if (loaded !== undefined) return loaded;
  try {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_MEMORY / PAGE });
    const module = new WebAssembly.Module(
      Uint8Array.from(atob(WASM_BASE64), (letter) => letter.charCodeAt(0)),
    );
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    // The module is compiled from assembly/kernels.ts, which exports this.
    loaded = { memory, kernels: exports as unknown as BloscKernels };
  } catch {
    loaded = null; // no WebAssembly, no SIMD, or a page that forbids compiling
  }
  return loaded;
}
