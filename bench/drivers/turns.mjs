// What a measured process in JavaScript does: it prepares one operation and repeats it when asked, one line of JSON a turn.
// turns.py is the same in Python.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { boxesChecksum, checksum, drawBox, drawing, gridStarts } from "../data.mjs";

/** How many random boxes the check of a random read takes, and the seed of both. */
const CHECKED = 32;
const CHECK_SEED = 7;

/**
 * Serves turns until the input ends. `prepare(spec)` resolves to `{ run, check, between }`: `run()` is what is timed,
 * `between()` comes before each repetition and is not, `check(result)` gives what the last result is known by.
 * With `gaps` in the specification a repetition counts not its own time but the longest block of the thread.
 */
export async function serveTurns(prepare) {
  try {
    const spec = JSON.parse(process.argv[2]);
    const operation = await prepare(spec);
    const watch = spec.gaps ? gapWatch : stopwatch;
    reply({ ready: true });
    let result;
    /** Milliseconds of one repetition; the result before it is let go first. */
    const repetition = async () => {
      result = undefined;
      await operation.between?.();
      const stop = watch();
      result = await operation.run();
      return stop();
    };
    for await (const line of createInterface({ input: process.stdin })) {
      const turn = JSON.parse(line);
      if (turn.kind === "warm") {
        const before = resident();
        resetPeak();
        const ms = await repetition();
        reply({ ms, before, peak: peak() });
      } else if (turn.kind === "measure") {
        const ms = [];
        const end = performance.now() + turn.milliseconds;
        do ms.push(await repetition());
        while (performance.now() < end && ms.length < turn.most);
        reply({ ms, peak: peak() });
      } else {
        reply({ check: await operation.check(result) });
      }
    }
    process.exit(0);
  } catch (error) {
    reply({ error: String(error?.message ?? error).split("\n")[0] });
    process.exit(1);
  }
}

/** An operation on random boxes of `spec.size`; `read(start)` resolves to the elements of one. */
export function randomReads({ shape, size }, read) {
  let draw = drawing(1);
  return {
    run: () => read(drawBox(draw, shape, size)),
    async check() {
      draw = drawing(CHECK_SEED);
      const boxes = boxesChecksum();
      for (let box = 0; box < CHECKED; box++) boxes.add(await read(drawBox(draw, shape, size)));
      return boxes.value();
    },
  };
}

/** An operation that reads box after box of a grid; `read(start)` as in `randomReads`. */
export function gridReads({ shape, size }, read) {
  return passes(async (visit) => {
    for (const start of gridStarts(shape, size)) visit(await read(start));
  });
}

/** An operation that is a whole pass over chunks: `pass(visit)` calls `visit` with the elements of each in turn. */
export function passes(pass) {
  return {
    async run() {
      let sum = 0;
      await pass((data) => void (sum += data[0]));
      return sum;
    },
    async check() {
      const boxes = boxesChecksum();
      await pass((data) => boxes.add(data));
      return boxes.value();
    },
  };
}

/** An operation that gives a typed array. */
export function wholeRead(run) {
  return { run, check: checksum };
}

/** The elements of a file that the coordinator wrote. */
export function inputOf({ input }) {
  const bytes = readFileSync(input);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** A function that gives the milliseconds since now. */
function stopwatch() {
  const start = performance.now();
  return () => performance.now() - start;
}

/** A function that gives the longest time since now in which this thread did not get to a timer of 1 ms. */
function gapWatch() {
  let last = performance.now();
  let longest = 0;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  return () => {
    clearInterval(timer);
    tick();
    return longest;
  };
}

function reply(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Resident bytes now. */
function resident() {
  return statusBytes("VmRSS") ?? process.memoryUsage.rss();
}

/** The most bytes that were resident since `resetPeak`, on Linux; elsewhere since the start. */
function peak() {
  return statusBytes("VmHWM") ?? process.resourceUsage().maxRSS * 1024;
}

function resetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not Linux, or not allowed: the peak counts from the start of the process.
  }
}

function statusBytes(name) {
  try {
    const line = readFileSync("/proc/self/status", "utf8")
      .split("\n")
      .find((line) => line.startsWith(name));
    return line === undefined ? undefined : Number(line.replaceAll(/\D/g, "")) * 1024;
  } catch {
    return undefined;
  }
}
