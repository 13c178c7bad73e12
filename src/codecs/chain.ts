/**
 * A codec chain: array-to-array codecs, one array-to-bytes codec, bytes-to-bytes codecs.
 * It is put together once from metadata, bound once to a chunk shape, and run for
 * every chunk.
 *
 * @module
 */
import type { AbortOptions, Awaitable } from "../base/async.ts";
import { attempt, chain } from "../base/async.ts";
import type { ByteSource } from "../base/byte-source.ts";
import type { OpenValue, ScatterTarget } from "../base/open-value.ts";
import { addFacts, CodecError, isZarrError, MetadataValidationError } from "../base/errors.ts";
import type { ChunkPart } from "../indexing/projection.ts";
import type { Block } from "../kernels/block.ts";
import { addressOf } from "../kernels/memory.ts";
import type {
  BoundArrayArrayCodec,
  BoundArrayBytesCodec,
  BoundBytesBytesCodec,
  ChunkSpec,
  Codec,
  DecodeLimit,
  EncodeOptions,
} from "./codec.ts";

/** The most a chunk of variable-length elements may decode to: its metadata states no size. */
const MAX_VARIABLE_SIZE = 2 ** 31 - 1;

/** Codecs in their order of encoding, split by kind. */
export interface CodecChain {
  readonly codecs: readonly Codec[];
  readonly arrayArray: readonly Codec[];
  readonly arrayBytes: Codec;
  readonly bytesBytes: readonly Codec[];
}

/** A chain bound to a chunk shape, data type and fill value. */
export interface BoundChain {
  readonly spec: ChunkSpec;
  /** Exact encoded size of a chunk where all have the same. */
  readonly encodedSize: number | undefined;
  /** Upper bound of the encoded size; `undefined` where only the data tells. */
  readonly maxEncodedSize: number | undefined;
  /** Is a stored chunk its elements in memory form, in C order? */
  readonly isPlain: boolean;
  /** Does decoding never return a promise? Then `decodeTransient` may leave its result in the kernels' memory. */
  readonly synchronous: boolean;
  /** The result may alias `bytes`, and is otherwise the caller's. */
  decode(bytes: Uint8Array): Awaitable<Block>;
  /**
   * As `decode`, but where the chain is `synchronous`, the result may lie in the memory of the kernels
   * (`kernels/memory.ts`): it is valid until the next kernel call that makes output on this thread.
   */
  decodeTransient(bytes: Uint8Array): Awaitable<Block>;
  /** The result may alias the block, and is otherwise the caller's. */
  encode(block: Block, options?: EncodeOptions): Awaitable<Uint8Array>;
  /** Does encoding never return a promise? Then `encodeTransient` may leave its result in the kernels' memory. */
  readonly encodesSynchronously: boolean;
  /** As `encode`, with a result as that of `decodeTransient`. */
  encodeTransient(block: Block, options?: EncodeOptions): Awaitable<Uint8Array>;
  /** Can a part of a chunk be had without the rest? Its cells, where it has cells. */
  readonly partial:
    | {
        readonly innerChunkShape: readonly number[] | undefined;
        readonly writes: boolean;
        /** Does a read of a part cost another one first, that says where it is? */
        readonly looksUp: boolean;
      }
    | undefined;
  /**
   * Reads only what `part` needs; false when the source has no value. Only where `partial`. No promise where nothing had to be
   * waited for.
   */
  decodePart(source: ByteSource, part: ChunkPart, target: Block, options: AbortOptions): Awaitable<boolean>;
  /**
   * A stored chunk that is held open, as its elements in memory form in C order; `undefined` where runs of them cannot
   * be had without the rest. Throws where its size is not what it must be.
   */
  readonly openElements: ((value: OpenValue) => OpenValue) | undefined;
  /** Merges a part into stored bytes without decoding the rest. Only where `partial.writes`. */
  encodePart(
    existing: Uint8Array | undefined,
    part: ChunkPart,
    value: Block,
    options: EncodeOptions,
  ): Promise<Uint8Array | undefined>;
}

/**
 * Puts codecs together.
 *
 * @throws MetadataValidationError when their kinds are out of order, or the array-to-bytes codec is missing or not alone.
 */
export function codecChain(codecs: readonly Codec[]): CodecChain {
  const position = codecs.findIndex((codec) => codec.kind === "array-bytes");
  const arrayBytes = codecs[position];
  const names = codecs.map((codec) => codec.name);
  if (arrayBytes === undefined) {
    throw new MetadataValidationError("Required ArrayBytesCodec was not found.", { actual: names });
  }
  const arrayArray = codecs.slice(0, position);
  const bytesBytes = codecs.slice(position + 1);
  const misplaced =
    arrayArray.find((codec) => codec.kind !== "array-array") ??
    bytesBytes.find((codec) => codec.kind !== "bytes-bytes");
  if (misplaced !== undefined) {
    throw new MetadataValidationError(
      `Invalid codec order: ${misplaced.name} (${misplaced.kind}) cannot stand where it does in ${names.join(", ")}.`,
      { codec: misplaced.name, actual: names },
    );
  }
  return { codecs, arrayArray, arrayBytes, bytesBytes };
}

/** The chain with everything derived from the data type filled in, as it is written to metadata. */
export function resolveChain(given: CodecChain, spec: ChunkSpec): CodecChain {
  const resolved: Codec[] = [];
  let current = spec;
  for (const codec of given.codecs) {
    const next = codec.resolve?.(current) ?? codec;
    resolved.push(next);
    if (next.kind === "array-array") {
      // Codecs of this kind bind to codecs of this kind.
      current = (next.bind(current) as BoundArrayArrayCodec).encoded;
    }
  }
  return codecChain(resolved);
}

/** What chains are known to bind to, the last first. */
const checked = new WeakMap<CodecChain, ChunkSpec[]>();

/** Specs that are remembered of a chain. */
const CHECKED = 8;

/**
 * Binds a chain, so that what is wrong with it fails, unless it has been bound to an equal spec before: arrays of
 * one hierarchy share their chains.
 */
export function checkChain(given: CodecChain, spec: ChunkSpec): void {
  let specs = checked.get(given);
  if (specs?.some((known) => isSameSpec(known, spec)) === true) return;
  bindChain(given, spec);
  if (specs === undefined) checked.set(given, (specs = []));
  specs.unshift({ ...spec, shape: [...spec.shape], fillBytes: spec.fillBytes?.slice() });
  if (specs.length > CHECKED) specs.pop();
}

function isSameSpec(left: ChunkSpec, right: ChunkSpec): boolean {
  return (
    left.dataType === right.dataType &&
    // An object is the same only as long as nobody changes it.
    (typeof left.fillValue !== "object" || left.fillValue === null) &&
    Object.is(left.fillValue, right.fillValue) &&
    isSameList(left.shape, right.shape) &&
    isSameList(left.fillBytes, right.fillBytes)
  );
}

function isSameList(left: ArrayLike<number> | undefined, right: ArrayLike<number> | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

/** Binds every codec to the representation that the one before it makes. */
export function bindChain(given: CodecChain, spec: ChunkSpec): BoundChain {
  let current = spec;
  const arrays = given.arrayArray.map((codec) => {
    const bound = bindAs(codec, current, "array-array");
    current = bound.encoded;
    return bound;
  });
  const serializer = bindAs(given.arrayBytes, current, "array-bytes");
  const bytes = given.bytesBytes.map((codec) => bindAs(codec, current, "bytes-bytes"));
  const { limits, encodedSize, maxEncodedSize } = sizesOf(serializer, bytes);
  // A part can be had alone when what wraps the bytes can be looked into and every codec before them only rearranges.
  const inner =
    bytes.every((codec, i) => codec.decodedSource !== undefined && limits[i]!.exact !== undefined) &&
    arrays.every((codec) => codec.project !== undefined)
      ? serializer.partial
      : undefined;

  const unwrapped = (source: ByteSource): ByteSource =>
    // Each has a `decodedSource` and an exact size, as was just asked.
    bytes.reduceRight((at, codec, i) => codec.decodedSource!(at, limits[i]!.exact!), source);

  const projected = (part: ChunkPart, block: Block): { part: ChunkPart; target: Block } => {
    let view = { part, target: block };
    for (const codec of arrays) view = codec.project!(view.part, view.target);
    return view;
  };

  const decodeBytes = (encoded: Uint8Array, transient: boolean): Awaitable<Block> => {
    let value: Awaitable<Uint8Array> = encoded;
    for (let i = bytes.length - 1; i >= 0; i--) {
      const codec = bytes[i]!;
      value = chain(value, (at) =>
        guarded(codec.name, "decode", () => codec.decode(at, limits[i]!, transient)),
      );
    }
    let block: Awaitable<Block> = chain(value, (at) =>
      guarded(serializer.name, "decode", () => serializer.decode(at, transient)),
    );
    for (let i = arrays.length - 1; i >= 0; i--) {
      const codec = arrays[i]!;
      block = chain(block, (at) => guarded(codec.name, "decode", () => codec.decode(at)));
    }
    return block;
  };
  const encodeBlock = (
    decoded: Block,
    options: EncodeOptions | undefined,
    transient: boolean,
  ): Awaitable<Uint8Array> => {
    let block: Awaitable<Block> = decoded;
    for (const codec of arrays) {
      block = chain(block, (at) => guarded(codec.name, "encode", () => codec.encode(at)));
    }
    // What another step encodes at once may lie in the kernels' memory, whatever becomes of the result.
    const last = bytes.length - 1;
    const between = transient || (encodesSynchronously && last >= 0);
    let value: Awaitable<Uint8Array> = chain(block, (at) =>
      guarded(serializer.name, "encode", () => serializer.encode(at, options, between), options?.signal),
    );
    for (const [i, codec] of bytes.entries()) {
      const stays = i < last ? between : transient;
      value = chain(value, (at) => guarded(codec.name, "encode", () => codec.encode(at, stays)));
    }
    if (!between || transient) return value;
    // A codec may give back its input.
    return chain(value, (at) => (addressOf(at) < 0 ? at : new Uint8Array(at)));
  };
  // A result that others may overwrite must not wait in a promise, nor be an input that a codec keeps.
  const synchronous = [...arrays, serializer, ...bytes].every((codec) => codec.synchronous === true);
  const encodesSynchronously = [...arrays, serializer, ...bytes].every(
    (codec) => codec.encodesSynchronously === true,
  );

  return {
    spec,
    encodedSize,
    maxEncodedSize,
    isPlain: arrays.length === 0 && bytes.length === 0 && serializer.keepsRuns === true,
    synchronous,
    decode: (encoded) => decodeBytes(encoded, false),
    decodeTransient: (encoded) => decodeBytes(encoded, synchronous),
    encode: (block, options) => encodeBlock(block, options, false),
    encodesSynchronously,
    encodeTransient: (block, options) => encodeBlock(block, options, encodesSynchronously),
    partial:
      inner === undefined
        ? undefined
        : {
            innerChunkShape: inner.innerChunkShape,
            writes: inner.encodePart !== undefined && bytes.length === 0,
            looksUp: bytes.length > 0,
          },
    decodePart(source, part, target, options) {
      const view = projected(part, target);
      return guarded(
        serializer.name,
        "decode",
        () => inner!.decodePart(unwrapped(source), view.part, view.target, options),
        options.signal,
      );
    },
    openElements: elementsOpener(arrays.length, serializer, bytes, limits),
    async encodePart(existing, part, value, options) {
      const view = projected(part, value);
      return await guarded(
        serializer.name,
        "encode",
        () => inner!.encodePart!(existing, view.part, view.target, options),
        options.signal,
      );
    },
  };
}

/** See `BoundChain.openElements`. Codecs from arrays to arrays would move the elements. */
function elementsOpener(
  arrays: number,
  serializer: BoundArrayBytesCodec,
  bytes: readonly BoundBytesBytesCodec[],
  limits: readonly DecodeLimit[],
): BoundChain["openElements"] {
  const { encodedSize } = serializer;
  if (arrays > 0 || serializer.decodeRun === undefined || encodedSize === undefined) return undefined;
  if (!bytes.every((codec, i) => codec.openDecoded !== undefined && limits[i]!.exact !== undefined))
    return undefined;
  return (value) => {
    // Each has an `openDecoded` and an exact size, as was just asked.
    const content = bytes.reduceRight((at, codec, i) => codec.openDecoded!(at, limits[i]!.exact!), value);
    if (content.size !== encodedSize) {
      throw new CodecError(`A chunk has ${content.size} bytes where its shape says ${encodedSize}.`, {
        codec: serializer.name,
        expected: encodedSize,
        actual: content.size,
      });
    }
    const { size, step } = content;
    return {
      size,
      step,
      read: (start, end, place) => serializer.decodeRun!(content.read(start, end, place)),
      ...(serializer.keepsRuns === true && content.scatter !== undefined
        ? {
            scatter: (start: number, end: number, target: ScatterTarget) =>
              content.scatter!(start, end, target),
          }
        : {}),
    };
  };
}

interface BoundByKind {
  "array-array": BoundArrayArrayCodec;
  "array-bytes": BoundArrayBytesCodec;
  "bytes-bytes": BoundBytesBytesCodec;
}

function bindAs<K extends keyof BoundByKind>(codec: Codec, spec: ChunkSpec, kind: K): BoundByKind[K] {
  const bound = codec.bind(spec);
  if (bound.kind !== kind) {
    throw new TypeError(`The codec ${codec.name} says it is ${kind} and binds to ${bound.kind}.`);
  }
  return bound as BoundByKind[K]; // its kind was just checked
}

/** What each bytes-to-bytes codec may decode to, and the sizes of an encoded chunk. */
function sizesOf(
  serializer: BoundArrayBytesCodec,
  codecs: readonly BoundBytesBytesCodec[],
): { limits: DecodeLimit[]; encodedSize: number | undefined; maxEncodedSize: number | undefined } {
  let exact = serializer.encodedSize;
  let max = serializer.maxEncodedSize ?? MAX_VARIABLE_SIZE;
  const limits: DecodeLimit[] = [];
  for (const codec of codecs) {
    limits.push({ exact, max });
    exact = exact === undefined ? undefined : codec.encodedSize(exact);
    max = exact ?? codec.maxEncodedSize(max);
  }
  const maxEncodedSize = serializer.maxEncodedSize === undefined ? undefined : max;
  return { limits, encodedSize: exact, maxEncodedSize };
}

/** Runs one step; its failure names the codec, and what no codec raised on purpose becomes a CodecError. */
function guarded<T>(
  codec: string,
  what: "encode" | "decode",
  step: () => Awaitable<T>,
  signal?: AbortSignal,
): Awaitable<T> {
  return attempt(step, (error) => {
    throw signal?.aborted === true && error === signal.reason ? error : asCodecError(error, codec, what);
  });
}

function asCodecError(error: unknown, codec: string, what: "encode" | "decode"): unknown {
  if (error instanceof CodecError || error instanceof MetadataValidationError)
    return addFacts(error, { codec });
  if (isZarrError(error) || !(error instanceof Error)) return error;
  // A value that the type cannot hold is the caller's mistake, not the codec's.
  if (what === "encode" && (error instanceof RangeError || error instanceof TypeError)) return error;
  return new CodecError(`The codec ${codec} failed to ${what}: ${error.message}`, { codec, cause: error });
}
