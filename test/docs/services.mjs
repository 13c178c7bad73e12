// What the examples find on the network: a bucket, and a web server for every host of example.org.
// Both are real servers on loopback; nothing leaves this machine.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { createArray, createGroup, save } from "zarrkit";

import { startHttp } from "../servers/embedded-http.mjs";
import { startS3 } from "../servers/embedded-s3.mjs";

/** Starts the servers, and points S3 and `fetch` at them. */
export async function startServices() {
  const hydrology = await seedHydrology();
  const s3 = await startS3({
    buckets: { "noaa-nwm-retro-v2-zarr-pds": { public: true, objects: hydrology }, "my-bucket": {} },
    credentials: { AKIDEXAMPLE: "secret" },
  });
  const web = await seedWeb();
  const http = await startHttp({ files: web });
  const environment = { AWS_ENDPOINT_URL_S3: s3.url };
  const fetch = globalThis.fetch;
  return {
    /** The state in which each example starts. */
    reset() {
      for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
      Object.assign(process.env, environment);
      globalThis.fetch = (input, init) => fetch(local(input), init);
    },
    async close() {
      await s3.close();
      await http.close();
    },
  };

  /** Where a request goes: an example that needs another machine is not one to run. */
  function local(input) {
    const url = new URL(typeof input === "string" || input instanceof URL ? input : input.url);
    if (/(?:^|\.)example\.org$/.test(url.hostname)) return `${http.url}${url.pathname}${url.search}`;
    if (url.hostname === "127.0.0.1") return input;
    throw new Error(`An example asks ${url.host}; there is no network here: mark it \`ts no-run\`.`);
  }
}

async function seedHydrology() {
  const objects = new Map();
  const root = await createGroup(objects, { zarrFormat: 2, attributes: { TITLE: "a small copy" } });
  await root.createArray("streamflow", {
    data: { data: Int32Array.from({ length: 24 * 48 }, (_, i) => i), shape: [24, 48], stride: [48, 1] },
    chunks: [12, 24],
    fillValue: -999900,
  });
  return objects;
}

const icechunk = fileURLToPath(new URL("../../src/storage/icechunk/fixtures/dictionary", import.meta.url));

async function seedWeb() {
  const values = new Map();
  const a = await createArray(values, { shape: [4, 6], chunks: [2, 3], dtype: "uint8" });
  await a.set(
    null,
    Uint8Array.from({ length: 6 }, (_, i) => i),
  );
  const files = new Map([...values].map(([key, value]) => [`/data.zarr/${key}`, value]));
  files.set("/a.zip", await zipBytes());
  for (const name of ["repo", "snapshots/F04QWHFJ2R2MK9J65SBG", "manifests/3YJJXHP78KQFTG4XEEB0"])
    files.set(`/icechunk/${name}`, new Uint8Array(readFileSync(`${icechunk}/${name}`)));
  return files;
}

/** An archive with one array, `[1, 2, 3]`. */
async function zipBytes() {
  const directory = mkdtempSync(join(tmpdir(), "zarrkit-docs-"));
  try {
    const path = join(directory, "a.zip");
    await save(path, [1, 2, 3]);
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
