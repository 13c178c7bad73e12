#!/usr/bin/env node
/**
 * The command `zarrkit`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { InterruptedError } from "./command-context.ts";
import { runCompletions, runZarrkit } from "./run.ts";
import { isBrokenPipe, nodeStream } from "./streams.ts";

// package.json is two folders up, from src/cli as from dist/cli.
const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const version: unknown =
  typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "version") : undefined;

const controller = new AbortController();
// Once: a second Ctrl-C ends the process as it would any other.
process.once("SIGINT", () => controller.abort(new InterruptedError()));
// Without listeners a failed write would be an uncaught error. Whoever wrote sees it; when the reader of stdout has
// left, the command stops where it is.
process.stdout.on("error", (error) => {
  if (isBrokenPipe(error)) controller.abort(error);
});
process.stderr.on("error", () => {});

// The scripts that `zarrkit completion` prints ask so.
const main = process.env["ZARRKIT_COMPLETE"] === "1" ? runCompletions : runZarrkit;
void main(process.argv.slice(2), {
  stdout: nodeStream(process.stdout, process.env),
  stderr: nodeStream(process.stderr, process.env),
  signal: controller.signal,
  version: String(version),
}).then((code) => {
  // All has been written. Connections and threads that are idle, or that an abort left, must not keep the process alive.
  process.exit(code);
});
