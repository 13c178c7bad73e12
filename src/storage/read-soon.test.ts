import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPromise } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { LocalStore } from "./local-store.ts";
import { MemoryMappedStore } from "./memory-mapped-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { readSoon } from "./read-soon.ts";
import type { Store } from "./store.ts";

let outer: string;
let root: string;
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), "zarrkit-soon-"));
  root = join(outer, "store");
  mkdirSync(join(root, "a"), { recursive: true });
  writeFileSync(join(root, "a", "x"), "text of x");
});
afterEach(() => rmSync(outer, { recursive: true, force: true }));

const textOf = (value: Uint8Array): string => new TextDecoder().decode(value);
const text = async (store: Store, key: string): Promise<string | undefined> => readSoon(store, key, textOf);

describe("a local store", () => {
  test("gives what get gives, at once when it is open", async () => {
    const store = await LocalStore.open(root);
    for (const length of [0, 1, 8191, 8192, 8193, 100_000, 300_000]) {
      writeFileSync(join(root, "a", "y"), "é".repeat(length).slice(0, length));
      const got = readSoon(store, "a/y", textOf);
      if (length < 100_000) expect(isPromise(got)).toBe(false);
      expect(await got).toBe(textOf((await store.get("a/y"))!));
    }
    expect(await text(new LocalStore(root), "a/x")).toBe("text of x");
    expect(await text(store.withReadOnly(true), "a/x")).toBe("text of x");
  });

  test("many values in one turn are read all, and others have their turns", async () => {
    const store = await LocalStore.open(root);
    const count = 2000;
    for (let index = 0; index < count; index++) writeFileSync(join(root, "a", `${index}`), `value ${index}`);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const values = await Promise.all(Array.from({ length: count }, (_, index) => text(store, `a/${index}`)));
    clearInterval(timer);
    expect(values).toEqual(Array.from({ length: count }, (_, index) => `value ${index}`));
    expect(turns).toBeGreaterThan(0);
  });

  test("an abort ends the wait for a turn", async () => {
    const store = await LocalStore.open(root);
    const signal = AbortSignal.abort(new Error("stop"));
    expect(() => readSoon(store, "a/x", textOf, { signal })).toThrow("stop");
    const controller = new AbortController();
    let waiting: Promise<unknown> | undefined;
    while (waiting === undefined) {
      const got = readSoon(store, "a/x", textOf, { signal: controller.signal });
      if (isPromise(got)) waiting = got;
    }
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  test("what is no file is missing", async () => {
    const store = await LocalStore.open(root);
    expect(await text(store, "a")).toBeUndefined();
    expect(await text(store, "a/none")).toBeUndefined();
    expect(await text(store, "none/x")).toBeUndefined();
    expect(await text(store, "a/x/y")).toBeUndefined();
    expect(await text(store, `a/${"n".repeat(300)}`)).toBeUndefined();
    writeFileSync(join(root, "empty"), "");
    expect(await text(store, "empty")).toBe("");
    if (process.platform === "win32" || spawnSync("mkfifo", [join(root, "pipe")]).status !== 0) return;
    expect(await text(store, "pipe")).toBeUndefined();
  });

  test("values among missing ones", async () => {
    const store = await LocalStore.open(root);
    symlinkSync("x", join(root, "a", "link"));
    for (let time = 0; time < 50; time++) {
      expect(await text(store, `a/none${time}`)).toBeUndefined();
      for (let more = 0; more < time % 7; more++) expect(await text(store, "a/x")).toBe("text of x");
      expect(await text(store, "a/link")).toBe("text of x");
      expect(await text(store, "a")).toBeUndefined();
    }
    writeFileSync(join(root, "a", "none1"), "no longer");
    expect(await text(store, "a/none1")).toBe("no longer");
  });

  test("malformed keys are refused", async () => {
    const store = await LocalStore.open(root);
    for (const key of ["", "../x", "/a/x", "a//x", "a/x\0"])
      expect(() => readSoon(store, key, textOf)).toThrow(StoreError);
  });

  test("links within the root are followed, and those that leave it refused, also after a listing", async () => {
    mkdirSync(join(outer, "other"));
    writeFileSync(join(outer, "other", "x"), "secret");
    symlinkSync(join(outer, "other"), join(root, "out"));
    symlinkSync(join(outer, "other", "x"), join(root, "leaf"));
    symlinkSync("a", join(root, "in"));
    symlinkSync("x", join(root, "a", "same"));
    symlinkSync("nowhere", join(root, "dangling"));
    for (const listed of [false, true]) {
      const store = await LocalStore.open(root);
      const names: string[] = [];
      if (listed) for await (const name of store.listDir("")) names.push(name);
      if (listed) expect(names.sort()).toEqual(["a", "in"]);
      await expect(text(store, "out/x")).rejects.toThrow("leaves the store");
      await expect(text(store, "leaf")).rejects.toThrow("leaves the store");
      expect(await text(store, "in/x")).toBe("text of x");
      expect(await text(store, "a/same")).toBe("text of x");
      expect(await text(store, "dangling")).toBeUndefined();
      expect(await text(new LocalStore(root, { followSymlinks: true }), "out/x")).toBe("secret");
    }
  });

  test("a directory that was listed and then removed is missing", async () => {
    const store = await LocalStore.open(root);
    for await (const _ of store.listDir(""));
    rmSync(join(root, "a"), { recursive: true });
    expect(await text(store, "a/x")).toBeUndefined();
    await store.set("a/x", new Uint8Array([0x31]));
    expect(await text(store, "a/x")).toBe("1");
  });

  test("what `use` throws is not a failure of the store", async () => {
    const store = await LocalStore.open(root);
    const error = Object.assign(new Error("not good"), { code: "ENOENT" });
    const use = (): never => {
      throw error;
    };
    expect(() => readSoon(store, "a/x", use)).toThrow(error);
  });
});

describe("the `get` of who has one of their own is called", () => {
  test("of a subclass", async () => {
    class Own extends LocalStore {
      override async get(): Promise<Uint8Array> {
        return new Uint8Array([0x31]);
      }
    }
    expect(await text(await Own.open(root), "a/x")).toBe("1");
  });

  test("of a subclass that reads files itself", async () => {
    class Own extends LocalStore {
      protected override fromFile(): Uint8Array {
        return new Uint8Array([0x32]);
      }
    }
    expect(await text(await Own.open(root), "a/x")).toBe("2");
    expect(await text(await MemoryMappedStore.open(root), "a/x")).toBe("text of x");
  });

  test("of an object", async () => {
    const store = await LocalStore.open(root);
    store.get = async () => new Uint8Array([0x33]);
    expect(await text(store, "a/x")).toBe("3");
  });

  test("of a proxy", async () => {
    const used: PropertyKey[] = [];
    const store = new Proxy(await LocalStore.open(root), {
      get(target, name) {
        used.push(name);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    expect(await text(store, "a/x")).toBe("text of x");
    expect(used).toContain("get");
  });

  test("of a wrapper", async () => {
    const store = new CountingStore(await LocalStore.open(root));
    expect(await text(store, "a/x")).toBe("text of x");
    expect(store.count("get")).toBe(1);
  });

  test("of any other store", async () => {
    const store = new MemoryStore(new Map([["x", new Uint8Array([0x34])]]));
    expect(await text(store, "x")).toBe("4");
    expect(await text(store, "y")).toBeUndefined();
  });
});
