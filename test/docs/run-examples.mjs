// Runs examples one after the other, each in a directory of its own, and prints a line of JSON for each.
// Argument: a JSON file with [{ id, file }]. Web addresses below example.org and S3 buckets are served here, on loopback.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

import { startServices } from "./services.mjs";

const SECONDS = 30;
const programs = JSON.parse(readFileSync(process.argv[2], "utf8"));
const home = process.cwd();
const services = await startServices();

globalThis.checkExample = check;
for (const { id, file } of programs) {
  const directory = mkdtempSync(join(tmpdir(), "zarrkit-docs-"));
  process.chdir(directory);
  services.reset();
  let timer;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still running after ${SECONDS} s`)), SECONDS * 1000);
    });
    await Promise.race([import(pathToFileURL(file).href), late]);
    report({ id });
  } catch (error) {
    report({ id, error: error instanceof Error ? (error.stack ?? error.message) : inspect(error) });
  } finally {
    clearTimeout(timer);
    process.chdir(home);
    rmSync(directory, { recursive: true, force: true });
  }
}
await services.close();
process.exit(0); // an example may leave a timer or socket behind

function report(line) {
  process.stdout.write(`@@${JSON.stringify(line)}\n`);
}

/** Does the expression give what its comment says? */
async function check(run, expected, place) {
  const throwing = /^throws ([A-Za-z]+)(?:: (.*))?$/s.exec(expected);
  let value;
  try {
    value = await run();
  } catch (error) {
    if (throwing === null) throw new Error(`${place}: threw ${inspect(error)}`, { cause: error });
    const [, name, message] = throwing;
    if (error?.name === name && (message === undefined || matches(message, error.message))) return;
    throw new Error(`${place}: expected ${expected}, but it threw ${error?.name}: ${error?.message}`, {
      cause: error,
    });
  }
  if (throwing === null && forms(value).some((form) => matches(expected, form))) return;
  throw new Error(`${place}: expected ${expected}, but it gave ${forms(value).join("  or  ")}`);
}

/** The ways in which an example may write a value. */
function forms(value) {
  const found = [String(safely(() => String(value)))];
  const json = safely(() => JSON.stringify(value));
  if (json !== undefined) found.push(json);
  for (const compact of [3, true])
    found.push(inspect(value, { compact, breakLength: Infinity, depth: 8, maxArrayLength: 200 }));
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
    found.push(`0x${value.toString(16)}`, `0x${value.toString(16).padStart(8, "0")}`);
  return found;
}

function safely(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Equal but for spacing, kinds of quotes and the lengths that `inspect` prints; `…` stands for anything in a line. */
function matches(expected, actual) {
  const [wanted, got] = [plain(expected), plain(actual)];
  const pattern = wanted.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join("[^\\n]*")}$`).test(got);
}

function plain(text) {
  return text
    .trim()
    .replaceAll("\\n", "\n")
    .replace(/[ \t]+$/gm, "")
    .replaceAll("'", '"')
    .replace(/"([A-Za-z_]\w*)":/g, "$1:")
    .replace(/\b([A-Z]\w*)\(\d+\) (?=[[{])/g, "$1 ")
    .replace(/[ \t]*([[\]{},:])[ \t]*/g, "$1");
}
