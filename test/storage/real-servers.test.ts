/** Stores, arrays and conditional writes over real object stores and a real web server, on loopback. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { FileExistsError, FileNotFoundError, StoreError, UnsupportedError } from "../../src/base/errors.ts";
import { HTTPFileSystem } from "../../src/fs.ts";
import type { AbstractFileSystem, RequestEvent, S3FileSystem } from "../../src/fs.ts";
import { consolidateMetadata, createArray, createGroup, openArray, openGroup } from "../../src/index.ts";
import { FsspecStore, LocalStore, WrapperStore } from "../../src/storage.ts";
import type { Store } from "../../src/storage.ts";
import { StoreTests } from "../../src/testing.ts";
import { startNginx } from "../servers/real.mjs";
import { secondOpinion, startServices } from "./services.ts";
import type { Service } from "./services.ts";

const variables = { ...process.env };
process.env["AWS_EC2_METADATA_DISABLED"] = "true";
delete process.env["AWS_SESSION_TOKEN"];
const noNginx = { reason: "nginx: only a second S3 is asked for" };
const [services, nginx] = await Promise.all([startServices(), secondOpinion ? noNginx : startNginx()]);
for (const service of services) if ("environment" in service) Object.assign(process.env, service.environment);
afterAll(async () => {
  process.env = variables;
  await Promise.all(services.map((service) => ("stop" in service ? service.stop() : undefined)));
  if ("stop" in nginx) await nginx.stop();
});

/** Another writer's view of a store: no lock of this process is shared with it. */
class ElsewhereStore extends WrapperStore {
  override get identity(): object {
    return this;
  }
}

const S3: ReadonlySet<string> = new Set(["SeaweedFS", "versitygw"]);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string | undefined =>
  data === undefined ? undefined : new TextDecoder().decode(data);
const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.sort();
}

/** A store in a folder of its own, and what it sends: `GET`, `HEAD`, `PUT`, `POST`, `DELETE`, and `LIST`. */
function watched(service: Service, folder: string = randomUUID()): { store: FsspecStore; sent: string[] } {
  const sent: string[] = [];
  const onRequest = ({ method, url }: RequestEvent): void =>
    void sent.push(/list-type=2|comp=list|\/o\?/.test(url) && method === "GET" ? "LIST" : method);
  const store = new FsspecStore(service.open({ onRequest }), { path: `${service.bucket}/${folder}` });
  return { store, sent };
}

for (const service of services) {
  if ("reason" in service) test.skip(service.reason, () => {});
  else describe(service.name, () => run(service));
}

function run(service: Service): void {
  const { bucket } = service;
  const place = (): string => `${bucket}/${randomUUID()}`;
  const fresh = (): FsspecStore => new FsspecStore(service.open(), { path: place() });

  describe("conformance", () => {
    const fs = service.open();
    const pathOf = (store: FsspecStore, key: string): string => fs.join(store.path, key);
    new StoreTests<FsspecStore>({
      createStore: ({ readOnly }) => new FsspecStore(service.open(), { path: place(), readOnly }),
      set: (store, key, value) => fs.pipeFile(pathOf(store, key), value),
      get: async (store, key) =>
        (await fs.isFile(pathOf(store, key))) ? fs.catFile(pathOf(store, key)) : undefined,
      reopen: (store) => store.withReadOnly(store.readOnly),
      printed: (store) => `<FsspecStore(${store.fs.className}, ${store.path})>`,
      supports: { readOnlyCopies: true, strict: true, json: true },
      skip: service.backslashes
        ? {}
        : { [String.raw`keys: "a\\b"`]: "the service takes a backslash for a slash" },
    }).register((name, work) => test(name, work));
  });

  test("of 16 that create one key, one does", async () => {
    const path = place();
    for (const round of times(10)) {
      const won = await Promise.all(
        times(16).map(async (writer) => {
          const store = new FsspecStore(service.open(), { path });
          return (await store.setIfNotExists(`lock/${round}`, bytes(String(writer)))) ? [writer] : [];
        }),
      );
      const winners = won.flat();
      expect(winners).toHaveLength(1);
      expect(text(await service.open().catFile(`${path}/lock/${round}`))).toBe(String(winners[0]));
    }
  });

  test("of 16 that replace one version, one does", async () => {
    const store = fresh();
    await store.set("k", bytes("start"));
    for (const _ of times(10)) {
      const { version } = (await store.getVersioned("k"))!;
      const unique = randomUUID();
      const won = await Promise.all(
        times(16).map((writer) => store.setIfVersion("k", bytes(`${unique} ${writer}`), version)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(text(await store.get("k"))).toBe(`${unique} ${won.indexOf(true)}`);
    }
    expect(await store.setIfVersion("absent", bytes("x"), "12345")).toBe(false);
    expect(await store.setIfVersion("absent", bytes("x"), undefined)).toBe(true);
    expect(await store.setIfVersion("absent", bytes("y"), undefined)).toBe(false);
    expect(await store.getVersioned("none")).toBeUndefined();
  });

  test("8 writers count to 80, and none is lost", async () => {
    const path = place();
    const count = async (): Promise<void> => {
      const store = new FsspecStore(service.open(), { path });
      for (let done = 0; done < 10;) {
        const found = await store.getVersioned("counter");
        const next = bytes(String(Number(text(found?.value) ?? 0) + 1));
        if (await store.setIfVersion("counter", next, found?.version)) done++;
      }
    };
    await Promise.all(times(8).map(count));
    expect(text(await service.open().catFile(`${path}/counter`))).toBe("80");
  });

  if (service.conditionalDeletes)
    test("of writers who delete one version, one does, and a newer one stays", async () => {
      const store = fresh();
      await store.set("k", bytes("1"));
      const { version } = (await store.getVersioned("k"))!;
      await store.set("k", bytes("2"));
      expect(await store.deleteIfVersion("k", version)).toBe(false);
      expect(text(await store.get("k"))).toBe("2");
      const newer = (await store.getVersioned("k"))!.version;
      const won = await Promise.all(times(8).map(() => store.deleteIfVersion("k", newer)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get("k")).toBeUndefined();
    });

  test.each([
    ["a chunk", {}],
    ["a shard", { chunks: [4], shards: [16] }],
  ])("16 writers of parts of %s, in processes of their own, all survive", async (_, layout) => {
    const path = place();
    const open = (): Store => new ElsewhereStore(new FsspecStore(service.open(), { path }));
    await createArray(open(), { shape: [16], chunks: [16], dtype: "int32", ...layout });
    await Promise.all(
      times(16).map(async (writer) => {
        const array = await openArray(open(), { mode: "r+" });
        await array.set([writer], writer + 1);
      }),
    );
    const array = await openArray(open());
    expect([...((await array.get(null)) as { data: Int32Array }).data]).toEqual(times(16).map((n) => n + 1));
  });

  test("arrays and groups cost few requests", async () => {
    const { store, sent } = watched(service);
    const spent = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
      sent.length = 0;
      await work();
      const counts: Record<string, number> = {};
      for (const method of sent) counts[method] = (counts[method] ?? 0) + 1;
      return counts;
    };
    const root = await createGroup(store);
    for (const name of ["a", "b", "c"]) await root.createGroup(name);
    const plain = await root.createArray("plain", { shape: [64], chunks: [16], dtype: "uint8" });
    const sharded = await root.createArray("sharded", {
      shape: [64],
      chunks: [4],
      shards: [32],
      dtype: "uint8",
      compressors: null,
    });
    const data = Uint8Array.from({ length: 64 }, (_, index) => index + 1);
    expect(await spent(() => plain.set(null, data))).toEqual({ [putOf(service)]: 4 });
    await sharded.set(null, data);
    await consolidateMetadata(store);

    expect(await spent(() => openArray(store, { path: "plain" }))).toEqual({ GET: 1 });
    expect(await spent(() => openGroup(store, { mode: "r" }))).toEqual({ GET: 1 });
    const group = await openGroup(store, { mode: "r" });
    expect(await spent(() => collectNames(group))).toEqual({});
    expect(await spent(() => plain.get(null))).toEqual({ GET: 4 });
    expect(await spent(() => plain.set("3:5", 0))).toEqual({ GET: 1, [putOf(service)]: 1 });

    const cold = await openArray(store, { path: "sharded" });
    const index = service.suffixRequests;
    const forIndex = index === 1 ? { GET: 2 } : { GET: 2 + (headIsGet(service) ? 1 : 0), HEAD: 1 };
    expect(await spent(() => cold.get("0:4"))).toEqual(forIndex);
    expect(await spent(() => cold.get("8:12"))).toEqual({ GET: 1 }); // warm
    // Replaced by one without its first inner chunks: what is remembered is no longer true, and that is noticed.
    await sharded.set("0:16", 0);
    expect([...((await cold.get("20:22")) as { data: Uint8Array }).data]).toEqual([21, 22]);
    await sharded.set(null, data);
    expect([...((await cold.get("30:34")) as { data: Uint8Array }).data]).toEqual([31, 32, 33, 34]);
    expect([...((await plain.get("2:6")) as { data: Uint8Array }).data]).toEqual([3, 0, 0, 6]);
  });

  test("odd keys are kept as they are", async () => {
    const keys = [
      ...["sp ace", "plus+", "pct%25", "hash#?query=1", "a:b=c&d", "~!*()'", "semi;comma,@$", "<x>&amp;\"'"],
      ...["ünï/é/日本/🙂", "tab\there", "-_.", "c/0/0", "dot.", ".hidden"],
    ];
    const store = fresh();
    for (const key of keys) await store.set(key, bytes(key));
    expect(await collect(store.list())).toEqual([...keys].sort());
    for (const key of keys) expect(text(await store.get(key, { suffix: 99 }))).toBe(key);
    for (const key of keys) expect(await store.exists(key)).toBe(true);
    await store.deleteDir("");
    expect(await collect(store.list())).toEqual([]);
  });

  test("1,100 keys come in pages, each once, and go together", async () => {
    const path = place();
    const store = new FsspecStore(service.openPaged(400), { path });
    const names = times(1100).map((n) => `d/${String(n).padStart(4, "0")}`);
    let next = 0;
    const write = async (): Promise<void> => {
      while (next < names.length) await store.set(names[next++]!, bytes("x"));
    };
    await Promise.all(times(24).map(write));
    await store.set("e", bytes("stays"));
    expect(await collect(store.listPrefix("d/"))).toEqual(names);
    expect(await collect(store.listDir("d"))).toHaveLength(1100);
    expect(await collect(store.listDir(""))).toEqual(["d", "e"]);
    expect(await collect(store.listPrefix("d/10"))).toHaveLength(100);
    await store.deleteDir("d");
    expect(await collect(store.list())).toEqual(["e"]);
  });

  test("what is missing is missing; what is refused is an error", async () => {
    const store = fresh();
    expect(await store.get("none")).toBeUndefined();
    expect(await store.get("none", { suffix: 4 })).toBeUndefined();
    expect(await store.exists("none")).toBe(false);
    await store.set("there", bytes("x"));
    for (const refused of service.refused({ requestPolicy: { maxAttempts: 1 } })) {
      const stranger = new FsspecStore(refused, { path: store.path });
      for (const key of ["there", "none"]) {
        const error: unknown = await stranger.get(key).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(StoreError);
        expect(error).not.toBeInstanceOf(FileNotFoundError);
        expect(String(error)).not.toContain(String(process.env["AWS_SECRET_ACCESS_KEY"]));
      }
      await expect(stranger.set("mine", bytes("x"))).rejects.toBeInstanceOf(StoreError);
    }
    const denied = service.refused({ missingStatus: [403] })[0];
    if (denied !== undefined && !S3.has(service.name))
      // S3 tells a wrong signature from a missing right
      expect(await new FsspecStore(denied, { path: store.path }).get("there")).toBeUndefined();
  });

  test("the GET-only mode sends GET for values and nothing else", async () => {
    const { store, sent } = watched(service);
    await store.set("k", bytes("0123456789"));
    const only = new FsspecStore(
      service.open({ getOnly: true, onRequest: ({ method, url }) => void sent.push(`${method} ${url}`) }),
      { path: store.path },
    );
    sent.length = 0;
    expect(await only.exists("k")).toBe(true);
    expect(await only.getSize("k")).toBe(10);
    expect(text(await only.get("k", { suffix: 3 }))).toBe("789");
    expect(await only.exists("none")).toBe(false);
    expect(only.supportsListing).toBe(false);
    await expect(only.listDir("").next()).rejects.toBeInstanceOf(UnsupportedError);
    expect(sent.length).toBeGreaterThan(0);
    for (const request of sent)
      expect(request).toMatch(/^GET [^?]*(\/|%2F)(k|none)(\?alt=media|\?fields=.*)?$/);
  });

  test("a large value goes up in parts, and is there whole or not at all", async () => {
    const MIB = 2 ** 20;
    const sent: string[] = [];
    const onRequest = ({ method }: RequestEvent): void => void sent.push(method);
    const fs = service.open({ multipartThreshold: 5 * MIB, multipartPartBytes: 5 * MIB, onRequest });
    const path = place();
    await fs.exists(path); // learns the region, where there are any
    sent.length = 0;
    const large = new Uint8Array(12 * MIB + 5).map((_, index) => index * 13);
    await fs.pipeFile(path, large);
    expect(sent).toEqual(partsOf(service));
    expect(Buffer.compare(await fs.catFile(path), large)).toBe(0);

    await expect(fs.pipeFile(path, large, { mode: "create" })).rejects.toBeInstanceOf(FileExistsError);
    const { version } = await fs.catFileVersioned(path);
    const other = large.map((byte) => byte ^ 255);
    await fs.pipeFile(path, other, { ifMatch: version });
    await expect(fs.pipeFile(path, large, { ifMatch: version })).rejects.toThrow("no longer the version");
    expect(Buffer.compare(await fs.catFile(path), other)).toBe(0);
    await fs.pipeFile(`${path}-new`, large, { mode: "create" });
    expect(await fs.info(`${path}-new`)).toMatchObject({ size: large.byteLength });

    const controller = new AbortController();
    const aborted = fs.pipeFile(`${path}-aborted`, large, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 5);
    await expect(aborted).rejects.toThrow("enough");
    expect(await fs.exists(`${path}-aborted`)).toBe(false);
  });

  test("of writers of one large value at a time, each is done, and one is whole", async () => {
    const fs = service.open({ multipartThreshold: 1024, multipartPartBytes: 300_000 });
    const path = place();
    await Promise.all(times(4).map((n) => fs.pipeFile(path, new Uint8Array(1_000_000).fill(n + 1))));
    const stored = await fs.catFile(path);
    expect(stored.byteLength).toBe(1_000_000);
    expect(new Set(stored).size).toBe(1);
    const won = await Promise.allSettled(
      times(4).map((n) =>
        fs.pipeFile(`${path}-once`, new Uint8Array(1_000_000).fill(n + 1), { mode: "create" }),
      ),
    );
    expect(won.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const first = await fs.catFile(`${path}-once`);
    expect(first.every((byte) => byte === won.findIndex(({ status }) => status === "fulfilled") + 1)).toBe(
      true,
    );
  });

  test("an empty value, an abort, and a value of some megabytes", async () => {
    const store = fresh();
    await store.set("empty", new Uint8Array(0));
    expect(await store.get("empty")).toHaveLength(0);
    expect(await store.get("empty", { suffix: 5 })).toHaveLength(0);
    const large = new Uint8Array(9_000_001).map((_, index) => index * 7);
    await store.set("large", large);
    expect(Buffer.compare((await store.get("large"))!, large)).toBe(0);
    expect(await store.get("large", { offset: 9_000_000 })).toEqual(large.subarray(9_000_000));
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(store.get("large", null, { signal: aborted })).rejects.toThrow("enough");
  });
}

/** The requests of an upload in three parts. */
function partsOf({ name }: Service): string[] {
  const parts = ["PUT", "PUT", "PUT"];
  if (S3.has(name)) return ["POST", ...parts, "POST"];
  return name === "Azurite" ? [...parts, "PUT"] : ["POST", ...parts];
}

/** The method by which a service takes a value. */
function putOf(service: Service): string {
  return service.name === "fake-gcs-server" ? "POST" : "PUT";
}

function headIsGet(service: Service): boolean {
  return service.name === "fake-gcs-server";
}

async function collectNames(group: Awaited<ReturnType<typeof openGroup>>): Promise<string[]> {
  const names: string[] = [];
  for await (const [name] of group.members()) names.push(name);
  return names;
}

const s3 = services.find(({ name }) => S3.has(name));
if (s3 !== undefined && "open" in s3) describe("S3 alone", () => runS3(s3));

function runS3(service: Service): void {
  const counted = (sent: string[]): S3FileSystem =>
    service.open({ onRequest: ({ method }) => void sent.push(method) }) as S3FileSystem; // this service's is one

  test("a directory goes by one request for a thousand keys", async () => {
    const sent: string[] = [];
    const fs = counted(sent);
    const path = `${service.bucket}/${randomUUID()}`;
    for (const name of ["a", "b & c", "<d>", "e\nf", "g/h"]) await fs.pipeFile(`${path}/${name}`, bytes("x"));
    sent.length = 0;
    await fs.rmBelow(path);
    expect(sent).toEqual(["GET", "POST"]);
    expect(await fs.find(path)).toEqual([]);
  });

  test("a presigned URL reads and writes without credentials, until it ends", async () => {
    const fs = service.open();
    const path = `${service.bucket}/${randomUUID()}/a b+c`;
    const put = await fs.sign(path, { method: "PUT", expiration: 60 });
    expect((await fetch(put, { method: "PUT", body: "signed" })).status).toBe(200);
    const get = await fs.sign(path, { expiration: 60 });
    const http = new HTTPFileSystem({ getOnly: true });
    expect(text(await http.catFile(get))).toBe("signed");
    expect(text(await http.catFile(get, { start: -3 }))).toBe("ned");
    const short = await fs.sign(path, { expiration: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await expect(http.catFile(short)).rejects.toMatchObject({ status: 403 });
    const error: unknown = await http.catFile(short).catch((reason: unknown) => reason);
    expect(String(error)).not.toMatch(/Signature=[0-9a-f]{8}/);
  });
}

const azure = services.find((service) => service.name === "Azurite");
if (azure !== undefined && "open" in azure)
  test("Azure alone: a signed URL reads, and writes if it may", async () => {
    const fs = azure.open();
    const path = `${azure.bucket}/${randomUUID()}/a b+c`;
    await fs.pipeFile(path, bytes("signed"));
    const url = await fs.sign(path, { expiration: 60 });
    expect(text(new Uint8Array(await (await fetch(url)).arrayBuffer()))).toBe("signed");
    const refused = await fetch(url, {
      method: "PUT",
      body: "x",
      headers: { "x-ms-blob-type": "BlockBlob" },
    });
    expect(refused.status).toBe(403);
  });

if ("reason" in nginx) test.skip(nginx.reason, () => {});
else
  describe("nginx", () => {
    const { url, gzipUrl, rangelessUrl, root } = nginx;
    test.each([
      ["plain", url],
      ["compressing", gzipUrl],
      ["without ranges", rangelessUrl],
    ])("%s: a sharded array, byte for byte", async (_, base) => {
      const name = randomUUID();
      await mkdir(`${root}/${name}`);
      const data = Uint16Array.from({ length: 4096 }, (_unused, index) => index % 7);
      const made = await createArray(new LocalStore(`${root}/${name}`), {
        shape: [64, 64],
        chunks: [8, 8],
        shards: [32, 32],
        dtype: "uint16",
      });
      await made.set(null, { data, shape: [64, 64] });
      const sent: number[] = [];
      const fs: AbstractFileSystem = new HTTPFileSystem({
        onRequest: ({ status }) => void sent.push(status ?? 0),
      });
      const store = new FsspecStore(fs, { path: `${base}/${name}`, readOnly: true });
      const array = await openArray(store);
      const part = (await array.get("30:34, 5:9")) as { toNestedArray(): number[][] };
      expect(part.toNestedArray()).toEqual(
        times(4).map((row) => times(4).map((column) => ((30 + row) * 64 + 5 + column) % 7)),
      );
      expect([...((await array.get(null)) as { data: Uint16Array }).data]).toEqual([...data]);
      if (base === url) expect(sent).toContain(206);
      if (base === rangelessUrl) expect(sent).not.toContain(206);
      expect((await collect(store.listDir(""))).includes("zarr.json")).toBe(true);
      expect(await store.get("none")).toBeUndefined();
    });
  });
