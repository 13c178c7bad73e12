// A small test runner for a page: tests run one after the other and are reported while they run.

/** @type {{ name: string, run: () => unknown, skip: string | undefined }[]} */
const tests = [];
let prefix = "";

/** Registers a test. With `skip`, a reason, it is counted and not run. */
export function test(name, run, { skip } = {}) {
  tests.push({ name: prefix + name, run, skip });
}

/** Names what `register` registers. */
export function describe(name, register) {
  const outer = prefix;
  prefix = `${outer}${name} › `;
  register();
  prefix = outer;
}

const TEST_MILLISECONDS = 30_000;
const REPORT_MILLISECONDS = 500;

/** Runs everything. `report` is given results in batches, with the name of the test that runs meanwhile. */
export async function runTests(report, filter) {
  let batch = [];
  let last = performance.now();
  for (const { name, run, skip } of tests) {
    if (filter !== null && !name.includes(filter)) continue;
    if (performance.now() - last > REPORT_MILLISECONDS) {
      await report({ results: batch, running: name });
      batch = [];
      last = performance.now();
    }
    if (skip !== undefined) batch.push({ name, status: "skipped", message: skip });
    else {
      const start = performance.now();
      batch.push({ name, ...(await outcome(run)), ms: Math.round(performance.now() - start) });
    }
  }
  await report({ results: batch });
}

async function outcome(run) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TEST_MILLISECONDS} ms`)), TEST_MILLISECONDS);
  });
  try {
    await Promise.race([run(), late]);
    return { status: "passed" };
  } catch (error) {
    return { status: "failed", message: describeError(error) };
  } finally {
    clearTimeout(timer);
  }
}

function describeError(error) {
  let text = "";
  for (let cause = error, depth = 0; cause !== undefined && depth < 4; cause = cause?.cause, depth++) {
    const { name, message } = cause instanceof Error ? cause : { name: typeof cause, message: String(cause) };
    text += `${depth === 0 ? "" : "\n  caused by "}${name}: ${message}`;
    if (depth === 0 && cause?.stack !== undefined)
      text += `\n${cause.stack.split("\n").slice(0, 6).join("\n")}`;
  }
  return text;
}

/** Throws unless two values are the same: by JSON, with typed arrays and BigInts as their numbers. */
export function equal(actual, expected, what = "value") {
  const [a, b] = [shown(actual), shown(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b.slice(0, 300)}, got ${a.slice(0, 300)}`);
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** The error with which work fails; throws when it does not. */
export async function failure(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure, and it succeeded");
}

function shown(value) {
  return (
    JSON.stringify(value, (_, item) => {
      if (typeof item === "bigint") return `${item}n`;
      if (typeof item === "number" && !Number.isFinite(item)) return `${item}`;
      if (Object.is(item, -0)) return "-0";
      if (ArrayBuffer.isView(item) && "length" in item) return Array.from(item);
      return item;
    }) ?? "undefined"
  );
}
