import { describe, expect, test } from "vitest";
import { FileExistsError, StoreError } from "../base/errors.ts";
import { isOpenDalOperator } from "../fs/opendal-operator.ts";
import type { OpenDalOperator } from "../fs/opendal-operator.ts";
import { filesystem } from "../fs/registry.ts";
import { runStoreModel } from "../testing/store-model.ts";
import { StoreTests } from "../testing/store-tests.ts";
import { ObjectStore } from "./object-store.ts";
import { modelSeeds } from "../../test/effort.ts";

/** An operator over a Map that answers, and fails, as OpenDAL's memory service does. */
class Operator implements OpenDalOperator {
  readonly files = new Map<string, Uint8Array>();
  readonly ignoresRanges: boolean;
  failure: string | undefined;

  constructor(options: { readonly ignoresRanges?: boolean } = {}) {
    this.ignoresRanges = options.ignoresRanges ?? false;
  }

  capability() {
    return { writeWithIfNotExists: true };
  }

  async read(path: string, options: { offset?: bigint; size?: bigint } = {}): Promise<Uint8Array> {
    const value = this.#find(path, "read");
    if (this.ignoresRanges) return value.slice();
    const start = Number(options.offset ?? 0n);
    const end = options.size === undefined ? value.length : start + Number(options.size);
    if (end > value.length)
      throw new Error(
        "Unexpected (permanent) at , context: { expect: 3, actual: 0 } => reader got too little data",
      );
    return value.slice(start, end);
  }

  async write(
    path: string,
    content: Uint8Array,
    options: { readonly ifNotExists?: boolean } = {},
  ): Promise<void> {
    if (this.failure !== undefined) throw new Error(this.failure);
    if (options.ifNotExists === true && this.files.has(path))
      throw new Error(`ConditionNotMatch (permanent) at write, context: { path: ${path} } => it exists`);
    this.files.set(path, content.slice());
  }

  async delete(path: string): Promise<void> {
    this.files.delete(path);
  }

  async stat(path: string) {
    const value = this.#find(path, "stat");
    return { contentLength: BigInt(value.length), etag: null, lastModified: null, isDirectory: () => false };
  }

  async list(path: string, options: { readonly recursive?: boolean } = {}) {
    const prefix = path === "/" ? "" : path;
    const found = new Set<string>();
    for (const key of this.files.keys()) {
      if (!key.startsWith(prefix)) continue;
      const slash = key.indexOf("/", prefix.length);
      found.add(options.recursive === true || slash < 0 ? key : key.slice(0, slash + 1));
    }
    return [...found].map((name) => ({ path: () => name }));
  }

  #find(path: string, verb: string): Uint8Array {
    if (this.failure !== undefined) throw new Error(this.failure);
    const value = this.files.get(path);
    if (value === undefined)
      throw new Error(
        `NotFound (permanent) at ${verb}, context: { service: memory, path: ${path} } => no such path`,
      );
    return value;
  }
}

for (const ignoresRanges of [false, true]) {
  describe(`ObjectStore on an operator that ${ignoresRanges ? "ignores" : "reads"} ranges`, () => {
    const operators = new WeakMap<ObjectStore, Operator>();
    new StoreTests<ObjectStore>({
      modelSeeds,
      createStore: ({ readOnly }) => {
        const operator = new Operator({ ignoresRanges });
        const store = new ObjectStore(operator as never, { readOnly, path: "root" });
        operators.set(store, operator);
        return store;
      },
      set: (store, key, value) => operators.get(store)!.files.set(`root/${key}`, value),
      get: (store, key) => operators.get(store)!.files.get(`root/${key}`),
      reopen: (store) =>
        new ObjectStore(operators.get(store)! as never, { readOnly: store.readOnly, path: "root" }),
      printed: () => "<ObjectStore(Operator, root)>",
      supports: { readOnlyCopies: true, strict: true },
    }).register((title, run) => test(title, run));
  });
}

test.each([1, 2])("model, seed %d", async (seed) => {
  await runStoreModel(new ObjectStore(new Operator() as never), { seed, steps: 100 });
});

test("an error that is not NotFound is never a missing key", async () => {
  const operator = new Operator();
  const store = new ObjectStore(operator as never);
  operator.failure = "PermissionDenied (permanent) at read, context: { service: s3, path: k }";
  await expect(store.get("k")).rejects.toThrow(StoreError);
  await expect(store.exists("k")).rejects.toThrow(/PermissionDenied/);
});

test("a write in mode create rejects when the file is there", async () => {
  const store = new ObjectStore(new Operator() as never);
  await store.set("k", new Uint8Array(1));
  expect(await store.setIfNotExists("k", new Uint8Array(2))).toBe(false);
  await expect(store.fs.pipeFile("k", new Uint8Array(2), { mode: "create" })).rejects.toThrow(
    FileExistsError,
  );
});

test("what lacks a member is no operator", () => {
  expect(isOpenDalOperator({ read() {} })).toBe(false);
  const wrong = {} as unknown as OpenDalOperator; // a caller without types
  expect(() => new ObjectStore(wrong)).toThrow(/read, write, delete, list and stat/);
});

test("opendal+<service> names the package that is missing", async () => {
  const fs = filesystem("opendal+memory", { root: "/" });
  await expect(fs.catFile("k")).rejects.toMatchObject({
    code: "ZARR_MISSING_DEPENDENCY",
    message: expect.stringContaining("npm install opendal"),
  });
});
