// @ts-check
/**
 * Runs a server for as long as whoever started it lives, whatever ends that: this process sees
 * its standard input close, stops the server and removes the server's directory.
 *
 *   node guard.mjs <directory> <command> [arguments]
 *
 * Paths in `GUARD_REMOVES`, separated by commas, are removed besides.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const [directory = "", command = "", ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], cwd: directory });
let stopping = false;

function stop() {
  if (stopping) return;
  stopping = true;
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), 1500).unref();
}

child.once("error", (error) => {
  console.error(String(error));
  finish(127);
});
child.once("exit", (code) => finish(code ?? 0));
process.stdin.on("end", stop).on("close", stop).on("error", stop).resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

/** @param {number} code */
function finish(code) {
  const more = (process.env["GUARD_REMOVES"] ?? "").split(",").filter((path) => path !== "");
  for (const path of [directory, ...more]) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
}
