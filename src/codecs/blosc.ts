/**
 * The `blosc` codec, and `numcodecs.blosc`: a container of Blosc 1.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/blosc/index.html
 * @module
 */
import { chain, type Awaitable } from "../base/async.ts";
import { CodecError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { bloscDecode, type BloscInnerDecoders } from "../kernels/blosc-decode.ts";
import {
  bloscEncode,
  bloscMaxEncodedSize,
  type BloscInnerEncoder,
  type BloscInnerEncoders,
} from "../kernels/blosc-encode.ts";
import {
  BLOSC_COMPRESSORS,
  BLOSC_MAX_BLOCK_BYTES,
  type BloscCompressor,
  type BloscShuffle,
} from "../kernels/blosc-header.ts";
import { bloscContent } from "./blosc-part.ts";
import { openBlosc } from "./blosc-runs.ts";
import { bytesBytesCodec, mostBytes } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { deflateDecode, deflateEncoder } from "./deflate.ts";
import { numcodecsCall, pythonCall, PythonName } from "./python-call.ts";
import { zstdDecode, zstdEncoder } from "./zstd-stream.ts";

/** Names of v3 by the numbers of numcodecs. */
const SHUFFLES: readonly BloscShuffle[] = ["noshuffle", "shuffle", "bitshuffle"];
const AUTO_SHUFFLE = -1;
const SHUFFLE_NAMES = ["NOSHUFFLE", "SHUFFLE", "BITSHUFFLE"];

interface Settings {
  readonly cname: BloscCompressor;
  /** 0 (stored) to 9. */
  readonly clevel: number;
  /** `undefined`: by the item size, bits for single bytes. */
  readonly shuffle: BloscShuffle | undefined;
  /** Bytes of a block; 0: chosen by the encoder. */
  readonly blocksize: number;
  /** Bytes of an element; `undefined`: the item size of the data type. */
  readonly typesize: number | undefined;
}

/**
 * `blosc`: `cname` (default `zstd`), `clevel` (5), `shuffle`, `typesize`, `blocksize` (0). What
 * is left out of `shuffle` and `typesize` comes from the data type.
 */
export const bloscCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "blosc",
  v2Id: "blosc",
  fromV3(configuration) {
    const read = new CodecConfiguration("blosc", configuration, true);
    const cname = read.oneOf("cname", BLOSC_COMPRESSORS, "zstd");
    // Some writers call the level as the other codecs do.
    const clevel = read.integer("clevel", 0, 9, read.has("level") ? read.integer("level", 0, 9) : 5);
    const shuffle = (read.value("shuffle") ?? null) === null ? undefined : read.oneOf("shuffle", SHUFFLES);
    const typesize =
      (read.value("typesize") ?? null) === null ? undefined : read.integer("typesize", 1, 2 ** 31 - 1);
    const blocksize = read.integer("blocksize", 0, BLOSC_MAX_BLOCK_BYTES, 0);
    read.done();
    return makeV3({ cname, clevel, shuffle, blocksize, typesize });
  },
  fromV2(configuration) {
    const settings = readNumcodecs("blosc", configuration);
    const { cname, clevel, shuffle, blocksize } = settings;
    const name = shuffle === undefined ? "AUTOSHUFFLE" : SHUFFLE_NAMES[SHUFFLES.indexOf(shuffle)]!;
    const text = pythonCall("Blosc", { cname, clevel, shuffle: new PythonName(name), blocksize });
    // In v3, which states what numcodecs finds out from the data.
    return make("blosc", settings, v3Configuration(settings), text, (spec) =>
      makeV3(resolved(settings, spec)),
    );
  },
};

/** `numcodecs.blosc`, configured as in numcodecs: `shuffle` is -1 (by item size), 0, 1 or 2. */
export const numcodecsBloscCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "numcodecs.blosc",
  fromV3(configuration = {}) {
    const settings = readNumcodecs("numcodecs.blosc", configuration);
    return make(
      "numcodecs.blosc",
      settings,
      configuration,
      numcodecsCall("Blosc", "numcodecs.blosc", configuration),
    );
  },
};

function readNumcodecs(name: string, configuration: JsonObject): Settings {
  const read = new CodecConfiguration(name, configuration);
  read.value("id");
  const cname = read.oneOf("cname", BLOSC_COMPRESSORS, "lz4");
  const clevel = read.integer("clevel", 0, 9, 5);
  const shuffle = read.integer("shuffle", AUTO_SHUFFLE, 2, 1);
  const blocksize = read.integer("blocksize", 0, BLOSC_MAX_BLOCK_BYTES, 0);
  const typesize =
    (read.value("typesize") ?? null) === null ? undefined : read.integer("typesize", 1, 2 ** 31 - 1);
  read.done();
  return { cname, clevel, shuffle: SHUFFLES[shuffle], blocksize, typesize };
}

function makeV3(settings: Settings): Codec {
  const { cname, clevel, blocksize } = settings;
  const missing = [
    ...(settings.typesize === undefined ? ["'typesize'"] : []),
    ...(settings.shuffle === undefined ? ["'shuffle'"] : []),
  ];
  const text = pythonCall("BloscCodec", {
    _tunable_attrs: new PythonName(missing.length === 0 ? "set()" : `{${missing.join(", ")}}`),
    typesize: settings.typesize ?? 1,
    cname,
    clevel,
    shuffle: settings.shuffle ?? "bitshuffle",
    blocksize,
  });
  return make("blosc", settings, v3Configuration(settings), text, (spec) => makeV3(resolved(settings, spec)));
}

function v3Configuration({ typesize, cname, clevel, shuffle, blocksize }: Settings): JsonObject {
  return {
    ...(typesize === undefined ? {} : { typesize }),
    cname,
    clevel,
    ...(shuffle === undefined ? {} : { shuffle }),
    blocksize,
  };
}

function resolved(
  settings: Settings,
  { dataType }: ChunkSpec,
): Settings & { shuffle: BloscShuffle; typesize: number } {
  const itemSize = dataType.itemSize > 0 ? dataType.itemSize : 1;
  return {
    ...settings,
    typesize: settings.typesize ?? itemSize,
    shuffle: settings.shuffle ?? (itemSize === 1 ? "bitshuffle" : "shuffle"),
  };
}

function make(
  name: string,
  settings: Settings,
  configuration: JsonObject,
  text: string,
  resolve?: (spec: ChunkSpec) => Codec,
): Codec {
  const { cname, clevel, blocksize } = settings;
  const shuffle = settings.shuffle === undefined ? AUTO_SHUFFLE : SHUFFLES.indexOf(settings.shuffle);
  return bytesBytesCodec({
    name,
    configuration,
    text,
    v2: { id: "blosc", cname, clevel, shuffle, blocksize },
    ...(resolve === undefined ? {} : { resolve }),
    transform(spec) {
      const { typesize, shuffle: chosen } = resolved(settings, spec);
      const options = { compressor: cname, level: clevel, shuffle: chosen, typesize, blocksize };
      return {
        isFixedSize: false,
        synchronous: true,
        maxEncodedSize: bloscMaxEncodedSize,
        encodesSynchronously: cname === "zstd" || cname === "zlib" ? undefined : true,
        encode: (bytes, transient) =>
          chain(innerEncoders(cname), (encoders) => bloscEncode(bytes, options, encoders, transient)),
        decodedSource: (source, size) => bloscContent(source, size, INNER_DECODERS),
        openDecoded: (value, size) => openBlosc(value, size, INNER_DECODERS),
        decode: (bytes, limit, transient) => bloscDecode(bytes, mostBytes(limit), INNER_DECODERS, transient),
      };
    },
  });
}

/** Decoders of the formats that the runtime may know. */
const INNER_DECODERS: BloscInnerDecoders = {
  zlib(source, target) {
    setWhole(deflateDecode("zlib", source, { exact: target.length, max: target.length }), target);
  },
  zstd(source, target) {
    setWhole(zstdDecode(source, target.length), target);
  },
};

function setWhole(decoded: Uint8Array, target: Uint8Array): void {
  if (decoded.length !== target.length) {
    throw new CodecError("A block of a Blosc container holds less than it should.", {
      expected: target.length,
      actual: decoded.length,
    });
  }
  target.set(decoded);
}

function innerEncoders(cname: BloscCompressor): Awaitable<BloscInnerEncoders> {
  if (cname === "zstd") {
    return chain(zstdEncoder(), (encode) => ({
      zlib: unneeded,
      zstd: (source, level) => encode(source, zstdLevel(level), false),
    }));
  }
  if (cname === "zlib") return chain(deflateEncoder("zlib"), (zlib) => ({ zlib, zstd: unneeded }));
  return { zlib: unneeded, zstd: unneeded };
}

const unneeded: BloscInnerEncoder = () => {
  throw new CodecError("The encoder of another compressor was asked for.");
};

/** c-blosc's: 1, 3, 5, … 13, and near the most for the last two. */
function zstdLevel(level: number): number {
  return level === 9 ? 22 : level === 8 ? 20 : level * 2 - 1;
}
