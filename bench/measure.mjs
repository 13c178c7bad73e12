// Measures one workload: a process for each implementation, turn by turn.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Milliseconds after which a process that does not answer is given up. */
const PATIENCE = 180_000;

/**
 * Results by the key of the contender: `{ times, memory, requests }` or `{ reason }`. All processes start and prepare at once; then each has one
 * unmeasured repetition, and in each round a turn of measured ones, so that a slow minute of the machine is everybody's.
 *
 * `limits` are `{ rounds, milliseconds, most, total }`: rounds, how long a turn goes on (one repetition at least), how many repetitions it
 * has at most, and after how many measured milliseconds an implementation has enough rounds (two at least).
 * `verify(check)` throws when a check is not what it must be. `counter`, if any, counts what a server is asked.
 */
export async function measure({ contenders, specOf, limits, verify, counter }) {
  const results = new Map();
  const running = [];
  try {
    for (const contender of contenders)
      running.push({ contender, driver: new Driver(contender, specOf(contender)) });
    await Promise.all(running.map((entry) => attempt(entry, results, () => entry.driver.answer())));
    for (const entry of running) await attempt(entry, results, () => warm(entry, results));
    for (let round = 0; round < limits.rounds; round++) {
      // Each goes first in its turn.
      const order = [...running.slice(round % running.length), ...running.slice(0, round % running.length)];
      for (const entry of order) await attempt(entry, results, () => turn(entry, results, limits, counter));
    }
    for (const entry of running) {
      await attempt(entry, results, async () => {
        const { check } = await entry.driver.ask({ kind: "check" });
        entry.check = check;
      });
      // A failure was noted; wrong elements end the run.
      if (results.get(entry.contender.key).reason === undefined) await verify(entry.check, entry.contender);
    }
  } finally {
    await Promise.all(running.map(({ driver }) => driver.stop()));
  }
  return results;
}

async function warm({ contender, driver }, results) {
  const { before, peak } = await driver.ask({ kind: "warm" });
  results.set(contender.key, {
    times: [],
    total: 0,
    memory: { before, first: peak - before, all: peak - before },
  });
}

async function turn({ contender, driver }, results, limits, counter) {
  const result = results.get(contender.key);
  if (result.times.length > 1 && result.total > limits.total) return;
  counter?.reset();
  const { ms, peak } = await driver.ask({
    kind: "measure",
    milliseconds: limits.milliseconds,
    most: limits.most,
  });
  for (const time of ms) {
    result.times.push(time);
    result.total += time;
  }
  result.memory.all = Math.max(result.memory.all, peak - result.memory.before);
  if (counter !== undefined)
    result.traffic = { requests: counter.requests / ms.length, bytes: counter.bytes / ms.length };
}

/** Does a step unless the contender has failed before; a failure becomes its result. */
async function attempt({ contender }, results, step) {
  if (results.get(contender.key)?.reason !== undefined) return;
  try {
    await step();
  } catch (error) {
    results.set(contender.key, { reason: error.message });
  }
}

/** A process that prepares one operation and answers each line of JSON with one. */
class Driver {
  #child;
  #answers = [];
  #waiting;
  #errors = "";

  constructor({ command: [program, ...args], env }, spec) {
    this.#child = spawn(program, [...args, JSON.stringify(spec)], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stderr.on("data", (text) => (this.#errors = (this.#errors + text).slice(-2000)));
    this.#child.stdin.on("error", () => {}); // the process has ended, which its exit says
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#take(parsed(line)));
    this.#child.once("error", (error) => this.#take({ error: error.message }));
    this.#child.once("close", (code) =>
      this.#take({ error: lastLine(this.#errors) || `ended with code ${code}` }),
    );
  }

  ask(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    return this.answer();
  }

  /** The next answer; throws when it is an error, or none comes. */
  async answer() {
    const answer = this.#answers.shift() ?? (await this.#next());
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const closed = new Promise((settle) => this.#child.once("close", settle));
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await closed;
    clearTimeout(timer);
  }

  #next() {
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.#child.kill("SIGKILL");
        settle({ error: `no answer for ${PATIENCE / 1000} s` });
      }, PATIENCE);
      this.#waiting = (answer) => {
        clearTimeout(timer);
        settle(answer);
      };
    });
  }

  #take(answer) {
    if (answer === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#answers.push(answer);
    else waiting(answer);
  }
}

/** The message in a line; other lines that a library prints are none. */
function parsed(line) {
  try {
    const message = JSON.parse(line);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

function lastLine(text) {
  return text.trim().split("\n").pop() ?? "";
}
