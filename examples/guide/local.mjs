// A path is a LocalStore.
import { createGroup, openGroup } from "zarrkit";
import { LocalStore } from "zarrkit/storage";
import { show } from "./show.mjs";

export async function localStores() {
  await show(`await createGroup("data/foo/bar")`, () => createGroup("data/foo/bar"));
  await show(
    `const store = new LocalStore("data/foo/bar", { readOnly: true });\nawait openGroup(store, { mode: "r" })`,
    () => openGroup(new LocalStore("data/foo/bar", { readOnly: true }), { mode: "r" }),
  );
  await show(
    `new LocalStore("data/foo/bar", { readOnly: true })`,
    () => new LocalStore("data/foo/bar", { readOnly: true }),
  );
}
