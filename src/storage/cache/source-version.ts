import type { AbortOptions } from "../../base/async.ts";
import { FsspecStore } from "../fsspec-store.ts";
import type { Store } from "../store.ts";

/** What a source says of the version of a value now. */
export type SourceVersion =
  | { readonly kind: "missing" }
  | { readonly kind: "unknown" }
  | { readonly kind: "known"; readonly version: unknown };

/** Asks a source for the version of a value, without its bytes. */
export async function sourceVersion(
  store: Store,
  key: string,
  options: AbortOptions,
): Promise<SourceVersion> {
  if (store instanceof FsspecStore && !store.fs.tellsVersions) {
    const info = await store.fs.statFile(store.fs.join(store.path, key), options);
    if (info === undefined) return { kind: "missing" };
    const { etag, size, lastModified } = info;
    if (etag !== undefined) return { kind: "known", version: etag };
    if (lastModified === undefined) return { kind: "unknown" };
    return { kind: "known", version: `${String(size)}:${lastModified.getTime()}` };
  }
  let version: unknown;
  const none = await store.get(
    key,
    { start: 0, end: 0 },
    { ...options, onVersion: (told) => (version = told) },
  );
  if (none === undefined) return { kind: "missing" };
  return version === undefined ? { kind: "unknown" } : { kind: "known", version };
}

/** Does a read of this source not tell the version, so that it has to be asked for before? */
export function versionIsSeparate(store: Store): boolean {
  return store instanceof FsspecStore && !store.fs.tellsVersions;
}
