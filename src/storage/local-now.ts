/**
 * Small reads of local files without a promise, around the methods of the store: only where it is exactly a `LocalStore`,
 * whose methods would do the same.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { ByteRequest } from "../base/byte-request.ts";
import { LATER } from "../base/byte-source.ts";
import type { ByteRuns, Later, ReadOptions, Room } from "../base/byte-source.ts";
import { isMissingFile, localError } from "./local-errors.ts";
import type { LocalFiles } from "./local-files.ts";
import { validateLocalKey } from "./local-key.ts";
import { LocalStore } from "./local-store.ts";
import type { Store } from "./store.ts";

/** Parts of a value, in one room; `LATER` where the store's methods have to read them, `undefined` where it is missing. */
export function localPartsNow(
  store: Store,
  key: string,
  requests: readonly (ByteRequest | undefined)[],
  options: ReadOptions,
  room: Room | undefined,
): Uint8Array[] | undefined | Later {
  return now(store, key, options, (files) => files.partsSoon(key, requests, options, room));
}

/** The same of runs of one length, in one piece. */
export function localRunsNow(
  store: Store,
  key: string,
  runs: ByteRuns,
  options: ReadOptions,
  room: Room,
): Uint8Array | undefined | Later {
  return now(store, key, options, (files) => files.runsSoon(key, runs, options, room));
}

/**
 * A whole value, into `place` where it is exactly as long; `LATER` as above. Until the promise has settled, `place` may be
 * written to.
 */
export function localValueInto(
  store: Store,
  key: string,
  place: Uint8Array,
  options: ReadOptions,
): Promise<Uint8Array | undefined> | Later {
  const files = LocalStore.directFiles(store);
  if (files === undefined || !store.isOpen) return LATER;
  throwIfAborted(options.signal);
  validateLocalKey(key, store);
  return valueInto(store, files, key, place, options);
}

async function valueInto(
  store: Store,
  files: LocalFiles,
  key: string,
  place: Uint8Array,
  options: ReadOptions,
): Promise<Uint8Array | undefined> {
  try {
    const room: Room = (length) => (length === place.length ? place : new Uint8Array(length));
    return await files.read(key, undefined, options, room);
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw localError(error, "read", String(store), key, options.signal);
  }
}

function now<T>(
  store: Store,
  key: string,
  options: ReadOptions,
  read: (files: LocalFiles) => T | undefined,
): T | undefined | Later {
  const files = LocalStore.directFiles(store);
  if (files === undefined || !store.isOpen) return LATER;
  throwIfAborted(options.signal);
  validateLocalKey(key, store);
  try {
    return read(files) ?? LATER;
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw localError(error, "read", String(store), key, options.signal);
  }
}
