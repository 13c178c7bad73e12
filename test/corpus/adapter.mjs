// Adapter for the corpus checker: reads one array of a store with the built library.
// The checker calls `read({ kind, file, prefix, path, zarrFormat, ref, sel, corpus })`; throwing means refusing.
import { openArray, slice, UnsupportedError } from "../../dist/index.js";
import { IcechunkStore, LocalStore, ReferenceStore, ZipStore } from "../../dist/storage.js";

export async function read(entry) {
  try {
    return await readEntry(entry);
  } catch (error) {
    // The checker keeps the message only; run.mjs wants to see the class as well.
    throw new Error(`${error?.name}: ${error?.message}`, { cause: error });
  }
}

async function readEntry({ kind, file, prefix, path, zarrFormat, ref, sel, corpus }) {
  const node = [prefix, path].filter((part) => part !== undefined && part !== "").join("/");
  const options = { path: node, zarrFormat, mode: "r" };
  if (kind === "dir") return await values(await openArray(file, options), sel);
  if (kind === "kerchunk" || kind === "kerchunk-parquet")
    return await values(await openArray(new ReferenceStore(file), options), sel);
  if (kind === "icechunk") {
    const { branch, tag, snapshot_id: snapshot } = ref ?? {};
    // As the corpus notes: this bucket stands for a folder of it.
    const virtualChunkAccess = {
      "s3://corpus-bucket/": new LocalStore(`${corpus}/generated/icechunk`, { readOnly: true }),
    };
    const store = new IcechunkStore(file, { branch, tag, snapshot, virtualChunkAccess });
    return await values(await openArray(store, options), sel);
  }
  if (kind !== "zip") throw new UnsupportedError(`stores of kind ${kind} are not read yet`);
  const store = new ZipStore(file, { mode: "r" });
  try {
    return await values(await openArray(store, options), sel);
  } finally {
    await store.close();
  }
}

async function values(array, sel) {
  // "..." last: an NDArray also of a 0-d array, and where every axis has an integer.
  const axes = (sel ?? []).map((axis) => (Array.isArray(axis) ? slice(axis[0], axis[1]) : axis));
  const selection = [...axes, "..."];
  const result = await array.get(selection);
  await array.close();
  return { shape: result.shape, data: bytesOrList(result) };
}

/** Variable-length types have no bytes of their own: the checker takes their values as a list. */
function bytesOrList(result) {
  try {
    return result.toBytes();
  } catch (error) {
    if (!(error instanceof UnsupportedError) || !Array.isArray(result.data)) throw error;
    return result.data;
  }
}
