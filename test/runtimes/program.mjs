// What each runtime does with the built package: small and large reads and writes, with and without threads, errors, and an
// end of the process by itself. Prints one line of JSON.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { config, createArray, createGroup, openArray, openGroup, slice } from "zarrkit";

// Threads are seen where the runtime lets the constructor be replaced.
const threads = process.getBuiltinModule("node:worker_threads");
let messages = 0;
const { Worker } = threads;
try {
  threads.Worker = class extends Worker {
    postMessage(...args) {
      messages++;
      super.postMessage(...args);
    }
  };
} catch {
  messages = undefined;
}

const folder = mkdtempSync(join(tmpdir(), "zarrkit-runtime-"));
const checks = [];
const check = (name, isTrue) => {
  if (!isTrue) throw new Error(`${name}: not true`);
  checks.push(name);
};
const blosc = { name: "blosc", configuration: { cname: "lz4", shuffle: "shuffle", clevel: 5 } };
try {
  const shape = [64, 512, 512];
  let seed = 1;
  const data = Uint16Array.from({ length: 2 ** 24 }, (_, i) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (i >> 6) + (seed >>> 28);
  });
  const same = (found) => found.length === data.length && found.every((value, i) => value === data[i]);
  for (const [name, options] of [
    ["plain", { compressors: null }],
    ["blosc", { compressors: blosc }],
    ["zstd", {}],
    ["gzip", { compressors: { name: "gzip", configuration: { level: 1 } } }],
    ["shards", { chunks: [32, 32, 32], shards: [32, 256, 256], compressors: blosc }],
  ]) {
    const z = await createArray(join(folder, name), {
      shape,
      dtype: "uint16",
      chunks: [32, 128, 128],
      ...options,
    });
    await z.set(null, { data, shape });
    for (let i = 0; i < 3; i++) check(`${name}, all of it`, same((await z.get()).data));
    check(`${name}, one element`, (await z.get([3, 4, 5])) === data[3 * 2 ** 18 + 4 * 512 + 5]);
    const scope = config.set({ "threading.max_workers": 0 });
    check(`${name}, without threads`, same((await z.get()).data));
    scope.restore();
  }
  const z = await openArray(join(folder, "blosc"), { mode: "r" });
  check("a slice", (await z.get([slice(0, 2), 0, slice(null, null, 100)])).shape.join() === "2,6");
  const group = await createGroup(join(folder, "group"), { attributes: { a: 1 } });
  await group.createArray("b", { shape: [2], dtype: "string" });
  check("a group", (await (await openGroup(join(folder, "group"))).nmembers()) === 1);
  const error = await openArray(join(folder, "nothing"), { mode: "r" }).catch((cause) => cause);
  check("an error", error.code === "ZARR_ARRAY_NOT_FOUND");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify({ checks: checks.length, messages }));
