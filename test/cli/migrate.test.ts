// migrate and remove-metadata beside zarr-python's functions of the same work: the same files, the same messages.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { pythonEnv } from "../../scripts/python-env.mjs";
import { filesOf, isBuilt, run, scratchFolder, unlessBuilt } from "./zarrkit-process.ts";

const folder = scratchFolder();
const { zp3 } = pythonEnv();

const MAKE = `
import sys, zarr, numcodecs, numpy as np
g = zarr.open_group(sys.argv[1], mode="w", zarr_format=2)
g.attrs["title"] = "é"
a = g.create_array("a", shape=(4, 4), chunks=(2, 2), dtype="int32", compressors=numcodecs.GZip(1))
a[:] = np.arange(16).reshape(4, 4)
sub = g.create_group("sub")
sub.attrs["x"] = {"y": [1, 2.5]}
b = sub.create_array("b", shape=(4, 3), chunks=(2, 2), dtype=">f8", order="F", compressors=numcodecs.Blosc(cname="lz4"), filters=[numcodecs.Delta(dtype=">f8")], fill_value=float("nan"))
b[:] = 1
g.create_array("z", shape=(3,), dtype="datetime64[s]", compressors=numcodecs.Zstd(3), chunk_key_encoding={"name": "v2", "separator": "/"})[:] = 5
g.create_array("plain", shape=(), dtype="bool", compressors=None)[...] = True
g.create_array("other", shape=(3,), dtype="<U2", compressors=numcodecs.BZ2(5))[:] = "ab"
`;

// What zarr-python's command does (zarr/_cli/cli.py), without the package that reads its arguments.
const COMMAND = `
import sys, json, zarr, zarr.metadata.migrate_v3 as m
from zarr.core.sync import sync
from zarr.storage._common import make_store
a = json.loads(sys.argv[1])
zarr.set_log_level("INFO" if a.get("dry_run") or a.get("verbose") else "WARNING")
zarr.set_format("%(message)s")
if a["command"] == "migrate":
    source = sync(make_store(a["input"], mode="r+"))
    target = sync(make_store(a["output"], mode="w-")) if "output" in a else None
    where = target if target is not None else source
    if a.get("overwrite"): sync(m.remove_metadata(where, 3, force=a.get("force", False), dry_run=a.get("dry_run", False)))
    m.migrate_v2_to_v3(input_store=source, output_store=target, dry_run=a.get("dry_run", False))
    if a.get("remove_v2_metadata"): sync(m.remove_metadata(where, 2, force=False, dry_run=a.get("dry_run", False)))
else:
    sync(m.remove_metadata(sync(make_store(a["input"], mode="r+")), a["format"], force=a.get("force", False), dry_run=a.get("dry_run", False)))
`;

interface Action {
  readonly command: "migrate" | "remove-metadata";
  readonly format?: 2 | 3;
  readonly output?: string;
  readonly flags?: readonly ("dry_run" | "overwrite" | "force" | "remove_v2_metadata" | "verbose")[];
}

/** Runs an action in a folder that holds `in.zarr`; lines without the one that introduces a dry run. */
function python(
  cwd: string,
  { command, format, output, flags = [] }: Action,
): { failed: boolean; lines: string[] } {
  const options = {
    command,
    input: "in.zarr",
    format,
    output,
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
  };
  const ended = spawnSync(zp3.python!, ["-W", "ignore", "-c", COMMAND, JSON.stringify(options)], {
    cwd,
    encoding: "utf8",
  });
  const lines = ended.stderr
    .trimEnd()
    .split("\n")
    .filter((line) => /^(Saving|Deleting)/.test(line));
  return { failed: ended.status !== 0, lines: lines.sort() };
}

async function ours(cwd: string, { command, format, output, flags = [] }: Action) {
  const words = flags.map((flag) => `--${flag.replaceAll("_", "-")}`);
  const args =
    command === "migrate"
      ? ["migrate", "v3", "in.zarr", ...(output === undefined ? [] : [output]), ...words]
      : ["remove-metadata", `v${format}`, "in.zarr", ...words];
  const { code, out, err } = await run(args, { cwd });
  expect(out).toBe("");
  const lines = err
    .trimEnd()
    .split("\n")
    .filter((line) => /^(Saving|Deleting)/.test(line));
  return { failed: code !== 0, lines: lines.sort(), code, err };
}

/** Documents without what is a matter of taste: zarr-python writes the members of extensions in another order. */
function comparable(files: ReadonlyMap<string, Uint8Array>): Record<string, unknown> {
  return Object.fromEntries(
    [...files].map(([key, bytes]) => {
      const text = new TextDecoder().decode(bytes);
      return [key, key.endsWith("zarr.json") ? JSON.parse(text) : Buffer.from(bytes).toString("hex")];
    }),
  );
}

describe.skipIf(!isBuilt || zp3.python === undefined)(
  `beside zarr-python ${zp3.reason ?? ""}${unlessBuilt}`,
  () => {
    beforeAll(() => {
      const made = spawnSync(zp3.python!, ["-W", "ignore", "-c", MAKE, join(folder, "in.zarr")], {
        encoding: "utf8",
      });
      expect(made.stderr).toBe("");
    });

    let count = 0;
    /** Two folders with the same store. */
    function twins(): { theirs: string; mine: string } {
      const [theirs, mine] = [join(folder, `theirs-${count}`), join(folder, `mine-${count++}`)];
      for (const each of [theirs, mine])
        cpSync(join(folder, "in.zarr"), join(each, "in.zarr"), { recursive: true });
      return { theirs, mine };
    }

    const migrate = (...flags: NonNullable<Action["flags"]>): Action => ({ command: "migrate", flags });
    const remove = (format: 2 | 3, ...flags: NonNullable<Action["flags"]>): Action => ({
      command: "remove-metadata",
      format,
      flags,
    });

    test.each<[string, Action[]]>([
      ["in place", [migrate("verbose")]],
      ["silently", [migrate()]],
      ["a dry run", [migrate("dry_run")]],
      ["a dry run that would remove", [migrate(), remove(2, "dry_run")]],
      ["and remove format 2", [migrate("verbose", "remove_v2_metadata")]],
      ["twice", [migrate(), migrate("verbose")]],
      ["twice, overwriting", [migrate(), migrate("verbose", "overwrite")]],
      ["to another place", [{ ...migrate("verbose"), output: "out.zarr" }]],
      ["to another place, dry", [{ ...migrate("dry_run"), output: "out.zarr" }]],
      [
        "to another place that is taken",
        [
          { ...migrate(), output: "out.zarr" },
          { ...migrate(), output: "out.zarr" },
        ],
      ],
      [
        "to another place, overwriting without force",
        [
          { ...migrate(), output: "out.zarr" },
          { ...migrate("overwrite"), output: "out.zarr" },
        ],
      ],
      [
        "to another place, overwriting",
        [
          { ...migrate(), output: "out.zarr" },
          { ...migrate("overwrite", "force", "verbose"), output: "out.zarr" },
        ],
      ],
      [
        "to another place, removing format 2 there",
        [{ ...migrate("remove_v2_metadata", "verbose"), output: "out.zarr" }],
      ],
      ["remove format 2 without another", [remove(2)]],
      ["remove format 2 by force", [remove(2, "force", "verbose")]],
      ["remove format 3 where there is none", [remove(3, "verbose")]],
      ["remove format 3 again", [migrate(), remove(3, "verbose")]],
      ["remove both", [migrate(), remove(2), remove(3)]],
      ["remove both by force", [migrate(), remove(2), remove(3, "force")]],
    ])("%s", async (_, actions) => {
      const { theirs, mine } = twins();
      for (const action of actions) {
        const [wanted, got] = [python(theirs, action), await ours(mine, action)];
        expect({ failed: got.failed, lines: got.lines }).toEqual(wanted);
        expect(comparable(filesOf(mine))).toEqual(comparable(filesOf(theirs)));
      }
    });

    test("what zarr-python says before a dry run", async () => {
      const { mine } = twins();
      const dry = await ours(mine, migrate("dry_run"));
      expect(dry.err.split("\n")[0]).toBe(
        "Dry run enabled - no new files will be created or changed. Log of files that would be created on a real run:",
      );
      await ours(mine, migrate());
      expect((await ours(mine, remove(2, "dry_run"))).err.split("\n")[0]).toBe(
        "Dry run enabled - no files will be deleted or changed. Log of files that would be deleted on a real run:",
      );
    });

    test.each([
      [["migrate", "v2", "in.zarr"], 2],
      [["migrate", "in.zarr"], 2],
      [["migrate", "v3"], 2],
      [["remove-metadata", "v4", "in.zarr"], 2],
      [["migrate", "v3", "nothing.zarr"], 1],
      [["remove-metadata", "v2", "nothing.zarr"], 1],
    ])("%j exits with %d", async (args, code) => {
      const { mine } = twins();
      expect(await run(args, { cwd: mine })).toMatchObject({ code, out: "" });
      expect(existsSync(join(mine, "nothing.zarr"))).toBe(false);
    });
  },
);
