/** What arrays cost over HTTP and S3, in requests and round trips, on servers in this process. */
import { afterEach, describe, expect, test } from "vitest";
import {
  config,
  consolidateMetadata,
  createArray,
  createGroup,
  openArray,
  openGroup,
  slice,
} from "../../src/index.ts";
import type { NDArray, ZarrArray } from "../../src/index.ts";
import type { RemoteFileSystemOptions } from "../../src/fs.ts";
import { FsspecStore, MemoryStore } from "../../src/storage.ts";
import type { Store } from "../../src/storage.ts";
import { startHttp } from "../servers/embedded-http.mjs";
import type { Behaviour } from "../servers/embedded-http.mjs";
import { startS3 } from "../servers/embedded-s3.mjs";
import type { SeenRequest } from "../servers/embedded-s3.mjs";
import { roundTrips } from "./round-trips.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The same values behind a server: what it was asked, and how another writer replaces a value. */
interface Served {
  readonly store: Store;
  readonly requests: SeenRequest[];
  replace(key: string, value: Uint8Array): void;
}

async function overS3(
  values: Map<string, Uint8Array>,
  options: RemoteFileSystemOptions = {},
): Promise<Served> {
  const objects = new Map([...values].map(([key, value]) => [`p/${key}`, value]));
  const server = await startS3({ buckets: { b: { objects } }, credentials: { k: "secret" } });
  closers.push(() => server.close());
  const storageOptions = { key: "k", secret: "secret", endpoint_url: server.url, ...options };
  return {
    store: await FsspecStore.fromUrl("s3://b/p", { storageOptions }),
    requests: server.requests,
    replace: (key, value) => server.put("b", `p/${key}`, value),
  };
}

function overHttp(behaviour: Behaviour) {
  return async (values: Map<string, Uint8Array>, options: RemoteFileSystemOptions = {}): Promise<Served> => {
    const files = new Map([...values].map(([key, value]) => [`/${key}`, value]));
    const server = await startHttp({ files, behaviour });
    closers.push(() => server.close());
    return {
      store: await FsspecStore.fromUrl(server.url, { storageOptions: { ...options } }),
      requests: server.requests,
      replace: (key, value) => {
        server.files.set(`/${key}`, value);
        server.behaviour.modified = new Date(Date.now() - 3_600_000);
      },
    };
  };
}

const SERVERS = [
  ["S3", overS3],
  ["HTTP with ETags", overHttp({})],
  ["HTTP with times of change alone", overHttp({ versions: "modified" })],
  ["HTTP with weak ETags", overHttp({ versions: "weak" })],
] as const;

async function stored(make: (store: Store) => Promise<unknown>): Promise<Map<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  await make(new MemoryStore(values));
  return values;
}

const SHARDS = { shape: [1024], chunks: [4], shards: [512], dtype: "int32", compressors: null } as const;
const counting = Int32Array.from({ length: 1024 }, (_, index) => index + 1);

function sharded(data: Int32Array = counting): Promise<Map<string, Uint8Array>> {
  return stored(async (store) => (await createArray(store, SHARDS)).set(null, data));
}

/** The methods of what `work` sends. */
async function spent(requests: SeenRequest[], work: () => Promise<unknown>): Promise<string[]> {
  requests.length = 0;
  await work();
  for (const { query } of requests) expect([...query.keys()]).not.toContain("list-type");
  return requests.map(({ method }) => method);
}

describe.each(SERVERS)("%s", (_, serve) => {
  test("an array is 1 GET, and so is a consolidated group of however many members", async () => {
    const values = await stored(async (store) => {
      const root = await createGroup(store);
      for (let index = 0; index < 40; index++)
        await root.createArray(`g/a${index}`, { shape: [2], dtype: "uint8" });
      await consolidateMetadata(store);
    });
    const { store, requests } = await serve(values);
    expect(await spent(requests, () => openArray(store, { path: "g/a7" }))).toEqual(["GET"]);
    const names: string[] = [];
    const group = async (): Promise<void> => {
      const opened = await openGroup(store, { mode: "r" });
      for await (const [name] of opened.members({ maxDepth: null })) names.push(name);
      await opened.getArray("g/a39");
    };
    expect(await spent(requests, group)).toEqual(["GET"]);
    expect(names).toHaveLength(41);
  });

  test("an inner chunk is 2 GETs of a cold shard and 1 of a warm one; a whole shard is 1; neighbours are 1", async () => {
    const { store, requests } = await serve(await sharded());
    const z = await openArray(store, { dtype: "int32" });
    expect(await spent(requests, () => z.get([5]))).toEqual(["GET", "GET"]);
    expect(await spent(requests, () => z.get([401]))).toEqual(["GET"]);
    expect(await spent(requests, () => z.get([slice(512, 1024)]))).toEqual(["GET"]);
    // 64 neighbouring inner chunks of the warm shard, and of the cold one.
    expect(await spent(requests, () => z.get([slice(8, 264)]))).toEqual(["GET"]);
    expect(await spent(requests, () => z.get([slice(520, 776)]))).toEqual(["GET", "GET"]);
    expect([...((await z.get([slice(508, 516)])) as NDArray<"int32">).data]).toEqual(
      [...counting].slice(508, 516),
    );
  });

  test("a shard that is replaced between two reads is noticed", async () => {
    const { store, requests, replace } = await serve(await sharded());
    const z = await openArray(store, { dtype: "int32" });
    expect(await z.get([5])).toBe(6);
    // Without the first 32 inner chunks, which hold the fill value: all others are at other places.
    replace("c/0", (await sharded(counting.map((value) => (value <= 128 ? 0 : -value)))).get("c/0")!);
    // The warm read, which shows that the index is another's; the new index; the chunk.
    expect(await spent(requests, () => expectValue(z, 300, -301))).toEqual(["GET", "GET", "GET"]);
    expect(await spent(requests, () => expectValue(z, 411, -412))).toEqual(["GET"]);
    expect(await spent(requests, () => expectValue(z, 5, 0))).toEqual(["GET"]);
  });

  test("256 chunks take a few round trips, and a concurrency that is configured holds", async () => {
    const trips = roundTrips(50);
    const values = await stored(async (store) => {
      const z = await createArray(store, { shape: [1024], chunks: [4], dtype: "int32" });
      await z.set(null, counting);
    });
    const { store } = await serve(values, { transport: trips.transport });
    const z = await openArray(store, { dtype: "int32" });
    const opened = trips.count;
    expect(opened).toBe(1);
    expect(((await z.get(null)) as NDArray<"int32">).data).toEqual(counting);
    expect(trips.count - opened).toBeLessThanOrEqual(5);
    expect(trips.widest).toBe(64);

    const narrow = roundTrips(5);
    const { store: again } = await serve(values, { transport: narrow.transport });
    const { restore } = config.set({ "async.concurrency": 10 });
    try {
      await (await openArray(again)).get(null);
    } finally {
      restore();
    }
    expect(narrow.widest).toBe(10);
  });
});

async function expectValue(z: ZarrArray<"int32">, at: number, value: number): Promise<void> {
  expect(await z.get([at])).toBe(value);
}

test("without versions a warm shard costs 2 GETs, and a replaced one is read by its new index", async () => {
  const { store, requests, replace } = await overHttp({ versions: "none" })(await sharded());
  const z = await openArray(store, { dtype: "int32" });
  await z.get([5]);
  expect(await spent(requests, () => z.get([401]))).toEqual(["GET", "GET"]);
  replace("c/0", (await sharded(counting.map((value) => -value))).get("c/0")!);
  expect(await z.get([5])).toBe(-6);
});

test("a time of change within the last second tells nothing apart", async () => {
  const seen: unknown[] = [];
  const behaviour: Behaviour = { versions: "modified", modified: new Date() };
  const { store } = await overHttp(behaviour)(new Map([["k", new Uint8Array(8)]]));
  const onVersion = (version: unknown): void => void seen.push(version);
  await store.get("k", { start: 0, end: 4 }, { onVersion });
  expect(seen).toEqual([]);
});
