/**
 * The `conditional` codec: other bytes-to-bytes codecs, each of which a chunk says it went through or not.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/conditional
 * @module
 */
import { chain, type Awaitable } from "../base/async.ts";
import { CodecError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type {
  BoundBytesBytesCodec,
  ChunkSpec,
  Codec,
  CodecContext,
  CodecDefinition,
  DecodeLimit,
} from "./codec.ts";
import { pythonCall } from "./python-call.ts";

const NAME = "conditional";
const MAX_HEADER_BITS = 2 ** 16;

/**
 * `conditional`: `codecs`, all bytes to bytes, and `header_bits` (default: their number rounded up to whole bytes).
 * A chunk goes through a codec that makes it smaller, or whose size is fixed (shuffles, checksums), and skips the others.
 */
export const conditionalCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  fromV3(configuration, context) {
    const read = new CodecConfiguration(NAME, configuration, true);
    const codecs = readCodecs(read, context);
    const least = Math.ceil(codecs.length / 8) * 8;
    const headerBits =
      (read.value("header_bits") ?? null) === null
        ? least
        : read.integer("header_bits", least, MAX_HEADER_BITS);
    if (headerBits % 8 !== 0) throw read.wrong("header_bits", "a multiple of 8");
    read.done();
    return make(codecs, headerBits / 8, configuration ?? {});
  },
};

function readCodecs(read: CodecConfiguration, context: CodecContext): readonly Codec[] {
  const codecs = context.parseCodecs(read.value("codecs"), "/configuration/codecs");
  if (codecs.some((codec) => codec.kind !== "bytes-bytes"))
    throw read.wrong("codecs", "codecs from bytes to bytes");
  return codecs;
}

function make(codecs: readonly Codec[], headerBytes: number, configuration: JsonObject): Codec {
  return {
    kind: "bytes-bytes",
    name: NAME,
    configuration,
    innerCodecs: codecs,
    toString: () => pythonCall("ConditionalCodec", configuration),
    bind: (spec) => bind(codecs, headerBytes, spec),
    resolve(spec) {
      const resolved = codecs.map((codec) => codec.resolve?.(spec) ?? codec);
      const json = resolved.map(({ name, configuration: inner }): JsonObject =>
        inner === undefined ? { name } : { name, configuration: inner },
      );
      return make(resolved, headerBytes, { ...configuration, codecs: json });
    },
  };
}

function bind(codecs: readonly Codec[], headerBytes: number, spec: ChunkSpec): BoundBytesBytesCodec {
  // All of them are of this kind, as was checked when they were read.
  const bound = codecs.map((codec) => codec.bind(spec) as BoundBytesBytesCodec);
  return {
    kind: "bytes-bytes",
    name: NAME,
    encodedSize: () => undefined,
    maxEncodedSize: (size) =>
      headerBytes + bound.reduce((most, codec) => Math.max(most, codec.maxEncodedSize(most)), size),
    encode(bytes) {
      const header = new Uint8Array(headerBytes);
      let value: Awaitable<Uint8Array> = bytes;
      for (const [i, codec] of bound.entries()) {
        value = chain(value, (given) =>
          chain(codec.encode(given), (encoded) => {
            const isFixed = codec.encodedSize(given.length) !== undefined;
            if (!isFixed && encoded.length >= given.length) return given;
            header[i >> 3]! |= 1 << (i & 7);
            return encoded;
          }),
        );
      }
      return chain(value, (encoded) => {
        const result = new Uint8Array(headerBytes + encoded.length);
        result.set(header);
        result.set(encoded, headerBytes);
        return result;
      });
    },
    decode(bytes, limit) {
      const applied = appliedCodecs(bytes, headerBytes, bound);
      const limits = [limit];
      for (const codec of applied) limits.push(limitAfter(codec, limits.at(-1)!));
      let value: Awaitable<Uint8Array> = bytes.subarray(headerBytes);
      for (let i = applied.length - 1; i >= 0; i--) {
        value = chain(value, (given) => applied[i]!.decode(given, limits[i]!));
      }
      return chain(value, (decoded) => checked(decoded, limit));
    },
  };
}

/** The codecs whose bits are set in the header. */
function appliedCodecs(
  bytes: Uint8Array,
  headerBytes: number,
  codecs: readonly BoundBytesBytesCodec[],
): readonly BoundBytesBytesCodec[] {
  const isSet = (i: number): boolean => ((bytes[i >> 3]! >> (i & 7)) & 1) === 1;
  if (bytes.length < headerBytes) {
    throw new CodecError("A chunk is too short for the header of its codecs.", {
      codec: NAME,
      expected: headerBytes,
      actual: bytes.length,
    });
  }
  for (let i = codecs.length; i < headerBytes * 8; i++) {
    if (isSet(i))
      throw new CodecError(`A chunk went through codec ${i} of ${codecs.length}.`, {
        codec: NAME,
        actual: i,
      });
  }
  return codecs.filter((_, i) => isSet(i));
}

function limitAfter(codec: BoundBytesBytesCodec, { exact, max }: DecodeLimit): DecodeLimit {
  const encoded = exact === undefined ? undefined : codec.encodedSize(exact);
  return { exact: encoded, max: encoded ?? codec.maxEncodedSize(max) };
}

function checked(decoded: Uint8Array, { exact, max }: DecodeLimit): Uint8Array {
  if (decoded.length > max || (exact !== undefined && decoded.length !== exact)) {
    throw new CodecError(
      `The data decode to ${decoded.length} bytes, not the ${exact ?? max} they may have.`,
      {
        codec: NAME,
        expected: exact ?? max,
        actual: decoded.length,
      },
    );
  }
  return decoded;
}
