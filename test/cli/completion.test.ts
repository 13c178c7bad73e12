// Shell completion, asked as the shells ask it.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isBuilt, main, run, scratchFolder, unlessBuilt, zarrkit } from "./zarrkit-process.ts";

const folder = scratchFolder();

async function complete(...words: string[]): Promise<string[]> {
  const { code, out, err } = await run(words, { env: { ZARRKIT_COMPLETE: "1" } });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out.split("\n").filter((line) => line !== "");
}

describe.skipIf(!isBuilt)(`completion${unlessBuilt}`, () => {
  test("commands, flags and values", async () => {
    expect(await complete("re")).toEqual(["rechunk", "remove-metadata"]);
    expect(await complete("")).toContain("validate");
    expect(await complete("rechunk", "a", "b", "--max")).toEqual(["--max-memory"]);
    expect(await complete("get", "a.zarr", "--format", "")).toEqual([
      "table",
      "json",
      "csv",
      "npy",
      "raw",
      "png",
    ]);
    expect(await complete("info", "")).toEqual([]);
  });

  test("a script for each shell, and for no other", async () => {
    for (const shell of ["bash", "zsh", "fish"])
      expect((await zarrkit("completion", shell)).out).toContain("ZARRKIT_COMPLETE=1 zarrkit");
    expect(await zarrkit("completion", "cmd")).toMatchObject({ code: 2, out: "" });
  });

  test.skipIf(spawnSync("bash", ["--version"]).status !== 0)("bash completes by it", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "zarrkit"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(bin, "zarrkit"), 0o755);
    const script = `${(await zarrkit("completion", "bash")).out}
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zarrkit; echo "\${COMPREPLY[*]}"; }
ask zarrkit val
ask zarrkit migrate v3 a --re
ask zarrkit get a.zarr --format c`;
    const asked = spawnSync("bash", ["-c", script], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` },
    });
    expect(asked.stderr).toBe("");
    expect(asked.stdout).toBe("validate\n--remove-v2-metadata\ncsv\n");
  });
});
