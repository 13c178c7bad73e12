/**
 * zstd values. Decoded by our own kernel, long values by the runtime where it has zstd (Node 22.15 and later, Deno, Bun); encoded
 * by the runtime, else by the WebAssembly build of libzstd, which is loaded on first use.
 *
 * @see docs/decisions/0002-zstd.md
 * @module
 */
import type { Awaitable } from "../base/async.ts";
import { ChecksumError, CodecError } from "../base/errors.ts";
import { tryNodeBuiltin } from "../base/platform.ts";
import { OutputBuffer, outputTooLong } from "../kernels/output-buffer.ts";
import { xxHash64Low } from "../kernels/xxhash64.ts";
import { wasmZstdDecode } from "../kernels/wasm-steps.ts";
import { decodeZstdFrame } from "../kernels/zstd-decode.ts";
import { withZstdChecksum, zstdFrames, type ZstdFrame } from "../kernels/zstd-frame.ts";

/** Encodes at a level from -131072 to 22 (0 is 3), with a content checksum or without. */
export type ZstdEncoder = (bytes: Uint8Array, level: number, checksum: boolean) => Uint8Array;

/** What Node's zlib has from 22.15 on; the types at hand are those of Node 20. */
interface ZstdRuntime {
  zstdCompressSync(bytes: Uint8Array, options: ZstdOptions): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array, options: ZstdOptions): Uint8Array;
  readonly constants: Readonly<Record<string, number>>;
}
interface ZstdOptions {
  readonly params?: Record<number, number>;
  readonly pledgedSrcSize?: number;
  readonly maxOutputLength?: number;
  readonly chunkSize?: number;
}

/** The runtime keeps a window in memory besides the output; beyond this our own decoder, which has none, takes over. */
const MAX_RUNTIME_WINDOW = 8 << 20;
const MAX_RUNTIME_OUTPUT = 0xffffffff;
/** The runtime must not refuse what `fitsRuntime` has let through. */
const MAX_WINDOW_LOG = 31;
/** Below this, the runtime's decoder costs more time or memory than it saves (docs/decisions/0011-zstd-kernel.md). */
const MIN_RUNTIME_CONTENT = 16 << 20;
/** Below this, starting the runtime's decoder costs more than the plain twin. */
const MIN_RUNTIME_INPUT = 64;

/** Upper bound of an encoded size, of any encoder. */
export function zstdMaxEncodedSize(size: number): number {
  return size + Math.ceil(size / 128) + 1024;
}

/**
 * Decodes all frames of a value; skippable frames are left out.
 *
 * @param max The most bytes there may be.
 * @param transient May the result lie in the memory of the kernels? Default: no.
 * @throws CodecError when a frame is damaged, lies about its size, or there are more bytes than `max`.
 * @throws ChecksumError when a content checksum does not match.
 */
export function zstdDecode(bytes: Uint8Array, max: number, transient = false): Uint8Array {
  const frames = zstdFrames(bytes);
  checkClaims(frames, max);
  const most = mostContent(frames, max);
  const runtime = zstdRuntime();
  if (runtime === undefined || most < MIN_RUNTIME_CONTENT) {
    const decoded = wasmZstdDecode(bytes, most, transient);
    if (decoded !== undefined) return decoded;
  }
  const [only] = frames;
  if (frames.length === 1 && runtime !== undefined && fitsRuntime(only!, max)) {
    return decodeFrameByRuntime(runtime, bytes, only!, max);
  }
  const output = new OutputBuffer(max, most);
  for (const frame of frames) {
    if (runtime !== undefined && fitsRuntime(frame, max - output.length)) {
      output.append(decodeFrameByRuntime(runtime, bytes, frame, max - output.length));
    } else {
      decodeFramePlainly(bytes, frame, output);
    }
  }
  return output.take();
}

/** Decodes without the runtime's zstd, into a buffer that bounds it. */
export function zstdDecodePlainly(bytes: Uint8Array, output: OutputBuffer): void {
  const frames = zstdFrames(bytes);
  checkClaims(frames, output.max - output.length);
  for (const frame of frames) decodeFramePlainly(bytes, frame, output);
}

/** An encoder: at once where the runtime has one, else when the library has been loaded. */
export function zstdEncoder(): Awaitable<ZstdEncoder> {
  const runtime = zstdRuntime();
  if (runtime === undefined) return loaded ?? loadZstdEncoder();
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = runtime.constants;
  return (bytes, level, checksum) =>
    plainBytes(
      runtime.zstdCompressSync(bytes, {
        // Both constants are there wherever the function is.
        params: { [ZSTD_c_compressionLevel!]: level, [ZSTD_c_checksumFlag!]: checksum ? 1 : 0 },
        // Readers that decode in one step need the size in the header.
        pledgedSrcSize: bytes.length,
      }),
    );
}

let loaded: ZstdEncoder | undefined;

/** The encoder of the WebAssembly library. */
export async function loadZstdEncoder(): Promise<ZstdEncoder> {
  const { Zstd } = await import("@hpcc-js/wasm-zstd");
  const library = await Zstd.load();
  loaded = (bytes, level, checksum) => {
    const frame = library.compress(bytes, level);
    // The library logs its failures and returns what is in memory.
    if (zstdFrames(frame)[0]?.contentSize !== bytes.length) throw new CodecError("The zstd encoder failed.");
    return checksum ? withZstdChecksum(frame, xxHash64Low(bytes)) : frame;
  };
  return loaded;
}

function zstdRuntime(): ZstdRuntime | undefined {
  const zlib: unknown = tryNodeBuiltin("zlib");
  return hasZstd(zlib) ? zlib : undefined;
}

function hasZstd(zlib: unknown): zlib is ZstdRuntime {
  return (
    typeof zlib === "object" && zlib !== null && "zstdDecompressSync" in zlib && "zstdCompressSync" in zlib
  );
}

/** The most that frames can hold, by what they say; at most `max`. */
function mostContent(frames: readonly ZstdFrame[], max: number): number {
  let expected = 0;
  for (const frame of frames) expected += frame.contentSize ?? frame.contentBound;
  return Math.min(expected, max);
}

function checkClaims(frames: readonly ZstdFrame[], max: number): void {
  let claimed = 0;
  for (const { contentSize, contentBound } of frames) {
    if (contentSize !== undefined && contentSize > contentBound) {
      throw new CodecError(
        `A zstd frame says ${contentSize} bytes, and its blocks hold ${contentBound} at most.`,
        {
          expected: contentSize,
          actual: contentBound,
        },
      );
    }
    claimed += contentSize ?? 0;
  }
  if (claimed > max) throw outputTooLong(max);
}

function fitsRuntime(frame: ZstdFrame, max: number): boolean {
  return (
    frame.windowSize <= Math.max(MAX_RUNTIME_WINDOW, max) &&
    max > 0 &&
    max < MAX_RUNTIME_OUTPUT &&
    frame.end - frame.start >= MIN_RUNTIME_INPUT
  );
}

function decodeFrameByRuntime(
  runtime: ZstdRuntime,
  bytes: Uint8Array,
  frame: ZstdFrame,
  max: number,
): Uint8Array {
  const expected = Math.min(max, frame.contentSize ?? frame.contentBound);
  let decoded: Uint8Array;
  try {
    decoded = runtime.zstdDecompressSync(bytes.subarray(frame.start, frame.end), {
      maxOutputLength: Math.max(1, expected),
      chunkSize: Math.max(64, expected + 1),
      params: { [runtime.constants["ZSTD_d_windowLogMax"]!]: MAX_WINDOW_LOG },
    });
  } catch (error) {
    throw explainRuntime(error, max);
  }
  if (frame.contentSize !== undefined && decoded.length !== frame.contentSize) {
    throw new CodecError("A zstd frame holds other than the number of bytes it says.", {
      expected: frame.contentSize,
      actual: decoded.length,
    });
  }
  return plainBytes(decoded);
}

function explainRuntime(error: unknown, max: number): CodecError {
  // The runtimes' errors have a message, and Node's a code.
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === "ERR_BUFFER_TOO_LARGE") return outputTooLong(max);
  if (message?.includes("checksum")) {
    return new ChecksumError("The checksum of a zstd frame is not the one that is stored.", { cause: error });
  }
  return new CodecError(`The zstd value is damaged: ${message}.`, { cause: error });
}

function decodeFramePlainly(bytes: Uint8Array, frame: ZstdFrame, output: OutputBuffer): void {
  const start = output.length;
  decodeZstdFrame(bytes, frame, output);
  if (!frame.hasChecksum) return;
  const stored = new DataView(bytes.buffer, bytes.byteOffset + frame.end - 4, 4).getUint32(0, true);
  const computed = xxHash64Low(output.bytes.subarray(start, output.length));
  if (stored === computed) return;
  throw new ChecksumError("The checksum of a zstd frame is not the one that is stored.", {
    expected: `0x${stored.toString(16).padStart(8, "0")}`,
    actual: `0x${computed.toString(16).padStart(8, "0")}`,
  });
}

/** Not a `Buffer`, and not a view of Node's shared pool. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length < 8192 || bytes.length * 2 < bytes.buffer.byteLength
    ? new Uint8Array(bytes)
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
