// Large reads decode on workers where the page's server has the worker's program, and in place where it does not.
import { config, createArray, openArray, slice } from "zarrkit";
import { equal, test } from "./suite.mjs";

/** @param {{ hasWorker: boolean }} facts Is there a bundle of the worker beside that of the page? */
export function registerThreads({ hasWorker }) {
  test("threads: large reads decode on workers, with the same elements and errors", async () => {
    const seen = { workers: 0, tasks: 0 };
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        seen.workers++;
        this.addEventListener("error", (event) => (seen.error = event.message ?? "not loaded"));
      }
      postMessage(message, ...rest) {
        if (message.kind === "decode") seen.tasks++;
        super.postMessage(message, ...rest);
      }
    };
    try {
      const values = new Map();
      let seed = 1;
      const data = Uint16Array.from({ length: 2 ** 22 }, () => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return seed >>> 22; // half of it compresses
      });
      const shape = [2 ** 11, 2 ** 11];
      await createArray(values, {
        data: { data, shape },
        chunks: [512, 512],
        compressors: { name: "blosc", configuration: { cname: "lz4", shuffle: "shuffle", clevel: 5 } },
      });
      const z = await openArray(values, { mode: "r" });
      const small = await z.get([3, slice(0, 10)]);
      equal(small.data.length, 10);
      equal(seen.workers, 0);
      // Many large reads start the pool, and do not wait for it.
      for (let i = 0; i < 200 && seen.tasks === 0; i++) {
        const { data: found } = await z.get();
        equal(found[12345], data[12345]);
        equal(found.at(-1), data.at(-1));
        if (i > 8) await new Promise((resolve) => setTimeout(resolve, 20));
        if (!hasWorker && i > 20) break;
      }
      equal(seen.tasks > 0, hasWorker, `decoding on workers (${JSON.stringify(seen)})`);
      const found = await z.get();
      const scope = config.set({ "threading.max_workers": 0 });
      const expected = await z.get();
      scope.restore();
      let differences = 0;
      for (let i = 0; i < data.length; i++) if (found.data[i] !== expected.data[i]) differences++;
      equal(differences, 0);
      values.set("c/1/1", values.get("c/1/1").subarray(0, 40));
      const error = await z.get().catch((cause) => cause);
      equal([error.name, error.chunkKey], ["CodecError", "c/1/1"]);
    } finally {
      globalThis.Worker = Worker;
    }
  });
}
