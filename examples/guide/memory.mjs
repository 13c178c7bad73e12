// A plain object or a Map is a MemoryStore, by reference.
import { createArray, createGroup } from "zarrkit";
import { MemoryStore } from "zarrkit/storage";
import { show } from "./show.mjs";

export async function memoryStores() {
  const data = {};
  await show(`const data = {};\nawait createGroup(data)`, () => createGroup(data));
  await show(`Object.keys(data).join()`, () => Object.keys(data).join());
  await show(`new MemoryStore(data)`, () => new MemoryStore(data));
  await show(`await createArray(new MemoryStore(), { shape: [2], dtype: "float64" })`, () =>
    createArray(new MemoryStore(), { shape: [2], dtype: "float64" }),
  );
  await show(`await createGroup("memory://scratch/experiment")`, () =>
    createGroup("memory://scratch/experiment"),
  );
}
