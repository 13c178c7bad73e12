// The operations with zarrita, which is installed in the folder that the environment variable ZARRITA names.
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inputOf, gridReads, randomReads, serveTurns, wholeRead } from "./turns.mjs";

const load = (path) => import(pathToFileURL(join(process.env.ZARRITA, "node_modules", path)));
const zarr = await load("zarrita/dist/src/index.js");
const { default: FileSystemStore } = await load("@zarrita/storage/dist/src/fs.js");

const storeOf = (path) => (path.startsWith("http:") ? new zarr.FetchStore(path) : new FileSystemStore(path));
const open = (path) => zarr.open.v3(zarr.root(storeOf(path)), { kind: "array" });

const OPERATIONS = {
  async read({ path, out, reopen }) {
    if (out !== undefined) throw new Error("no such option");
    let z = await open(path);
    return wholeRead(async () => {
      if (reopen) z = await open(path);
      return (await zarr.get(z)).data;
    });
  },

  async chunks(spec) {
    const z = await open(spec.path);
    return gridReads(spec, async (start) => (await zarr.get(z, box(start, spec.size))).data);
  },

  async boxes(spec) {
    let z = await open(spec.path);
    return randomReads(spec, async (start) => {
      if (spec.reopen) z = await open(spec.path);
      return (await zarr.get(z, box(start, spec.size))).data;
    });
  },

  async element(spec) {
    const z = await open(spec.path);
    return randomReads(spec, async (index) => [await zarr.get(z, index)]);
  },

  /** zarrita lists no groups: the names come from the directory, as they do for tensorstore. */
  async metadata({ path, consolidated }) {
    return {
      async run() {
        let store = new FileSystemStore(path);
        let names;
        if (consolidated) {
          store = await zarr.withConsolidatedMetadata(store, { format: "v3" });
          names = store
            .contents()
            .filter(({ kind }) => kind === "array")
            .map(({ path }) => path.slice(1));
        } else names = readdirSync(path).filter((name) => name !== "zarr.json");
        const root = zarr.root(store);
        const arrays = await Promise.all(
          names.map((name) => zarr.open.v3(root.resolve(name), { kind: "array" })),
        );
        return arrays.reduce((sum, { shape }) => sum + shape[0], 0);
      },
      check: (sum) => sum,
    };
  },

  async write(spec) {
    const data = inputOf(spec);
    const stride = spec.shape.map((_, axis) =>
      spec.shape.slice(axis + 1).reduce((product, length) => product * length, 1),
    );
    const target = `${spec.path}-zarrita-${process.pid}`;
    let z;
    return {
      async between() {
        rmSync(target, { recursive: true, force: true });
        mkdirSync(target);
        cpSync(join(spec.path, "zarr.json"), join(target, "zarr.json"));
        z = await open(target);
      },
      run: () => zarr.set(z, null, { data, shape: spec.shape, stride }),
      check: () => ({ written: target }),
    };
  },
};

function box(start, size) {
  return start.map((from, axis) => zarr.slice(from, from + size[axis]));
}

await serveTurns((spec) => OPERATIONS[spec.operation](spec));
