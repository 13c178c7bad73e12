import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../testing/random.ts";
import { MemoryFileSystem } from "../memory-file-system.ts";
import { ReferenceFileSystem } from "../reference-file-system.ts";

const RECORDS = ["a/refs.0.parq", "a/refs.1.parq", "a/refs.2.parq", "s/refs.0.parq"];

async function folder(writer: string): Promise<{ files: MemoryFileSystem; fs: ReferenceFileSystem }> {
  const files = new MemoryFileSystem({ store: new Map() });
  for (const name of [".zmetadata", ...RECORDS])
    await files.pipeFile(
      `/refs.parq/${name}`,
      new Uint8Array(readFileSync(join(import.meta.dirname, "fixtures", `${writer}.parq`, name))),
    );
  await files.pipeFile(
    "/data.bin",
    Uint8Array.from({ length: 10 }, (_, index) => index),
  );
  await files.pipeFile("/one.bin", Uint8Array.of(9));
  return { files, fs: new ReferenceFileSystem({ fo: [files, "/refs.parq"], fs: files }) };
}

describe.each(["fastparquet", "pyarrow"])("references that %s wrote", (writer) => {
  test("chunks are parts of files, whole files, inline, or not there", async () => {
    const { fs } = await folder(writer);
    for (let n = 0; n < 10; n++) {
      const key = `a/${Math.floor(n / 2)}.${n % 2}`;
      if (n === 3) await expect(fs.catFile(key)).rejects.toThrow(/nothing at/);
      else expect(await fs.catFile(key), key).toEqual(Uint8Array.of(n));
    }
    expect(await fs.catFile("s/0")).toEqual(Uint8Array.of(7));
    for (const none of ["a/5.0", "a/0.2", "a/0", "a/00.0", "a/0.0.0", "b/0", "a/.zgroup"])
      expect(await fs.exists(none), none).toBe(false);
  });

  test("metadata and listings", async () => {
    const { fs } = await folder(writer);
    expect(JSON.parse(new TextDecoder().decode(await fs.catFile("a/.zarray")))).toMatchObject({
      shape: [5, 2],
    });
    expect(await fs.ls("", { detail: false })).toEqual([".zgroup", ".zmetadata", "a", "s"]);
    expect(await fs.find("a")).toEqual(
      [
        "a/.zarray",
        "a/.zattrs",
        ...[0, 1, 2, 4, 5, 6, 7, 8, 9].map((n) => `a/${Math.floor(n / 2)}.${n % 2}`),
      ].sort(),
    );
  });

  test("a record that is left out has no chunks", async () => {
    const { fs, files } = await folder(writer);
    await files.rmFile("/refs.parq/a/refs.1.parq");
    expect(await fs.exists("a/2.0")).toBe(false);
    expect(await fs.catFile("a/4.0")).toEqual(Uint8Array.of(8));
  });

  test.each([1, 2, 3])("random changes give an error or bytes, seed %d", async (seed) => {
    const random = new SeededRandom(seed);
    for (let round = 0; round < 60; round++) {
      const { fs, files } = await folder(writer);
      const path = `/refs.parq/${RECORDS[random.below(3)]!}`;
      const bytes = await files.catFile(path);
      for (let change = 0; change < 3; change++) bytes[random.below(bytes.length)] = random.below(256);
      await files.pipeFile(path, bytes);
      for (let n = 0; n < 10; n++) {
        const value: unknown = await fs
          .catFile(`a/${Math.floor(n / 2)}.${n % 2}`)
          .catch((error: unknown) => error);
        if (!(value instanceof Uint8Array))
          expect(value).toMatchObject({ code: expect.stringMatching(/^ZARR_/) });
      }
    }
  });
});

test.each([
  ['{"metadata":{},"record_size":0}', /record_size/],
  ['{"metadata":{},"record_size":1e9}', /record_size/],
  ['{"record_size":4}', /no metadata/],
  ['{"metadata":{"a/.zarray":{"shape":[4],"chunks":[0]}},"record_size":4}', /wrong shape/],
  ['{"metadata":{"a/.zarray":{"shape":[1e15,1e15],"chunks":[1,1]}},"record_size":4}', /too many chunks/],
])("metadata that is none is an error: %s", async (text, message) => {
  const files = new MemoryFileSystem({ store: new Map() });
  await files.pipeFile("/refs.parq/.zmetadata", new TextEncoder().encode(text));
  await expect(new ReferenceFileSystem({ fo: [files, "/refs.parq"] }).catFile("a/0")).rejects.toThrow(
    message,
  );
});
