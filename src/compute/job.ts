/**
 * A job writes below one place. While it runs, a document there says what job it is, so that the same job goes on where a
 * killed one stopped, and no other one mixes its chunks with those that are there.
 *
 * @module
 */
import { containsError, missingAncestors } from "../array/create-node.ts";
import { keepConsolidated } from "../array/consolidated-upkeep.ts";
import { joinPath, readNode } from "../array/node-documents.ts";
import type { AbortOptions } from "../base/async.ts";
import { forEachLimited } from "../base/async.ts";
import { config } from "../base/config.ts";
import { ReadOnlyError, StoreError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { encodeJson, equalJson } from "../base/json-write.ts";
import type { Store } from "../storage/store.ts";
import type { StorePath } from "../storage/store-path.ts";

/** Folder, below the place of a job, of what the job keeps for itself. */
export const JOB_FOLDER = ".zarrkit-job";

/** Options of a job. */
export interface JobOptions {
  /** Delete what is at the place. Default: refuse. */
  readonly overwrite?: boolean | undefined;
}

/** A job and what it finds of itself. */
export class Job {
  readonly at: StorePath;
  readonly #description: JsonObject;
  readonly #overwrite: boolean;
  #present: ReadonlySet<string> | undefined;
  #resumed = false;
  #state: JsonValue | undefined;

  /** @param description - what makes two jobs the same: source, target and what is done. */
  constructor(at: StorePath, description: JsonObject, { overwrite = false }: JobOptions = {}) {
    this.at = at;
    this.#description = description;
    this.#overwrite = overwrite;
  }

  /** What `begin` was given when the job was begun for the first time. */
  get state(): JsonValue | undefined {
    return this.#state;
  }

  /**
   * Makes the place ready.
   *
   * @param state - kept for when the job goes on: what may be chosen otherwise then.
   * @returns whether it goes on.
   * @throws ContainsArrayError, ContainsGroupError or StoreError where something is there; ReadOnlyError.
   */
  async begin(zarrFormat: 2 | 3, state: JsonValue, options: AbortOptions): Promise<boolean> {
    const { store, path } = this.at;
    if (store.readOnly)
      throw new ReadOnlyError(`${String(store)} is read-only; nothing can be written to it.`, {
        store: String(store),
        path,
      });
    this.#state = state;
    const marker = await this.#marker(options);
    if (marker !== undefined && equalJson(marker["job"] ?? null, this.#description)) {
      this.#state = marker["state"] ?? null;
      this.#resumed = true;
      await this.#findPresent(options);
      return true;
    }
    await missingAncestors(store, path, zarrFormat, options);
    if (this.#overwrite) await this.#makeRoom(options);
    else await this.#requireFree(marker !== undefined, options);
    // Without deletes it could not be removed again; such a job begins anew.
    if (store.supportsDeletes)
      await store.set(this.#key, encodeJson({ job: this.#description, state }, { indent: 2 }), options);
    return false;
  }

  /** Has an earlier run written this key? Asked of chunks, which are written whole. */
  async has(store: Store, key: string, options: AbortOptions): Promise<boolean> {
    if (!this.#resumed) return false;
    if (store === this.at.store && this.#present !== undefined) return this.#present.has(key);
    return await store.exists(key, options);
  }

  /** Removes what the job kept for itself, once what it made is in place. */
  async end(options: AbortOptions): Promise<void> {
    const { store, path } = this.at;
    if (!store.supportsDeletes) return;
    // The document goes last: killed before that, the same job comes back and clears up.
    if (store.supportsListing) {
      const keys: string[] = [];
      for await (const key of store.listPrefix(`${joinPath(path, JOB_FOLDER)}/`, options))
        if (key !== this.#key) keys.push(key);
      await forEachLimited(
        keys,
        config.get("async.concurrency"),
        (key) => store.delete(key, options),
        options,
      );
      await store.deleteDir(joinPath(path, JOB_FOLDER), options);
    } else await store.delete(this.#key, options);
  }

  get #key(): string {
    return joinPath(this.at.path, `${JOB_FOLDER}/job.json`);
  }

  async #marker(options: AbortOptions): Promise<JsonObject | undefined> {
    const bytes = await this.at.store.get(this.#key, undefined, options);
    if (bytes === undefined) return undefined;
    try {
      const json = parseJson(bytes);
      return isJsonObject(json) ? json : {};
    } catch {
      return {}; // not ours, or torn: no job can be told from it
    }
  }

  async #findPresent(options: AbortOptions): Promise<void> {
    const { store, path } = this.at;
    if (!store.supportsListing) return; // each key is then asked for
    const present = new Set<string>();
    for await (const key of store.listPrefix(path === "" ? "" : `${path}/`, options)) present.add(key);
    this.#present = present;
  }

  async #makeRoom(options: AbortOptions): Promise<void> {
    const { store, path } = this.at;
    const node = await readNode(store, path, undefined, options).catch(() => undefined);
    if (store.supportsDeletes && store.supportsListing) {
      await store.deleteDir(path, options);
      if (node !== undefined)
        await keepConsolidated(store, [{ path, node: undefined }], node.metadata.zarrFormat, options);
    } else if (node !== undefined) {
      throw containsError(store, path, node.kind, " The store cannot delete it.");
    }
  }

  async #requireFree(hasMarker: boolean, options: AbortOptions): Promise<void> {
    const { store, path } = this.at;
    if (hasMarker)
      throw new StoreError(
        `There is an unfinished job of another kind at ${String(this.at)}; run that one again, or overwrite it.`,
        { store: String(store), path },
      );
    const node = await readNode(store, path, undefined, options);
    if (node !== undefined) throw containsError(store, path, node.kind);
    if (store.supportsListing && !(await store.isEmpty(path, options)))
      throw new StoreError(`There is data at ${String(this.at)} already; it can be overwritten.`, {
        store: String(store),
        path,
      });
  }
}

/** @throws StoreError where one place lies in the other, so that writing one would change the other. */
export function requireApart(source: StorePath, target: StorePath): void {
  const [from, to] = [source.store.identity, target.store.identity];
  const place = (identity: object | string, path: string): string =>
    `${typeof identity === "string" ? identity.replace(/\/+$/, "") : ""}/${path}`.replace(/\/+$/, "") + "/";
  if (typeof from !== typeof to || (typeof from === "object" && from !== to)) return;
  const [left, right] = [place(from, source.path), place(to, target.path)];
  if (!left.startsWith(right) && !right.startsWith(left)) return;
  throw new StoreError(`The target ${String(target)} and the source ${String(source)} lie in each other.`, {
    store: String(target.store),
    path: target.path,
  });
}
