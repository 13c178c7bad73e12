import type { ByteRequest } from "../../base/byte-request.ts";
import { isSyncStore } from "../../storage/sync-store.ts";
import type { SyncStore } from "../../storage/sync-store.ts";
import { bytesOf, check, checkBytes, textBytes } from "../assert.ts";
import type { StoreCaseDefinition, StoreHarness } from "../store-harness.ts";

const DATA = bytesOf(0, 1, 2, 3);

const RANGES: readonly (ByteRequest | undefined)[] = [
  undefined,
  { start: 1, end: 3 },
  { offset: 2 },
  { suffix: 2 },
  { suffix: 99 },
  { start: 10, end: 20 },
];

/** The operations without promises. */
export const syncCases: readonly StoreCaseDefinition[] = [
  {
    name: "getSync: the value; undefined for a missing key",
    requires: ["sync"],
    async run(harness) {
      const { store, sync } = await create(harness);
      await harness.set(store, "a/sync", DATA);
      checkBytes(sync.getSync("a/sync"), DATA, "getSync");
      checkBytes(sync.getSync("a/missing"), undefined, "getSync of a missing key");
      checkBytes(sync.getSync("a"), undefined, "getSync of a prefix");
    },
  },
  ...RANGES.map((range): StoreCaseDefinition => ({
    name: `getSync: as get, with range ${JSON.stringify(range) ?? "none"}`,
    requires: ["sync"],
    async run(harness) {
      const { store, sync } = await create(harness);
      await harness.set(store, "k", textBytes("0123456789"));
      checkBytes(sync.getSync("k", range), await store.get("k", range), "getSync");
      checkBytes(sync.getSync("missing", range), undefined, "getSync of a missing key");
    },
  })),
  {
    name: "setSync: visible to the harness and to get",
    requires: ["sync", "writes"],
    async run(harness) {
      const { store, sync } = await create(harness);
      sync.setSync("new/dir/k", DATA);
      checkBytes(await harness.get(store, "new/dir/k"), DATA, "value");
      checkBytes(await store.get("new/dir/k"), DATA, "get");
    },
  },
  {
    name: "setSync: stores a copy",
    requires: ["sync", "writes"],
    async run(harness) {
      const { sync } = await create(harness);
      const mine = DATA.slice();
      sync.setSync("k", mine);
      mine.fill(255);
      checkBytes(sync.getSync("k"), DATA, "value after the caller changed its own bytes");
    },
  },
  {
    name: "set: visible to getSync",
    requires: ["sync", "writes"],
    async run(harness) {
      const { store, sync } = await create(harness);
      await store.set("k", DATA);
      checkBytes(sync.getSync("k"), DATA, "getSync");
    },
  },
  {
    name: "deleteSync: visible to get; a missing key is no error",
    requires: ["sync", "writes", "deletes"],
    async run(harness) {
      const { store, sync } = await create(harness);
      await store.set("a/k", DATA);
      sync.deleteSync("a/k");
      checkBytes(await store.get("a/k"), undefined, "get");
      sync.deleteSync("a/k");
      sync.deleteSync("never/was");
    },
  },
  {
    name: "readOnly: setSync and deleteSync are refused",
    requires: ["sync"],
    async run(harness) {
      const store = await harness.create({ readOnly: true });
      check(isSyncStore(store), "it has no synchronous operations");
      for (const work of [() => store.setSync("k", DATA), () => store.deleteSync("k")]) {
        let refused = false;
        try {
          work();
        } catch {
          refused = true;
        }
        check(refused, "a read-only store was written");
      }
    },
  },
];

async function create(
  harness: StoreHarness,
): Promise<{ store: Awaited<ReturnType<StoreHarness["create"]>>; sync: SyncStore }> {
  const store = await harness.create();
  check(isSyncStore(store), "it has no synchronous operations");
  return { store, sync: store };
}
