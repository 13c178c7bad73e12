// As read-zarrkit.mjs, with zarrita. Arguments: the store, the folder with zarrita.
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [store, folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(folder, "node_modules", path)));
const zarr = await load("zarrita/dist/src/index.js");
const { default: FileSystemStore } = await load("@zarrita/storage/dist/src/fs.js");
const z = await zarr.open.v3(zarr.root(new FileSystemStore(store)), { kind: "array" });
await zarr.get(z, [0, 0, 0]);
const start = performance.now();
const { data } = await zarr.get(z);
const ms = performance.now() - start;
console.log(
  JSON.stringify({
    ms,
    check: data[0] + data[data.length - 1] + data.length,
    rss: process.resourceUsage().maxRSS,
  }),
);
