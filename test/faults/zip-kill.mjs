// Kills a process that writes a zip archive, many times, and checks that what it had flushed is there.
//
//   node test/faults/zip-kill.mjs [rounds] [module that exports ZipStore]
//
// The writer sets keys to numbered values and flushes; each number that it prints was flushed
// before. After the kill every key must have a whole value that is at least as new as the
// last flush printed, and the next round appends to the same, torn, archive.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const KEYS = 7;
const built = new URL("../../dist/storage.js", import.meta.url);

if (process.argv[2] === "writer") await write(process.argv[3], process.argv[4], Number(process.argv[5]));
else await main(Number(process.argv[2] ?? 30), process.argv[3] ? pathToFileURL(process.argv[3]) : built);

async function write(module, path, start) {
  const { ZipStore } = await import(module);
  const store = new ZipStore(path, { mode: "a", compression: start % 2 === 0 ? 0 : 8 });
  for (let number = start; ; number++) {
    await store.set(`k${number % KEYS}`, valueOf(number));
    if (number % 3 !== 0) continue;
    await store.flush();
    writeSync(1, `${number}\n`);
  }
}

async function main(rounds, module) {
  const { ZipStore } = await import(module);
  const folder = mkdtempSync(join(tmpdir(), "zip-kill-"));
  const path = join(folder, "data.zip");
  let flushed = -1;
  let torn = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      flushed = await killedWriter(String(module), path, flushed + 1, flushed, 30 + ((round * 37) % 150));
      if (flushed < 0) {
        rmSync(path, { force: true }); // nothing was promised yet
        continue;
      }
      if (await check(ZipStore, path, flushed)) torn++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (flushed < 0) throw new Error("no round got as far as a flush");
  console.log(
    `zip-kill: ${rounds} kills, ${flushed + 1} values flushed, ${torn} archives held more than was promised; none lost anything`,
  );
}

/** Runs a writer for a while and kills it; the last number that it flushed. */
function killedWriter(module, path, start, flushed, milliseconds) {
  return new Promise((resolve, reject) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, [self, "writer", module, path, String(start)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let errors = "";
    let timer;
    // The clock starts with the first flush, so that slow machines get as far too.
    const arm = () => (timer ??= setTimeout(() => child.kill("SIGKILL"), milliseconds));
    const giveUp = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.stdout.on("data", (data) => {
      out += data;
      arm();
    });
    child.stderr.on("data", (data) => (errors += data));
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      clearTimeout(giveUp);
      if (code !== null) reject(new Error(`the writer ended by itself: ${errors}`));
      // A line that the kill cut off has no newline.
      const numbers = out.split("\n").slice(0, -1).map(Number);
      resolve(Math.max(flushed, ...numbers));
    });
  });
}

/** Is each key there, whole, and at least as new as the last flush? Says whether some are newer. */
async function check(ZipStore, path, flushed) {
  const store = new ZipStore(path);
  let newer = false;
  for (let key = 0; key < KEYS; key++) {
    const least = flushed - ((flushed - key) % KEYS);
    if (least < 0 || flushed < key) continue;
    const value = await store.get(`k${key}`);
    if (value === undefined) throw new Error(`k${key} is lost; flushed ${flushed}`);
    const number = new DataView(value.buffer, value.byteOffset).getUint32(0, true);
    if (number % KEYS !== key || number < least || Buffer.compare(value, valueOf(number)) !== 0)
      throw new Error(`k${key} holds value ${number}, flushed was ${least}`);
    newer ||= number > flushed;
  }
  await store.close();
  return newer;
}

function valueOf(number) {
  const value = new Uint8Array(4 + ((number * 7919) % 20_000)).fill(number);
  new DataView(value.buffer).setUint32(0, number, true);
  return value;
}
