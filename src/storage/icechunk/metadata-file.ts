/**
 * The files of metadata of an Icechunk repository: a header, and a FlatBuffer in zstd.
 *
 * @see https://icechunk.io/en/latest/reference/spec/
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { NodeNotFoundError, StoreError, UnsupportedError } from "../../base/errors.ts";
import { decodeZstdValue } from "../../kernels/zstd-value.ts";
import type { Store } from "../store.ts";
import { FlatTable } from "./flatbuffer.ts";

/** What a file holds, by the number in its header. */
export type MetadataFileType = "snapshot" | "manifest" | "repo";

const TYPE_NUMBERS: Readonly<Record<MetadataFileType, number>> = { snapshot: 1, manifest: 2, repo: 6 };
const MAGIC = [0x49, 0x43, 0x45, 0xf0, 0x9f, 0xa7, 0x8a, 0x43, 0x48, 0x55, 0x4e, 0x4b];
const HEADER_SIZE = 39;
const SPEC_VERSION_AT = 36;
const MAX_BYTES = 2 ** 30;
/** Tables of references compress well, and not without bound. */
const MAX_RATIO = 200;
const MIN_BOUND = 2 ** 24;

/** A decoded file. */
export interface MetadataFile {
  readonly root: FlatTable;
  /** Length of the decoded FlatBuffer in bytes. */
  readonly size: number;
  readonly specVersion: number;
}

/**
 * Reads a file of metadata; `undefined` when it is not there.
 *
 * @throws StoreError when it is damaged or of another type; UnsupportedError for a later version of the format.
 */
export async function readMetadataFile(
  store: Store,
  key: string,
  type: MetadataFileType,
  options: AbortOptions,
): Promise<MetadataFile | undefined> {
  const bytes = await store.get(key, undefined, options);
  if (bytes === undefined) return undefined;
  return explained(store, key, () => decodeMetadataFile(bytes, type));
}

/** Runs work on the contents of a file; its errors name the file. */
export function explained<T>(store: Store, key: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof NodeNotFoundError) throw cause;
    const facts = { store: String(store), key, cause };
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof UnsupportedError)
      throw new UnsupportedError(`The Icechunk file ${key} cannot be read: ${reason}`, facts);
    throw new StoreError(`The Icechunk file ${key} is damaged: ${reason}`, facts);
  }
}

function decodeMetadataFile(bytes: Uint8Array, type: MetadataFileType): MetadataFile {
  if (bytes.length < HEADER_SIZE || MAGIC.some((byte, index) => bytes[index] !== byte))
    throw new StoreError("It does not begin as Icechunk files do.");
  const specVersion = bytes[SPEC_VERSION_AT]!;
  const fileType = bytes[SPEC_VERSION_AT + 1]!;
  const compression = bytes[SPEC_VERSION_AT + 2]!;
  if (specVersion !== 1 && specVersion !== 2)
    throw new UnsupportedError(`It is of version ${specVersion} of the format; known are 1 and 2.`, {
      known: ["1", "2"],
      actual: specVersion,
    });
  if (fileType !== TYPE_NUMBERS[type])
    throw new StoreError(`It is a file of type ${fileType}, not a ${type}.`, {
      expected: TYPE_NUMBERS[type],
      actual: fileType,
    });
  const body = bytes.subarray(HEADER_SIZE);
  const decoded = decompress(body, compression);
  return { root: FlatTable.root(decoded), size: decoded.length, specVersion };
}

function decompress(body: Uint8Array, compression: number): Uint8Array {
  if (compression === 0) return body;
  if (compression === 1)
    return decodeZstdValue(body, Math.min(MAX_BYTES, Math.max(MIN_BOUND, body.length * MAX_RATIO)));
  throw new UnsupportedError(`It is compressed by algorithm ${compression}; known are 0 and 1.`, {
    known: ["0", "1"],
    actual: compression,
  });
}
