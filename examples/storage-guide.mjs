// The storage guide, example by example: each prints its code and its result.
//
//   node examples/storage-guide.mjs [--live] [--keep]
//
// It runs in a fresh temporary directory, which it removes at the end unless --keep is given. Without --live
// the S3 examples talk to an S3-compatible server of their own, on loopback, that holds a small copy of the bucket.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStores } from "./guide/memory.mjs";
import { localStores } from "./guide/local.mjs";
import { mappedStores } from "./guide/mapped.mjs";
import { customStores } from "./guide/custom.mjs";
import { realData } from "./guide/real-data.mjs";
import { remoteStores } from "./guide/remote.mjs";
import { zipStores } from "./guide/zip.mjs";
import { section } from "./guide/show.mjs";

const live = process.argv.includes("--live");
const keep = process.argv.includes("--keep");
const home = process.cwd();
const directory = mkdtempSync(join(tmpdir(), "zarrkit-guide-"));

try {
  process.chdir(directory);
  console.log("The storage guide, in TypeScript");
  await section("Implicit stores", localStores);
  await section("Remote stores: S3", () => remoteStores({ live }));
  await section("In memory", memoryStores);
  await section("Zip", zipStores);
  await section("Memory-mapped", mappedStores);
  await section("Your own store", customStores);
  await section("Real data", realData);
} finally {
  process.chdir(home);
  if (!keep) rmSync(directory, { recursive: true, force: true });
}

console.log(`
Done.${keep ? ` The files are in ${directory}.` : ""} Next:
  npm test                                          the tests
  npx zarrkit tree examples/data/sea-surface.zarr   the command, on a store that zarr-python wrote
  npx zarrkit get examples/data/sea-surface.zarr sst --select "6, ::6, ::12"
  docs/guide/storage.md                             every store: when to use it, options, limits`);
