/**
 * The stores that resolution makes of remote URLs, archives and directory handles.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { Awaitable } from "../base/async.ts";
import type { Store } from "./store.ts";

/** How each of these kinds of store is made. */
interface StoreKinds {
  zip(source: string | Blob, readOnly: boolean): Awaitable<Store>;
  url(url: string, readOnly: boolean, storageOptions: Readonly<Record<string, unknown>>): Awaitable<Store>;
  directoryHandle(handle: FileSystemDirectoryHandle, readOnly: boolean): Awaitable<Store>;
}

export const storeKinds: StoreKinds = {
  zip(source) {
    throw new UnsupportedError(`zip stores are not there yet: ${String(source)}`);
  },
  url(url) {
    throw new UnsupportedError(`remote stores are not there yet: ${url}`);
  },
  directoryHandle() {
    throw new UnsupportedError("directory handles are not there yet");
  },
};
