// The loops that decide the speed of reading and writing, compiled to WebAssembly with SIMD. Every one has a plain twin in
// src/kernels, which serves where there is no SIMD and in tests.
export { adler32 } from "./adler32";
export { decodeBlocks } from "./blosc";
export { ENCODER_BYTES, encodeBlocks } from "./blosc-encode";
export { swapBytes } from "./byte-order";
export { copyBox } from "./copy";
export { crc32c } from "./crc32c";
export { isFilled } from "./fill";
export { inflate, inflateTaken } from "./inflate";
export { decodeLz4 } from "./lz4";
export { encodeLz4 } from "./lz4-encode";
export { scatterPlanes } from "./scatter-planes";
export { bitshuffle, shuffle } from "./shuffle";
export { undoShuffle } from "./unshuffle";
export { decodeZstd } from "./zstd";
export { PLAN, SLACK, STAGING, STAGING_BYTES, WORK_BYTES, useWork } from "./layout";
