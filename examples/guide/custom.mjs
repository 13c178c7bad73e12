// A store of your own: four methods, proven by the exported conformance suite.
import { createArray } from "zarrkit";
import { sliceBytes, Store } from "zarrkit/storage";
import { StoreTests } from "zarrkit/testing";
import { show } from "./show.mjs";

class MapStore extends Store {
  map = new Map();
  async get(key, byteRange, options) {
    await this.prepareGet(key, byteRange, options);
    const value = this.map.get(key);
    return value && sliceBytes(value, byteRange);
  }
  async set(key, value, options) {
    await this.prepareSet(key, value, options);
    this.map.set(key, value.slice());
  }
  async delete(key, options) {
    await this.prepareDelete(key, options);
    this.map.delete(key);
  }
  async *list(options) {
    await this.prepareList(options);
    yield* [...this.map.keys()];
  }
  toString() {
    return "map://custom";
  }
}

export async function customStores() {
  await show(
    `class MapStore extends Store { get… set… delete… list… }\nawait createArray(new MapStore(), { shape: [4], dtype: "int16" })`,
    () => createArray(new MapStore(), { shape: [4], dtype: "int16" }),
  );
  await show(`for (const { name, run } of new StoreTests({ createStore: … })) test(name, run)`, async () => {
    const suite = new StoreTests({
      createStore: (options) => new MapStore(options),
      set: (store, key, value) => store.map.set(key, value),
      get: (store, key) => store.map.get(key),
    });
    let passed = 0;
    for (const { name, run } of suite) {
      try {
        await run();
        passed++;
      } catch (error) {
        throw new Error(`StoreTests: ${name} failed`, { cause: error });
      }
    }
    return `${passed} cases passed`;
  });
}
