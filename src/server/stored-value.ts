/**
 * A stored value for HTTP: its size and tag first, then bytes that belong to them.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { mapLimited } from "../base/async.ts";
import type { ByteSpan } from "../base/byte-request.ts";
import type { Store } from "../storage/store.ts";
import { FsspecStore } from "../storage/fsspec-store.ts";
import { isMissingKeyError } from "../storage/missing-key.ts";
import { tagOfBytes, tagOfVersion } from "./entity-tag.ts";

/** What is known of a value before it is read. */
export interface ValueFacts {
  readonly size: number;
  /** `undefined` where neither the store tells a version nor the bytes are at hand. */
  readonly tag: string | undefined;
  /** The bytes, where they had to be read to know the rest. */
  readonly bytes: Uint8Array | undefined;
  /** What each read must tell, where reads tell versions. */
  readonly version: unknown;
  /** Is the version one that the file system tells, and reads do not? */
  readonly isAsked: boolean;
}

/** A value changed between two looks at it. */
export class ValueChanged extends Error {}

const SPANS_AT_ONCE = 8;

/** Looks a value up; `undefined` when it is missing. `whole`: by reading it. */
export async function valueFacts(
  store: Store,
  key: string,
  whole: boolean,
  options: AbortOptions,
): Promise<ValueFacts | undefined> {
  if (whole) return await wholeValue(store, key, options);
  // A subclass may read in a way of its own: it is asked by what it overrides.
  if (store.constructor === FsspecStore) return await fileFacts(store as FsspecStore, key, options);
  let version: unknown;
  const onVersion = (told: unknown): void => void (version = told);
  const found = await store.get(key, { start: 0, end: 0 }, { ...options, onVersion });
  if (found === undefined) return undefined;
  try {
    const size = await store.getSize(key, options);
    const tag = version === undefined ? undefined : await tagOfVersion(key, version);
    return { size, tag, version, bytes: undefined, isAsked: false };
  } catch (error) {
    if (isMissingKeyError(error)) return undefined; // it went in between
    throw error;
  }
}

/** Reads spans of a value. @throws ValueChanged when it is not the one that the facts are of. */
export async function readSpans(
  store: Store,
  key: string,
  facts: ValueFacts,
  spans: readonly ByteSpan[],
  options: AbortOptions,
): Promise<Uint8Array[]> {
  const { bytes } = facts;
  if (bytes !== undefined) return spans.map(({ start, end }) => bytes.subarray(start, end));
  const isWhole = spans.length === 1 && spans[0]!.start === 0 && spans[0]!.end === facts.size;
  return await mapLimited(
    spans,
    SPANS_AT_ONCE,
    async (span) => {
      let version = facts.version;
      const onVersion = (told: unknown): void => void (version = told);
      const part = await store.get(key, isWhole ? undefined : span, { ...options, onVersion });
      // Where the facts came from elsewhere, `requireUnchanged` compares.
      const other = facts.version !== undefined && !Object.is(version, facts.version);
      if (part?.byteLength !== span.end - span.start || other)
        throw new ValueChanged(`The value of ${JSON.stringify(key)} changed while it was read.`);
      return part;
    },
    options,
  );
}

/** Is the value still the one that the facts are of, where only asking tells? */
export async function requireUnchanged(
  store: Store,
  key: string,
  facts: ValueFacts,
  options: AbortOptions,
): Promise<void> {
  if (!facts.isAsked) return;
  const now = await valueFacts(store, key, false, options);
  if (now === undefined || now.tag !== facts.tag || now.size !== facts.size)
    throw new ValueChanged(`The value of ${JSON.stringify(key)} changed while it was read.`);
}

async function wholeValue(store: Store, key: string, options: AbortOptions): Promise<ValueFacts | undefined> {
  const bytes = await store.get(key, undefined, options);
  if (bytes === undefined) return undefined;
  return { size: bytes.byteLength, tag: await tagOfBytes(bytes), bytes, version: undefined, isAsked: false };
}

async function fileFacts(
  store: FsspecStore,
  key: string,
  options: AbortOptions,
): Promise<ValueFacts | undefined> {
  const info = await statOf(store, key, options);
  if (info === undefined) return undefined;
  const { size, etag, lastModified } = info;
  if (size === null) return await wholeValue(store, key, options);
  const version = etag ?? (lastModified === undefined ? undefined : `${size}:${lastModified.getTime()}`);
  const tag = version === undefined ? undefined : await tagOfVersion(key, version);
  return { size, tag, bytes: undefined, version: undefined, isAsked: tag !== undefined };
}

async function statOf(
  store: FsspecStore,
  key: string,
  options: AbortOptions,
): Promise<Awaited<ReturnType<FsspecStore["fs"]["statFile"]>>> {
  try {
    return await store.fs.statFile(store.fs.join(store.path, key), options);
  } catch (error) {
    // The store itself knows which failures mean that there is no such key.
    if (options.signal?.aborted !== true && !(await store.exists(key, options))) return undefined;
    throw error;
  }
}
