// Runs the built command as a user would.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);
  return folder;
}

/** Keys below a folder that something may be writing to, without temporary files. */
export function keysOf(folder: string): string[] {
  const keys: string[] = [];
  const visit = (below: string): void => {
    let entries;
    try {
      entries = readdirSync(join(folder, below), { withFileTypes: true });
    } catch {
      return; // not made yet, or removed meanwhile
    }
    for (const entry of entries) {
      const key = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) visit(key);
      else if (!key.endsWith(".partial")) keys.push(key);
    }
  };
  visit("");
  return keys.sort();
}

/** Keys and values below a folder; temporary files that a killed writer left are no keys. */
export function filesOf(folder: string): Map<string, Uint8Array> {
  return new Map(keysOf(folder).map((key) => [key, readFileSync(join(folder, key))]));
}
