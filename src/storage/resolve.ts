/**
 * From what a user names as a store to a place in a store.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { redactUrl } from "../fs/redact.ts";
import { fileUrlToLocalPath } from "./local-root.ts";
import { ManagedMemoryStore, parseMemoryUrl } from "./managed-memory-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { ReadableStore } from "./readable-store.ts";
import { classifyStoreLike } from "./store-like.ts";
import type { StoreKind, StoreLike } from "./store-like.ts";
import { validateMode } from "./store-mode.ts";
import type { StoreMode } from "./store-mode.ts";
import { StorePath } from "./store-path.ts";
import type { Store } from "./store.ts";
import { fileSystemFile } from "../fs/zip/file-system-file.ts";
import type { ZipStoreOptions } from "./zip-store.ts";

/** Options of `resolveStore`. */
export interface ResolveStoreOptions extends AbortOptions {
  /** How the store is opened; without one, a path or memory is writable and all else read-only. */
  readonly mode?: StoreMode | undefined;
  /** Options of the file system of a URL, such as credentials. */
  readonly storageOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Path within the store. Default `""`, the root. */
  readonly path?: string | undefined;
}

/** A place in a store, and whether whoever asked for it has to close the store. */
export interface ResolvedStore {
  readonly storePath: StorePath;
  /** Was the store made here? Then the caller of `resolveStore` closes it. */
  readonly owned: boolean;
}

/**
 * Finds or makes the store that a store-like names. Nothing is created or read, except that mode
 * `"w-"` looks whether the place has data. A local directory that does not exist is no error: a
 * read of it finds no node.
 *
 * @throws TypeError when it is no store-like, the mode is unknown, or `storageOptions` are given
 * with a store that takes none.
 * @example
 * ```ts
 * const { storePath } = await resolveStore("data/example.zarr", { mode: "r" });
 * String(storePath); // file://data/example.zarr
 * ```
 */
export async function resolveStore(
  storeLike: StoreLike,
  options: ResolveStoreOptions = {},
): Promise<ResolvedStore> {
  const { mode, storageOptions, path, signal } = options;
  throwIfAborted(signal);
  if (mode !== undefined) validateMode(mode);
  const kind = classifyStoreLike(storeLike);
  if (storageOptions !== undefined && kind.kind !== "url" && kind.kind !== "zipUrl")
    throw new TypeError(
      "'storageOptions' was provided but unused: it is only used when the store is given as the URL of a remote file system.",
    );
  if (kind.kind === "storePath") {
    const { store } = kind.storePath;
    const joined = kind.storePath.join(path ?? "").path;
    return { storePath: await StorePath.open(store, { path: joined, mode, signal }), owned: false };
  }
  if (kind.kind === "store")
    return { storePath: await StorePath.open(kind.store, { path, mode, signal }), owned: false };
  const store = await makeStore(kind, mode, storageOptions ?? {});
  try {
    return { storePath: await StorePath.open(store, { path, mode, signal }), owned: true };
  } catch (error) {
    await store.close();
    throw error;
  }
}

type MadeKind = Exclude<StoreKind, { kind: "store" | "storePath" }>;

async function makeStore(
  kind: MadeKind,
  mode: StoreMode | undefined,
  storageOptions: Readonly<Record<string, unknown>>,
): Promise<Store> {
  const readOnly = mode === "r";
  // What is far away, or packed, is written only when a mode says so.
  const remoteReadOnly = mode === undefined || readOnly;
  // Stores that few programs use, or that bring file systems along, are loaded when they are first asked for.
  switch (kind.kind) {
    case "local": {
      const { LocalStore } = await import("./local-store.ts");
      return new LocalStore(kind.path, { readOnly, mode });
    }
    case "fileUrl": {
      const { LocalStore } = await import("./local-store.ts");
      return new LocalStore(fileUrlToLocalPath(kind.url), { readOnly, mode });
    }
    case "managedMemory": {
      const { name, path } = parseMemoryUrl(kind.url);
      return new ManagedMemoryStore(name, { path, readOnly });
    }
    case "memory":
      return new MemoryStore(kind.map, { readOnly });
    case "readable":
      return new ReadableStore(kind.readable, readOnly ? { readOnly } : {});
    case "zipPath": {
      const { ZipStore } = await import("./zip-store.ts");
      return new ZipStore(kind.path, zipOptions(mode));
    }
    case "blob": {
      const { ZipStore } = await import("./zip-store.ts");
      return new ZipStore(kind.blob, { mode: "r" });
    }
    case "zipUrl": {
      const [{ urlToFs }, { ZipStore }] = await Promise.all([
        import("../fs/registry.ts"),
        import("./zip-store.ts"),
      ]);
      const [fs, path] = urlToFs(kind.url, storageOptions);
      return new ZipStore(fileSystemFile(fs, path, redactUrl(kind.url)), zipOptions(mode));
    }
    case "directoryHandle": {
      const { WebDirectoryStore } = await import("./web-directory-store.ts");
      return new WebDirectoryStore(kind.handle, { readOnly: remoteReadOnly });
    }
    case "url": {
      const { FsspecStore } = await import("./fsspec-store.ts");
      return await FsspecStore.fromUrl(kind.url, { readOnly: remoteReadOnly, storageOptions });
    }
    default:
      throw kind satisfies never;
  }
}

/** An archive is never emptied here, not by `"w"` either: whoever creates a node looks at what is there first. */
function zipOptions(mode: StoreMode | undefined): ZipStoreOptions {
  if (mode === undefined || mode === "r") return { mode: "r", readOnly: true };
  return mode === "r+" ? { mode: "r", readOnly: false } : { mode: "a" };
}
