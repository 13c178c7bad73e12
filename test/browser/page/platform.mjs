// What a page has and has not: shared memory, Float16Array, files; and that the library leaves it as it was.
import { createArray, UnsupportedError } from "zarrkit";
import { check, equal, failure, test } from "./suite.mjs";

const guard = document.documentElement.zarrkitGuard;

export function registerPlatform(facts) {
  test("the page is cross-origin isolated where its server asks for it, and has shared memory only then", () => {
    equal(globalThis.crossOriginIsolated === true, facts.isolated, "isolated");
    if (!facts.isolated) equal(typeof SharedArrayBuffer, "undefined", "SharedArrayBuffer");
  });

  test("shared: true gives shared memory, or an UnsupportedError where there is none", async () => {
    const z = await createArray({}, { shape: [6], chunks: [4], dtype: "int32" });
    await z.set(null, Int32Array.of(1, 2, 3, 4, 5, 6));
    if (typeof SharedArrayBuffer !== "undefined") {
      const { data } = await z.get(null, { shared: true });
      check(data.buffer instanceof SharedArrayBuffer, "the buffer is not shared");
      equal(data, [1, 2, 3, 4, 5, 6]);
      const { data: compressed } = await z.get([null], { shared: true });
      equal(compressed, [1, 2, 3, 4, 5, 6]);
      return;
    }
    const error = await failure(() => z.get(null, { shared: true }));
    check(error instanceof UnsupportedError, String(error));
    equal((await z.get(null)).data, [1, 2, 3, 4, 5, 6]);
  });

  test("values that lie in shared memory are stored, by every kind of compressor", async () => {
    if (typeof SharedArrayBuffer === "undefined") return;
    const data = new Float32Array(new SharedArrayBuffer(4 * 1000)).map((_, index) => index / 3);
    const shared = new Float32Array(new SharedArrayBuffer(data.byteLength));
    shared.set(data);
    for (const compressors of [
      null,
      "auto",
      { name: "gzip", configuration: { level: 1 } },
      { name: "crc32c" },
    ]) {
      const z = await createArray({}, { shape: [1000], chunks: [300], dtype: "float32", compressors });
      await z.set(null, shared);
      equal((await z.get(null)).data, data);
      const out = new Float32Array(new SharedArrayBuffer(data.byteLength));
      await z.get(null, { out });
      equal(out, data);
    }
  });

  test("text in shared memory is read", async () => {
    if (typeof SharedArrayBuffer === "undefined") return;
    const files = new Map();
    const z = await createArray(files, { shape: [3], chunks: [2], dtype: "string", attributes: { a: "ü" } });
    await z.set(null, ["α", "", "zarr"]);
    const shared = new Map();
    for (const [key, value] of files) {
      const copy = new Uint8Array(new SharedArrayBuffer(value.length));
      copy.set(value);
      shared.set(key, copy);
    }
    const { openArray } = await import("zarrkit");
    const again = await openArray(shared, { mode: "r" });
    equal(again.attrs, { a: "ü" });
    equal((await again.get(null)).data, ["α", "", "zarr"]);
  });

  test("a worker reads over HTTP, writes with the encoders, and keeps files where there are any", async () => {
    const files = new Map();
    const z = await createArray(files, { shape: [20], chunks: [6], dtype: "float32" });
    await z.set(
      null,
      Float32Array.from({ length: 20 }, (_, index) => index),
    );
    const name = crypto.randomUUID();
    for (const [key, value] of files)
      await fetch(`/control/web/worker/${name}/${key}`, { method: "PUT", body: value });
    const worker = new Worker("/worker/entry.js", { type: "module" });
    const answer = await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => resolve(data));
      worker.addEventListener("error", ({ message }) => reject(new Error(`the worker failed: ${message}`)));
      worker.postMessage(`${facts.webUrl}/worker/${name}`);
    });
    worker.terminate();
    if (answer.error !== undefined) throw new Error(answer.error);
    equal(answer, {
      sum: 190,
      shared: typeof SharedArrayBuffer !== "undefined",
      files: navigator.storage?.getDirectory === undefined ? undefined : 190,
    });
  });

  const wanted = new URLSearchParams(location.search).get("float16") === "none" ? "portable" : "native";
  const has = typeof globalThis.Float16Array === "function";
  test(
    `float16 by the ${wanted === "native" ? "runtime's Float16Array" : "portable one"}`,
    async () => {
      const values = [0, -0, 1.5, -2, 65504, 2 ** -24, Infinity, -Infinity, NaN, 0.1];
      for (const endian of ["little", "big"]) {
        const z = await createArray(
          {},
          {
            shape: [10],
            chunks: [4],
            dtype: "float16",
            serializer: { name: "bytes", configuration: { endian } },
          },
        );
        await z.set(null, values);
        const { data } = await z.get(null);
        if (has) check(data instanceof globalThis.Float16Array, "the data are not the runtime's");
        else equal([data.BYTES_PER_ELEMENT, data.buffer.byteLength], [2, 20]);
        equal(Array.from(data), [...values.slice(0, 9), 0.0999755859375]);
        equal(await z.get([2]), 1.5);
      }
    },
    { skip: wanted === "native" && !has ? "this engine has no Float16Array" : undefined },
  );
}

/** What must hold after everything else has run. */
export function registerQuiet() {
  test("nothing was printed", () => equal(guard.printed, []));
  test("no error went unhandled", async () => {
    await new Promise((resolve) => setTimeout(resolve, 200)); // what was left behind fails by now
    equal(guard.unhandled, []);
  });
  test("no global and no built-in was changed", () => {
    equal(guard.changes(), []);
    globalThis.probe = true; // would be seen
    equal(guard.changes(), ["globalThis.probe is new"]);
    delete globalThis.probe;
  });
}
