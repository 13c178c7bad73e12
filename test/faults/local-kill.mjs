// Kills a process that writes to a LocalStore, hundreds of times, and looks at what it leaves.
//
//   node test/faults/local-kill.mjs [rounds] [module that exports LocalStore]
//
// The writer replaces the values of a few keys by larger and smaller ones, makes keys that must
// not be there yet, and rewrites a metadata document. After each kill every value must be whole,
// one that was written in full, at least as new as the last that the writer reported; the
// metadata must be a document; and no temporary file may be listed.
//
// Ends with the line `N passed, N failed`, and with exit code 1 if one failed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const KEYS = ["c/0/0", "c/0/1", "deep/er/c/1"];
const SIZES = [0, 1, 4096, 70_000, 1_000_000];
const DEADLINE_MS = 80_000;
const WRITERS = 4;
const built = new URL("../../dist/storage.js", import.meta.url);

if (process.argv[2] === "writer") await write(process.argv[3], process.argv[4], Number(process.argv[5]));
else await main(Number(process.argv[2] ?? 300), process.argv[3] ? pathToFileURL(process.argv[3]) : built);

/** A value that tells its number and length, and whether it is whole. */
function valueOf(number) {
  const size = SIZES[number % SIZES.length];
  const body = Buffer.alloc(size, number % 251);
  const head = `${number} ${size} ${createHash("sha256").update(`${number}`).update(body).digest("hex")}\n`;
  return new Uint8Array(Buffer.concat([Buffer.from(head), body]));
}

/** The number of a value, or what is wrong with it. */
function numberOf(value) {
  const bytes = Buffer.from(value);
  const end = bytes.indexOf("\n");
  const match = /^(\d+) (\d+) ([0-9a-f]{64})$/.exec(bytes.toString("latin1", 0, Math.max(0, end)));
  if (match === null) throw new Error(`a value of ${bytes.length} bytes has no head`);
  const body = bytes.subarray(end + 1);
  const digest = createHash("sha256").update(match[1]).update(body).digest("hex");
  if (body.length !== Number(match[2]) || digest !== match[3])
    throw new Error(`value ${match[1]} is torn: ${body.length} of ${match[2]} bytes`);
  return Number(match[1]);
}

async function write(module, root, start) {
  const { LocalStore } = await import(module);
  const store = new LocalStore(root);
  for (let number = start; ; number++) {
    const writes = KEYS.map((key) => store.set(key, valueOf(number)));
    writes.push(
      store.set("zarr.json", Buffer.from(JSON.stringify({ number, pad: "x".repeat((number * 997) % 9000) }))),
    );
    writes.push(store.setIfNotExists(`new/${number}`, valueOf(number)).then(() => {}));
    if (number % 2 === 0) store.setSync("sync", valueOf(number));
    await Promise.all(writes);
    if (number > 3) await store.delete(`new/${number - 3}`);
    writeSync(1, `${number}\n`);
  }
}

async function main(rounds, module) {
  const { LocalStore } = await import(module);
  const folder = mkdtempSync(join(tmpdir(), "zarrkit-local-kill-"));
  const stop = Date.now() + DEADLINE_MS;
  const failures = [];
  let done = 0;
  let begun = 0;
  let values = 0;
  let partials = 0;
  const line = async (writer) => {
    const root = join(folder, String(writer));
    let reported = -1;
    while (begun < rounds && Date.now() < stop) {
      const round = begun++;
      try {
        reported = await killedWriter(String(module), root, reported, 1 + ((round * 7) % 40));
        const found = await check(new LocalStore(root), root, reported);
        values += found.values;
        partials = Math.max(partials, found.partials);
      } catch (error) {
        failures.push(`round ${round}: ${error.message}`);
      }
      done++;
    }
  };
  try {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => line(writer)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (done < rounds) console.log(`local-kill: time for ${done} of ${rounds} rounds`);
  for (const failure of failures.slice(0, 20)) console.log(`failed: ${failure}`);
  console.log(`local-kill: ${values} values looked at, ${partials} temporary files left at most, and hidden`);
  console.log(`${done - failures.length} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 && done > 0 ? 0 : 1;
}

/** Runs a writer for a while and kills it; the last number that it reported. */
function killedWriter(module, root, reported, milliseconds) {
  return new Promise((resolve, reject) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, [self, "writer", module, root, String(reported + 1)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let errors = "";
    let timer;
    // The clock starts with the first report, so that slow machines get as far too.
    const giveUp = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.stdout.on("data", (data) => {
      out += data;
      timer ??= setTimeout(() => child.kill("SIGKILL"), milliseconds);
    });
    child.stderr.on("data", (data) => (errors += data));
    child.once("error", reject);
    child.once("close", (_, signal) => {
      clearTimeout(timer);
      clearTimeout(giveUp);
      if (signal !== "SIGKILL" || errors !== "")
        return reject(new Error(`the writer ended by itself: ${errors}`));
      const last = out.split("\n").slice(0, -1).at(-1);
      resolve(last === undefined ? reported : Number(last));
    });
  });
}

async function check(store, root, reported) {
  let values = 0;
  const listed = [];
  for await (const key of store.list()) listed.push(key);
  const torn = listed.filter((key) => key.includes(".partial"));
  if (torn.length > 0) throw new Error(`temporary files are listed: ${torn.join(", ")}`);
  for (const key of listed) {
    const value = await store.get(key);
    if (value === undefined) throw new Error(`${key} is listed and not there`);
    values++;
    const number = key === "zarr.json" ? JSON.parse(Buffer.from(value).toString()).number : numberOf(value);
    const floor = key.startsWith("new/") ? -1 : key === "sync" ? reported - 1 : reported;
    if (!(number >= floor)) throw new Error(`${key} is ${number}, and ${reported} had been written`);
    if (key.startsWith("new/") && key !== `new/${number}`) throw new Error(`${key} holds ${number}`);
  }
  if (reported >= 0)
    for (const key of [...KEYS, "zarr.json"])
      if (!listed.includes(key)) throw new Error(`${key} has been written and is not there`);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return { values, partials: files.length - listed.length };
}
