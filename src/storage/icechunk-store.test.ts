import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { decodeZstdValue } from "../kernels/zstd-value.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { SeededRandom } from "../testing/random.ts";
import { IcechunkStore } from "./icechunk-store.ts";
import { encodeObjectId } from "./icechunk/object-id.ts";
import { LocalStore } from "./local-store.ts";
import { MemoryStore } from "./memory-store.ts";
import type { Store } from "./store.ts";

const root = join(import.meta.dirname, "icechunk/fixtures/dictionary");
const FILES = ["repo", "snapshots/F04QWHFJ2R2MK9J65SBG", "manifests/3YJJXHP78KQFTG4XEEB0"];

/** The four files that the virtual chunks are in. */
function parts(): MemoryStore {
  const files: Record<string, Uint8Array> = {};
  for (let part = 0; part < 4; part++)
    files[`model-run-2026/variable/temperature/part-00${part}.nc`] = Uint8Array.from(
      { length: 16 },
      (_, index) => 16 * part + index,
    );
  return new MemoryStore(files);
}

function repository(): MemoryStore {
  return new MemoryStore(
    Object.fromEntries(FILES.map((name) => [name, new Uint8Array(readFileSync(join(root, name)))])),
  );
}

const access = { "s3://example-bucket/data/": parts() };

async function keysOf(store: Store, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.listPrefix(prefix)) keys.push(key);
  return keys.sort();
}

test("virtual chunks whose locations are compressed with a dictionary", async () => {
  const store = await IcechunkStore.open(root, { virtualChunkAccess: access });
  for (let chunk = 0; chunk < 32; chunk++) {
    const at = 16 * (chunk % 4) + 2 * Math.floor(chunk / 4);
    expect(await store.get(`v/c/${chunk}`)).toEqual(Uint8Array.of(at, at + 1));
  }
  expect(await store.get("v/c/5", { suffix: 1 })).toEqual(Uint8Array.of(19));
  expect(await store.get("v/c/32")).toBeUndefined();
  expect(await store.getSize("v/c/5")).toBe(2);
  expect(store.snapshotId).toBe("F04QWHFJ2R2MK9J65SBG");
});

test("listing: nodes and chunks", async () => {
  const store = new IcechunkStore(root);
  expect(await keysOf(store)).toHaveLength(34);
  expect(await keysOf(store, "v/c/3")).toEqual(["v/c/3", "v/c/30", "v/c/31"]);
  const names = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const name of store.listDir(prefix)) found.push(name);
    return found.sort();
  };
  expect(await names("")).toEqual(["v", "zarr.json"]);
  expect(await names("v")).toEqual(["c", "zarr.json"]);
  expect(await names("v/c")).toHaveLength(32);
  expect(await names("nothing")).toEqual([]);
});

test("opening takes two reads, and the first chunk of a manifest one more", async () => {
  const files = new CountingStore(repository());
  const store = new IcechunkStore(files, { virtualChunkAccess: access });
  expect(JSON.parse(new TextDecoder().decode(await store.get("v/zarr.json")))).toMatchObject({ shape: [64] });
  expect(files.count("get")).toBe(2);
  await Promise.all([store.get("v/c/0"), store.get("v/c/1"), store.get("v/c/2")]);
  expect(files.count("get")).toBe(3);
});

test("a file that nobody permitted is not read, and the error says which", async () => {
  const store = new IcechunkStore(root);
  await expect(store.get("v/c/0")).rejects.toThrow(UnsupportedError);
  await expect(store.get("v/c/0")).rejects.toThrow(/s3:\/\/example-bucket\/data\/.*virtualChunkAccess/);
  const near = new IcechunkStore(root, { virtualChunkAccess: { "s3://example-bucket/dat": parts() } });
  await expect(near.get("v/c/0")).rejects.toThrow(UnsupportedError); // the prefix ends at a slash
});

test("a file that is missing or too short is an error, never a missing chunk", async () => {
  const none = new IcechunkStore(root, {
    virtualChunkAccess: { "s3://example-bucket/data/": new MemoryStore() },
  });
  await expect(none.get("v/c/0")).rejects.toThrow(StoreError);
  const short = parts();
  await short.set("model-run-2026/variable/temperature/part-000.nc", new Uint8Array(1));
  const cut = new IcechunkStore(root, { virtualChunkAccess: { "s3://example-bucket/data/": short } });
  await expect(cut.get("v/c/0")).rejects.toThrow(/cut off/);
});

test("branches, tags and snapshots that are not there", async () => {
  await expect(IcechunkStore.open(root, { branch: "none" })).rejects.toThrow(/"none".*it has main/);
  await expect(IcechunkStore.open(root, { tag: "none" })).rejects.toMatchObject({
    code: "ZARR_NODE_NOT_FOUND",
  });
  await expect(IcechunkStore.open(root, { snapshot: "1CECHNKREP0F1RSTCMT0" })).rejects.toThrow(
    /is not there/,
  );
  expect(() => new IcechunkStore(root, { branch: "a", tag: "b" })).toThrow(TypeError);
  expect(() => new IcechunkStore(root, { snapshot: "short" })).toThrow(/20 characters/);
  await expect(IcechunkStore.open(new MemoryStore())).rejects.toThrow(/no Icechunk repository/);
});

test("version 1: branches and tags are files, and a deleted tag is gone", async () => {
  const files = repository();
  await files.delete("repo");
  const ref = new TextEncoder().encode('{"snapshot":"F04QWHFJ2R2MK9J65SBG"}');
  await files.set("refs/branch.main/ref.json", ref);
  await files.set("refs/tag.old tag/ref.json", ref);
  expect((await IcechunkStore.open(files)).snapshotId).toBe("F04QWHFJ2R2MK9J65SBG");
  expect((await IcechunkStore.open(files, { tag: "old tag" })).snapshotId).toBe("F04QWHFJ2R2MK9J65SBG");
  await files.set("refs/tag.old tag/ref.json.deleted", new Uint8Array());
  await expect(IcechunkStore.open(files, { tag: "old tag" })).rejects.toThrow(/no Icechunk repository/);
  await expect(IcechunkStore.open(files, { branch: "../x" })).rejects.toThrow(/no Icechunk repository/);
});

test("the store is read-only, and prints its repository and branch", async () => {
  const store = new IcechunkStore(new LocalStore(root));
  expect(String(store)).toBe(`<IcechunkStore(file://${root}, branch=main)>`);
  await expect(store.set("a", new Uint8Array(1))).rejects.toMatchObject({ code: "ZARR_READ_ONLY" });
  await expect(store.delete("a")).rejects.toMatchObject({ code: "ZARR_READ_ONLY" });
  expect(store.supportsWrites).toBe(false);
  const revived = (store.constructor as typeof IcechunkStore).fromJSON(JSON.parse(JSON.stringify(store)));
  expect(String(revived)).toBe(String(store));
});

test("object ids are base 32 without padding", () => {
  const bytes = Uint8Array.from([0x0b, 0x1c, 0xc8, 0xd6, 0x78, 0x75, 0x80, 0xf0, 0xe3, 0x3a, 0x65, 0x34]);
  expect(encodeObjectId(bytes)).toBe("1CECHNKREP0F1RSTCMT0");
  expect(encodeObjectId(bytes.subarray(0, 8))).toHaveLength(13);
});

/** The same file with its FlatBuffer as it is, so that changes reach what reads it. */
function uncompressed(file: Uint8Array): Uint8Array {
  const body = decodeZstdValue(file.subarray(39), 2 ** 20);
  const plain = new Uint8Array(39 + body.length);
  plain.set(file.subarray(0, 39));
  plain[38] = 0;
  plain.set(body, 39);
  return plain;
}

describe("damaged files", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "random changes give an error or the same values, seed %d",
    async (seed) => {
      const random = new SeededRandom(seed);
      for (let round = 0; round < 150; round++) {
        const files = repository();
        const name = FILES[random.below(FILES.length)]!;
        const bytes = uncompressed((await files.get(name))!);
        // Beyond the header and the frame's, too, as an uncompressed file.
        for (let change = 0; change <= random.below(3); change++)
          bytes[random.below(bytes.length)] = random.below(256);
        await files.set(name, random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
        const store = new IcechunkStore(files, { virtualChunkAccess: access });
        try {
          await keysOf(store);
          for (let chunk = 0; chunk < 32; chunk += 5) await store.get(`v/c/${chunk}`);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^ZARR_(STORE|UNSUPPORTED|NODE_NOT_FOUND)$/);
        }
      }
    },
  );
});
