import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { ReferenceFileSystem } from "../fs/reference-file-system.ts";
import type { ReferenceFileSystemOptions } from "../fs/reference/options.ts";
import type { StorageOptions } from "../fs/registry.ts";
import { FsspecStore } from "./fsspec-store.ts";
import type { StoreOptions } from "./store-base.ts";
import { registerStore } from "./store-registry.ts";
import type { FromJsonOptions, StoreJson } from "./store-registry.ts";

/** What a `ReferenceStore` is made of: a path or URL of references, or the contents of a JSON file of them. */
export type ReferenceSource = NonNullable<ReferenceFileSystemOptions["fo"]>;

/** Options of `ReferenceStore`: those of `ReferenceFileSystem`. */
export type ReferenceStoreOptions = ReferenceFileSystemOptions & StoreOptions;

/**
 * The hierarchy that kerchunk references describe: keys whose bytes are parts of other files, such
 * as the chunks of NetCDF files. Reads JSON of version 0 and 1 (with templates, generators and
 * inline data) and folders of Parquet files. Read-only.
 *
 * A file of references is data of someone else's: it may name files on the web and on object
 * storage, files on this machine only below its own directory, and no link-local address; the
 * options `allow_files` and `allow_link_local` permit more.
 *
 * @example
 * ```ts
 * const store = new ReferenceStore({ version: 1, refs: { "a/0": "base64:AAEC" } });
 * await store.get("a/0"); // Uint8Array [0, 1, 2]
 * ```
 */
export class ReferenceStore extends FsspecStore {
  /**
   * @param references A path or URL of references, or the contents of a JSON file of them.
   * @param options Of `ReferenceFileSystem`: `remote_protocol`, `remote_options`, `target_options` and others;
   * `readOnly` is `true` by default, and nothing can be written in any case.
   * @throws TypeError for a wrong option.
   */
  constructor(references: ReferenceSource | ReferenceFileSystem, options: ReferenceStoreOptions = {}) {
    const { readOnly = true, ...own } = options;
    const fs =
      references instanceof ReferenceFileSystem
        ? references
        : new ReferenceFileSystem({ ...own, fo: bare(references) });
    super(fs, { path: "", readOnly });
  }

  static {
    registerStore("ReferenceStore", this, (json, options) => ReferenceStore.#revive(json, options));
  }

  /** The store of the references at a URL. `storageOptions` are those of `ReferenceFileSystem`. */
  static override async fromUrl(
    url: string | URL,
    options: { readonly storageOptions?: StorageOptions | undefined } = {},
  ): Promise<ReferenceStore> {
    return new ReferenceStore(String(url), options.storageOptions ?? {});
  }

  /** Another store on the same references. */
  override withReadOnly(readOnly: boolean = false): ReferenceStore {
    return new ReferenceStore(this.#fs, { readOnly });
  }

  override toString(): string {
    return `<ReferenceStore(${this.#fs.source})>`;
  }

  override toJSON(): StoreJson {
    if (!this.#fs.carriable(""))
      throw new UnsupportedError(`${String(this)} cannot be carried as JSON.`, { store: String(this) });
    return this.jsonOf({ readOnly: this.readOnly, options: this.#fs.getOptions() });
  }

  get #fs(): ReferenceFileSystem {
    return this.fs as ReferenceFileSystem; // the constructor gave one
  }

  static #revive(json: StoreJson, { storageOptions }: FromJsonOptions): ReferenceStore {
    const { options } = json;
    if (typeof options !== "object" || options === null || Array.isArray(options))
      throw new TypeError("The JSON of a ReferenceStore has options.");
    // The file system checks each option.
    const all: StorageOptions = { ...(options as JsonObject), ...storageOptions };
    const fs = new ReferenceFileSystem(all);
    return new ReferenceStore(fs, { readOnly: json["readOnly"] !== false });
  }
}

/** `reference::file.json` is the same as `file.json` here. */
function bare(references: ReferenceSource): ReferenceSource {
  return typeof references === "string" ? references.replace(/^reference(?::\/\/)?::/i, "") : references;
}
