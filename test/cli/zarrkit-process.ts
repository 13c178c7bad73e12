// Runs the built command as a user would.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const root: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const main: string = join(root, "dist", "cli", "main.js");
export const isBuilt: boolean = existsSync(main);
/** Why tests of the command are skipped, for their titles. */
export const unlessBuilt: string = isBuilt ? "" : " (skipped: dist/cli/main.js is not there; npm run build)";

/** What a run came to. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** How a run is started. */
export interface RunOptions {
  readonly cwd?: string;
  readonly input?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node's own. */
  readonly node?: readonly string[];
  /** Called with the process once it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `zarrkit` with these arguments and waits for its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.node ?? []), main, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout?.on("data", (data) => (out += data));
    child.stderr?.on("data", (data) => (err += data));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
    if (options.input !== undefined) child.stdin?.end(options.input);
    options.onStart?.(child);
  });
}

/** `run` with the arguments one by one. */
export function zarrkit(...args: string[]): Promise<Run> {
  return run(args);
}

/** A folder that is removed after the tests of the file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zarrkit-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Keys and values below a folder; temporary files that a killed writer left are no keys. */
export function filesOf(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    const path = join(folder, name);
    if (statSync(path).isFile() && !name.endsWith(".partial"))
      files.set(relative(folder, path).split(sep).join("/"), readFileSync(path));
  }
  return files;
}
