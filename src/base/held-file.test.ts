import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LocalFileSystem } from "../fs/local-file-system.ts";
import { LocalStore } from "../storage/local-store.ts";

// The module objects of Node's that the library looks up, so that a fault in them is one that it meets.
const load = createRequire(import.meta.url);
const promises: typeof import("node:fs/promises") = load("node:fs/promises");
const fs: typeof import("node:fs") = load("node:fs");
const value = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder = "";

beforeEach(() => void (folder = mkdtempSync(`${tmpdir()}/zarrkit-held-`)));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function playWindows(platform: NodeJS.Platform = "win32"): void {
  vi.spyOn(process, "platform", "get").mockReturnValue(platform);
}

/** Renames fail so many times with this code. */
function holdFiles(code: string, times: number): { readonly attempts: number } {
  let attempts = 0;
  const [rename, renameSync] = [promises.rename, fs.renameSync];
  const fail = (): void => {
    if (++attempts <= times) throw Object.assign(new Error(`${code}: refused`), { code });
  };
  vi.spyOn(promises, "rename").mockImplementation(async (...args) => (fail(), rename(...args)));
  vi.spyOn(fs, "renameSync").mockImplementation((...args) => (fail(), renameSync(...args)));
  return {
    get attempts() {
      return attempts;
    },
  };
}

describe.each([
  ["set", (text: string) => new LocalStore(folder).set("k", value(text))],
  ["setSync", async (text: string) => new LocalStore(folder).setSync("k", value(text))],
  ["pipeFile", (text: string) => new LocalFileSystem().pipeFile(`${folder}/k`, value(text))],
] as const)("a rename that Windows refuses: %s", (_, write) => {
  const stored = async (): Promise<string> =>
    new TextDecoder().decode(await new LocalFileSystem().catFile(`${folder}/k`));

  test.each(["EPERM", "EACCES", "EBUSY"])("%s is tried again until the file is free", async (code) => {
    await write("old");
    playWindows();
    const held = holdFiles(code, 3);
    await write("new");
    expect(held.attempts).toBe(4);
    vi.restoreAllMocks();
    expect(await stored()).toBe("new");
    expect(readdirSync(folder)).toEqual(["k"]);
  });

  test("what stays refused is an error after six attempts, and the old value stays", async () => {
    await write("old");
    playWindows();
    const held = holdFiles("EPERM", Infinity);
    await expect(write("new")).rejects.toThrow();
    expect(held.attempts).toBe(6);
    vi.restoreAllMocks();
    expect(await stored()).toBe("old");
    expect(readdirSync(folder)).toEqual(["k"]);
  });

  test("nothing else is tried again, and nothing on other systems", async () => {
    playWindows();
    const full = holdFiles("ENOSPC", Infinity);
    await expect(write("new")).rejects.toThrow();
    expect(full.attempts).toBe(1);
    vi.restoreAllMocks();
    playWindows("linux");
    const forbidden = holdFiles("EPERM", Infinity);
    await expect(write("new")).rejects.toThrow();
    expect(forbidden.attempts).toBe(1);
  });
});
