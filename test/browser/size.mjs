// What an application pays for: bundles a few imports with rolldown, minified, and prints what loads at once and what
// loads later, min+gzip. Fails when something that few need is part of what loads at once.
// Ends with the line `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

// A text that only the code of a part holds, to be found again in the bundle of everything.
const MARKS = {
  "the S3 driver": "AWS4-HMAC-SHA256",
  "the Azure driver": "SharedKey ",
  "the GCS driver": "storage.googleapis.com",
  "the request policy": "The connection broke.",
  "reading of zip archives": "This is no zip archive",
  "writing of zip archives": "Zip entries cannot be written with compression",
  "local files": "which this runtime does not have",
  "browser directories": "WebDirectoryStore needs a FileSystemDirectoryHandle",
  blosc: "A block of a Blosc container",
  zstd: "A zstd frame holds other",
  bz2: "The bzip2 data are damaged",
  "the encoder of zstd, in WebAssembly": "WebAssembly.instantiate",
  sharding: "The index of a shard points outside its file",
};
const DRIVERS = ["the S3 driver", "the Azure driver", "the GCS driver"];
const ZIP = ["reading of zip archives", "writing of zip archives"];
const CODECS = ["blosc", "bz2", "the encoder of zstd, in WebAssembly", "sharding"];

const CASES = [
  {
    text: `import { openArray } from "zarrkit"; globalThis.z = openArray;`,
    without: [...DRIVERS, ...ZIP, ...CODECS, "the request policy", "browser directories"],
  },
  {
    text: `import { openArray } from "zarrkit"; import { MemoryStore } from "zarrkit/storage"; globalThis.z = openArray(new MemoryStore());`,
    without: [...DRIVERS, ...ZIP, ...CODECS, "the request policy", "browser directories"],
  },
  {
    text: `import { openArray } from "zarrkit"; import { WebDirectoryStore } from "zarrkit/storage"; globalThis.z = openArray(new WebDirectoryStore());`,
    without: [...DRIVERS, ...ZIP, ...CODECS, "the request policy"],
  },
  {
    text: `import { openArray } from "zarrkit"; import { FsspecStore } from "zarrkit/storage"; globalThis.z = openArray(new FsspecStore());`,
    without: [...CODECS, "browser directories"],
  },
  {
    text: `import { ZipStore } from "zarrkit/storage"; globalThis.z = new ZipStore(new Blob([]));`,
    without: [...DRIVERS, ...CODECS, "browser directories"],
  },
  {
    text: `import * as a from "zarrkit/codecs"; globalThis.z = a;`,
    without: [...DRIVERS, ...ZIP, ...CODECS],
  },
];
/** What pages import, in bundles that are run: a chunk that loads before the one it extends would break them. */
const RUNS = [
  'import { openArray } from "zarrkit"; import { CacheStore, FsspecStore, IcechunkStore, ReferenceStore, ZipStore } from "zarrkit/storage"; import { HTTPFileSystem, S3FileSystem, ZipFileSystem } from "zarrkit/fs"; globalThis.z = [openArray, CacheStore, FsspecStore, IcechunkStore, ReferenceStore, ZipStore, HTTPFileSystem, S3FileSystem, ZipFileSystem];',
  'import { ZipStore } from "zarrkit/storage"; globalThis.z = ZipStore;',
  'import { HTTPFileSystem, ReferenceFileSystem, SimpleCacheFileSystem } from "zarrkit/fs"; import { FsspecStore } from "zarrkit/storage"; globalThis.z = [FsspecStore, HTTPFileSystem, ReferenceFileSystem, SimpleCacheFileSystem];',
  'import { S3FileSystem, urlToFs } from "zarrkit/fs"; globalThis.z = [S3FileSystem, urlToFs];',
  'import { CacheStore, LatencyStore, LocalStore, LoggingStore, Store, WebDirectoryStore } from "zarrkit/storage"; globalThis.z = [CacheStore, LatencyStore, LocalStore, LoggingStore, Store, WebDirectoryStore];',
];
const EVERYTHING = `import * as a from "zarrkit"; import * as b from "zarrkit/storage"; import * as c from "zarrkit/fs";
import * as d from "zarrkit/codecs"; globalThis.z = [a, b, c, d];`;

/** What one piece of code costs. */
export async function measure(text) {
  const { chunks, initial } = await bundle({ text });
  const sizes = { initial: 0, lazy: 0 };
  const code = { initial: "", lazy: "" };
  const lazy = [];
  for (const [name, chunk] of chunks) {
    const when = initial.has(name) ? "initial" : "lazy";
    const size = gzipSync(chunk.code, { level: 9 }).length;
    sizes[when] += size;
    code[when] += chunk.code;
    if (when === "lazy") lazy.push([name.replace(/(-[\w-]{8})+\.js$/, ""), size]);
  }
  return { sizes, code, lazy };
}

async function main() {
  const total = { passed: 0, failed: 0 };
  const fail = (message) => {
    total.failed++;
    console.log(`FAILED ${message}`);
  };
  const everything = await measure(EVERYTHING);
  const known = new Set();
  for (const [part, mark] of Object.entries(MARKS)) {
    if (everything.code.initial.includes(mark) || everything.code.lazy.includes(mark)) {
      known.add(part);
      total.passed++;
    } else fail(`${part} is not in the bundle of everything, where ${JSON.stringify(mark)} should tell it`);
  }
  for (const { text, without } of CASES) {
    const { sizes, code } = await measure(text);
    console.log(
      `${kilobytes(sizes.initial)} at once, ${kilobytes(sizes.lazy)} later: ${text.replace(/ globalThis.*/, "")}`,
    );
    const found = without.filter((part) => known.has(part) && code.initial.includes(MARKS[part]));
    if (found.length > 0) fail(`${text}: has ${found.join(", ")} in what loads at once`);
    else total.passed++;
  }
  for (const text of [...RUNS, EVERYTHING]) {
    const problem = await runs(text);
    if (problem === undefined) total.passed++;
    else fail(`${text}: ${problem}`);
  }
  const { sizes, lazy } = everything;
  console.log(
    `${kilobytes(sizes.initial)} at once, ${kilobytes(sizes.lazy)} later: everything; the largest that load later:`,
  );
  for (const [name, size] of lazy.sort((a, b) => b[1] - a[1]).slice(0, 12))
    console.log(`  ${kilobytes(size)} ${name}`);
  console.log(`${total.passed} passed, ${total.failed} failed, 0 skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

/** Bundles a module and runs it; what is wrong, or nothing. */
async function runs(text) {
  const folder = mkdtempSync(join(tmpdir(), "zarrkit-bundle-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const [name, { code }] of (await bundle({ text })).chunks) writeFileSync(join(folder, name), code);
    const { status, stderr } = spawnSync(process.execPath, [join(folder, "entry.js")], { encoding: "utf8" });
    return status === 0 ? undefined : (/^\w*Error: .*$/m.exec(stderr)?.[0] ?? `exit code ${status}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
