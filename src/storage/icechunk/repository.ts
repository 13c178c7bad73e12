/**
 * From a branch or tag of an Icechunk repository to a snapshot.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { NodeNotFoundError, StoreError, UnsupportedError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import { parseJson } from "../../base/json-parse.ts";
import type { Store } from "../store.ts";
import type { FlatTable, FlatVector } from "./flatbuffer.ts";
import { explained, readMetadataFile } from "./metadata-file.ts";
import { encodeObjectId, isObjectId } from "./object-id.ts";

/** What of a repository is read. */
export type RepositoryRef =
  | { readonly kind: "branch"; readonly name: string }
  | { readonly kind: "tag"; readonly name: string }
  | { readonly kind: "snapshot"; readonly id: string };

const REPO = { status: 5, branches: 2, tags: 1, deletedTags: 3, snapshots: 4 };
const REF = { name: 0, snapshotIndex: 1 };
const OFFLINE = 2;
const MAX_NAME = 1024;

/**
 * Finds the id of the snapshot.
 *
 * @throws NodeNotFoundError when there is no such branch or tag, or no repository; StoreError when a file is damaged.
 */
export async function findSnapshot(store: Store, ref: RepositoryRef, options: AbortOptions): Promise<string> {
  if (ref.kind === "snapshot") return ref.id;
  // The one mutable file of version 2; version 1 has a file for each branch and tag.
  const repo = await readMetadataFile(store, "repo", "repo", options);
  if (repo === undefined) return findInRefs(store, ref, options);
  return explained(store, "repo", () => findInRepo(store, repo.root, ref));
}

function findInRepo(
  store: Store,
  repo: FlatTable,
  ref: Exclude<RepositoryRef, { kind: "snapshot" }>,
): string {
  if (repo.table(REPO.status)?.uint8(0) === OFFLINE)
    throw new UnsupportedError("The repository has been taken offline by its owner.");
  const refs = repo.tables(ref.kind === "branch" ? REPO.branches : REPO.tags);
  const found = find(refs, (item) => nameOf(item) === ref.name);
  if (found === undefined) throw noSuchRef(store, ref, namesOf(refs));
  const index = found.uint32(REF.snapshotIndex);
  const snapshots = repo.tables(REPO.snapshots);
  const id = index < snapshots.length ? snapshots.at(index).struct(0, 12) : undefined;
  if (id === undefined)
    throw new StoreError(`Its ${ref.kind} ${ref.name} names snapshot ${index}, which it does not list.`);
  return encodeObjectId(id);
}

async function findInRefs(
  store: Store,
  ref: Exclude<RepositoryRef, { kind: "snapshot" }>,
  options: AbortOptions,
): Promise<string> {
  if (ref.name.includes("/") || ref.name === "") throw noSuchRef(store, ref);
  const key = `refs/${ref.kind}.${ref.name}/ref.json`;
  const bytes = await store.get(key, undefined, options);
  // The file of a deleted tag stays, so that its name is not used again; a second one says so.
  const deleted =
    ref.kind === "tag" && bytes !== undefined && (await store.exists(`${key}.deleted`, options));
  if (bytes === undefined || deleted) throw noSuchRef(store, ref);
  return explained(store, key, () => {
    const document = parseJson(bytes, { key });
    const id = isJsonObject(document) ? document["snapshot"] : undefined;
    if (typeof id !== "string" || !isObjectId(id)) throw new StoreError("It names no snapshot.");
    return id;
  });
}

/** The name of a branch or tag. Many may share one text in a damaged file, so it must not be long. */
function nameOf(ref: FlatTable): string {
  const length = ref.bytes(REF.name)?.length ?? 0;
  if (length > MAX_NAME) throw new StoreError(`A branch or tag has a name of ${length} bytes.`);
  return ref.string(REF.name) ?? "";
}

function find<T>(items: FlatVector<T>, matches: (item: T) => boolean): T | undefined {
  for (let index = 0; index < items.length; index++) {
    const item = items.at(index);
    if (matches(item)) return item;
  }
  return undefined;
}

function namesOf(refs: FlatVector<FlatTable>): string[] {
  const names: string[] = [];
  for (let index = 0; index < Math.min(refs.length, 100); index++) names.push(nameOf(refs.at(index)));
  return names;
}

function noSuchRef(
  store: Store,
  ref: { readonly kind: string; readonly name: string },
  known?: string[],
): NodeNotFoundError {
  const listed = known === undefined ? "" : `; it has ${known.join(", ") || "none"}`;
  return new NodeNotFoundError(
    `There is no Icechunk repository with the ${ref.kind} ${JSON.stringify(ref.name)} at ${String(store)}${listed}.`,
    { store: String(store), known },
  );
}
