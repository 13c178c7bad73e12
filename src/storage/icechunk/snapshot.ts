/**
 * A snapshot of an Icechunk repository: all its nodes, and the manifests that hold their chunks.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { StoreError } from "../../base/errors.ts";
import type { Store } from "../store.ts";
import type { FlatTable } from "./flatbuffer.ts";
import { explained, readMetadataFile } from "./metadata-file.ts";
import { encodeObjectId } from "./object-id.ts";

/** A manifest, and the chunks that it covers: `from` (inclusive) and `to` (exclusive) in turn for each axis. */
export interface ManifestRef {
  readonly id: string;
  readonly extents: readonly number[];
}

/** A group, or an array with its manifests. */
export interface SnapshotNode {
  /** Without a leading slash; the root is `""`. */
  readonly path: string;
  readonly id: Uint8Array;
  /** The bytes of `zarr.json`. */
  readonly metadata: Uint8Array;
  /** `undefined` for a group. */
  readonly manifests: readonly ManifestRef[] | undefined;
}

const SNAPSHOT = { id: 0, nodes: 2 };
const NODE = { id: 0, path: 1, userData: 2, dataType: 3, data: 4 };
const ARRAY = { manifests: 2 };
const MANIFEST_REF = { id: 0, extents: 1 };
const ARRAY_DATA = 1;
const GROUP_DATA = 2;

/** The nodes of one snapshot, by path. */
export class Snapshot {
  readonly id: string;
  readonly nodes: ReadonlyMap<string, SnapshotNode>;

  private constructor(id: string, nodes: ReadonlyMap<string, SnapshotNode>) {
    this.id = id;
    this.nodes = nodes;
  }

  /** @throws StoreError when it is not there, or damaged. */
  static async read(store: Store, id: string, options: AbortOptions): Promise<Snapshot> {
    const key = `snapshots/${id}`;
    const file = await readMetadataFile(store, key, "snapshot", options);
    if (file === undefined)
      throw new StoreError(`The Icechunk snapshot ${id} is not there.`, { store: String(store), key });
    return explained(store, key, () => {
      const own = file.root.struct(SNAPSHOT.id, 12);
      if (own === undefined || encodeObjectId(own) !== id) throw new StoreError("It is another snapshot.");
      const nodes = new Map<string, SnapshotNode>();
      const tables = file.root.tables(SNAPSHOT.nodes);
      const budget = { left: file.size };
      for (let index = 0; index < tables.length; index++) {
        const node = readNode(tables.at(index), budget);
        nodes.set(node.path, node);
      }
      return new Snapshot(id, nodes);
    });
  }
}

/** What nodes take from a file together cannot be more than it holds, unless they share parts of it to seem more. */
interface Budget {
  left: number;
}

function spend(budget: Budget, bytes: number): void {
  budget.left -= bytes;
  if (budget.left < 0) throw new StoreError("Its nodes say more than it holds.");
}

function readNode(table: FlatTable, budget: Budget): SnapshotNode {
  const id = table.struct(NODE.id, 8);
  spend(budget, table.bytes(NODE.path)?.length ?? 0);
  const path = table.string(NODE.path);
  const metadata = table.bytes(NODE.userData);
  const data = table.table(NODE.data);
  if (id === undefined || path === undefined || metadata === undefined || data === undefined)
    throw new StoreError("A node lacks its id, path, metadata or data.");
  if (!path.startsWith("/") || (path !== "/" && path.endsWith("/")))
    throw new StoreError(`A node has the path ${JSON.stringify(path)}.`);
  const type = table.uint8(NODE.dataType);
  if (type !== ARRAY_DATA && type !== GROUP_DATA)
    throw new StoreError(`The node ${path} is of type ${type}.`);
  const manifests = type === ARRAY_DATA ? readManifests(data, budget) : undefined;
  return { path: path.slice(1), id, metadata, manifests };
}

function readManifests(data: FlatTable, budget: Budget): ManifestRef[] {
  const refs = data.tables(ARRAY.manifests);
  spend(budget, refs.length * 4);
  const manifests: ManifestRef[] = [];
  for (let index = 0; index < refs.length; index++) {
    const ref = refs.at(index);
    const id = ref.struct(MANIFEST_REF.id, 12);
    if (id === undefined) throw new StoreError("A reference to a manifest has no id.");
    const bounds = ref.uint32s(MANIFEST_REF.extents, 2);
    spend(budget, bounds.length * 4);
    const extents: number[] = [];
    for (let at = 0; at < bounds.length; at++) extents.push(bounds.at(at));
    manifests.push({ id: encodeObjectId(id), extents });
  }
  return manifests;
}
