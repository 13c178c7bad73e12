/**
 * What all bytes-to-bytes codecs share: the size of what was decoded is checked, and every
 * failure is a CodecError that names the codec.
 *
 * @module
 */
import { chain, isPromise, type Awaitable } from "../base/async.ts";
import type { ByteSource } from "../base/byte-source.ts";
import { addFacts, CodecError, isZarrError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { OpenValue } from "../base/open-value.ts";
import type { BoundBytesBytesCodec, ChunkSpec, Codec, DecodeLimit } from "./codec.ts";

/** How bytes become other bytes. */
export interface BytesTransform {
  /** Is `maxEncodedSize` the very size, whatever the data are? */
  readonly isFixedSize: boolean;
  /** Upper bound of the encoded size. */
  maxEncodedSize(decodedSize: number): number;
  /** @see BoundBytesBytesCodec.decodedSource */
  decodedSource?(source: ByteSource, size: number): ByteSource;
  /** @see BoundBytesBytesCodec.openDecoded */
  openDecoded?(value: OpenValue, size: number): OpenValue;
  /** @see BoundBytesBytesCodec.synchronous */
  readonly synchronous?: true;
  /** @see BoundBytesBytesCodec.encodesSynchronously */
  readonly encodesSynchronously?: true | undefined;
  encode(bytes: Uint8Array, transient: boolean): Awaitable<Uint8Array>;
  /** Produces at most `limit.max` bytes; that there are `limit.exact` is checked afterwards. */
  decode(bytes: Uint8Array, limit: DecodeLimit, transient: boolean): Awaitable<Uint8Array>;
}

/** A codec as configured. */
export interface BytesCodecParts {
  readonly name: string;
  readonly configuration: JsonObject | undefined;
  /** zarr-python's printed form. */
  readonly text: string;
  /** The numcodecs configuration. */
  readonly v2: JsonObject;
  /** Fills in what comes from the data type. */
  readonly resolve?: (spec: ChunkSpec) => Codec;
  transform(spec: ChunkSpec): BytesTransform;
}

/** A bytes-to-bytes codec made of its parts. */
export function bytesBytesCodec(parts: BytesCodecParts): Codec {
  const { name, configuration, text, v2, resolve } = parts;
  return {
    kind: "bytes-bytes",
    name,
    configuration,
    toString: () => text,
    bind: (spec) => bindTransform(name, parts.transform(spec)),
    ...(resolve === undefined ? {} : { resolve }),
    toV2: () => v2,
  };
}

function bindTransform(name: string, transform: BytesTransform): BoundBytesBytesCodec {
  return {
    kind: "bytes-bytes",
    name,
    encodedSize: (size) => (transform.isFixedSize ? transform.maxEncodedSize(size) : undefined),
    maxEncodedSize: (size) => transform.maxEncodedSize(size),
    encodesSynchronously: transform.encodesSynchronously,
    encode: (bytes, transient = false) => guarded(name, () => transform.encode(bytes, transient)),
    synchronous: transform.synchronous,
    ...(transform.decodedSource === undefined
      ? {}
      : { decodedSource: (source: ByteSource, size: number) => transform.decodedSource!(source, size) }),
    ...(transform.openDecoded === undefined
      ? {}
      : { openDecoded: (value: OpenValue, size: number) => transform.openDecoded!(value, size) }),
    decode: (bytes, limit, transient = false) =>
      guarded(name, () =>
        chain(transform.decode(bytes, limit, transient), (decoded) => checkedSize(decoded, limit)),
      ),
  };
}

function checkedSize(decoded: Uint8Array, limit: DecodeLimit): Uint8Array {
  const { exact, max } = limit;
  if (exact !== undefined && decoded.length !== exact) {
    throw new CodecError(`The data decode to ${decoded.length} bytes, not the ${exact} they must have.`, {
      expected: exact,
      actual: decoded.length,
    });
  }
  if (decoded.length > max) {
    throw new CodecError(`The data decode to ${decoded.length} bytes, more than the ${max} they may have.`, {
      expected: max,
      actual: decoded.length,
    });
  }
  return decoded;
}

function guarded<T>(codec: string, work: () => Awaitable<T>): Awaitable<T> {
  try {
    const result = work();
    return isPromise(result)
      ? result.catch((error: unknown) => {
          throw explained(codec, error);
        })
      : result;
  } catch (error) {
    throw explained(codec, error);
  }
}

function explained(codec: string, error: unknown): unknown {
  if (isZarrError(error)) return addFacts(error, { codec });
  const reason = error instanceof Error ? error.message : String(error);
  return new CodecError(`The codec ${codec} failed: ${reason}.`, { codec, cause: error });
}

/** The most bytes to allow a decoder: the exact size where it is known. */
export function mostBytes(limit: DecodeLimit): number {
  return limit.exact === undefined ? limit.max : Math.min(limit.exact, limit.max);
}
