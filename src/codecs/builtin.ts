/**
 * The codecs of the library: under which names, and where they are loaded from. A page
 * that reads zstd loads no blosc.
 *
 * @module
 */
import type { CodecLoader } from "./codec.ts";

interface BuiltinCodec {
  /** Names in v3 metadata. */
  readonly names: readonly string[];
  /** `id` in v2 metadata. */
  readonly v2Id: string | undefined;
  readonly load: CodecLoader;
}

export const BUILTIN_CODECS: readonly BuiltinCodec[] = [
  {
    names: ["bytes", "endian"],
    v2Id: undefined,
    load: async () => (await import("./bytes.ts")).bytesCodec,
  },
  {
    names: ["transpose"],
    v2Id: undefined,
    load: async () => (await import("./transpose.ts")).transposeCodec,
  },
  {
    names: ["sharding_indexed"],
    v2Id: undefined,
    load: async () => (await import("./sharding/sharding.ts")).shardingCodec,
  },
  {
    names: ["blosc"],
    v2Id: "blosc",
    load: async () => (await import("./blosc.ts")).bloscCodec,
  },
  {
    names: ["numcodecs.blosc"],
    v2Id: undefined,
    load: async () => (await import("./blosc.ts")).numcodecsBloscCodec,
  },
  {
    names: ["gzip"],
    v2Id: "gzip",
    load: async () => (await import("./gzip.ts")).gzipCodec,
  },
  {
    names: ["numcodecs.gzip"],
    v2Id: undefined,
    load: async () => (await import("./gzip.ts")).numcodecsGzipCodec,
  },
  {
    names: ["numcodecs.zlib", "zlib"],
    v2Id: "zlib",
    load: async () => (await import("./zlib.ts")).zlibCodec,
  },
  {
    names: ["zstd"],
    v2Id: "zstd",
    load: async () => (await import("./zstd.ts")).zstdCodec,
  },
  {
    names: ["numcodecs.zstd"],
    v2Id: undefined,
    load: async () => (await import("./zstd.ts")).numcodecsZstdCodec,
  },
  {
    names: ["crc32c"],
    v2Id: undefined,
    load: async () => (await import("./crc32c.ts")).crc32cCodec,
  },
  {
    names: ["numcodecs.crc32c"],
    v2Id: "crc32c",
    load: async () => (await import("./crc32c.ts")).numcodecsCrc32cCodec,
  },
  {
    names: ["vlen-utf8", "numcodecs.vlen-utf8"],
    v2Id: "vlen-utf8",
    load: async () => (await import("./vlen-utf8.ts")).vlenUtf8Codec,
  },
  {
    names: ["vlen-bytes", "numcodecs.vlen-bytes"],
    v2Id: "vlen-bytes",
    load: async () => (await import("./vlen-bytes.ts")).vlenBytesCodec,
  },
  {
    names: ["numcodecs.delta"],
    v2Id: "delta",
    load: async () => (await import("./delta.ts")).deltaCodec,
  },
  {
    names: ["numcodecs.fixedscaleoffset"],
    v2Id: "fixedscaleoffset",
    load: async () => (await import("./fixed-scale-offset.ts")).fixedScaleOffsetCodec,
  },
  {
    names: ["scale_offset"],
    v2Id: undefined,
    load: async () => (await import("./scale-offset.ts")).scaleOffsetCodec,
  },
  {
    names: ["cast_value"],
    v2Id: undefined,
    load: async () => (await import("./cast-value.ts")).castValueCodec,
  },
  {
    names: ["numcodecs.quantize"],
    v2Id: "quantize",
    load: async () => (await import("./quantize.ts")).quantizeCodec,
  },
  {
    names: ["bitround"],
    v2Id: undefined,
    load: async () => (await import("./bitround.ts")).bitroundCodec,
  },
  {
    names: ["numcodecs.bitround"],
    v2Id: "bitround",
    load: async () => (await import("./bitround.ts")).numcodecsBitroundCodec,
  },
  {
    names: ["packbits"],
    v2Id: undefined,
    load: async () => (await import("./packbits.ts")).packbitsCodec,
  },
  {
    names: ["numcodecs.packbits"],
    v2Id: "packbits",
    load: async () => (await import("./numcodecs-packbits.ts")).numcodecsPackbitsCodec,
  },
  {
    names: ["numcodecs.astype"],
    v2Id: "astype",
    load: async () => (await import("./as-type.ts")).asTypeCodec,
  },
  {
    names: ["numcodecs.categorize"],
    v2Id: "categorize",
    load: async () => (await import("./categorize.ts")).categorizeCodec,
  },
  {
    names: ["reshape"],
    v2Id: undefined,
    load: async () => (await import("./reshape.ts")).reshapeCodec,
  },
  {
    names: ["numcodecs.vlen-array"],
    v2Id: "vlen-array",
    load: async () => (await import("./vlen-array.ts")).vlenArrayCodec,
  },
  {
    names: ["numcodecs.json2"],
    v2Id: "json2",
    load: async () => (await import("./json2.ts")).json2Codec,
  },
  {
    names: ["numcodecs.msgpack2"],
    v2Id: "msgpack2",
    load: async () => (await import("./msgpack2.ts")).msgpack2Codec,
  },
  {
    names: ["numcodecs.pickle"],
    v2Id: "pickle",
    load: async () => (await import("./refused.ts")).pickleCodec,
  },
  {
    names: ["numcodecs.pcodec"],
    v2Id: "pcodec",
    load: async () => (await import("./pcodec/pcodec.ts")).pcodecCodec,
  },
  {
    names: ["numcodecs.zfpy"],
    v2Id: "zfpy",
    load: async () => (await import("./zfp/zfpy.ts")).zfpyCodec,
  },
  {
    names: ["numcodecs.lz4"],
    v2Id: "lz4",
    load: async () => (await import("./lz4.ts")).lz4Codec,
  },
  {
    names: ["numcodecs.bz2"],
    v2Id: "bz2",
    load: async () => (await import("./bz2.ts")).bz2Codec,
  },
  {
    names: ["numcodecs.lzma"],
    v2Id: "lzma",
    load: async () => (await import("./lzma.ts")).lzmaCodec,
  },
  {
    names: ["numcodecs.crc32"],
    v2Id: "crc32",
    load: async () => (await import("./crc32.ts")).crc32Codec,
  },
  {
    names: ["numcodecs.adler32"],
    v2Id: "adler32",
    load: async () => (await import("./adler32.ts")).adler32Codec,
  },
  {
    names: ["numcodecs.fletcher32"],
    v2Id: "fletcher32",
    load: async () => (await import("./fletcher32.ts")).fletcher32Codec,
  },
  {
    names: ["numcodecs.jenkins_lookup3"],
    v2Id: "jenkins_lookup3",
    load: async () => (await import("./jenkins-lookup3.ts")).jenkinsLookup3Codec,
  },
  {
    names: ["numcodecs.shuffle"],
    v2Id: "shuffle",
    load: async () => (await import("./shuffle.ts")).shuffleCodec,
  },
  {
    names: ["numcodecs.base64"],
    v2Id: "base64",
    load: async () => (await import("./base64.ts")).base64Codec,
  },
  {
    names: ["zfp"],
    v2Id: undefined,
    load: async () => (await import("./zfp/zfp.ts")).zfpCodec,
  },
  {
    names: ["conditional"],
    v2Id: undefined,
    load: async () => (await import("./conditional.ts")).conditionalCodec,
  },
  {
    names: ["n5_default"],
    v2Id: undefined,
    load: async () => (await import("./n5-default.ts")).n5DefaultCodec,
  },
];
