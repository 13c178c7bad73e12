// Archives go both ways between ZipStore and Python's zipfile, and Info-ZIP's unzip checks ours.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ZipStoreOptions } from "../../src/storage/zip-store.ts";
import { ZipStore } from "../../src/storage/zip-store.ts";

const folder = mkdtempSync(join(tmpdir(), "zip-interop-"));
afterAll(() => rmSync(folder, { recursive: true }));

const has = (command: string, flag: string): boolean =>
  spawnSync(command, [flag], { stdio: "ignore" }).status === 0;
const python = has("python3", "--version");
const unzip = has("unzip", "-v");
if (!python) console.log("skipped: zip archives against Python's zipfile, as there is no python3");
if (!unzip) console.log("skipped: zip archives against unzip, as there is no unzip");

const DIGESTS = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    names = z.namelist()
    assert len(names) == len(set(names)), "duplicates"
    assert all(i.external_attr >> 16 in (0o644, 0o600) for i in z.infolist() if not i.is_dir())
    out = {n: hashlib.sha256(z.read(n)).hexdigest() for n in names if not n.endswith("/")}
json.dump(out, sys.stdout)
`;

const WRITE = `
import io, sys, zipfile
class Stream(io.RawIOBase):  # not seekable: sizes go to data descriptors
    def __init__(self, f): self.f = f
    def writable(self): return True
    def write(self, b): return self.f.write(b)
def fill(z):
    z.writestr("zarr.json", b"{}")
    z.writestr("dir/", b"")
    z.writestr("gr\\u00f6\\u00dfe/c/0", b"\\0\\1" * 5000)
    z.writestr("empty", b"")
    z.writestr("twice", b"first")
    z.writestr("twice", b"second")
    with z.open("zip64", "w", force_zip64=True) as f: f.write(b"large" * 10)
    z.comment = b"a comment"
kind, path = sys.argv[1:]
method = zipfile.ZIP_DEFLATED if "deflated" in kind else zipfile.ZIP_STORED
with open(path, "wb") as f:
    if "prefixed" in kind: f.write(b"#!/bin/sh\\n" * 100)
    target = io.BytesIO() if "prefixed" in kind else f
    with zipfile.ZipFile(Stream(target) if "stream" in kind else target, "w", method) as z: fill(z)
    if "prefixed" in kind: f.write(target.getvalue())
`;

function run(command: string, args: readonly string[], worst = 0): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  expect(status, `${command} ${args.join(" ")}\n${stderr}\n${stdout.slice(-2000)}`).toBeLessThanOrEqual(
    worst,
  );
  return stdout;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const encode = (value: string): Uint8Array => new TextEncoder().encode(value);

async function digests(path: string): Promise<Record<string, string>> {
  const store = new ZipStore(path);
  const found: [string, string][] = [];
  for await (const key of store.list()) found.push([key, sha256((await store.get(key))!)]);
  await store.close();
  return Object.fromEntries(found.sort());
}

const sorted = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).sort());

// unzip exits with 1, a warning, where bytes stand before the archive.
async function expectOthersAgree(path: string, worst = 0): Promise<void> {
  const theirs: unknown = JSON.parse(run("python3", ["-c", DIGESTS, path]));
  expect(await digests(path)).toEqual(sorted(theirs as Record<string, string>)); // what the script prints
  if (unzip) run("unzip", ["-tqq", path], worst);
}

test.skipIf(!python).each<[string, ZipStoreOptions]>([
  ["stored", { compression: 0 }],
  ["deflated", { compression: 8 }],
])("Python and unzip read what ZipStore writes: %s", async (name, options) => {
  const path = join(folder, `ours-${name}.zip`);
  const store = new ZipStore(path, { mode: "w", ...options });
  await store.set("zarr.json", encode("{}"));
  await store.set("größe/日本/c/0", encode("value".repeat(1000)));
  await store.set("empty", new Uint8Array(0));
  await store.flush();
  await store.set("zarr.json", encode('{"again":true}'));
  await store.close();
  await store.set("after close", encode("x"));
  await store.close();
  await expectOthersAgree(path);
});

test.skipIf(!python)("Python and unzip read 70,000 entries, which need zip64", async () => {
  const path = join(folder, "many.zip");
  const store = new ZipStore(path, { mode: "w" });
  for (let i = 0; i < 70_000; i++) await store.set(`c/${i}`, Uint8Array.of(i, i >> 8, i >> 16));
  await store.close();
  await expectOthersAgree(path);
});

test.skipIf(!python)("Python and unzip read an archive that was torn and then appended to", async () => {
  const path = join(folder, "torn.zip");
  const store = new ZipStore(path, { mode: "w" });
  await store.set("a", new Uint8Array(1000));
  await store.close();
  writeFileSync(path, new Uint8Array([...readFileSync(path), ...new Uint8Array(5000).fill(0x50)]));
  const again = new ZipStore(path, { mode: "a" });
  await again.set("b", new Uint8Array(10));
  await again.close();
  await expectOthersAgree(path);
});

test
  .skipIf(!python)
  .each([
    "stored",
    "deflated",
    "stream stored",
    "stream deflated",
    "prefixed stored",
    "prefixed stream deflated",
  ])("ZipStore reads, and appends to, what Python writes: %s", async (kind) => {
  const path = join(folder, `theirs ${kind}.zip`);
  run("python3", ["-W", "ignore", "-c", WRITE, kind, path]);
  expect(await digests(path)).toEqual(
    sorted({
      "zarr.json": sha256(encode("{}")),
      "größe/c/0": sha256(Uint8Array.from({ length: 10_000 }, (_, i) => i % 2)),
      empty: sha256(new Uint8Array(0)),
      twice: sha256(encode("second")),
      zip64: sha256(encode("large".repeat(10))),
    }),
  );
  const store = new ZipStore(path, { mode: "a" });
  await store.set("ours", new Uint8Array(100));
  await store.set("zarr.json", new Uint8Array(3));
  await store.close();
  await expectOthersAgree(path, kind.includes("prefixed") ? 1 : 0);
});
