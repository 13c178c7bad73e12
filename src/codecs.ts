/**
 * `zarrkit/codecs`: what a codec is, the registry, and the codecs that are part of every array.
 *
 * @module
 */
export { bytesCodecOf } from "./codecs/bytes.ts";
export type { Endian } from "./codecs/bytes.ts";
export { bindChain, codecChain } from "./codecs/chain.ts";
export type { BoundChain, CodecChain } from "./codecs/chain.ts";
export type {
  BoundArrayArrayCodec,
  BoundArrayBytesCodec,
  BoundBytesBytesCodec,
  BoundCodec,
  ChunkSpec,
  Codec,
  CodecContext,
  CodecDefinition,
  CodecLoader,
  DecodeLimit,
  EncodeOptions,
  PartialCodec,
} from "./codecs/codec.ts";
export { CodecRegistry, codecRegistry, registerCodec } from "./codecs/registry.ts";
export { transposeCodecOf } from "./codecs/transpose.ts";
export type { Block } from "./kernels/block.ts";
