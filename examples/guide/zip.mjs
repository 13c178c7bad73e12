// A zip file is a store; what is written is in it when it is closed or flushed.
import { createArray, openArray } from "zarrkit";
import { ZipStore } from "zarrkit/storage";
import { show } from "./show.mjs";

export async function zipStores() {
  const store = new ZipStore("data.zip", { mode: "w" });
  await show(
    `const store = new ZipStore("data.zip", { mode: "w" });\nconst array = await createArray(store, { shape: [2], dtype: "float64" })`,
    () => createArray(store, { shape: [2], dtype: "float64" }),
  );
  await show(`await array.set(null, [1, 2]); await store.close()`, async () => {
    const array = await openArray(store);
    await array.set(null, [1, 2]);
    await store.close();
    return "closed";
  });
  await show(`await (await openArray("data.zip")).get("...")`, async () =>
    (await openArray("data.zip")).get("..."),
  );
}
