// The operations with zarrkit.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { config, openArray, openConsolidated, openGroup, slice } from "zarrkit";
import { inputOf, passes, randomReads, serveTurns, wholeRead } from "./turns.mjs";

const OPERATIONS = {
  async read({ path, shape, out, reopen }) {
    let z = await openArray(path, { mode: "r" });
    if (out === "shared") return wholeRead(async () => (await z.get("...", { shared: true })).data);
    if (out !== undefined) {
      const bytes = 2 * shape.reduce((product, length) => product * length, 1);
      const memory = out === "shared memory" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
      // Touched once, as memory that is used again has been.
      const data = new Uint16Array(memory).fill(1);
      return wholeRead(async () => {
        await z.get("...", { out: data });
        return data;
      });
    }
    return wholeRead(async () => {
      if (reopen) z = await openArray(path, { mode: "r" });
      return (await z.get("...")).data;
    });
  },

  async chunks(spec) {
    const z = await openArray(spec.path, { mode: "r" });
    return passes(async (visit) => {
      for await (const { data } of z.iterChunks("...", { reuse: spec.out !== undefined })) visit(data.data);
    });
  },

  async boxes(spec) {
    let z = await openArray(spec.path, { mode: "r" });
    const read = async (start) => {
      if (spec.reopen) z = await openArray(spec.path, { mode: "r" });
      return (await z.get(box(start, spec.size))).data;
    };
    return randomReads(spec, read);
  },

  async element(spec) {
    const z = await openArray(spec.path, { mode: "r" });
    return randomReads(spec, async (index) => [await z.get(index)]);
  },

  async metadata({ path, consolidated }) {
    return {
      async run() {
        const group = consolidated
          ? await openConsolidated(path)
          : await openGroup(path, { mode: "r", useConsolidated: false });
        let sum = 0;
        for await (const [, array] of group.arrays()) sum += array.shape[0];
        return sum;
      },
      check: (sum) => sum,
    };
  },

  async write(spec) {
    const data = { data: inputOf(spec), shape: spec.shape };
    const target = `${spec.path}-zarrkit-${process.pid}`;
    let z;
    return {
      async between() {
        rmSync(target, { recursive: true, force: true });
        mkdirSync(target);
        cpSync(join(spec.path, "zarr.json"), join(target, "zarr.json"));
        z = await openArray(target, { mode: "r+" });
      },
      run: () => z.set("...", data),
      check: () => ({ written: target }),
    };
  },

  /** What the machine does to a thread that waits. */
  nothing: () => ({ run: () => setTimeout(200, 200), check: (given) => given }),
};

function box(start, size) {
  return start.map((from, axis) => slice(from, from + size[axis]));
}

await serveTurns((spec) => {
  config.set({ "threading.max_workers": spec.threads });
  return OPERATIONS[spec.operation](spec);
});
