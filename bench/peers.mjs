// Installs the implementations that zarrkit is measured beside, and other versions of Node, below .cache.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnv } from "../scripts/python-env.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, "..", ".cache");
const ZARRITA = "0.7.5";
const PYTHON = [
  "zarr==3.4.2",
  "numcodecs==0.17.1",
  "tensorstore==0.1.86",
  "zarrs==0.2.3",
  "numpy==2.5.5",
  "fsspec==2026.9.0",
  "aiohttp==3.14.5",
];
const VERSIONS = `
import importlib, json, platform, sys
from importlib.metadata import version
for name in sys.argv[1:]: importlib.import_module(name)
print(json.dumps({"python": platform.python_version(), **{name: version(name) for name in sys.argv[1:]}}))
`;

/** Folder of installed npm peers with the version of zarrita, or a reason why there is none. */
export function nodePeers() {
  const folder = join(cache, "bench");
  const wanted = `${JSON.stringify({ private: true, type: "module", dependencies: { zarrita: ZARRITA } }, null, 2)}\n`;
  const installed = join(folder, "node_modules", "zarrita", "package.json");
  const manifest = join(folder, "package.json");
  if (!existsSync(installed) || readFileSync(manifest, "utf8") !== wanted) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifest, wanted);
    const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "ignore",
    });
    if (status !== 0) return { reason: "zarrita could not be installed" };
  }
  return { folder, zarrita: JSON.parse(readFileSync(installed, "utf8")).version };
}

/** An interpreter with zarr-python, its pipelines, tensorstore and HTTP, with their versions, or a reason why there is none. */
export function pythonPeers() {
  const folder = join(cache, "bench", "python");
  const stamp = join(folder, "zarrkit.json");
  const python = join(
    folder,
    ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
  );
  const wanted = PYTHON.join(" ");
  if (existsSync(stamp)) {
    const made = JSON.parse(readFileSync(stamp, "utf8"));
    // A moved checkout leaves an interpreter that no longer starts.
    if (made.wanted === wanted && spawnSync(python, ["-c", ""]).status === 0)
      return { python, versions: made.versions };
  }
  const base = pythonEnv().zp3;
  if (base.reason !== undefined) return base;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
  const names = PYTHON.map((pin) => pin.split("==")[0]);
  let versions;
  for (const [program, args] of [
    [base.python, ["-m", "venv", folder]],
    [python, [...pip, ...PYTHON]],
    [python, ["-c", VERSIONS, ...names]],
  ]) {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 600_000 });
    if (status !== 0)
      return { reason: stderr?.trim().split("\n").pop() || `${program} ${args[0]} could not be run` };
    versions = stdout;
  }
  // Written last and renamed: an environment that was only half made is made again.
  versions = JSON.parse(versions);
  writeFileSync(`${stamp}.part`, JSON.stringify({ wanted, versions }));
  renameSync(`${stamp}.part`, stamp);
  return { python, versions };
}

/** The program that drives the crate zarrs, with the version of the crate, or a reason why there is none. cargo builds what has changed. */
export function rustPeer() {
  const folder = join(here, "drivers", "zarrs");
  const target = join(cache, "bench", "zarrs");
  const name = process.platform === "win32" ? "zarrkit-bench-zarrs.exe" : "zarrkit-bench-zarrs";
  const program = join(target, "release", name);
  if (!existsSync(program)) console.log("cargo builds the Rust driver, which takes some minutes");
  const { error, status, stderr } = spawnSync(
    "cargo",
    ["build", "--release", "--quiet", "--target-dir", target],
    { cwd: folder, encoding: "utf8", timeout: 1_800_000 },
  );
  if (error !== undefined) return { reason: `cargo could not be run (${error.code})` };
  if (status !== 0) return { reason: /^error.*/m.exec(stderr)?.[0] ?? "cargo could not build its driver" };
  const [, zarrs] = /name = "zarrs"\r?\nversion = "(.*)"/.exec(
    readFileSync(join(folder, "Cargo.lock"), "utf8"),
  );
  return { program, zarrs };
}

/** The program of a major version of Node: this process's, or one installed from npm; or a reason why there is none. */
export function nodeOf(major) {
  if (process.versions.node.split(".")[0] === major) return { program: process.execPath };
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, "node", major);
  const program = join(
    folder,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-save", `${name}@${major}`], {
      cwd: folder,
      stdio: "ignore",
    });
  }
  if (!existsSync(program)) return { reason: `Node ${major} could not be installed (${name}@${major})` };
  return { program };
}
