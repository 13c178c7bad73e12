/**
 * Parquet files of references, by the optional package `hyparquet`.
 *
 * @see docs/decisions/0006-parquet.md
 * @module
 */
import { throwIfAborted } from "../../base/async.ts";
import { MissingDependencyError, StoreError } from "../../base/errors.ts";
import { decodeZstdValue } from "../../kernels/zstd-value.ts";

/** The columns of one file of references; all that are there have the same length. */
export interface ReferenceColumns {
  readonly path: readonly unknown[] | undefined;
  readonly offset: readonly unknown[] | undefined;
  readonly size: readonly unknown[] | undefined;
  readonly raw: readonly unknown[] | undefined;
}

const COLUMNS = ["path", "offset", "size", "raw"] as const;
/** A compressed page holds at most this much: a file of references has thousands of rows, not millions. */
const MAX_PAGE_BYTES = 2 ** 28;
/** Three bytes of Snappy make at most 64. */
const MAX_SNAPPY_RATIO = 22;

/**
 * Reads the columns of a file of references.
 *
 * @param maxRows A file with more rows is an error.
 * @throws MissingDependencyError when the package is not installed; StoreError when the file is
 * damaged or not a file of references.
 */
export async function readReferenceColumns(
  name: string,
  bytes: Uint8Array,
  maxRows: number,
  signal: AbortSignal | undefined,
): Promise<ReferenceColumns> {
  const hyparquet = await loadHyparquet();
  throwIfAborted(signal);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError("Parquet bytes must not be in shared memory.");
  try {
    const metadata = hyparquet.parquetMetadata(buffer);
    const rows = Number(metadata.num_rows);
    if (!(rows <= maxRows)) throw new StoreError(`It has ${rows} rows, ${maxRows} at most were to be there.`);
    const present = new Set(metadata.schema.map((element) => element.name));
    const columns = COLUMNS.filter((column) => present.has(column));
    if (!columns.includes("path") && !columns.includes("raw"))
      throw new StoreError("It has neither a column path nor a column raw.");
    const table = new Map<string, unknown[]>();
    await hyparquet.parquetRead({
      file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
      metadata,
      columns: [...columns],
      utf8: false, // `raw` is bytes; `path` is text by its type
      compressors: {
        ZSTD: (page, length) => decodeZstdValue(page, Math.min(length, MAX_PAGE_BYTES)),
        SNAPPY: (page, length) => {
          if (length > page.length * MAX_SNAPPY_RATIO) throw new StoreError("A page lies about its length.");
          const output = new Uint8Array(length);
          hyparquet.snappyUncompress(page, output);
          return output;
        },
      },
      rowFormat: "object",
      onComplete: (objects) => {
        for (const column of columns)
          table.set(
            column,
            objects.map((object): unknown => object[column]),
          );
      },
    });
    for (const column of columns)
      if (table.get(column)?.length !== rows) throw new StoreError(`Its column ${column} is not whole.`);
    return {
      path: table.get("path"),
      offset: table.get("offset"),
      size: table.get("size"),
      raw: table.get("raw"),
    };
  } catch (cause) {
    throwIfAborted(signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`${name} is no Parquet file of references: ${reason}`, { cause });
  }
}

type Hyparquet = typeof import("hyparquet");

async function loadHyparquet(): Promise<Hyparquet> {
  try {
    return await import("hyparquet");
  } catch (cause) {
    throw new MissingDependencyError(
      "References in Parquet need the package hyparquet, which is not installed: npm install hyparquet",
      { cause },
    );
  }
}
