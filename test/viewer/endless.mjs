// A large array that nobody stores: every chunk has the same bytes, made once.
import { createArray, openArray } from "../../dist/index.js";
import { MemoryStore, Store } from "../../dist/storage.js";

export const SIDE = 65_536;
export const CHUNK = 512;

/** What the element at a position is. */
export function endlessAt(y, x) {
  return ((y % CHUNK) * 64 + (x % CHUNK)) % 65_536;
}

class EndlessStore extends Store {
  #documents;
  #chunk;

  constructor(document, chunk) {
    super({ readOnly: true });
    this.#documents = new Map([["zarr.json", document]]);
    this.#chunk = chunk;
  }
  get supportsWrites() {
    return false;
  }
  get supportsDeletes() {
    return false;
  }
  get supportsListing() {
    return true;
  }
  async get(key, range) {
    const value = this.#documents.get(key) ?? (/^c\/\d+\/\d+$/.test(key) ? this.#chunk : undefined);
    if (value === undefined || range === undefined || range === null) return value;
    if ("suffix" in range) return value.slice(Math.max(0, value.length - range.suffix));
    return value.slice(range.start ?? range.offset, range.end);
  }
  async set() {
    throw new Error("read-only");
  }
  async delete() {
    throw new Error("read-only");
  }
  async *list() {
    yield "zarr.json";
  }
}

/** 65,536 by 65,536 elements of uint16: 8 GiB. */
export async function endlessArray() {
  const store = new MemoryStore();
  const options = { chunks: [CHUNK, CHUNK], dtype: "uint16", fillValue: 0 };
  const small = await createArray(store, { ...options, shape: [CHUNK, CHUNK] });
  const data = new Uint16Array(CHUNK * CHUNK);
  for (let y = 0; y < CHUNK; y++) for (let x = 0; x < CHUNK; x++) data[y * CHUNK + x] = endlessAt(y, x);
  await small.set(null, { data, shape: [CHUNK, CHUNK], stride: [CHUNK, 1] });
  const chunk = await store.get("c/0/0");
  await createArray(store, { ...options, shape: [SIDE, SIDE], overwrite: true });
  return await openArray(new EndlessStore(await store.get("zarr.json"), chunk), { mode: "r" });
}
