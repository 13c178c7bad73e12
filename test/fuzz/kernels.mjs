// Damages what the kernels decode, and compares what they make of it with their plain twins: the same, or both refuse.
// They run in a part of a shared memory; nothing may change outside their own buffers.
//   node test/fuzz/kernels.mjs [seconds] [seed]
// Ends with the line: N passed, N failed, N skipped
import { deflateRawSync } from "node:zlib";
import { importSources } from "../../scripts/bundle-sources.mjs";

const [
  {
    memory,
    bloscDecode,
    bloscEncode,
    bloscHeader,
    steps,
    lz4,
    inflaters,
    outputs,
    zstdValue,
    zstd,
    shuffles,
    bitshuffles,
    crc,
    adler,
    copy,
    order,
  },
] = await importSources({
  memory: "kernels/memory",
  bloscDecode: "kernels/blosc-decode",
  bloscEncode: "kernels/blosc-encode",
  bloscHeader: "kernels/blosc-header",
  steps: "kernels/wasm-steps",
  lz4: "kernels/lz4",
  inflaters: "kernels/inflate",
  outputs: "kernels/output-buffer",
  zstdValue: "kernels/zstd-value",
  zstd: "codecs/zstd-stream",
  shuffles: "kernels/shuffle",
  bitshuffles: "kernels/bitshuffle",
  crc: "kernels/crc32c",
  adler: "kernels/adler32",
  copy: "kernels/block-copy",
  order: "kernels/byte-order",
});

const seconds = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
console.log(`fuzzing the kernels for ${seconds} s with seed ${seed}`);
const GUARD = 0xa5;
const SLOWEST = 5000;
const MOST = 60_000;

let state = seed | 1;
function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}
const pick = (list) => list[random(list.length)];

// Outside [BASE, LIMIT) nothing may change; within, nothing above the buffers that a call has taken.
const PAGE = 65536;
const [BASE, LIMIT, END] = [16 * PAGE, 80 * PAGE, 96 * PAGE];
const shared = new WebAssembly.Memory({ initial: END / PAGE, maximum: END / PAGE, shared: true });
const heap = new Uint8Array(shared.buffer).fill(GUARD);
if (!memory.adoptKernelMemory(shared, BASE, LIMIT)) throw new Error("this runtime has no kernels");
const own = memory.kernelMemory();
const library = await zstd.loadZstdEncoder();

function sample() {
  const bytes = new Uint8Array(random(4) === 0 ? random(200) : random(MOST));
  const kind = random(6);
  const period = 1 + random(60);
  const noise = pick([0, 1, 7, 255]);
  let run = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (kind === 0) bytes[i] = random(256);
    else if (kind === 1) bytes[i] = period;
    else if (kind === 2) bytes[i] = (i % period) * 5 + (random(256) & noise);
    else if (kind === 3) bytes[i] = i % 4 === 0 ? random(256) & noise : i >> 9;
    else if (kind === 4) {
      if (run-- <= 0) run = random(300);
      bytes[i] = run > 20 && i > period ? bytes[i - period] : random(20);
    } else bytes[i] = "the quick brown fox jumps over ".charCodeAt(random(3) === 0 ? random(31) : i % 31);
  }
  return bytes;
}

/** Some bytes changed, the end cut off, pieces repeated, moved, or filled. */
function damaged(bytes, first = 0) {
  const copied = bytes.slice();
  const span = copied.length - first;
  if (span <= 0) return copied;
  for (let times = random(6); times > 0; times--) {
    const at = first + random(span);
    const length = Math.min(1 + random(random(4) === 0 ? 400 : 8), copied.length - at);
    switch (random(6)) {
      case 0:
        copied[at] = random(256);
        break;
      case 1:
        copied[at] ^= 1 << random(8);
        break;
      case 2:
        copied.fill(pick([0, 255, 15, 240, 128]), at, at + length);
        break;
      case 3:
        copied.copyWithin(at, first + random(span), first + random(span));
        break;
      case 4:
        for (let i = 0; i < length; i++) copied[at + i] = random(256);
        break;
      default: // near the start, where headers are
        copied[first + random(Math.min(span, 24))] = random(256);
    }
  }
  return copied;
}

/** What a twin makes of it; `undefined` where it refuses. */
function plainly(work) {
  try {
    return work();
  } catch (error) {
    if (typeof error?.code === "string") return undefined;
    throw error;
  }
}

class Difference extends Error {}

function expectSame(kernel, twin, what) {
  if (kernel === undefined && twin === undefined) return;
  if (kernel === undefined || twin === undefined)
    throw new Difference(`${what}: ${kernel === undefined ? "only the twin" : "only the kernel"} takes it`);
  if (Buffer.compare(kernel, twin) !== 0) throw new Difference(`${what}: the results differ`);
}

const GUARDS = Buffer.alloc(END, GUARD);

function isUntouched(start, end) {
  return Buffer.compare(heap.subarray(start, end), GUARDS.subarray(start, end)) === 0;
}

// Where the buffers of the last call ended, and where the room began.
let used = LIMIT;
let lastRoom = 0;

/** Runs a kernel over a value in a room, with guards behind what it may use. */
function guarded(bytes, what, run) {
  const room = memory.inputRoom(bytes.length);
  room.set(bytes);
  heap.fill(GUARD, own.stack, Math.min(used, own.roomStart));
  heap.fill(GUARD, Math.min(own.roomStart, lastRoom), own.roomStart);
  lastRoom = own.roomStart;
  const start = performance.now();
  const result = run(random(4) === 0 ? bytes : room);
  if (performance.now() - start > SLOWEST) throw new Difference(`${what}: it takes too long`);
  const top = own.ends.at(-1) ?? own.stack;
  used = top;
  if (!isUntouched(top, own.roomStart)) throw new Difference(`${what}: it wrote behind its buffers`);
  if (Buffer.compare(room, bytes) !== 0) throw new Difference(`${what}: it changed its input`);
  return result;
}

const NONE = {
  zlib() {
    throw Object.assign(new Error("a format that the kernels leave to others"), { code: "zlib" });
  },
  zstd(source, target) {
    const content = zstdValue.decodeZstdValue(source, target.length);
    if (content.length !== target.length) throw Object.assign(new Error("short"), { code: "short" });
    target.set(content);
  },
};
const ENCODERS = {
  ...NONE,
  zstd: (source, level) => library(source, level, random(2) === 0),
};

function bloscOptions() {
  return {
    compressor: pick(["lz4", "lz4hc", "blosclz", "zstd"]),
    level: 1 + random(9),
    shuffle: pick(["noshuffle", "shuffle", "bitshuffle"]),
    typesize: pick([1, 2, 3, 4, 5, 8, 12, 16, 17, 100, 255]),
    blocksize: pick([0, 0, 0, 128, 1000, 4096, 20_000]),
  };
}

const TESTS = {
  blosc() {
    const how = bloscOptions();
    const bytes = damaged(bloscEncode.bloscEncodePlainly(sample(), how, ENCODERS), pick([0, 16, 16, 16]));
    const header = plainly(() => bloscHeader.readBloscHeader(bytes, bytes.length));
    if (header === undefined || header.memcpyed || header.nbytes > 1 << 20) return;
    const first = random(3) === 0 ? random(header.blockCount + 1) : 0;
    const kernel = guarded(bytes, "blosc", (input) =>
      plainly(() => {
        const last = header.blockCount;
        return bloscDecode.decodeBloscBlocks(input, header, first, last, NONE, true).slice();
      }),
    );
    const last = header.blockCount;
    expectSame(
      kernel,
      plainly(() => bloscDecode.decodeBlocksPlainly(bytes, header, first, last, NONE)),
      "blosc",
    );
  },
  zstd() {
    const parts = [];
    for (let times = 1 + (random(5) === 0 ? random(3) : 0); times > 0; times--)
      parts.push(library(sample(), random(18) - 4, random(2) === 0));
    let bytes = damaged(new Uint8Array(Buffer.concat(parts)));
    if (random(4) === 0) bytes = bytes.subarray(0, random(bytes.length + 1));
    const most = pick([0, 100, MOST, 200_000]);
    const kernel = guarded(bytes, "zstd", (input) => steps.wasmZstdDecode(input, most, true)?.slice());
    expectSame(
      kernel,
      plainly(() => zstdValue.decodeZstdValue(bytes, most)),
      "zstd",
    );
  },
  lz4() {
    const content = sample();
    const most = lz4.lz4MaxEncodedSize(content.length);
    const target = new Uint8Array(most);
    const end = new lz4.Lz4Encoder(1 + random(30)).encode(content, 0, content.length, target, 0, most);
    const bytes = damaged(target.subarray(0, end));
    const size = random(3) === 0 ? random(MOST) : content.length;
    const kernel = guarded(bytes, "lz4", (input) => steps.wasmLz4Decode(input, size, true)?.slice());
    const twin = plainly(() => {
      const out = new Uint8Array(size);
      return lz4.lz4Decode(bytes, 0, bytes.length, out, 0, size) === size ? out : undefined;
    });
    expectSame(kernel, twin, "lz4");
  },
  inflate() {
    const how = { level: random(10), strategy: random(5) };
    const bytes = damaged(new Uint8Array(deflateRawSync(sample(), how)));
    const most = pick([0, 100, MOST, 200_000]);
    const kernel = guarded(bytes, "inflate", (input) => {
      const inflated = steps.wasmInflate(input, most);
      return inflated === undefined ? undefined : [...inflated.content, 0, inflated.taken & 255];
    });
    const twin = plainly(() => {
      const output = new outputs.OutputBuffer(most);
      const taken = inflaters.inflatePlainly(bytes, 0, output);
      return [...output.take(), 0, taken & 255];
    });
    expectSame(kernel && Uint8Array.from(kernel), twin && Uint8Array.from(twin), "inflate");
  },
  encode() {
    const content = sample();
    const how = { ...bloscOptions(), compressor: pick(["lz4", "lz4hc", "blosclz"]) };
    const kernel = guarded(content, "encode", (input) => bloscEncode.bloscEncode(input, how, NONE));
    expectSame(kernel, bloscEncode.bloscEncodePlainly(content, how, NONE), "encode");
  },
  shuffle() {
    const content = sample();
    const size = 1 + random(255);
    const out = new Uint8Array(content.length);
    const bits = random(2) === 0;
    if (bits && content.length < size) return;
    (bits ? bitshuffles.bitshuffle : shuffles.shuffle)(content, 0, content.length, size, out, 0);
    const kernel = guarded(content, "shuffle", (input) =>
      steps.wasmShuffle(input, size, bits, true)?.slice(),
    );
    expectSame(kernel, out, "shuffle");
    shuffles.unshuffle(content, 0, content.length, size, out, 0);
    const undone = guarded(content, "unshuffle", (input) => steps.wasmUnshuffle(input, size, true)?.slice());
    expectSame(undone, out, "unshuffle");
  },
  crc() {
    const content = sample();
    const before = random(2 ** 31);
    const kernel = guarded(content, "crc", (input) => crc.crc32c(input, before));
    if (kernel !== crc.crc32cPlainly(content, before)) throw new Difference("crc: it differs");
    const sum = guarded(content, "adler", (input) => adler.adler32(input));
    if (sum !== adler.adler32Plainly(content)) throw new Difference("adler: it differs");
  },
  order() {
    const content = sample();
    const size = pick([2, 4, 8, 16]);
    const words = [{ offset: 0, size }];
    const kernel = guarded(content, "order", (input) => order.swapWords(input, size, words, true).slice());
    expectSame(kernel, order.swapWordsPlainly(content, size, words), "order");
  },
  copy() {
    const rank = 1 + random(4);
    const itemSize = pick([1, 2, 3, 4, 6, 8, 12, 16, 24]);
    const shape = Array.from({ length: rank }, () => 1 + random(20));
    // Rows of lengths that have a loop of their own.
    if (random(3) === 0) shape[rank - 1] = pick([32, 64, 128, 256, 512]) / pick([1, 2, 4]);
    const boxOf = () => {
      const axes = shape.map((_, axis) => axis).sort(() => random(3) - 1);
      const stride = [];
      let [step, offset] = [1, 0];
      for (const axis of axes) {
        stride[axis] = step * (1 + random(3));
        step = stride[axis] * shape[axis];
        if (random(3) === 0) {
          offset += (shape[axis] - 1) * stride[axis];
          stride[axis] = -stride[axis];
        }
      }
      return { stride, offset, size: step };
    };
    const [from, to] = [boxOf(), boxOf()];
    const room = 15 * PAGE;
    if (from.size * itemSize > room || to.size * itemSize + 64 > room) return;
    const frame = heap.subarray(LIMIT, LIMIT + to.size * itemSize + 64);
    const source = heap.subarray(random(8)).subarray(0, from.size * itemSize);
    for (let i = 0; i < source.length; i++) source[i] = i * 7 + (i >> 8);
    const plan = (origin, target) => ({
      shape,
      source: origin,
      sourceOffset: from.offset,
      sourceStride: from.stride,
      target,
      targetOffset: to.offset,
      targetStride: to.stride,
      itemSize,
    });
    const expected = frame.slice();
    copy.copyStrided(plan(source.slice(), expected.subarray(32, expected.length - 32)));
    copy.copyStrided(plan(source, frame.subarray(32, frame.length - 32)));
    const same = Buffer.compare(frame, expected) === 0;
    heap.fill(GUARD, 0, source.byteOffset + source.length);
    frame.fill(GUARD);
    if (!same) throw new Difference("copy: it differs, or writes outside");
  },
};

const counts = Object.fromEntries(Object.keys(TESTS).map((name) => [name, 0]));
let failed = 0;
const until = performance.now() + seconds * 1000;
const names = ["blosc", "blosc", "zstd", "zstd", "zstd", "lz4", "inflate", ...Object.keys(TESTS)];
for (let round = 0; performance.now() < until && failed < 5; round++) {
  const name = names[round % names.length];
  const before = state;
  try {
    TESTS[name]();
    counts[name]++;
  } catch (error) {
    failed++;
    console.error(`${name}, seed ${before}: ${error instanceof Difference ? error.message : error.stack}`);
    // As if nothing had been: the next one finds its guards whole.
    heap.fill(GUARD, 0, BASE);
    heap.fill(GUARD, LIMIT, END);
    used = LIMIT;
  }
  if (round % 64 === 0 && !isGuarded()) {
    failed++;
    console.error(`one of the last 64 rounds before seed ${state} wrote outside the kernels' part`);
    heap.fill(GUARD, 0, BASE);
    heap.fill(GUARD, LIMIT, END);
  }
}
if (!isGuarded()) failed++;

function isGuarded() {
  return isUntouched(0, BASE) && isUntouched(LIMIT, END);
}

console.log(
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", "),
);
const passed = Object.values(counts).reduce((a, b) => a + b);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
