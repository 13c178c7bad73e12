import { describe, expect, test } from "vitest";
import { StoreTests } from "../testing/store-tests.ts";
import { resolveStore } from "./resolve.ts";
import { WebDirectoryStore } from "./web-directory-store.ts";
import { modelSeeds } from "../../test/effort.ts";

class NamedError extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

/** What a browser's directory handle does, in memory: names it refuses, kinds that do not match. */
class DirectoryFake {
  readonly kind = "directory";
  readonly name = "root";
  readonly children = new Map<string, DirectoryFake | FileFake>();

  #child<T>(name: string, kind: string, make: (() => T) | undefined): T {
    if (name === "" || name === "." || name === ".." || /[/\\]/.test(name))
      throw new TypeError("Name is not allowed.");
    const child = this.children.get(name);
    if (child !== undefined && child.kind !== kind) throw new NamedError("TypeMismatchError");
    if (child !== undefined) return child as T; // of that kind, as just checked
    if (make === undefined) throw new NamedError("NotFoundError");
    const made = make();
    this.children.set(name, made as DirectoryFake | FileFake);
    return made;
  }
  async getDirectoryHandle(name: string, { create = false } = {}): Promise<DirectoryFake> {
    return this.#child(name, "directory", create ? () => new DirectoryFake() : undefined);
  }
  async getFileHandle(name: string, { create = false } = {}): Promise<FileFake> {
    return this.#child(name, "file", create ? () => new FileFake() : undefined);
  }
  async removeEntry(name: string): Promise<void> {
    if (!this.children.delete(name)) throw new NamedError("NotFoundError");
  }
  async *entries(): AsyncGenerator<[string, DirectoryFake | FileFake]> {
    yield* this.children;
  }
  async *keys(): AsyncGenerator<string> {
    yield* this.children.keys();
  }
}

class FileFake {
  readonly kind = "file";
  blob = new Blob([]);
  async getFile(): Promise<Blob> {
    return this.blob;
  }
  async createWritable(): Promise<{
    write(part: BlobPart): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }> {
    const parts: BlobPart[] = [];
    return {
      write: async (part) => void parts.push(part),
      close: async () => void (this.blob = new Blob(parts)),
      abort: async () => {},
    };
  }
}

const handles = new WeakMap<WebDirectoryStore, FileSystemDirectoryHandle>();
// The fake has the members that the store uses.
const handle = (): FileSystemDirectoryHandle => new DirectoryFake() as unknown as FileSystemDirectoryHandle;

describe("WebDirectoryStore", () => {
  new StoreTests<WebDirectoryStore>({
    modelSeeds,
    createStore: (options) => {
      const root = handle();
      const store = new WebDirectoryStore(root, options);
      handles.set(store, root);
      return store;
    },
    set: (store, key, value) => new WebDirectoryStore(handles.get(store)!).set(key, value),
    get: (store, key) => new WebDirectoryStore(handles.get(store)!).get(key),
    reopen: (store) => new WebDirectoryStore(handles.get(store)!),
    printed: () => "<WebDirectoryStore(root)>",
    supports: { readOnlyCopies: true, strict: true },
    skip: { 'keys: "a\\\\b"': "browsers allow no backslash in a name" },
  }).register((name, run) => test(name, run));

  test("a handle is read-only unless a mode writes", async () => {
    expect((await resolveStore(handle())).storePath.readOnly).toBe(true);
    expect((await resolveStore(handle(), { mode: "a" })).storePath.readOnly).toBe(false);
  });
});
