// MB/s of each WebAssembly kernel beside its plain twin, in one process, by processor time:
//   node bench/kernels.mjs [--twins] [name...]
// Twins are slow; without --twins only the kernels run. Node runs no TypeScript here, so the sources are bundled first.
import { importSources, withoutKernels } from "../scripts/bundle-sources.mjs";

const [kernels, twins] = await importSources(
  {
    memory: "kernels/memory",
    copy: "kernels/block-copy",
    fill: "kernels/block-fill-test",
    bloscDecode: "kernels/blosc-decode",
    bloscEncode: "kernels/blosc-encode",
    crc: "kernels/crc32c",
    order: "kernels/byte-order",
    zstd: "codecs/zstd-stream",
  },
  ["kernels", "twins"],
  (library, copy) => {
    if (copy === "twins") withoutKernels(library);
  },
);

const SIZE = 4 << 20;
/** 16-bit samples of a smooth field with noise, as the other benchmarks have. */
const samples = new Uint16Array(SIZE / 2);
for (let i = 0, seed = 12345; i < samples.length; i++) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  samples[i] = 400 + 250 * Math.cos((i >> 10) / 53) + 180 * Math.sin((i & 1023) / 41) + ((seed >>> 26) - 32);
}
const content = new Uint8Array(samples.buffer);
const unused = () => {
  throw new Error("not used");
};
const NONE = { zlib: unused, zstd: unused };

/** The same value for the kernels (in their memory) and for the twins (elsewhere). */
function both(bytes) {
  return (library) => {
    const room = library.memory.inputRoom(bytes.length);
    if (room === undefined) return bytes;
    room.set(bytes);
    return room;
  };
}

/** Name, bytes a run, what to prepare, what to run. */
const CASES = [];
function add(name, bytes, prepare, run) {
  CASES.push({ name, bytes, prepare, run });
}

for (const [cname, shuffle, typesize] of [
  ["lz4", "shuffle", 2],
  ["lz4", "shuffle", 4],
  ["lz4", "shuffle", 8],
  ["lz4", "bitshuffle", 2],

  ["blosclz", "shuffle", 2],
]) {
  const options = { compressor: cname, level: 5, shuffle, typesize, blocksize: 0 };
  const encoded = twins.bloscEncode.bloscEncode(content, options, NONE);
  add(`blosc-decode ${cname} ${shuffle} ${typesize}`, SIZE, both(encoded), (library, input) =>
    library.bloscDecode.bloscDecode(input, SIZE, NONE, true),
  );
}

const smooth = Uint8Array.from({ length: SIZE }, (_, i) => (i >> 3) & 255);
add(
  "blosc-decode lz4 shuffle 4, compressible",
  SIZE,
  both(
    twins.bloscEncode.bloscEncode(
      smooth,
      { compressor: "lz4", level: 5, shuffle: "shuffle", typesize: 4, blocksize: 0 },
      NONE,
    ),
  ),
  (library, input) => library.bloscDecode.bloscDecode(input, SIZE, NONE, true),
);

const shared = new WebAssembly.Memory({ initial: 1024, maximum: 1024, shared: true });
/** Boxes within one memory: a chunk of 128 x 128 x 128 samples into a plane of 1024 x 1024. */
function copyCase(name, itemSize, shape, sourceStride, targetStride) {
  const count = shape.reduce((a, b) => a * b);
  add(
    `copy ${name} x${itemSize}`,
    count * itemSize,
    (library) => {
      const view = library === kernels ? shared.buffer : new ArrayBuffer(shared.buffer.byteLength);
      const extent = 1 + targetStride.reduce((sum, step, axis) => sum + step * (shape[axis] - 1), 0);
      return {
        shape,
        itemSize,
        source: new Uint8Array(view, 40 << 20, count * itemSize),
        sourceOffset: 0,
        sourceStride,
        target: new Uint8Array(view, 44 << 20, extent * itemSize),
        targetOffset: 0,
        targetStride,
      };
    },
    (library, input) => library.copy.copyStrided(input),
  );
}
copyCase("rows of 256 B", 2, [8, 128, 128], [16384, 128, 1], [131072, 1024, 1]);
copyCase("rows of 32 B", 2, [64, 64, 16], [1024, 16, 1], [65536, 1024, 1]);
copyCase("rows of 8 B", 2, [64, 256, 4], [1024, 4, 1], [65536, 256, 1]);
copyCase("every second", 2, [64, 64, 64], [4096, 64, 1], [16384, 256, 2]);
for (const itemSize of [1, 2, 4, 8]) copyCase("transposed", itemSize, [512, 512], [1, 512], [512, 1]);

const zstd = await twins.zstd.zstdEncoder();
for (const level of [1, 3, 9]) {
  add(`zstd-decode ${level}`, SIZE, both(zstd(content, level, false)), (library, input) =>
    library.zstd.zstdDecode(input, SIZE, true),
  );
}
for (const level of [1, 5]) {
  const options = { compressor: "zstd", level, shuffle: "shuffle", typesize: 2, blocksize: 0 };
  const bytes = twins.bloscEncode.bloscEncode(content, options, {
    zlib: unused,
    zstd: (source, at) => zstd(source, at * 2 - 1, false),
  });
  add(`blosc-decode zstd ${level} shuffle 2`, SIZE, both(bytes), (library, input) =>
    library.bloscDecode.bloscDecode(
      input,
      SIZE,
      { zlib: unused, zstd: (source, target) => target.set(library.zstd.zstdDecode(source, target.length)) },
      true,
    ),
  );
}

for (const [compressor, shuffle, typesize] of [
  ["lz4", "shuffle", 2],
  ["lz4", "shuffle", 8],
  ["lz4", "bitshuffle", 2],
  ["lz4", "noshuffle", 1],
  ["blosclz", "shuffle", 2],
  ["lz4hc", "shuffle", 2],
]) {
  const options = { compressor, level: 5, shuffle, typesize, blocksize: 0 };
  add(`blosc-encode ${compressor} ${shuffle} ${typesize}`, SIZE, both(content), (library, input) =>
    library.bloscEncode.bloscEncode(input, options, NONE),
  );
}
for (const size of [4096, 40960, SIZE]) {
  add(`crc32c ${size}`, size, both(content.subarray(0, size)), (library, input) => library.crc.crc32c(input));
  add(
    `crc32c ${size}, from elsewhere`,
    size,
    () => content.subarray(0, size),
    (library, input) => library.crc.crc32c(input),
  );
}
for (const size of [2, 4, 8]) {
  add(`swap ${size}`, SIZE, both(content), (library, input) =>
    library.order.swapWords(input, size, [{ offset: 0, size }], true),
  );
}

add("fill test", SIZE, both(new Uint8Array(SIZE)), (library, input) =>
  library.fill.isFilledWith(
    { data: input, shape: [SIZE / 4], stride: [1], offset: 0, itemSize: 4 },
    new Uint8Array(4),
  ),
);

/** Best of several batches, MB/s of processor time; batches are long, as that time is counted in ticks. */
function measure({ bytes, prepare, run }, library) {
  const input = prepare(library);
  for (let warm = performance.now() + 150; performance.now() < warm;) run(library, input);
  let best = Infinity;
  for (let batch = 0; batch < 6; batch++) {
    const before = process.cpuUsage();
    const until = performance.now() + 80;
    let runs = 0;
    do {
      for (let n = Math.ceil((1 << 20) / bytes); n > 0; n--, runs++) run(library, input);
    } while (performance.now() < until);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / runs);
  }
  return bytes / best;
}

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const withTwins = process.argv.includes("--twins");
// The copies need a memory that holds both sides.
kernels.memory.adoptKernelMemory(shared, 0, 40 << 20);
for (const one of CASES) {
  if (words.length > 0 && !words.some((word) => one.name.includes(word))) continue;
  const kernel = measure(one, kernels);
  const twin = withTwins ? measure(one, twins) : undefined;
  const ratio =
    twin === undefined ? "" : `  twin ${twin.toFixed(0).padStart(6)}  x${(kernel / twin).toFixed(1)}`;
  console.log(`${one.name.padEnd(44)} ${kernel.toFixed(0).padStart(6)} MB/s${ratio}`);
}
