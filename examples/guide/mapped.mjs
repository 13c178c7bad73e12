// Reading a part of a large file touches only that part.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createArray, openArray, slice } from "zarrkit";
import { LocalStore, MemoryMappedStore } from "zarrkit/storage";
import { show } from "./show.mjs";

/** A LocalStore of your own: whatever reads a value goes through `fromFile`. */
class CountedStore extends LocalStore {
  bytesTouched = 0;
  fromFile(path, range) {
    let file;
    try {
      file = openSync(path);
    } catch {
      return undefined; // missing
    }
    try {
      const { size } = fstatSync(file);
      const start = range?.start ?? range?.offset ?? Math.max(0, size - (range?.suffix ?? size));
      const bytes = new Uint8Array(Math.max(0, Math.min(range?.end ?? size, size) - start));
      this.bytesTouched += readSync(file, bytes, 0, bytes.length, start);
      return bytes;
    } finally {
      closeSync(file);
    }
  }
}

export async function mappedStores() {
  await show(
    `const z = await createArray("data/example.zarr", {\n  shape: [10000, 10000], chunks: [1000, 1000], dtype: "float64", compressors: null,\n});\nawait z.set(null, 42)`,
    async () => {
      const z = await createArray("data/example.zarr", {
        shape: [10000, 10000],
        chunks: [1000, 1000],
        dtype: "float64",
        compressors: null,
      });
      await z.set(null, 42);
      return z;
    },
  );
  for (const Mapped of [MemoryMappedStore, CountedStore]) {
    const store = new Mapped("data/example.zarr", { readOnly: true });
    const z = await openArray(store);
    const before = store.bytesTouched;
    await show(
      `const z = await openArray(new ${Mapped.name}("data/example.zarr"));\nawait z.get([slice(500, 600), slice(500, 600)])`,
      async () => {
        const part = await z.get([slice(500, 600), slice(500, 600)]);
        const touched = store.bytesTouched - before;
        return `shape (${part.shape.join(", ")}), part.get(0, 0) = ${part.get(0, 0)}\n${touched} bytes touched of ${(await store.getSizePrefix("")).toLocaleString("en")}`;
      },
    );
  }
}
