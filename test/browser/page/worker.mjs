// The library in a module worker: reads the array at a URL, writes it with each kind of encoder, keeps it as files.
import { createArray, openArray } from "zarrkit";

const total = (data) => data.reduce((sum, value) => sum + value, 0);

addEventListener("message", async ({ data: url }) => {
  try {
    const { data } = await (await openArray(url)).get(null);
    for (const codec of [
      { name: "zstd", configuration: { level: 1, checksum: true } },
      { name: "gzip", configuration: { level: 1 } },
      {
        name: "blosc",
        configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle", typesize: 4, blocksize: 0 },
      },
    ]) {
      const z = await createArray({}, { shape: [20], chunks: [7], dtype: "float32", compressors: codec });
      await z.set(null, data);
      if (total((await z.get(null)).data) !== total(data))
        throw new Error(`${codec.name} gave something else`);
    }
    let shared = false;
    if (typeof SharedArrayBuffer !== "undefined") {
      const array = await openArray(url);
      shared = (await array.get(null, { shared: true })).data.buffer instanceof SharedArrayBuffer;
    }
    let files;
    if (navigator.storage?.getDirectory !== undefined) {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle(crypto.randomUUID(), { create: true });
      const kept = await createArray(folder, { shape: [20], chunks: [6], dtype: "float32" });
      await kept.set(null, data);
      files = total((await (await openArray(folder)).get(null)).data);
      await root.removeEntry(folder.name, { recursive: true });
    }
    postMessage({ sum: total(data), shared, files });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
});
