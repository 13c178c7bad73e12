import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import type { HttpServer } from "../../test/servers/embedded-http.mjs";
import { StoreError } from "../base/errors.ts";
import { LocalFileSystem } from "../fs/local-file-system.ts";
import { MemoryFileSystem } from "../fs/memory-file-system.ts";
import { ReferenceFileSystem } from "../fs/reference-file-system.ts";
import type { RawReferences } from "../fs/reference/json-references.ts";
import { StoreTests } from "../testing/store-tests.ts";
import { FsspecStore } from "./fsspec-store.ts";
import { ReferenceStore } from "./reference-store.ts";
import { resolveStore } from "./resolve.ts";
import { Store } from "./store.ts";
import { modelSeeds } from "../../test/effort.ts";

const folder = mkdtempSync(join(tmpdir(), "references-"));
const data = Uint8Array.from({ length: 64 }, (_, index) => index);
let server: HttpServer;
beforeAll(async () => {
  server = await startHttp({ files: { "/data.bin": data } });
  mkdirSync(join(folder, "in/sub"), { recursive: true });
  writeFileSync(join(folder, "in/data.bin"), data);
  writeFileSync(join(folder, "in/sub/more.bin"), data);
  writeFileSync(join(folder, "secret.bin"), data);
  symlinkSync(join(folder, "secret.bin"), join(folder, "in/link.bin"));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A local file of references. */
function write(references: unknown, name = "refs.json"): string {
  const path = join(folder, "in", name);
  writeFileSync(path, JSON.stringify(references));
  return path;
}

async function keysOf(store: Store, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.listPrefix(prefix)) keys.push(key);
  return keys.sort();
}

describe("StoreTests, read-only", () => {
  const references = new WeakMap<ReferenceStore, Record<string, Uint8Array>>();
  new StoreTests<ReferenceStore>({
    modelSeeds,
    createStore: ({ readOnly }) => {
      const values: Record<string, Uint8Array> = Object.create(null);
      const store = new ReferenceStore(new LateReferences(values), { readOnly });
      references.set(store, values);
      return store;
    },
    set: (store, key, value) => void (references.get(store)![key] = value),
    get: (store, key) => references.get(store)![key],
    supports: { writes: false, readOnlyCopies: true, strict: true },
  }).register((title, run) => test(title, run));
});

/** References that may still be added to: the document is read again for every call. */
class LateReferences extends ReferenceFileSystem {
  readonly #values: RawReferences;
  constructor(values: Record<string, Uint8Array>) {
    super({ fo: values });
    this.#values = values;
  }
  #now(): ReferenceFileSystem {
    return new ReferenceFileSystem({ fo: this.#values });
  }
  override info(...args: Parameters<ReferenceFileSystem["info"]>): ReturnType<ReferenceFileSystem["info"]> {
    return this.#now().info(...args);
  }
  override catFile(...args: Parameters<ReferenceFileSystem["catFile"]>): Promise<Uint8Array> {
    return this.#now().catFile(...args);
  }
  override iterDir(
    ...args: Parameters<ReferenceFileSystem["iterDir"]>
  ): ReturnType<ReferenceFileSystem["iterDir"]> {
    return this.#now().iterDir(...args);
  }
  override iterPrefix(
    ...args: Parameters<ReferenceFileSystem["iterPrefix"]>
  ): ReturnType<ReferenceFileSystem["iterPrefix"]> {
    return this.#now().iterPrefix(...args);
  }
}

test("inline text, base64 and objects; parts and whole files", async () => {
  const store = new ReferenceStore(
    write({
      version: 1,
      refs: {
        text: "é",
        coded: "base64:AAEC",
        "a/.zattrs": { big: 5, é: [1.5, null] },
        part: ["data.bin", 4, 3],
        whole: ["sub/more.bin"],
        empty: ["data.bin", 4, 0],
      },
    }),
  );
  expect(await store.get("text")).toEqual(new TextEncoder().encode("é"));
  expect(await store.get("coded", { suffix: 2 })).toEqual(Uint8Array.of(1, 2));
  expect(JSON.parse(new TextDecoder().decode(await store.get("a/.zattrs")))).toEqual({
    big: 5,
    é: [1.5, null],
  });
  expect(await store.get("part")).toEqual(data.slice(4, 7));
  expect(await store.get("part", { offset: 1 })).toEqual(data.slice(5, 7));
  expect(await store.get("part", { start: 1, end: 100 })).toEqual(data.slice(5, 7));
  expect(await store.get("whole", { suffix: 2 })).toEqual(data.slice(-2));
  expect(await store.get("empty")).toEqual(new Uint8Array(0));
  expect(await store.get("nothing")).toBeUndefined();
  expect(await store.getSize("part")).toBe(3);
  expect(await store.getSize("whole")).toBe(64);
  expect(await keysOf(store)).toEqual(["a/.zattrs", "coded", "empty", "part", "text", "whole"]);
});

test("templates: names, calls with arguments, overrides", async () => {
  const refs = {
    version: 1,
    templates: { u: "data", f: "{{name}}.{{ending}}" },
    refs: {
      a: ["{{u}}.bin", 0, 1],
      b: ["{{ f(name='data', ending='bin') }}", 1, 1],
      c: ["sub/{{u}}.bin", 0, 1],
    },
  };
  const store = new ReferenceStore(write(refs));
  expect(await store.get("a")).toEqual(Uint8Array.of(0));
  expect(await store.get("b")).toEqual(Uint8Array.of(1));
  await expect(store.get("c")).rejects.toThrow(StoreError);
  const other = new ReferenceStore(write(refs), { template_overrides: { u: "more" } });
  expect(await other.get("c")).toEqual(Uint8Array.of(0));
});

test("generators: products, arithmetic and formats", async () => {
  const store = new ReferenceStore(
    write({
      version: 1,
      templates: { u: "data.bin" },
      gen: [
        {
          key: "x/{{i}}.{{ '%02d' % j }}",
          url: "{{u}}",
          offset: "{{(i + 1) * 10 + 2 * j // 2 - 1 % 3}}",
          length: "{{ 1 + i }}",
          dimensions: { i: { stop: 2 }, j: { start: 1, stop: 6, step: 2 } },
        },
        { key: "y/{{n}}", url: "{{ '{:s}.bin'.format(n) }}", dimensions: { n: ["data"] } },
      ],
      refs: {},
    }),
  );
  expect(await keysOf(store)).toEqual(["x/0.01", "x/0.03", "x/0.05", "x/1.01", "x/1.03", "x/1.05", "y/data"]);
  expect(await store.get("x/1.03")).toEqual(data.slice(22, 24));
  expect(await store.get("y/data")).toEqual(data);
});

describe("malformed references", () => {
  const cases: Record<string, unknown> = {
    "a number": 5,
    null: null,
    "a list of five": ["data.bin", 0, 1, 2, 3],
    "a list of two": ["data.bin", 0],
    "a negative offset": ["data.bin", -1, 2],
    "a fraction": ["data.bin", 0.5, 2],
    "no base64": "base64:@@@",
    "a target that is not there": ["none.bin", 0, 1],
    "a target that is too short": ["data.bin", 60, 10],
    "no default target": [null, 0, 1],
    "an unknown protocol": ["nonsense://a/b", 0, 1],
    "an unknown template": ["{{v}}", 0, 1],
    "statements in a template": ["{% for i in x %}{{u}}", 0, 1],
    "attributes of names": ["{{u.__class__.__mro__}}", 0, 1],
  };
  test.each(Object.keys(cases))("%s is an error when it is read, and harms no other", async (name) => {
    const store = new ReferenceStore(
      write({ version: 1, templates: { u: "data.bin" }, refs: { good: ["{{u}}", 0, 1], bad: cases[name] } }),
    );
    expect(await store.get("good")).toEqual(Uint8Array.of(0));
    const error: unknown = await store.get("bad").catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "ZARR_STORE" });
  });

  test.each([
    [{ version: 7, refs: {} }, /version 0 or 1/],
    [{ version: 1, refs: [] }, /must be an object/],
    [{ version: 1, refs: {}, gen: {} }, /must be a list/],
    [
      { version: 1, refs: {}, gen: [{ key: "{{i}}", url: "u", dimensions: { i: { stop: 1e12 } } }] },
      /more than/,
    ],
    [
      { version: 1, refs: {}, gen: [{ key: "{{i}}", url: "u", offset: "1", dimensions: { i: [1] } }] },
      /neither/,
    ],
    [{ version: 1, refs: {}, templates: { a: 5 } }, /must be text/],
    [[], /no JSON object/],
  ])("a document that is none is an error: %j", async (document, message) => {
    await expect(new ReferenceStore(write(document)).get("a")).rejects.toThrow(message);
  });

  test("templates are bounded", async () => {
    const nested = `{{ ${"(".repeat(100)}1${")".repeat(100)} }}`;
    const wide = { version: 1, templates: { u: "x".repeat(65000) }, refs: { a: ["{{u ~ u}}"], b: [nested] } };
    const store = new ReferenceStore(write(wide));
    await expect(store.get("a")).rejects.toThrow(/too long/);
    await expect(store.get("b")).rejects.toThrow(/nested too deeply/);
  });

  test("__proto__ is a key like any other", async () => {
    const text =
      '{"version":1,"refs":{"__proto__":"a","__proto__/.zattrs":{"polluted":true},"constructor":"b"}}';
    const path = join(folder, "in/proto.json");
    writeFileSync(path, text);
    const store = new ReferenceStore(path);
    expect(await store.get("__proto__")).toEqual(Uint8Array.of(97));
    expect(await store.get("toString")).toBeUndefined();
    expect(await keysOf(store)).toEqual(["__proto__", "__proto__/.zattrs", "constructor"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("what a file of references may name", () => {
  const outside = () => [
    join(folder, "secret.bin"),
    `file://${join(folder, "secret.bin")}`,
    "../secret.bin",
    "link.bin",
    "sub/../../secret.bin",
    `zip://a::file://${join(folder, "secret.bin")}`,
    `simplecache::file://${join(folder, "secret.bin")}`,
    `opendal+fs://${join(folder, "secret.bin")}`,
    "memory://secret",
  ];

  test("local files: those below its own directory alone", async () => {
    for (const target of outside()) {
      const store = new ReferenceStore(write({ a: [target, 0, 1] }));
      await expect(store.get("a"), target).rejects.toThrow(StoreError);
    }
    const inside = new ReferenceStore(write({ a: [`file://${join(folder, "in/data.bin")}`, 1, 1] }));
    expect(await inside.get("a")).toEqual(Uint8Array.of(1));
  });

  test("allow_files permits all, or directories", async () => {
    const path = write({ a: [join(folder, "secret.bin"), 1, 1] });
    for (const allow_files of [true, [folder]])
      expect(await new ReferenceStore(path, { allow_files }).get("a")).toEqual(Uint8Array.of(1));
    const elsewhere = new ReferenceStore(path, { allow_files: [join(folder, "in/sub")] });
    await expect(elsewhere.get("a")).rejects.toThrow(/allowFiles/);
  });

  test("from the web: no local files, and relative targets are on the web", async () => {
    for (const target of outside()) {
      server.files.set("/refs.json", new TextEncoder().encode(JSON.stringify({ a: [target, 0, 1] })));
      const store = await ReferenceStore.fromUrl(`${server.url}/refs.json`);
      await expect(store.get("a"), target).rejects.toThrow(StoreError);
    }
    server.files.set("/dir/refs.json", new TextEncoder().encode('{"a":["../data.bin",2,2],"b":["../../x"]}'));
    const store = await ReferenceStore.fromUrl(`${server.url}/dir/refs.json`);
    expect(await store.get("a")).toEqual(data.slice(2, 4));
    await expect(store.get("b")).rejects.toThrow(/leads out/);
  });

  test.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://metadata.google.internal/",
    "https://100.100.100.200/",
  ])("no request goes to %s", async (target) => {
    let asked = 0;
    const remote_options = {
      transport: () => {
        asked++;
        return Promise.reject(new Error("must not be asked"));
      },
    };
    const store = new ReferenceStore({ a: [target, 0, 1] }, { remote_protocol: "http", remote_options });
    await expect(store.get("a")).rejects.toThrow(/link-local|metadata/);
    expect(asked).toBe(0);
  });

  test("nor by a redirect", async () => {
    server.behaviour.redirect = { from: "/away", to: "http://169.254.169.254/" };
    const store = new ReferenceStore({ a: [`${server.url}/away`, 0, 1] });
    await expect(store.get("a")).rejects.toThrow(/link-local/);
    delete server.behaviour.redirect;
  });
});

test("targets on the web are read by ranges", async () => {
  const before = server.requests.length;
  const store = new ReferenceStore({ a: [`${server.url}/data.bin`, 10, 4], b: [`${server.url}/none`, 0, 1] });
  expect(await store.get("a")).toEqual(data.slice(10, 14));
  expect(server.requests.slice(before).map(({ method, headers }) => [method, headers["range"]])).toEqual([
    ["GET", "bytes=10-13"],
  ]);
  const error: unknown = await store.get("b").catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "ZARR_STORE", key: "b" }); // not a missing key
});

test("remote_protocol and fs are for targets without a scheme", async () => {
  const memory = new MemoryFileSystem({ store: new Map() });
  await memory.pipeFile("/bucket/data", data);
  const refs = { a: ["bucket/data", 3, 1] };
  expect(await new ReferenceStore(refs, { fs: memory }).get("a")).toEqual(Uint8Array.of(3));
  expect(await new ReferenceStore(refs, { fs: { "": memory } }).get("a")).toEqual(Uint8Array.of(3));
  await expect(new ReferenceStore(refs).get("a")).rejects.toThrow(/remote_protocol or fs/);
  const local = new ReferenceStore({ a: [join(folder, "in/data.bin"), 3, 1] }, { allow_files: true });
  expect(await local.get("a")).toEqual(Uint8Array.of(3));
});

test("chained URLs: reference::file.json, also with a path", async () => {
  const path = write({ "a/b": "text" });
  const { storePath } = await resolveStore(`reference::file://${path}`);
  expect(await storePath.store.get("a/b")).toEqual(new TextEncoder().encode("text"));
  expect(String(storePath.store)).toBe("<FsspecStore(ReferenceFileSystem, )>");
  const store = await FsspecStore.fromUrl(`reference://a::${path}`);
  expect(await store.get("b")).toEqual(new TextEncoder().encode("text"));
});

test("a file of references that is not there is an error", async () => {
  const store = new ReferenceStore(join(folder, "in/none.json"));
  await expect(store.get("a")).rejects.toThrow(/no references/);
  await expect(keysOf(store)).rejects.toThrow(/no references/);
});

test("toJSON carries the place and the protocol, never options that may be secret", async () => {
  const path = write({ a: "1" });
  const store = new ReferenceStore(path, {
    remote_protocol: "s3",
    remote_options: { secret: "hidden", key: "k" },
  });
  const json = JSON.stringify(store);
  expect(json).not.toContain("hidden");
  const revived = Store.fromJSON(json);
  expect(String(revived)).toBe(`<ReferenceStore(${LocalFileSystem.stripProtocol(path)})>`);
  expect(await revived.get("a")).toEqual(Uint8Array.of(49));
  expect(() => new ReferenceStore({ a: "1" }).toJSON()).toThrow(/cannot be carried/);
});
