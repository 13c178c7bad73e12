import { expect, test } from "vitest";
import { UnsupportedError } from "../base/errors.ts";
import { AbstractFileSystem } from "./abstract-file-system.ts";
import type { FileInfo } from "./abstract-file-system.ts";
import { HTTPFileSystem } from "./http-file-system.ts";
import { LocalFileSystem } from "./local-file-system.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";
import { filesystem, knownProtocols, registerFilesystem, urlToFs } from "./registry.ts";
import type { LocatedFileSystem, StorageOptions } from "./registry.ts";
import { S3FileSystem } from "./s3-file-system.ts";

class DemoFileSystem extends AbstractFileSystem {
  static override readonly protocol: readonly string[] = ["demo", "demo2"];
  readonly options: StorageOptions;
  inner: LocatedFileSystem | undefined;
  constructor(options: StorageOptions = {}) {
    super();
    this.options = options;
  }
  static chain(inner: LocatedFileSystem, path: string, options: StorageOptions): LocatedFileSystem {
    const fs = new DemoFileSystem(options);
    fs.inner = inner;
    return [fs, path];
  }
  async info(path: string): Promise<FileInfo> {
    return { name: path, size: 1, type: "file" };
  }
  async catFile(): Promise<Uint8Array> {
    return new Uint8Array(1);
  }
  async *iterDir(): AsyncGenerator<FileInfo> {}
}
registerFilesystem(DemoFileSystem);

test("protocols give file systems", () => {
  expect(filesystem("s3", { anon: true })).toBeInstanceOf(S3FileSystem);
  expect(filesystem("https")).toBeInstanceOf(HTTPFileSystem);
  expect(filesystem("file")).toBeInstanceOf(LocalFileSystem);
  expect(filesystem("memory", { store: new Map() })).toBeInstanceOf(MemoryFileSystem);
  expect(filesystem("s3").protocol).toEqual(["s3", "s3a"]);
  expect(knownProtocols()).toEqual(expect.arrayContaining(["file", "http", "https", "memory", "s3"]));
});

test.each([
  ["s3://bucket/a%20b/c#d?e/", "S3FileSystem", "bucket/a%20b/c#d?e"],
  ["S3://bucket", "S3FileSystem", "bucket"],
  ["s3a://bucket/x", "S3FileSystem", "bucket/x"],
  ["http://host:1/a/?q=1", "HTTPFileSystem", "http://host:1/a?q=1"],
  ["memory://a/b/", "MemoryFileSystem", "/a/b"],
  ["file:///a/b/", "LocalFileSystem", "/a/b"],
  ["/a/b", "LocalFileSystem", "/a/b"],
  ["demo://x/y", "DemoFileSystem", "x/y"],
])("%s", (url, name, path) => {
  const [fs, found] = urlToFs(url);
  expect([fs.className, found]).toEqual([name, path]);
  expect(String(fs)).toBe(`<${name}>`);
});

test("an unknown protocol is a TypeError that lists the known", () => {
  expect(() => urlToFs("bogus://x")).toThrow(TypeError);
  expect(() => filesystem("bogus")).toThrow(/Protocol not known: bogus\. Known: .*http, https, .*s3/);
  expect(() => urlToFs("bogus::s3://x")).toThrow(/bogus/);
  expect(() => filesystem("__proto__")).toThrow(TypeError);
});

test("a chained URL is made from its end; options belong to their link", () => {
  const [fs, path] = urlToFs("demo://in/side::s3://bucket/a.zip", { mode: 1, s3: { anon: true } });
  expect(path).toBe("demo://in/side");
  expect(fs).toBeInstanceOf(DemoFileSystem);
  const demo = fs as DemoFileSystem; // just checked
  expect(demo.options).toEqual({ mode: 1 });
  expect(demo.inner?.[0].getOptions()).toEqual({ anon: true });
  expect(demo.inner?.[1]).toBe("bucket/a.zip");
  expect(() => urlToFs("s3://a::memory://b")).toThrow(UnsupportedError);
  expect(() => urlToFs("demo::memory://b", { memory: 3 })).toThrow(TypeError);
});

test("registering checks the class and keeps what is taken", () => {
  class Other extends DemoFileSystem {}
  expect(() => registerFilesystem("demo", Other)).toThrow(/taken by DemoFileSystem/);
  registerFilesystem("demo", DemoFileSystem);
  registerFilesystem("demo-x", Other);
  registerFilesystem("demo-x", DemoFileSystem, { clobber: true });
  expect(filesystem("demo-x").constructor).toBe(DemoFileSystem);
  expect(() => registerFilesystem("C", Other)).toThrow(TypeError);
  expect(() => registerFilesystem("demo-y", Map as never)).toThrow(TypeError);
});
